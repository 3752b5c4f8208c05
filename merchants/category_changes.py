"""What a merchant sold from which day: a change has a date, and the days before keep theirs.

Every change leaves a row, whoever makes it (the database sees to that); here it is made with its
own day and reason. Books of a period ask ``History.at`` day by day, so that the revenue of March
stays in March's group when the stall sells phở from April on. Until something was changed there is
no row, and the merchant's category holds for all days.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import orjson
from sqlalchemy import Connection, text

from cashless.clock import business_date, now
from cashless.errors import Invalid
from cashless.reason import require_why
from merchants import categories, register
from merchants.register import Merchant

_BACK_MOST: Final = timedelta(days=366)
_SAY: Final = text("SELECT set_config('cashless.category', :said, true)")
_CHANGE: Final = text("UPDATE merchant SET category = :category WHERE id = :merchant")
_EARLIER: Final = text(
    "INSERT INTO merchant_category (merchant_id, category, valid_from, who, why)"
    " VALUES (:merchant, :category, :from, :who, :why)"
)
_ROWS: Final = text(
    "SELECT category, valid_from, who, why FROM merchant_category WHERE merchant_id = :merchant"
    " ORDER BY valid_from, id"
)


@dataclass(frozen=True, slots=True)
class Sold:
    """What was sold from a day on, and who noted it why."""

    category: str
    valid_from: date
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class History:
    """What a merchant sells now, and the changes before, oldest first."""

    now: str
    changes: tuple[Sold, ...] = ()

    def at(self, day: date) -> str:
        """Return the category on a day."""
        return next(
            (one.category for one in reversed(self.changes) if one.valid_from <= day), self.now
        )


def history(db: Connection, merchant: Merchant) -> History:
    """Return what a merchant sold when."""
    rows = db.execute(_ROWS, {"merchant": merchant.id})
    return History(merchant.category, tuple(Sold(*row) for row in rows))


def change(db: Connection, merchant: Merchant, said: Sold) -> History:
    """Note that a merchant sells something else from a day on, which is not to come.

    A later change that was noted before stays. Raises ``Invalid("category_unknown" |
    "category_day_invalid" | "why_missing")``.
    """
    category, why, today = categories.require(said.category), require_why(said.why), _today()
    if not today - _BACK_MOST <= said.valid_from <= today:
        raise Invalid(
            "category_day_invalid",
            "A category changes from today or from a day of the last year.",
            "Ngành hàng đổi từ hôm nay hoặc từ một ngày trong vòng một năm trước.",
        )
    row = {"merchant": merchant.id, "category": category, "from": said.valid_from}
    row |= {"who": said.who, "why": why}
    if any(one.valid_from > said.valid_from for one in history(db, merchant).changes):
        db.execute(_EARLIER, row)
    else:
        db.execute(_SAY, {"said": orjson.dumps(row).decode()})
        db.execute(_CHANGE, row)
        db.execute(_SAY, {"said": ""})
    return history(db, register.find(db, merchant.code))


def _today() -> date:
    return business_date(now())
