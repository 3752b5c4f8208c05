"""The chart of accounts of a book (design §6).

Every name is a valid beancount account, so that another program can re-add an exported book. A
merchant's book uses the accounts below except those named by ``unclaimed`` and ``returned`` and
``SUSPENSE``, which belong to the platform's own book. Balances are debits minus credits: income and
liabilities are negative, and a whole book sums to zero.
"""

from collections.abc import Iterable

PLATFORM = "platform"
"""Code of the platform's own book."""

SALES = "Income:Sales"
NOT_SALES = "Income:NotSales"
OPENING = "Equity:Opening"
REFUNDS = "Income:Refunds"
"""What was sold and given back: a debit beside ``SALES``, so that sales stay countable."""

WITHDRAWALS = "Equity:Withdrawals"
"""What the merchant took out of the account."""

REVENUE = (SALES, REFUNDS)
"""What a merchant sold, less what was given back: the two are added up."""

OVERPAID = "Liabilities:Overpaid"
SUSPENSE = "Liabilities:Suspense"


def _title(provider: str) -> str:
    return "".join(part.capitalize() for part in provider.split("_"))


def bank(provider: str) -> str:
    """Name the account for money that has arrived in the merchant's own account there."""
    return f"Assets:Bank:{_title(provider)}"


def due(provider: str) -> str:
    """Name the account for money a wallet has taken and will settle later."""
    return f"Assets:Due:{_title(provider)}"


def fees(provider: str) -> str:
    """Name the account for what that provider keeps for its service."""
    return f"Expenses:Fees:{_title(provider)}"


def unclaimed(provider: str) -> str:
    """Name the platform's account for money of that provider whose owner is not known yet."""
    return f"Assets:Unclaimed:{_title(provider)}"


def returned(provider: str) -> str:
    """Name the platform's account for unclaimed money of that provider that was sent back.

    It stands against ``unclaimed`` with a credit balance: the two together are what is still there.
    """
    return f"Assets:Returned:{_title(provider)}"


def arrival(provider: str, settles: str) -> str:
    """Name the account a payment arrives in; ``settles`` is ``instant`` or ``later``."""
    return {"instant": bank, "later": due}[settles](provider)


def accounts(providers: Iterable[str]) -> frozenset[str]:
    """Name every account a merchant's book may have, given the names of the providers."""
    of_each = {name(provider) for provider in providers for name in (bank, due, fees)}
    own = {SALES, REFUNDS, NOT_SALES, OVERPAID, OPENING, WITHDRAWALS}
    return frozenset({*own, *of_each})
