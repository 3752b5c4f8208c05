"""Post: draft the entry of each match.

A sale goes to the merchant's book: the provider's account is debited, sales are credited. What an
order did not ask for (more than was due, or a second payment of a paid order) is owed back and
credited to ``Liabilities:Overpaid``. Money nobody has claimed goes to the platform's book, so every
match has an entry and posting has no branch for failure (invariant I3).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cashless.ledger.chart import (
    NOT_SALES,
    OVERPAID,
    PLATFORM,
    REFUNDS,
    SALES,
    SUSPENSE,
    WITHDRAWALS,
    arrival,
    returned,
    unclaimed,
)
from cashless.ledger.entry import Draft, Transfer
from providers import find
from webhooks.match import Match

Written = tuple[str, int, tuple[Transfer, ...]]
"""An entry as it stands: the code of its book, its sequence number, its transfers."""


@dataclass(frozen=True, slots=True)
class Credit:
    """What is left of a credit; how much was overpaid, or is marked as no sale; in đồng."""

    id: int
    amount: int
    unspent: int
    overpaid: int
    not_sold: int


def drafts(matches: Iterable[Match]) -> tuple[Draft, ...]:
    """Draft one entry for each match, in the order given.

    Orders are counted up as they are paid, so two payments of one order in the same batch are
    told apart.
    """
    return tuple(_draft(match) for match in matches)


def release(match: Match) -> Draft:
    """Draft the entry that takes a claimed payment out of the platform's suspense account."""
    return _entry(match, PLATFORM, "release", (_swapped(_put_aside(match)),))


def taken_back(match: Match, credit: Credit) -> list[Draft]:
    """Draft the entries of a payment that takes back from its credit, in the merchant's book.

    What was overpaid is owed back anyway, and what is marked as no sale was no revenue. The rest
    lowers what was sold: a reversal of the whole credit takes the sale itself back, everything
    else is a refund.
    """
    assert match.holder is not None  # noqa: S101  our mistake
    payment = match.payment
    arrived = arrival(payment.provider, find(payment.provider).settles)
    owed = min(payment.amount, max(credit.overpaid, 0))
    not_sold = min(payment.amount - owed, max(credit.not_sold, 0))
    is_whole = payment.kind == "reversal" and payment.amount == credit.amount
    parts = (
        (OVERPAID, owed),
        (NOT_SALES, not_sold),
        (SALES if is_whole else REFUNDS, payment.amount - owed - not_sold),
    )
    moved = tuple(Transfer(account, arrived, amount) for account, amount in parts if amount)
    return [release(match), _entry(match, match.holder.book, payment.kind, moved)]


def withdrawn(match: Match) -> list[Draft]:
    """Draft the entries of money that the merchant took out of the account; sales stay."""
    assert match.holder is not None  # noqa: S101  our mistake
    payment = match.payment
    arrived = arrival(payment.provider, find(payment.provider).settles)
    moved = Transfer(WITHDRAWALS, arrived, payment.amount)
    return [release(match), _entry(match, match.holder.book, "withdrawal", (moved,))]


def annulled(match: Match, moved: Iterable[Transfer]) -> Draft:
    """Draft the entry that moves back what a payment that was none has moved in its book."""
    book = match.holder.book if match.holder else PLATFORM
    return _entry(match, book, match.rule, tuple(_swapped(one) for one in moved))


def still_unclaimed(match: Match) -> Draft:
    """Draft the entry of a second look that changed nothing: it is put aside again."""
    aside = _put_aside(match)
    return _entry(match, PLATFORM, match.rule, (_swapped(aside), aside))


def sent_back(match: Match) -> Draft:
    """Draft the entry of money that went back to its payer, outside: it waits for nobody now."""
    payment = match.payment
    gone = Transfer(SUSPENSE, returned(payment.provider), payment.amount)
    return _entry(match, PLATFORM, "return", (gone,))


def undone(match: Match, written: Iterable[Written]) -> list[Draft]:
    """Draft the entries that take those of an earlier match back, each in its own book."""
    return [
        replace(_entry(match, book, "undo", tuple(_swapped(one) for one in moved)), reverses=seq)
        for book, seq, moved in written
    ]


def told_otherwise(match: Match, was: int, written: Sequence[Written]) -> list[Draft]:
    """Draft the entries of a payment that came to something else than the ``was`` đồng first told.

    Merchants' entries are taken back, and the right amount is put aside in the platform's book;
    what had been put aside there is taken out first.
    """
    aside = _put_aside(match)
    in_books = [one for one in written if one[0] != PLATFORM]
    before = () if in_books else (replace(_swapped(aside), amount=was),)
    return [*undone(match, in_books), _entry(match, PLATFORM, "correction", (*before, aside))]


def _draft(match: Match) -> Draft:
    return _unclaimed(match) if match.holder is None else _sale(match, match.holder.book)


def _unclaimed(match: Match) -> Draft:
    return _entry(match, PLATFORM, match.rule, (_put_aside(match),))


def _put_aside(match: Match) -> Transfer:
    """Move money whose owner is not known into suspense; of a debit the sides are swapped."""
    payment = match.payment
    aside = Transfer(unclaimed(payment.provider), SUSPENSE, payment.amount)
    return aside if payment.kind == "credit" else _swapped(aside)


def _swapped(moved: Transfer) -> Transfer:
    return Transfer(moved.credit, moved.debit, moved.amount)


def _sale(match: Match, book: str) -> Draft:
    payment = match.payment
    arrived = arrival(payment.provider, find(payment.provider).settles)
    sold = _due(match)
    parts = ((SALES, sold), (OVERPAID, payment.amount - sold))
    moved = tuple(Transfer(arrived, account, amount) for account, amount in parts if amount)
    return _entry(match, book, "sale" if sold else "overpayment", moved)


def _due(match: Match) -> int:
    """Return how much of the payment its order still asked for; all of it without an order."""
    order, amount = match.order, match.payment.amount
    if order is None:
        return amount
    sold = min(amount, max(order.amount - order.paid, 0))
    order.paid += amount
    return sold


def _entry(match: Match, book: str, kind: str, moved: tuple[Transfer, ...]) -> Draft:
    return Draft(
        book=book,
        kind=kind,
        cause=match.cause,
        business_date=match.payment.business_date,
        transfers=moved,
        payment=match.payment.id,
        match_seq=match.seq,
    )
