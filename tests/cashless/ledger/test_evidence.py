"""A book or an entry in a file: checked without a database, and every change to it is found."""

import copy
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cashless.clock import now
from cashless.commands.session import as_text
from cashless.db.engine import transaction
from cashless.errors import Invalid, NotFound
from cashless.ledger import closing, day_cuts, disclosing, evidence, hand, publishing, root
from cashless.ledger.cause import reason
from cashless.ledger.closing import Wish
from tests.market import KEY, MOMENT, Market, account, business_date, credit

File = dict[str, Any]
TRUSTED = (root.public(KEY),)
WHY = reason("chị Tư", 'em gái "gửi" tiền')


@pytest.fixture
def book(market: Market) -> str:
    """Three payments, one marked, a closed day, a root, and a payment after it."""
    code = market.register().code
    market.register("Dì Năm", account("kienlongbank"))
    market.hear("agribank", *(credit("agribank", n) for n in (1, 2, 3)))
    market.settle()
    day = business_date(MOMENT)
    with transaction(market.engine) as db:
        hand.not_sale(db, first_payment(market), WHY)
        closing.close(db, code, Wish(day, "chị Tư", day_cuts.over_at(day, "day")))
        publishing.publish(db, KEY, now())
    market.hear("agribank", credit("agribank", 4, occurred_at=MOMENT + timedelta(days=1)))
    market.settle()
    return code


def first_payment(market: Market) -> int:
    return int(market.rows("SELECT min(id) FROM payment")[0][0])


def disclosed(market: Market, book: str) -> File:
    with transaction(market.engine) as db:
        return json.loads(as_text(disclosing.book(db, book)))


_made: dict[str, Any] = {}


@pytest.fixture
def file(request: pytest.FixtureRequest) -> File:
    """The disclosed book, made once: a file needs no database."""
    if not _made:
        book = request.getfixturevalue("book")
        _made.update(disclosed(request.getfixturevalue("market"), book))
    return copy.deepcopy(_made)


def receipt(market: Market, payment: int) -> File:
    with transaction(market.engine) as db:
        return json.loads(as_text(disclosing.receipt(db, payment)))


def test_a_disclosed_book_fits_together_up_to_its_root(market: Market, book: str) -> None:
    found = evidence.check(disclosed(market, book), TRUSTED)
    assert (found.ok, found.faults) == (True, [])
    assert (found.entries, found.root, found.after_root) == (5, 1, 1)
    assert found.key == TRUSTED[0]


def test_a_receipt_shows_one_entry_and_nothing_of_the_others(market: Market, book: str) -> None:
    file = receipt(market, first_payment(market) + 1)
    found = evidence.check(file, TRUSTED)
    assert (found.ok, found.book, found.entries, found.root) == (True, book, 1, 1)
    assert [row["seq"] for row in file["entries"]] == [2]
    assert len(file["links"]) == 2
    assert "agribank" not in json.dumps(file["links"])


def test_a_receipt_waits_for_a_root(market: Market, book: str) -> None:
    last = int(market.rows("SELECT max(id) FROM payment")[0][0])
    with pytest.raises(NotFound, match="root_missing"):
        receipt(market, last)
    with pytest.raises(NotFound, match="payment_not_posted"):
        receipt(market, last + 1)
    with pytest.raises(NotFound, match="root_missing"), transaction(market.engine) as db:
        disclosing.book(db, book, 2)


def _amount(file: File) -> None:
    file["entries"][1]["transfers"][0][2] += 1000


def _whole_amount(file: File) -> None:
    _amount(file)
    file["balances"] = evidence.balances(file["entries"])


def _swap(file: File) -> None:
    file["entries"][0], file["entries"][1] = file["entries"][1], file["entries"][0]


def _balance(file: File) -> None:
    file["balances"]["Income:Sales"] -= 1


def _close(file: File) -> None:
    file["closes"][0]["said"] += " "


def _signature(file: File) -> None:
    file["root"]["signature"] = "00" * 64


def _path(file: File) -> None:
    file["root"]["head"][1] -= 1


def _said(file: File) -> None:
    file["root"]["said"] = file["root"]["said"].replace('"number":1', '"number":2')


CHANGES: dict[str, tuple[Callable[[File], None], str]] = {
    "an amount": (_amount, "#2"),
    "an amount and the balances": (_whole_amount, "#2"),
    "the order": (_swap, "#2"),
    "a reason": (lambda file: file["entries"][3].update(cause='["a","b","c","d"]'), "#4"),
    "a moment": (lambda file: file["entries"][0].update(posted_at="2026-07-01T00:00+00:00"), "#1"),
    "an entry left out": (lambda file: file["entries"].pop(1), "#3"),
    "the first left out": (lambda file: file["entries"].pop(0), "#2"),
    "the last left out": (lambda file: file["entries"].pop(), "Income:Sales"),
    "the end left out": (lambda file: file.update(entries=file["entries"][:2]), "root 1: head"),
    "a balance": (_balance, "Income:Sales"),
    "a close": (_close, "close 1"),
    "the signature": (_signature, "root 1: signature"),
    "the head": (_path, "root 1: path"),
    "what the root says": (_said, "root 2: signature"),
    "all closes left out": (lambda file: file.update(closes=[]), "close 1"),
    "the root left out": (lambda file: file.update(root=None), "root: none"),
    "something beside": (lambda file: file.update(note="đã nộp thuế"), "file: note"),
    "something beside in an entry": (lambda file: file["entries"][1].update(memo="x"), "#2"),
    "an entry twice": (lambda file: file["entries"].insert(2, dict(file["entries"][1])), "#2"),
    "the name of the book": (lambda file: file.update(book="MOTHER"), "root 1: head"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_to_a_disclosed_book_is_found(file: File, change: str) -> None:
    spoil, place = CHANGES[change]
    spoil(file)
    found = evidence.check(file, TRUSTED)
    assert any(place in fault for fault in found.faults), found.faults


def test_entries_of_a_whole_book_cannot_be_hidden_behind_their_hashes(
    market: Market, book: str
) -> None:
    """A receipt may leave the content of later entries out, a book may not."""
    file, first = disclosed(market, book), receipt(market, first_payment(market))
    file.update(entries=file["entries"][:1], links=first["links"], closes=[])
    file["balances"] = evidence.balances(file["entries"])
    assert "file: links" in evidence.check(file, TRUSTED).faults


def test_a_receipt_has_one_entry_and_is_under_a_root(market: Market, book: str) -> None:
    file = receipt(market, first_payment(market))
    for spoiled, place in (({"root": None}, "root: none"), ({"entries": []}, "file: 0 entries")):
        assert place in evidence.check({**file, **spoiled}).faults


def test_a_book_before_the_first_root_agrees_with_itself_and_proves_no_more(file: File) -> None:
    found = evidence.check({**file, "root": None})
    assert (found.ok, found.root, found.after_root) == (True, None, 5)


def test_a_later_format_is_told_from_what_is_no_file_of_ours(file: File) -> None:
    for later in ("cashless-book-2", "cashless-receipt-17"):
        with pytest.raises(Invalid, match="evidence_newer"):
            evidence.check({**file, "format": later}, TRUSTED)


def test_a_trusted_key_may_be_written_in_capitals(file: File) -> None:
    assert evidence.check(file, [TRUSTED[0].upper()]).ok


def test_a_key_nobody_trusts_is_a_fault(file: File) -> None:
    assert evidence.check(file, ["00" * 32]).faults == ["root 1: key"]
    assert evidence.check(file).ok


def test_a_kept_root_must_be_the_very_same(file: File) -> None:
    kept = {name: file["root"][name] for name in ("said", "signature")}
    assert evidence.same_root(file, kept)
    assert not evidence.same_root(file, {**kept, "signature": "00" * 64})
    with pytest.raises(Invalid, match="evidence_unreadable"):
        evidence.same_root(file, {})


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.update(format="cashless-box-1"),
        lambda file: file.update(format=["cashless-book-1"]),
        lambda file: file.pop("entries"),
        lambda file: file.update(entries=[1]),
        lambda file: file["entries"][0].update(business_date="hôm nay"),
        lambda file: file["entries"][0].update(transfers=[]),
        lambda file: file["entries"][0]["transfers"][0].__setitem__(2, -5),
        lambda file: file["entries"][0]["transfers"][0].__setitem__(2, "5"),
        lambda file: file["entries"][0].update(hash="xyz"),
        lambda file: file.update(root=[]),
        lambda file: file["root"].update(said="no json"),
        lambda file: file.update(balances=None),
    ],
)
def test_a_file_of_another_shape_is_refused(file: File, spoil: Callable[[File], object]) -> None:
    spoil(file)
    with pytest.raises(Invalid, match="evidence_unreadable"):
        evidence.check(file, TRUSTED)


@pytest.mark.parametrize("what", [None, [], "text", 7])
def test_what_is_no_file_of_ours_is_refused(what: object) -> None:
    with pytest.raises(Invalid, match="evidence_unreadable"):
        evidence.check(what)
