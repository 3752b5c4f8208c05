"""The slip of a day close: what it says, on both papers, the same bytes each time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pypdfium2
import pytest
from sqlalchemy import text

from cashless.db.engine import transaction
from cashless.ledger import closing, hand
from cashless.ledger.cause import reason
from cashless.ledger.closing import Close, Wish
from cashless.reports import close_slip, day_close
from cashless.reports.day_close import Line
from merchants.register import Merchant
from tests.cashless.test_invariants import tamper
from tests.market import MOMENT, Market, credit

DAY = date(2026, 7, 1)
AT = datetime(2026, 7, 1, 20, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 7, 1, 17, tzinfo=UTC)


@pytest.fixture
def closed(market: Market) -> tuple[Close, Merchant]:
    """A night stall: two sales, family money, one after midnight, one claimed by nobody."""
    merchant = market.register("Ốc đêm Cô Ba 🐚")
    market.hear("agribank", *(credit("agribank", n) for n in (1, 2, 3)))
    market.hear("agribank", credit("agribank", 4, occurred_at=MIDNIGHT + timedelta(hours=1)))
    market.settle()
    one = int(market.rows("SELECT min(id) FROM payment")[0][0])
    with transaction(market.engine) as db:
        hand.not_sale(db, one, reason("cô Ba", "chồng gửi"))
        noted = day_close.noted(db, merchant, DAY, ("night", 230_000))
        wish = Wish(DAY, "cô Ba", AT, "night", noted)
        return closing.close(db, merchant.code, wish), merchant


def test_what_the_book_does_not_know_is_told_beside_it(closed: tuple[Close, Merchant]) -> None:
    assert closed[0].said["noted"] == {
        "unmatched_count": 0,
        "unmatched_amount": 0,
        "conflicts": 0,
        "after_midnight": 1,
        "cash": 230_000,
    }


def test_money_of_the_stall_that_waits_for_an_owner_is_told(market: Market) -> None:
    merchant = market.register()
    first, second = (market.order(merchant, 50_000).code for _ in range(2))
    market.hear("agribank", credit("agribank", 1, memo=f"{first} {second}", occurred_at=MOMENT))
    market.settle()
    with transaction(market.engine) as db:
        noted = day_close.noted(db, merchant, DAY, ("day", None))
    assert (noted["unmatched_count"], noted["unmatched_amount"]) == (1, 50_000)


@pytest.mark.parametrize("paper", close_slip.PAPERS)
def test_the_slip_says_it_in_figures_and_in_words(
    closed: tuple[Close, Merchant], paper: str
) -> None:
    close, merchant = closed
    lines = day_close.slip(close, merchant.name)
    drawn = close_slip.draw(lines, close_slip.PAPERS[paper])
    assert drawn == close_slip.draw(lines, close_slip.PAPERS[paper])
    pages = pypdfium2.PdfDocument(drawn)
    said = " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in pages)
    for wanted in (
        *("CHỐT NGÀY", "Ốc đêm Cô Ba", "01/07/2026", "Agribank", "3 khoản", "150.000 đ"),
        *("100.000 đ", "một trăm nghìn đồng", "230.000 đ", "Sau 0 giờ"),
        close.digest.hex()[:4],
    ):
        assert wanted in said
    width, _height = pages[0].get_size()
    assert round(width * 25.4 / 72) == close_slip.PAPERS[paper].width


def test_a_long_slip_goes_on_to_another_page(closed: tuple[Close, Merchant]) -> None:
    lines = day_close.slip(closed[0], "Tên rất dài " * 8) * 3
    a6 = pypdfium2.PdfDocument(close_slip.draw(lines, close_slip.PAPERS["a6"]))
    roll = pypdfium2.PdfDocument(close_slip.draw(lines, close_slip.PAPERS["58mm"]))
    assert len(a6) > 1
    assert len(roll) == 1
    told = [page.get_textpage().get_text_range() for page in a6]
    assert all(f"Trang {n}/{len(a6)}" in page for n, page in enumerate(told, start=1))
    assert "Trang" not in roll[0].get_textpage().get_text_range()


def test_the_first_line_of_a_section_does_not_end_a_page() -> None:
    lines = [Line("plain", f"dòng {n}", "1 đ") for n in range(60)]
    for place in range(20, 40):
        cut = [*lines[:place], Line("head", "MỤC"), *lines[place:]]
        pages = pypdfium2.PdfDocument(close_slip.draw(cut, close_slip.PAPERS["a6"]))
        words = pages[0].get_textpage().get_text_range().split()
        assert words[words.index("Trang") - 1] == "đ", place


def test_providers_are_called_on_the_slip_as_people_call_them(
    closed: tuple[Close, Merchant],
) -> None:
    close = closed[0]
    said = {**close.said["figures"]["providers"][0], "name": "VnptMoney"}
    figures = {**close.said["figures"], "providers": [said]}
    lines = day_close.slip(replace(close, said={**close.said, "figures": figures}), "x")
    assert "VNPT Money" in [line.what for line in lines]


def test_what_came_after_midnight_counts_once_however_often_it_was_given(market: Market) -> None:
    """Claimed, given back and claimed again, a payment has several matches and one owner."""
    merchant = market.register()
    market.hear("agribank", credit("agribank", 4, occurred_at=MIDNIGHT + timedelta(hours=1)))
    market.settle()
    for seq, holder in ((2, None), (3, merchant.id)):
        with transaction(market.engine) as db:
            db.execute(
                text(
                    "INSERT INTO match (payment_id, seq, merchant_id, rule, explanation,"
                    " matched_by, matched_at) SELECT payment_id, :seq, :holder, rule, explanation,"
                    " 'x', matched_at FROM match WHERE seq = 1"
                ),
                {"seq": seq, "holder": holder},
            )
            noted = day_close.noted(db, merchant, DAY, ("night", None))
        assert noted["after_midnight"] == (0 if holder is None else 1)


def test_money_that_waits_counts_once_whichever_accounts_it_names(
    market: Market, market_url: str
) -> None:
    merchant = market.register()
    codes = [market.order(merchant, 50_000).code for _ in range(2)]
    market.hear("agribank", credit("agribank", 1, memo=" ".join(codes)))
    market.settle()
    with transaction(market.engine) as db:
        db.execute(
            text(
                "INSERT INTO receiving_account (merchant_id, provider, bin, number, holder)"
                " SELECT merchant_id, provider, bin, 'VA1', holder FROM receiving_account"
            )
        )
    tamper(market_url, "UPDATE payment SET virtual_account = 'VA1'")
    with transaction(market.engine) as db:
        noted = day_close.noted(db, merchant, DAY, ("day", None))
    assert (noted["unmatched_count"], noted["unmatched_amount"]) == (1, 50_000)
