"""What comes out otherwise when a payment is matched by other rules, and what persons said of it.

    to_merchant     it lay in suspense and would find a merchant
    other_merchant  it would go to another merchant
    to_suspense     it had a merchant and would go to suspense
    other_order     the same merchant, another order, one more or one less
    other_rule      the same merchant and order by another rung, or suspense for another reason
    unrepeatable    the rules it was matched under would not make that match again from what rows
                    tell of that time: nothing is said about the new rules

A person's later assignment is laid beside it: the new rules agree with it, contradict it, or are
silent (suspense).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Final

from webhooks.match import Match

KINDS: Final = (
    "to_merchant",
    "other_merchant",
    "to_suspense",
    "other_order",
    "other_rule",
    "unrepeatable",
)
PERSONS: Final = ("agrees", "contradicts", "silent")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whose a payment is by some rules: merchant's code and id, order, rule, reason."""

    rule: str
    merchant_id: int | None = None
    merchant: str | None = None
    order: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One payment that would be matched otherwise; ``amount`` in đồng."""

    payment: int
    provider: str
    provider_txn_id: str
    business_date: date
    amount: int
    kind: str
    old_rule: str
    old_merchant: str | None
    old_order: str | None
    old_reason: str | None
    new_rule: str
    new_merchant: str | None
    new_order: str | None
    new_reason: str | None
    assigned_to: str | None
    person: str | None

    @property
    def row(self) -> dict[str, object]:
        """The difference as a line of a table."""
        return asdict(self)


def outcome(one: Match) -> Outcome:
    """Return what a match says, without who was asked."""
    reason = one.explanation.get("reason")
    return Outcome(
        one.rule,
        one.holder.merchant_id if one.holder else None,
        one.holder.book if one.holder else None,
        one.order.code if one.order else None,
        str(reason) if reason else None,
    )


def kind(old: Outcome, new: Outcome) -> str | None:
    """Name how two outcomes differ; None where they do not."""
    if old == new:
        return None
    moved: Mapping[tuple[bool, bool], str] = {
        (False, True): "to_merchant",
        (True, False): "to_suspense",
    }
    ways = (old.merchant_id is not None, new.merchant_id is not None)
    if ways in moved:
        return moved[ways]
    if old.merchant_id != new.merchant_id:
        return "other_merchant"
    return "other_order" if old.order != new.order else "other_rule"


def person(assigned: int | None, new: Outcome) -> str | None:
    """Say how the new rules stand to the merchant a person named later; None where none did."""
    if assigned is None:
        return None
    if new.merchant_id is None:
        return "silent"
    return "agrees" if new.merchant_id == assigned else "contradicts"
