"""Payments of each place in a period, as far as their number speaks of no single merchant.

A figure that is published every day tells most by its difference to the day before. So a payment
belongs to the place where its merchant had a stall on its own day, whatever became of merchant and
stall since: who moves, is suspended or closed changes no figure of the past. And a number is given
only where no day of the period was carried by one to four merchants, and where no merchant has more
than six of ten payments (dominance). A total beside hidden numbers is given only when the hidden
ones together keep the same two rules.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sqlalchemy import Connection, text

from cashless.reports.suppress import is_small

_DOMINANT_TENTHS: Final = 6
_HEARD: Final = text(
    """
WITH told AS (
  SELECT DISTINCT ON (b.merchant_id, d.business_date) b.merchant_id, d.business_date AS day,
         s.place_code AS place, d.credit_count - d.debit_count AS number
  FROM account_day d JOIN book b ON b.id = d.book_id
  JOIN merchant m ON m.id = b.merchant_id AND m.kind <> 'market_board'
  LEFT JOIN tenancy t ON t.merchant_id = m.id AND t.during @> greatest(
    d.business_date, (m.registered_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)
  LEFT JOIN stall s ON s.id = t.stall_id
  WHERE d.account = :sales AND d.business_date BETWEEN :from_day AND :to_day
    AND d.credit_count + d.debit_count > 0
  ORDER BY b.merchant_id, d.business_date, t.id),
daily AS (SELECT place, day, count(*) AS merchants, sum(number) AS number FROM told GROUP BY 1, 2),
each AS (SELECT place, sum(number) AS number FROM told GROUP BY place, merchant_id),
most AS (SELECT place, max(number) AS number FROM each GROUP BY place)
SELECT daily.place, greatest(sum(daily.number), 0)::bigint, greatest(most.number, 0)::bigint,
       jsonb_object_agg(day, merchants)
FROM daily JOIN most ON most.place IS NOT DISTINCT FROM daily.place
GROUP BY daily.place, most.number
"""
)


@dataclass(frozen=True, slots=True)
class Heard:
    """Payments of places: how many, how many of them one merchant's, merchants on each day."""

    payments: int = 0
    of_one: int = 0
    merchants: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_safe(self) -> bool:
        """Tell whether the number speaks of no single merchant, today and by difference."""
        is_dominated = 10 * self.of_one > _DOMINANT_TENTHS * self.payments
        return not is_dominated and not any(map(is_small, self.merchants.values()))


def heard(db: Connection, from_day: date, to_day: date, sales: str) -> dict[str | None, Heard]:
    """Count the payments of a period by place; None stands for merchants without a stall."""
    asked = {"from_day": from_day, "to_day": to_day, "sales": sales}
    return {row[0]: Heard(*row[1:]) for row in db.execute(_HEARD, asked)}


def together(parts: Sequence[Heard]) -> Heard:
    """Add up what places heard."""
    days: Counter[str] = Counter()
    for one in parts:
        days.update(one.merchants)
    most = max((one.of_one for one in parts), default=0)
    return Heard(sum(one.payments for one in parts), most, days)


def published(
    parts: Sequence[Heard], hidden: Sequence[int]
) -> tuple[tuple[int | None, ...], int | None]:
    """Return the numbers that may be published, and their total; ``hidden`` are hidden anyway."""
    away = {at for at, one in enumerate(parts) if at in hidden or not one.is_safe}
    cells = tuple(None if at in away else one.payments for at, one in enumerate(parts))
    rest = together([parts[at] for at in sorted(away)])
    is_told = not away or (len(away) > 1 and rest.is_safe)
    return cells, together(parts).payments if is_told else None
