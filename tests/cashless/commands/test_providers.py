"""``cashless providers sign``: it speaks as each provider, or says which secret is missing."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cashless.cli import cashless
from cashless.errors import Invalid
from tests.providers.cases import CASES, Case

ONE_EACH = [case for case in CASES if case.replies]
PAIR = next(case for case in ONE_EACH if case.protocol.name == "standard_v1a")
ACCOUNT = ("--account", "00990012345", "--amount", 50_000, "--txn", "26008123456")


def sign(provider: str, case: Case, secrets: dict[str, str]) -> Result:
    pairs = [word for name, value in secrets.items() for word in ("--secret", f"{name}={value}")]
    words = [provider, "--protocol", case.protocol.name, *ACCOUNT, *pairs, "--json"]
    return CliRunner().invoke(cashless, ["providers", "sign", *map(str, words)])


def test_a_bank_with_a_key_pair_is_spoken_as_with_its_private_key() -> None:
    done = sign("standard", PAIR, PAIR.secrets | PAIR.speaking)
    said: dict[str, Any] = json.loads(done.output)
    assert said["headers"]["webhook-signature"].startswith("v1a,")
    assert json.loads(said["body"])["data"]["id"] == "26008123456"


@pytest.mark.parametrize("name", ["bin", "publicKey", "privateKey"])
def test_a_secret_that_is_missing_is_named(name: str) -> None:
    for secrets in ({}, {name: ""}):
        given = {**PAIR.secrets, **PAIR.speaking}
        del given[name]
        done = sign("standard", PAIR, given | secrets)
        assert isinstance(done.exception, Invalid)
        assert (done.exception.code, name in done.exception.message) == ("secret_missing", True)


def test_a_secret_of_another_form_is_an_error_of_whoever_typed_it() -> None:
    for odd in ("x", "whsk_x", PAIR.secrets["publicKey"], "whsk_" + "A" * 32):
        done = sign("standard", PAIR, {**PAIR.secrets, "privateKey": odd})
        assert isinstance(done.exception, Invalid)
        assert done.exception.code == "secret_malformed"
