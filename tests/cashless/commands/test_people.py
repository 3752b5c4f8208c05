"""``cashless people`` on the command line: who may come in, and who may not any more."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cashless.access.api_keys import is_key
from cashless.cli import cashless
from cashless.errors import Conflict, Invalid, NotFound, Problem
from tests.market import Market

WHY = ("--why", "đăng ký tại văn phòng chợ")


@pytest.fixture(autouse=True)
def _of_the_market(market_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASHLESS_DATABASE_URL", market_url)
    monkeypatch.setenv("CASHLESS_HOME", str(tmp_path / "home"))


def run(*words: str) -> Any:  # noqa: ANN401  whatever the command answers in JSON
    done = CliRunner().invoke(cashless, ["people", *words, "--json"], standalone_mode=False)
    if isinstance(done.exception, Problem):
        raise done.exception
    assert done.exception is None, done.output
    return json.loads(done.output)


def add(name: str, contact: str, *role: str) -> Any:  # noqa: ANN401  as run answers
    return run("add", "--name", name, "--contact", contact, "--role", *role, *WHY)


def test_a_person_is_added_with_a_role_and_an_invitation(market: Market) -> None:
    merchant = market.register()
    said = add("Chị Tư", "0912 345 678", "owner", "--merchant", merchant.code)
    assert "/invitation/" in said["invitation"]
    (row,) = run("list")
    assert row["contact"] == ["•••678"]
    assert row["roles"] == [f"owner:{merchant.code}"]
    shown = run("show", said["code"])
    assert [one["act"] for one in shown["acts"]] == ["invited", "granted"]
    assert shown["grants"][0]["why"] == WHY[1]


def test_a_role_is_granted_and_revoked_and_the_trace_stays(market: Market) -> None:
    code = add("Cô Lan", "lan@example.vn", "ward", "--ward", "30742")["code"]
    roles = run("grant", code, "--role", "auditor", "--until", "2099-01-01", *WHY)
    assert [one["role"] for one in roles] == ["ward", "auditor"]
    assert [one["role"] for one in run("revoke", str(roles[0]["id"]))] == ["auditor"]
    assert [one["role"] for one in run("show", code)["grants"]] == ["ward", "auditor"]
    with pytest.raises(Conflict, match="grant_over"):
        run("revoke", str(roles[0]["id"]))


def test_a_helper_is_let_in_until_midnight_whatever_was_wished(market: Market) -> None:
    merchant = market.register()
    said = add(
        "Bé Hai", "0987654321", "helper", "--merchant", merchant.code, "--until", "2099-01-01"
    )
    (granted,) = run("show", said["code"])["grants"]
    assert granted["until"][11:16] == "17:00"
    assert granted["until"] > granted["from"]


@pytest.mark.parametrize(
    ("role", "problem"),
    [
        (("owner",), "role_scope_wrong"),
        (("operator", "--ward", "30742"), "role_scope_wrong"),
        (("board", "--market", "RS", "--ward", "30742"), "role_scope_wrong"),
        (("board", "--market", "NOWHERE"), "role_scope_unknown"),
        (("ward", "--ward", "abc"), "role_scope_unknown"),
        (("partner", "--provider", "nobody"), "provider_unknown"),
        (("owner", "--merchant", "M0"), "merchant_unknown"),
        (("auditor", "--until", "2020-01-01"), "role_end_invalid"),
    ],
)
def test_a_role_without_its_scope_adds_nobody(
    market: Market, role: tuple[str, ...], problem: str
) -> None:
    with pytest.raises((Invalid, NotFound), match=problem):
        add("Ai đó", "0912345678", *role)
    assert run("list") == []


def test_a_number_belongs_to_one_person(market: Market) -> None:
    add("Khoa", "khoa@example.vn", "partner", "--provider", "momo")
    with pytest.raises(Conflict, match="contact_taken"):
        add("Khác", "Khoa@Example.VN", "operator")
    assert len(run("list")) == 1


def test_who_is_closed_or_signed_out_is_out(market: Market) -> None:
    code = add("Anh Bảy", "0912345678", "operator")["code"]
    assert run("sign-out", code) == {"code": code, "devices": 0}
    assert run("close", code) == {"code": code, "closed": True}
    assert run("show", code)["closed_at"] is not None
    with pytest.raises(NotFound, match="person_unknown"):
        run("show", "PNOBODY1")


def test_a_key_is_shown_once_and_ends_with_the_devices(market: Market) -> None:
    code = add("Máy tính tiền", "0912345678", "operator")["code"]
    made = run("key", code, "--name", "quầy 1", "--permission", "orders")
    assert is_key(made["key"])
    assert market.rows("SELECT permissions FROM device") == [(["orders", "registry"],)]
    assert made["key"] not in json.dumps(run("show", code))
    assert run("sign-out", code) == {"code": code, "devices": 1}


def test_what_each_role_may_is_the_database_s_own_table(market: Market) -> None:
    may = {row["role"]: set(row["permissions"]) for row in run("roles")}
    assert may["helper"] == {"registry", "today", "orders"}
    assert may["ward"] == may["city"] == {"adoption"}
    assert "takings" not in may["board"] | may["operator"] | may["partner"]
    assert all(may.values())
