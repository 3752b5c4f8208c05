"""The entries a book knows besides sales: what each kind debits and credits.

Pure: each function drafts one entry, and nothing is posted here. What takes something back is the
same transfer the other way round, in a new entry. Refunds and reversals are payments of their own
and are drafted by the path (``webhooks.post``).

| kind | debit | credit |
|---|---|---|
| ``fee`` | ``Expenses:Fees:<provider>`` | where the money arrived |
| ``payout`` | ``Assets:Bank:<provider>`` | ``Assets:Due:<provider>`` |
| ``not_sale`` / ``sale_again`` | ``Income:Sales`` / ``Income:NotSales`` | the other |
| ``opening`` | an account | ``Equity:Opening`` (sides swapped below zero) |
| ``correction`` | as the person says | as the person says |
"""

from dataclasses import dataclass
from datetime import date

from cashless.ledger.chart import NOT_SALES, OPENING, SALES, bank, due, fees
from cashless.ledger.entry import Draft, Transfer


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when an entry counts: the book's code, the business date, the cause."""

    book: str
    day: date
    cause: str
    payment: int | None = None


def fee(place: Place, provider: str, account: str, amount: int) -> Draft:
    """Draft what a provider keeps for its service, out of the account the money arrived in."""
    return _draft(place, "fee", Transfer(fees(provider), account, amount))


def payout(place: Place, provider: str, amount: int) -> Draft:
    """Draft the arrival of a payment that its wallet owed until now."""
    return _draft(place, "payout", Transfer(bank(provider), due(provider), amount))


def not_sale(place: Place, amount: int) -> Draft:
    """Draft that money which came is no revenue."""
    return _draft(place, "not_sale", Transfer(SALES, NOT_SALES, amount))


def sale_again(place: Place, amount: int) -> Draft:
    """Draft that money marked as no revenue is revenue after all."""
    return _draft(place, "sale_again", Transfer(NOT_SALES, SALES, amount))


def opening(place: Place, account: str, amount: int) -> Draft:
    """Draft what an account held before the book began; ``amount`` below zero is a debt."""
    sides = (account, OPENING) if amount > 0 else (OPENING, account)
    return _draft(place, "opening", Transfer(*sides, abs(amount)))


def correction(place: Place, moved: Transfer, reverses: int | None = None) -> Draft:
    """Draft what a person corrects; ``reverses`` names the entry it is about."""
    return _draft(place, "correction", moved, reverses=reverses)


def _draft(place: Place, kind: str, *transfers: Transfer, reverses: int | None = None) -> Draft:
    return Draft(
        book=place.book,
        kind=kind,
        cause=place.cause,
        business_date=place.day,
        transfers=transfers,
        payment=place.payment,
        reverses=reverses,
    )
