"""Entries, transfers, the chart and the chain, as values."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashless.errors import Invalid
from cashless.ledger import chart
from cashless.ledger.chain import GENESIS, content, link
from cashless.ledger.entry import Draft, Transfer

AT = datetime(2026, 7, 1, 3, tzinfo=UTC)
USUAL = Draft("M1", "sale", "agribank/1/credit/1", date(2026, 7, 1), (Transfer("A", "B", 5),))
OTHERS = [
    Draft("M2", "sale", USUAL.cause, USUAL.business_date, USUAL.transfers),
    Draft("M1", "claim", USUAL.cause, USUAL.business_date, USUAL.transfers),
    Draft("M1", "sale", "agribank/2/credit/1", USUAL.business_date, USUAL.transfers),
    Draft("M1", "sale", USUAL.cause, date(2026, 7, 2), USUAL.transfers),
    Draft("M1", "sale", USUAL.cause, USUAL.business_date, (Transfer("A", "B", 6),)),
    Draft("M1", "sale", USUAL.cause, USUAL.business_date, (Transfer("B", "A", 5),)),
    Draft("M1", "sale", USUAL.cause, USUAL.business_date, (Transfer("A", "B", 5),) * 2),
    Draft("M1", "sale", USUAL.cause, USUAL.business_date, USUAL.transfers, reverses=1),
]


@pytest.mark.parametrize("amount", [0, -1, 10**12 + 1, 1.0, True, None, "5"])
def test_a_transfer_of_no_proper_amount_cannot_be_written_down(amount: object) -> None:
    with pytest.raises(Invalid, match="amount_invalid"):
        Transfer("Assets:A", "Income:B", amount)


def test_a_transfer_to_itself_and_an_empty_entry_are_our_own_mistakes() -> None:
    with pytest.raises(AssertionError):
        Transfer("Assets:A", "Assets:A", 1)
    with pytest.raises(AssertionError):
        Draft("M1", "sale", "x", date(2026, 7, 1), ())


@pytest.mark.parametrize("other", OTHERS, ids=range(len(OTHERS)))
def test_whatever_differs_changes_the_content(other: Draft) -> None:
    assert content(other, 1) != content(USUAL, 1)


def test_row_ids_do_not_change_the_content_so_a_replay_gives_the_same() -> None:
    numbered = Draft(
        "M1", "sale", USUAL.cause, USUAL.business_date, USUAL.transfers, payment=7, match_seq=2
    )
    assert content(numbered, 1) == content(USUAL, 1)


def test_the_link_covers_predecessor_content_and_time() -> None:
    text = content(USUAL, 1)
    links = {
        link(GENESIS, text, AT),
        link(bytes(31) + b"\x01", text, AT),
        link(GENESIS, content(USUAL, 2), AT),
        link(GENESIS, text, AT + timedelta(microseconds=1)),
    }
    assert len(links) == 4
    assert all(len(one) == 32 for one in links)


def test_the_link_means_the_instant_and_not_its_zone() -> None:
    local = AT.astimezone(timezone(timedelta(hours=7)))
    assert link(GENESIS, b"x", local) == link(GENESIS, b"x", AT)


@given(st.text(st.characters(categories=("Ll", "Nd"), max_codepoint=127), min_size=1))
def test_accounts_have_names_that_another_ledger_can_read(name: str) -> None:
    for account in (chart.bank(f"a{name}"), chart.due(f"a{name}"), chart.unclaimed(f"a{name}")):
        assert re.fullmatch(r"Assets(:[A-Z][A-Za-z0-9]*)+", account)


def test_the_account_of_an_arrival_follows_from_when_its_provider_pays_out() -> None:
    assert chart.arrival("viettel_money", "later") == "Assets:Due:ViettelMoney"
    assert chart.arrival("agribank", "instant") == "Assets:Bank:Agribank"
