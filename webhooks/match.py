"""Match: whose payment it is and which order it pays, with the rule that said so.

A ladder of rungs, tried from the surest to the weakest: the provider's own order field, the virtual
account, our reference in the memo, the receiving account. The first rung that finds somebody
decides, and the merchant found must hold an account that the payment names. Amounts never decide.
What no rung finds goes to suspense with the reason, so matching cannot fail. Nothing here touches
the database: ``webhooks.settle`` fetches the candidates for a whole batch and writes the matches.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from cashless.vietqr.reference import find_references

SUSPENSE = "suspense"
WAITING = "waiting"

AccountKey = tuple[str, str]
"""Provider and account number as the provider names it."""


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as it was kept; ``amount`` in đồng, ``settles`` when its provider pays out."""

    id: int
    provider: str
    provider_txn_id: str
    kind: str
    amount: int
    account: str | None
    virtual_account: str | None
    order_ref: str | None
    memo: str
    occurred_at: datetime
    business_date: date
    original: str | None = None
    # False where the connection that told of it may not speak of its accounts.
    is_bound: bool = True

    @property
    def account_keys(self) -> tuple[AccountKey, ...]:
        """The accounts it names, the virtual one first."""
        named = (self.virtual_account, self.account)
        return tuple((self.provider, number) for number in named if number)

    @property
    def references(self) -> tuple[str, ...]:
        """Our order codes that stand anywhere in the memo."""
        return find_references(self.memo)

    @property
    def cause(self) -> str:
        """The natural key, the same in every replay."""
        return f"{self.provider}/{self.provider_txn_id}/{self.kind}"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a receiving account."""

    merchant_id: int
    book: str
    status: str


@dataclass(slots=True)
class Order:
    """An order as the matcher sees it; ``paid`` grows while a batch is matched."""

    code: str
    merchant_id: int
    amount: int
    paid: int


@dataclass(frozen=True, slots=True)
class Candidates:
    """Everything a batch of payments may belong to."""

    orders: Mapping[str, Order] = field(default_factory=dict)
    holders: Mapping[AccountKey, Holder] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """Whose payment it is. ``holder`` is None in suspense; then ``explanation`` has the reason."""

    payment: Payment
    seq: int
    rule: str
    explanation: Mapping[str, object]
    holder: Holder | None = None
    order: Order | None = None
    credit_id: int | None = None  # the credit that it takes back


@dataclass(frozen=True, slots=True)
class _Found:
    """What a rung found: a holder, perhaps an order, and the fields it compared."""

    holder: Holder
    order: Order | None
    compared: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Stop:
    """A rung found something that a person must look at: the reason for suspense."""

    reason: str
    compared: Mapping[str, object]


_Rung = Callable[[Payment, Candidates], _Found | _Stop | None]


def match(payments: Sequence[Payment], candidates: Candidates) -> tuple[Match, ...]:
    """Match each payment by the first rung that finds somebody; suspense where none does."""
    return tuple(_matched(payment, candidates) for payment in payments)


def _matched(payment: Payment, candidates: Candidates) -> Match:
    if payment.kind != "credit":
        return Match(payment, 1, WAITING, {"reason": "credit_not_known", "kind": payment.kind})
    if not payment.is_bound:
        return _suspended(payment, "account_not_of_connection", {"accounts": _numbers(payment)})
    for rule, rung in _LADDER:
        found = rung(payment, candidates)
        if isinstance(found, _Stop):
            return _suspended(payment, found.reason, {"rung": rule, **found.compared})
        if found is not None:
            return _claimed(payment, rule, found)
    return _suspended(payment, "account_unknown", {"accounts": _numbers(payment)})


def _claimed(payment: Payment, rule: str, found: _Found) -> Match:
    if found.holder.status == "closed":
        return _suspended(payment, "merchant_closed", {"rung": rule, **found.compared})
    return Match(payment, 1, rule, found.compared, found.holder, found.order)


def _suspended(payment: Payment, reason: str, compared: Mapping[str, object]) -> Match:
    return Match(payment, 1, SUSPENSE, {"reason": reason, **compared})


def _numbers(payment: Payment) -> list[str]:
    return [number for _provider, number in payment.account_keys]


def _by_order_field(payment: Payment, candidates: Candidates) -> _Found | _Stop | None:
    order = candidates.orders.get((payment.order_ref or "").upper())
    return None if order is None else _bound(payment, candidates, order)


def _by_reference(payment: Payment, candidates: Candidates) -> _Found | _Stop | None:
    if not candidates.orders:
        return None
    codes = sorted({code for code in payment.references if code in candidates.orders})
    if len(codes) > 1:
        return _Stop("reference_ambiguous", {"orders": codes})
    return _bound(payment, candidates, candidates.orders[codes[0]]) if codes else None


def _bound(payment: Payment, candidates: Candidates, order: Order) -> _Found | _Stop:
    """Require that the order's merchant holds an account this payment names."""
    compared = {"order": order.code, "accounts": _numbers(payment)}
    for key in payment.account_keys:
        holder = candidates.holders.get(key)
        if holder is not None and holder.merchant_id == order.merchant_id:
            return _Found(holder, order, compared)
    return _Stop("account_not_of_merchant", compared)


def _by_virtual_account(payment: Payment, candidates: Candidates) -> _Found | None:
    return _by_number(payment.provider, payment.virtual_account, candidates)


def _by_account(payment: Payment, candidates: Candidates) -> _Found | None:
    return _by_number(payment.provider, payment.account, candidates)


def _by_number(provider: str, number: str | None, candidates: Candidates) -> _Found | None:
    holder = candidates.holders.get((provider, number or ""))
    return None if holder is None else _Found(holder, None, {"account": number})


_LADDER: tuple[tuple[str, _Rung], ...] = (
    ("order_field", _by_order_field),
    ("reference", _by_reference),
    ("virtual_account", _by_virtual_account),
    ("account", _by_account),
)
