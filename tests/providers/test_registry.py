"""The registry is the folder, and every file in it declares what other rooms ask for."""

import re
from pathlib import Path

import pytest

import providers
from cashless.errors import NotFound
from providers import everyone, find
from providers._fields import AMOUNT_FORMS, AMOUNT_UNITS, TIME_FORMATS
from providers._protocol import KINDS, Protocol
from tests.providers.cases import CASES, VECTORS

PROTOCOLS = [said for one in everyone().values() for said in one.protocols]
every_protocol = pytest.mark.parametrize("said", PROTOCOLS, ids=lambda said: said.name)


@pytest.mark.parametrize("name", everyone())
def test_no_blank_is_left_in_a_provider(name: str) -> None:
    files = (Path(providers.__file__).parent / f"{name}.py", VECTORS / f"{name}.json")
    lines = [
        f"{path.name}:{number}: {line.strip()}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if "BLANK" in line
    ]
    assert not lines, "fill these in:\n" + "\n".join(lines)


def test_a_provider_is_found_by_the_name_of_its_file() -> None:
    assert {name: find(name).name for name in everyone()} == {name: name for name in everyone()}


def test_an_unknown_provider_is_not_found_and_the_kit_is_no_provider() -> None:
    for name in ("nobody", "_sepay", "_protocol", ""):
        with pytest.raises(NotFound) as caught:
            find(name)
        assert caught.value.code == "provider_unknown"
        assert "momo" in caught.value.message


def test_the_default_protocol_of_momo_is_the_order_result() -> None:
    assert [said.name for said in find("momo").protocols] == ["ipn_v2", "static_qr_v1"]


def test_bins_are_those_of_the_transfer_network() -> None:
    assert {
        name: find(name).bins for name in ("momo", "agribank", "sacombank", "kienlongbank")
    } == {
        "momo": ("971025",),
        "agribank": ("970405",),
        "sacombank": ("970403",),
        "kienlongbank": ("970452",),
    }


def test_the_money_of_a_bank_is_there_at_once_and_that_of_a_wallet_later() -> None:
    for one in everyone().values():
        banks = [bin_ for bin_ in one.bins if bin_.startswith("9704")]
        holds_later = one.name != "standard" and not banks
        assert one.settles == ("later" if holds_later else "instant")


@every_protocol
def test_axes_name_things_that_exist(said: Protocol) -> None:
    assert said.amount_unit in AMOUNT_UNITS
    assert said.time_format in TIME_FORMATS
    assert said.evidence in {"A", "B", "C"}
    assert said.amount_form in AMOUNT_FORMS
    assert set(said.kinds) <= set(KINDS)
    assert set(said.secret_forms) <= set(said.secrets)
    assert said.answering_secrets < set(said.secrets)
    assert not set(said.speaking_secrets) & set(said.secrets)
    assert all(sentence.endswith(".") for sentence in said.secrets.values())


@every_protocol
def test_secret_forms_accept_the_secrets_of_the_vectors(said: Protocol) -> None:
    (secrets,) = [case.secrets for case in CASES if case.protocol is said and case.replies]
    assert set(secrets) == set(said.secrets)
    for name, form in said.secret_forms.items():
        assert re.fullmatch(form, secrets[name])


def test_published_sample_secrets_are_known_as_such() -> None:
    for case in CASES:
        assert case.is_published or case.origin != "published" or case.result != "notifications"
