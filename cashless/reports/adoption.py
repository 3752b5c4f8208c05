"""Adoption: how many of a market's merchants can take money without cash, and how many do.

Counted are merchants of status active who hold a stall of the place on the last day (one who holds
several is counted at the first). Rungs: registered; equipped, with a receiving account a code can
point to; paid, with a payment in the period; paid today, on the last day of it. Each percentage is
its rung over the registered of the same row. Payments are counted in the books' days, so nothing is
counted that is not posted; one that its provider took back whole is not counted. No amount of money
is read here at all.

Published is only what ``cashless.reports.suppress`` lets through: places with fewer than five
merchants go together into one row (with a larger place, where their sum would be too small), then
small counts of each column are hidden. Where even the total would tell, nothing is published. How
many payments there were has rules of its own (``adoption_payments``). The public figures of other
cities use different denominators under one name, so ours is printed with every percentage.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, text

from cashless.clock import day_bounds, now
from cashless.ledger.chart import SALES
from cashless.reports.adoption_payments import Heard, heard, published, together
from cashless.reports.suppress import is_small, protect

PERIOD_DAYS: Final = 28
_COLUMNS: Final = ("registered", "equipped", "paid", "paid_today")
_AMBULANT: Final = "Bán lưu động, chưa gắn sạp"
_OTHER: Final = "Khác / không công bố"
_TOTAL: Final = "Tổng cộng"

_PLACES: Final = text(
    """
WITH trader AS (
  SELECT DISTINCT ON (m.id) m.id, s.place_code,
         EXISTS (SELECT FROM receiving_account r
                 WHERE r.merchant_id = m.id AND r.closed_at IS NULL AND r.usable) AS equipped
  FROM merchant m
  LEFT JOIN tenancy t ON t.merchant_id = m.id AND t.during @> CAST(:to_day AS date)
  LEFT JOIN stall s ON s.id = t.stall_id
  WHERE m.status = 'active' AND m.kind <> 'market_board' AND m.registered_at < :end
  ORDER BY m.id, t.id),
heard AS (
  SELECT b.merchant_id, greatest(sum(d.credit_count - d.debit_count), 0) AS payments,
         sum(d.credit_count - d.debit_count) FILTER (WHERE d.business_date = :to_day)
           AS payments_today
  FROM account_day d JOIN book b ON b.id = d.book_id
  WHERE d.account = :sales AND d.business_date BETWEEN :from_day AND :to_day
  GROUP BY b.merchant_id)
SELECT p.code, coalesce(p.kind, 'ambulant') AS kind, coalesce(p.name, :ambulant) AS name,
       count(t.id) AS registered, count(t.id) FILTER (WHERE t.equipped) AS equipped,
       count(h.merchant_id) FILTER (WHERE h.payments > 0) AS paid,
       count(h.merchant_id) FILTER (WHERE h.payments_today > 0) AS paid_today
FROM place p FULL JOIN trader t ON t.place_code = p.code LEFT JOIN heard h ON h.merchant_id = t.id
GROUP BY p.code, p.kind, p.name ORDER BY kind = 'ambulant', kind, p.code
"""
)
_EXCLUDED: Final = text(
    "SELECT count(*) FROM merchant"
    " WHERE status <> 'active' AND kind <> 'market_board' AND registered_at < :end"
)


@dataclass(frozen=True, slots=True)
class Counts:
    """Merchants on each rung, and payments; None where it is not published."""

    registered: int | None
    equipped: int | None
    paid: int | None
    paid_today: int | None
    payments: int | None

    def permille(self, rung: str) -> int | None:
        """Return a rung in thousandths of the registered, rounded half up."""
        part, whole = getattr(self, rung), self.registered
        return None if part is None or not whole else (2000 * part + whole) // (2 * whole)


_NOTHING: Final = Counts(None, None, None, None, None)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table; kind is market, street, ambulant, other (folded) or total."""

    code: str | None
    kind: str
    name: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class Adoption:
    """What is published of a period of whole days, both ends included, as known at a moment."""

    from_day: date
    to_day: date
    known_at: datetime
    lines: tuple[Line, ...]
    total: Counts
    folded: tuple[str, ...]
    excluded: int | None


@dataclass(frozen=True, slots=True)
class _Place:
    """A place with its true counts; never leaves this file."""

    code: str | None
    kind: str
    name: str
    registered: int
    equipped: int
    paid: int
    paid_today: int
    heard: Heard


def last_days(to_day: date) -> tuple[date, date]:
    """Return the period of 28 days (four whole weeks) that ends with that day."""
    return to_day - timedelta(days=PERIOD_DAYS - 1), to_day


def adoption(db: Connection, from_day: date, to_day: date) -> Adoption:
    """Count the rungs for business days ``from_day`` to ``to_day``, and hide what is small."""
    _, end = day_bounds(to_day)
    asked = {
        "from_day": from_day,
        "to_day": to_day,
        "end": end,
        "sales": SALES,
        "ambulant": _AMBULANT,
    }
    told = heard(db, from_day, to_day, SALES)
    rows = db.execute(_PLACES, asked)
    places = [_Place(*(*row, told.get(row.code, Heard()))) for row in rows]
    excluded = db.execute(_EXCLUDED, {"end": end}).scalar_one()
    kept, folded = _fold(places)
    lines, total = _publish([*kept, *_together(folded)])
    if protect([place.registered for place in places]).total is None:
        lines, total = tuple(_blank(line) for line in lines), _NOTHING
    return Adoption(
        from_day=from_day,
        to_day=to_day,
        known_at=now(),
        lines=lines,
        total=total,
        folded=tuple(place.name for place in folded),
        excluded=None if is_small(excluded) else excluded,
    )


def _fold(places: Sequence[_Place]) -> tuple[list[_Place], list[_Place]]:
    """Part the places that are published by name from those that go together."""
    cells = protect([place.registered for place in places]).cells
    both = list(zip(places, cells, strict=True))
    kept = [place for place, count in both if count is not None]
    return kept, [place for place, count in both if count is None]


def _together(places: Sequence[_Place]) -> list[_Place]:
    sums = (sum(getattr(place, name) for place in places) for name in _COLUMNS)
    heard_of = together([place.heard for place in places])
    return [_Place(*(None, "other", _OTHER, *sums, heard_of))] if places else []


def _publish(places: Sequence[_Place]) -> tuple[tuple[Line, ...], Counts]:
    columns = {name: protect([getattr(place, name) for place in places]) for name in _COLUMNS}
    paid = columns["paid"]
    payments, in_all = published([place.heard for place in places], paid.hidden)
    rows = [
        Counts(**{name: column.cells[at] for name, column in columns.items()}, payments=number)
        for at, number in enumerate(payments)
    ]
    in_all = None if paid.total is None else in_all
    total = Counts(**{name: column.total for name, column in columns.items()}, payments=in_all)
    return tuple(_line(place, row) for place, row in zip(places, rows, strict=True)), total


def _line(place: _Place, counts: Counts) -> Line:
    return Line(place.code, place.kind, place.name, counts)


def _blank(line: Line) -> Line:
    return Line(line.code, line.kind, line.name, _NOTHING)


def everything(found: Adoption) -> Iterable[Line]:
    """Yield the lines, then the total as a line of its own."""
    yield from found.lines
    yield Line(None, "total", _TOTAL, found.total)
