"""What a merchant hears and sees: today's takings, the newest messages, the state of an order.

The sum of a day is the book's (``Income:Sales``), never a sum of messages: money is shown once it
is posted. Messages of one merchant are written while the merchant's book is locked, so their ids
grow in the order of commits and "newer than this id" misses none.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from cashless.clock import VIETNAM, business_date, now
from cashless.ledger.balance import takings
from cashless.words import read_amount
from merchants import orders
from providers import everyone
from webhooks.cases import advice
from webhooks.cases.case import Case

_MESSAGE: Final = (
    "SELECT m.id, m.amount, m.provider, m.order_code, p.occurred_at, p.id AS payment"
    " FROM message m JOIN payment p ON p.id = m.payment_id WHERE m.merchant_id = :merchant"
)
_AFTER: Final = text(f"{_MESSAGE} AND m.id > :after ORDER BY m.id LIMIT :most")
_NEWEST: Final = text(f"{_MESSAGE} ORDER BY m.id DESC LIMIT :most")


@dataclass(frozen=True, slots=True)
class Takings:
    """Sales of one business day in the merchant's book: đồng, payments, the amount in words."""

    amount: int
    count: int
    words: str


@dataclass(frozen=True, slots=True)
class Message:
    """What a merchant is told of one payment; ``at`` is when the provider says it happened.

    ``cases`` are those in which the merchant has something to do; only the newest ones have them.
    """

    id: int
    amount: int
    provider: str
    order: str | None
    at: datetime
    payment: int
    cases: tuple[Case, ...] = ()

    @property
    def words(self) -> str:
        """The amount as a northern voice reads it."""
        return read_amount(self.amount)

    def as_json(self) -> dict[str, object]:
        """Return the one shape that feeds and polling share; the time is Vietnam's."""
        return {
            "id": self.id,
            "amount": self.amount,
            "words": self.words,
            "provider": self.provider,
            "order": self.order,
            "at": self.at.astimezone(VIETNAM).isoformat(timespec="seconds"),
        }


def today(db: Connection, merchant_code: str) -> Takings:
    """Return what the merchant's book says of the present business day."""
    amount, count = takings(db, merchant_code, business_date(now()))
    return Takings(amount, count, read_amount(max(amount, 0)))


def messages(db: Connection, merchant_id: int, after: int, most: int) -> list[Message]:
    """Return up to ``most`` messages newer than the id ``after``, the oldest first."""
    rows = db.execute(_AFTER, {"merchant": merchant_id, "after": after, "most": most})
    return [_message(*row) for row in rows]


def newest(db: Connection, merchant_id: int, most: int) -> list[Message]:
    """Return the last ``most`` messages, the newest first, with what there is to do about them."""
    rows = db.execute(_NEWEST, {"merchant": merchant_id, "most": most})
    found = [_message(*row) for row in rows]
    told = advice.cases(db, [one.payment for one in found])
    return [replace(one, cases=_asking(told.get(one.payment, ()))) for one in found]


def order_state(db: Connection, code: str) -> dict[str, object]:
    """Return what a waiting page asks for. Raises ``NotFound("order_unknown")``."""
    order = orders.find(db, code)
    return {
        "code": order.code,
        "status": order.status(now()),
        "exception": order.exception,
        "final": order.is_final,
        "paid": order.paid,
        "amount": order.amount,
    }


def _asking(cases: Iterable[Case]) -> tuple[Case, ...]:
    return tuple(one for one in cases if one.asks)


def _message(id_: int, amount: int, provider: str, *more: Any) -> Message:  # noqa: ANN401  a row
    known = everyone().get(provider)
    return Message(id_, amount, known.title if known else provider, *more)
