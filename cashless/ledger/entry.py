"""An entry and its transfers, as values that cannot be unbalanced.

A transfer moves one positive amount from a credit account to a debit account. An entry is one or
more transfers of one event in one book. There is no way to write down an entry whose sides differ,
so nothing has to check it later (design §1.6).
"""

from dataclasses import dataclass
from datetime import date, datetime

from cashless.money import require_amount


@dataclass(frozen=True, slots=True)
class Transfer:
    """One debit and credit pair of ``amount`` đồng."""

    debit: str
    credit: str
    amount: int

    def __post_init__(self) -> None:
        """Refuse an amount that is not a positive int, and a transfer to itself."""
        require_amount(self.amount)
        assert self.debit != self.credit, "a transfer needs two accounts"  # noqa: S101  our mistake


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry before it has its place in a book.

    ``book`` is the book's code, ``cause`` the natural key of what happened (it is hashed and must
    be the same when the raw deliveries are replayed), ``payment`` and ``match_seq`` the row that
    caused it, ``business_date`` the day it counts for, ``reverses`` the sequence number of an
    entry of the same book that this one takes back. ``original_date`` is set by posting alone: the
    day it would have counted for, had that day not been closed.
    """

    book: str
    kind: str
    cause: str
    business_date: date
    transfers: tuple[Transfer, ...]
    payment: int | None = None
    match_seq: int | None = None
    reverses: int | None = None
    original_date: date | None = None

    def __post_init__(self) -> None:
        """Refuse an entry without transfers."""
        assert self.transfers, "an entry consists of transfers"  # noqa: S101  our mistake


@dataclass(frozen=True, slots=True)
class Posted:
    """A draft with its place: sequence number, hash and moment in the book ``book_id``."""

    book_id: int
    seq: int
    hash: bytes
    posted_at: datetime
    draft: Draft
