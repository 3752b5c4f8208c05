"""Proof: what the first small payment has shown of a stall that waits to go live.

Four things are proven, each by a fact that cannot be pressed or typed, but for the last:

* *account*: money of somebody was booked to this merchant by the account that the stand names;
* *provider*: it was the provider's own message that told us, not a statement imported later: only
  then a voice can speak within seconds;
* *stand*: it came as the stand's code asks for it, after the stand was issued and for no order (the
  meaning of "tested" in docs/adr/0012);
* *sound*: the merchant says that it was heard, on whichever device stood there.

What a sandbox tells proves nothing, because its secrets are published (docs/adr/0007).

As a stand's own test, nothing of this is stored, except that somebody heard. The amount is told
only where it is the one the page asked for: an officer may not learn what a merchant takes.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from cashless.vietqr.payload import Transfer, encode
from merchants import accounts
from merchants.onboarding import Registration, trail
from merchants.register import Merchant

AMOUNT: Final = 1_000
"""What the page asks for, in đồng: enough for every bank, too little to miss."""

_PAID = text(
    """
SELECT p.id, p.amount, p.provider, p.kept_at, c.protocol <> 'statement' AS by_provider,
       x.order_code IS NULL AND x.rule IN ('account', 'virtual_account')
         AND p.occurred_at >= k.issued_at - interval '1 minute' AS by_stand
FROM stand k
JOIN receiving_account a ON a.id = k.account_id
JOIN match x ON x.merchant_id = k.merchant_id AND x.payment_id > k.after_payment
JOIN payment p ON p.id = x.payment_id AND p.kind = 'credit'
JOIN connection c ON c.id = p.connection_id AND c.environment = 'production'
WHERE k.merchant_id = :merchant AND k.revoked_at IS NULL
  AND ((p.provider = a.provider AND a.number IN (p.account, p.virtual_account))
    OR (p.provider = 'standard' AND a.bin || ':' || a.number IN (p.account, p.virtual_account)))
  AND NOT EXISTS (SELECT FROM match z WHERE z.payment_id = x.payment_id AND z.seq > x.seq)
ORDER BY p.id LIMIT 50
"""
)
_SAID: Final = frozenset({"heard", "not_heard"})


@dataclass(frozen=True, slots=True)
class Proof:
    """When each of the four was proven (UTC), None while it is not; by whom it was heard.

    ``payment`` and ``amount`` are those of the first payment, the amount only if it is AMOUNT.
    """

    account: datetime | None = None
    provider: datetime | None = None
    stand: datetime | None = None
    sound: datetime | None = None
    heard_by: str | None = None
    teller: str | None = None
    payment: int | None = None
    amount: int | None = None
    is_unheard: bool = False

    @property
    def by_money(self) -> bool:
        """Tell whether everything that a payment can prove is proven."""
        return None not in {self.account, self.provider, self.stand}

    @property
    def is_whole(self) -> bool:
        """Tell whether all four are proven."""
        return self.by_money and self.sound is not None


def proof(db: Connection, registration: Registration) -> Proof:
    """Return what is proven of a confirmed registration; asked as the program."""
    paid = db.execute(_PAID, {"merchant": registration.merchant_id}).all()
    if not paid:
        return Proof()
    first = paid[0]
    said = [one for one in trail(db, registration) if one.step in _SAID and one.at > first.kept_at]
    last = said[-1] if said else None
    heard = last if last is not None and last.step == "heard" else None
    return Proof(
        account=first.kept_at,
        provider=_first(paid, "by_provider"),
        stand=_first(paid, "by_stand"),
        sound=heard.at if heard else None,
        heard_by=heard.who if heard else None,
        teller=next((row.provider for row in paid if row.by_provider), None),
        payment=first.id,
        amount=first.amount if first.amount == AMOUNT else None,
        is_unheard=last is not None and heard is None,
    )


def code(db: Connection, merchant: Merchant) -> str:
    """Return the payload that the page shows: the stand's account and stall, and the amount."""
    account = accounts.choose(db, merchant.id)
    asked = Transfer(
        bin=account.bin, account=account.number, amount=AMOUNT, terminal=merchant.stall
    )
    return encode(asked)


def _first(rows: Any, mark: str) -> datetime | None:  # noqa: ANN401  rows of the query above
    return next((row.kept_at for row in rows if getattr(row, mark)), None)
