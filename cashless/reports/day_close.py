"""A day close as people read it: what the book does not know, and the lines of the slip.

The slip has one shape for the terminal, for A6 and for a 58 mm roll: who and when, each provider
with count, gross, refunds, fee and net, then what is no revenue, then the revenue in figures and in
words, then what waits, then number and hash. Vietnamese first; English beside it on the terminal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, text

from cashless.clock import VIETNAM, day_bounds
from cashless.ledger import day_cuts
from cashless.ledger.chart import bank
from cashless.ledger.closing import Close
from cashless.money import format_dong
from merchants.register import Merchant
from providers import everyone

# A payment counts once: by its last match, however many accounts or matches lead to it.
_LAST: Final = (
    "NOT EXISTS (SELECT FROM match y WHERE y.payment_id = m.payment_id AND y.seq > m.seq)"
)
_UNMATCHED: Final = text(
    f"""
SELECT count(*) AS unmatched_count, coalesce(sum(u.amount), 0)::bigint AS unmatched_amount
FROM (SELECT DISTINCT p.id, p.amount FROM receiving_account r
  JOIN payment p ON p.provider = r.provider AND r.number IN (p.account, p.virtual_account)
  JOIN match m ON m.payment_id = p.id AND m.merchant_id IS NULL
  WHERE r.merchant_id = :merchant AND p.kind = 'credit' AND p.business_date <= :day
    AND {_LAST}) AS u
"""  # noqa: S608  only our own conditions are put together here
)
_CONFLICTS: Final = text(
    "SELECT count(*) FROM conflict c JOIN match m ON m.payment_id = c.payment_id"  # noqa: S608  as above
    f" WHERE m.merchant_id = :merchant AND c.business_date <= :day AND {_LAST}"
)
_AFTER_MIDNIGHT: Final = text(
    "SELECT count(*) FROM match m JOIN payment p ON p.id = m.payment_id"  # noqa: S608  as above
    " WHERE m.merchant_id = :merchant AND p.kind = 'credit'"
    f" AND p.occurred_at >= :midnight AND p.occurred_at < :cut AND {_LAST}"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a slip: how it is set (a style of ``close_slip``), what, and how much."""

    style: str
    what: str
    value: str = ""


def noted(
    db: Connection, merchant: Merchant, day: date, said: tuple[str, int | None]
) -> dict[str, int]:
    """Return what a close tells besides the book: what waits, conflicts, cash typed in.

    ``said`` is the kind of market and the cash in đồng, None where nobody counted it.
    """
    market, cash = said
    asked = {"merchant": merchant.id, "day": day}
    midnight = day_bounds(day)[1]
    night = {"merchant": merchant.id, "midnight": midnight, "cut": day_cuts.over_at(day, market)}
    found = {
        **db.execute(_UNMATCHED, asked).one()._mapping,
        "conflicts": db.execute(_CONFLICTS, asked).scalar_one(),
        "after_midnight": db.execute(_AFTER_MIDNIGHT, night).scalar_one(),
    }
    return found if cash is None else {**found, "cash": cash}


def slip(close: Close, name: str) -> list[Line]:
    """Return the lines of a close, in the order they are read."""
    return [
        *_head(close, name),
        *_providers(close.said["figures"]["providers"]),
        *_totals(close.said["figures"]),
        *_waiting(close.said["noted"]),
        *_foot(close),
    ]


def _head(close: Close, name: str) -> list[Line]:
    first, last = (_day(close.said[key]) for key in ("first_day", "last_day"))
    days = last if first == last else f"{first} – {last}"
    festive = close.said["holiday"]
    return [
        Line("title", "CHỐT NGÀY"),
        Line("head", name),
        Line("plain", "Ngày", days),
        *([Line("plain", "Dịp", festive)] if festive else []),
        Line("plain", "Số chốt", str(close.number)),
    ]


@cache
def _titles() -> Mapping[str, str]:
    """Return what people call the providers, by what the chart of accounts calls them."""
    return {bank(name).rpartition(":")[2]: one.title for name, one in everyone().items()}


def _providers(providers: list[dict[str, Any]]) -> list[Line]:
    found: list[Line] = []
    for one in providers:
        name = _titles().get(one["name"], one["name"])
        found.append(Line("head", name, f"{one['count']} khoản"))
        found += [
            Line("plain", words, format_dong(one[key]))
            for key, words in _OF_PROVIDER.items()
            if one[key] or key in {"gross", "net"}
        ]
    return found or [Line("plain", "Không có khoản nào")]


_OF_PROVIDER: Final = {
    "gross": "Tổng thu",
    "refunds": "Hoàn trả",
    "fees": "Phí",
    "net": "Thực thu",
    "paid_out": "Ví đã chuyển về",
}


_OTHER: Final = {
    "not_sales": "Không phải doanh thu",
    "overpaid": "Trả thừa",
    "withdrawn": "Đã rút khỏi tài khoản",
}


def _totals(figures: Mapping[str, Any]) -> list[Line]:
    late = [
        Line("plain", f"Đến muộn, thuộc ngày {_day(one['day'])}", format_dong(one["amount"]))
        for one in figures["late"]
    ]
    other = [
        Line("plain", words, format_dong(figures[key]))
        for key, words in _OTHER.items()
        if figures[key]
    ]
    return [
        *_section([*other, *late]),
        Line("strong", "DOANH THU", format_dong(figures["revenue"])),
        Line("words", f"Bằng chữ: {figures['revenue_words']}"),
    ]


def _waiting(told: Mapping[str, int]) -> list[Line]:
    waits = (
        f"{told.get('unmatched_count', 0)} khoản, {format_dong(told.get('unmatched_amount', 0))}"
    )
    lines = [Line("plain", "Chưa rõ của ai", waits)]
    if told.get("conflicts"):
        lines.append(Line("plain", "Mâu thuẫn", f"{told['conflicts']} khoản"))
    if told.get("after_midnight"):
        lines.append(Line("plain", "Sau 0 giờ, ghi ngày sau", f"{told['after_midnight']} khoản"))
    if "cash" in told:
        lines.append(Line("plain", "Tiền mặt (tự ghi, ngoài sổ)", format_dong(told["cash"])))
    return _section(lines)


def _section(lines: list[Line]) -> list[Line]:
    """Let the first of some lines stand under a rule."""
    return [replace(line, style="first") if i == 0 else line for i, line in enumerate(lines)]


def _foot(close: Close) -> list[Line]:
    at = datetime.fromisoformat(close.said["closed_at"]).astimezone(VIETNAM)
    return [
        Line("small", f"Chốt lúc {at:%H:%M %d/%m/%Y}, {close.said['closed_by']}"),
        Line("small", f"Sổ {close.book}, đến bút toán {close.said['last_seq']}"),
        Line("small", f"Mã {_grouped(close.digest.hex()[:32])}"),
        Line("small", f"Mã trước {_grouped(close.said['previous'][:32])}"),
    ]


def _day(written: str) -> str:
    return date.fromisoformat(written).strftime("%d/%m/%Y")


def _grouped(digits: str) -> str:
    return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))
