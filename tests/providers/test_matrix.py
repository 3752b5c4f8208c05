"""The page of providers and ``providers show`` say what the code says, every axis of it."""

from dataclasses import fields

import pytest

from providers import everyone
from providers._matrix import facts, matrix
from providers._protocol import Axes, Protocol

SPOKEN = [(one.name, said.name) for one in everyone().values() for said in one.protocols]
PROTOCOLS = [said for one in everyone().values() for said in one.protocols]


def test_every_protocol_has_a_line_and_a_section() -> None:
    page = matrix(everyone().values())
    sections = [line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")]
    assert sections == [f"{name} {protocol}" for name, protocol in SPOKEN]
    assert all(f"(#{name}-{protocol})" in page for name, protocol in SPOKEN)


def test_every_table_has_rows_of_one_width() -> None:
    for table in matrix(everyone().values()).split("\n\n"):
        rows = [line.replace("\\|", "") for line in table.splitlines() if line.startswith("|")]
        assert len({row.count("|") for row in rows}) <= 1


@pytest.mark.parametrize("said", PROTOCOLS, ids=lambda said: said.name)
def test_every_axis_of_a_protocol_is_told(said: Protocol) -> None:
    told = facts(said)
    assert {axis.name for axis in fields(Axes)} <= set(told)
    assert all(text == text.strip() and "\n" not in text for text in told.values())
    for code in said.results:
        assert code in told["results"]
    for name in (*said.unsigned, *said.talks, *said.secrets):
        assert name in " ".join((told["unsigned"], told.get("talks", ""), told["secrets"]))


def test_what_no_seal_covers_is_named() -> None:
    said = {protocol.name: facts(protocol) for protocol in PROTOCOLS}
    assert "storeId" in said["ipn_v2"]["unsigned"]
    assert said["payos"]["unsigned"] == "code, desc, success"
    assert said["sepay"]["unsigned"] == "nothing"
