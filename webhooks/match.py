"""Match: whose payment it is and which order it pays, with the rule that said so.

A ladder of rungs, tried from the surest to the weakest, as a rule set says (``webhooks.rules``).
Set 1: the provider's own order field, our reference in the memo, the virtual account, the receiving
account. The first rung that finds somebody decides, and the merchant found must hold an account
that the payment names. Amounts never decide. What no rung finds goes to suspense with the reason,
so matching cannot fail. The explanation names what was compared and the runner-up: what each rung
after the deciding one would have said. Nothing here touches the database: ``webhooks.settle``
fetches the candidates for a whole batch and writes the matches.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from cashless.vietqr.reference import find_references
from webhooks.rules.body import FIRST, RuleSet, Rung

SUSPENSE = "suspense"
WAITING = "waiting"

AccountKey = tuple[str, str]
"""Provider and account number as the provider names it."""
Stand = tuple[datetime, datetime | None]
"""When a stand was issued, and revoked."""


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
    is_weak: bool = False

    @property
    def account_keys(self) -> tuple[AccountKey, ...]:
        """The accounts it names, the virtual one first."""
        named = (self.virtual_account, self.account)
        return tuple((self.provider, number) for number in named if number)

    @property
    def references(self) -> tuple[str, ...]:
        """Our order codes that stand anywhere in the memo."""
        return find_references(self.memo)

    def written(self, forgiven: Sequence[str]) -> tuple[str, ...]:
        """Return our order codes in the memo, as far as these manglings are forgiven."""
        return find_references(self.memo, forgiven)

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
    closed_at: datetime | None = None


@dataclass(slots=True)
class Order:
    """An order as the matcher sees it; ``paid`` grows while a batch is matched."""

    code: str
    merchant_id: int
    amount: int
    paid: int
    expires_at: datetime | None = None
    cancelled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Candidates:
    """Everything a batch of payments may belong to; stands only where the rules look at them."""

    orders: Mapping[str, Order] = field(default_factory=dict)
    holders: Mapping[AccountKey, Holder] = field(default_factory=dict)
    stands: Mapping[AccountKey, Sequence[Stand]] = field(default_factory=dict)


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
    credit_txn_id: str | None = None  # and its natural key, which the cause of the entry names
    rule_set: int | None = None  # the rules that it was made under; none where a person decided

    @property
    def cause(self) -> str:
        """What its entries name under their hash: the payment, the match, the credit taken back."""
        credit = f"/of/{self.credit_txn_id}" if self.credit_txn_id else ""
        return f"{self.payment.cause}/{self.seq}{credit}"


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


_Finder = Callable[[Payment, Candidates, Rung], _Found | _Stop | None]


def match(
    payments: Sequence[Payment], candidates: Candidates, rules: RuleSet = FIRST
) -> tuple[Match, ...]:
    """Match each payment by the first rung that finds somebody; suspense where none does."""
    return tuple(_Walk(payment, candidates, rules).match() for payment in payments)


@dataclass(frozen=True, slots=True)
class _Walk:
    """One payment on the ladder."""

    payment: Payment
    candidates: Candidates
    rules: RuleSet

    def match(self) -> Match:
        """Climb until a rung says something."""
        payment = self.payment
        if payment.kind != "credit":
            return self._made(WAITING, {"reason": "credit_not_known", "kind": payment.kind})
        if not payment.is_bound:
            return self._suspended("account_not_of_connection", {"accounts": _numbers(payment)})
        for place, rung in enumerate(self.rules.ladder, start=1):
            found = self._ask(rung)
            if found is not None:
                return self._decided(rung, found, self._runner_up(found, place))
        return self._suspended("account_unknown", {"accounts": _numbers(payment)})

    def _ask(self, rung: Rung) -> _Found | _Stop | None:
        return _FINDERS[rung.name](self.payment, self.candidates, rung)

    def _decided(self, rung: Rung, found: _Found | _Stop, beside: Mapping[str, object]) -> Match:
        if isinstance(found, _Stop):
            return self._suspended(found.reason, {"rung": rung.name, **found.compared, **beside})
        if found.holder.status == "closed":
            compared = {"rung": rung.name, **found.compared, **beside}
            return self._suspended("merchant_closed", compared)
        return self._made(rung.name, {**found.compared, **beside}, found)

    def _suspended(self, reason: str, compared: Mapping[str, object]) -> Match:
        return self._made(SUSPENSE, {"reason": reason, **compared})

    def _made(self, rule: str, said: Mapping[str, object], found: _Found | None = None) -> Match:
        holder, order = (found.holder, found.order) if found else (None, None)
        return Match(self.payment, 1, rule, said, holder, order, rule_set=self.rules.number)

    def _runner_up(self, first: _Found | _Stop, place: int) -> dict[str, object]:
        """Say what the rungs after the deciding one would have said; nothing where none is left."""
        after = [_beside(first, rung.name, self._ask(rung)) for rung in self.rules.ladder[place:]]
        return {"runner_up": after} if after else {}


def _beside(first: _Found | _Stop, rung: str, found: _Found | _Stop | None) -> Mapping[str, object]:
    """Compare what a later rung found with what decided: agrees, other, merchant, nothing."""
    if found is None:
        return {"rung": rung, "says": "nothing"}
    if isinstance(found, _Stop):
        return {"rung": rung, "says": found.reason}
    if isinstance(first, _Stop):
        return {"rung": rung, "says": "merchant", "merchant": found.holder.book}
    if found.holder.merchant_id != first.holder.merchant_id:
        return {"rung": rung, "says": "other", "merchant": found.holder.book}
    return {"rung": rung, "says": "agrees"}


def _numbers(payment: Payment) -> list[str]:
    return [number for _provider, number in payment.account_keys]


def _by_order_field(payment: Payment, candidates: Candidates, rung: Rung) -> _Found | _Stop | None:
    order = candidates.orders.get((payment.order_ref or "").upper())
    if order is None or (payment.is_weak and not rung.weak) or _is_past(order, payment, rung):
        return None
    return _bound(payment, candidates, order)


def _by_reference(payment: Payment, candidates: Candidates, rung: Rung) -> _Found | _Stop | None:
    if not candidates.orders:
        return None
    known = {code: candidates.orders.get(code) for code in payment.written(rung.manglings)}
    codes = sorted(c for c, order in known.items() if order and not _is_past(order, payment, rung))
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


def _by_virtual_account(
    payment: Payment, candidates: Candidates, rung: Rung
) -> _Found | _Stop | None:
    return _by_number(payment, payment.virtual_account, candidates, rung)


def _by_account(payment: Payment, candidates: Candidates, rung: Rung) -> _Found | _Stop | None:
    return _by_number(payment, payment.account, candidates, rung)


def _by_number(
    payment: Payment, number: str | None, candidates: Candidates, rung: Rung
) -> _Found | _Stop | None:
    key = (payment.provider, number or "")
    holder = candidates.holders.get(key)
    if holder is None:
        return None
    if _is_over(rung.closed_days, holder.closed_at, payment.occurred_at):
        return _Stop("account_closed_before", {"account": number})
    revoked = _revoked(candidates.stands.get(key, ()), payment.occurred_at)
    if _is_over(rung.revoked_stand_days, revoked, payment.occurred_at):
        return _Stop("stand_revoked_before", {"account": number})
    return _Found(holder, None, {"account": number})


def _is_past(order: Order, payment: Payment, rung: Rung) -> bool:
    """Tell whether the rules do not look for an order any more that ended so long ago."""
    at = payment.occurred_at
    return _is_over(rung.expired_days, order.expires_at, at) or _is_over(
        rung.cancelled_days, order.cancelled_at, at
    )


def _is_over(days: int | None, ended: datetime | None, at: datetime) -> bool:
    return days is not None and ended is not None and at - ended > timedelta(days=days)


def _revoked(stands: Sequence[Stand], at: datetime) -> datetime | None:
    """Return when the last stand of an account was revoked; none if one was in use then."""
    there = [revoked for issued, revoked in stands if issued <= at]
    ended = [revoked for revoked in there if revoked is not None and revoked <= at]
    return max(ended) if ended and len(ended) == len(there) else None


_FINDERS: Mapping[str, _Finder] = {
    "order_field": _by_order_field,
    "reference": _by_reference,
    "virtual_account": _by_virtual_account,
    "account": _by_account,
}
