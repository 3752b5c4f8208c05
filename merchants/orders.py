"""Orders: an amount asked for once, as a dynamic code with an expiry.

The code of an order is our reference (design §7): it stands in the transfer content and in the
address of the pay page. Status and exception are derived from what was matched to the order and are
stored nowhere: an order that was paid after it expired or was cancelled stays so, with the
exception ``late``, because a person must decide what it meant. A payment counts for the time its
provider says, as long as that lies between the making of the order and our receipt; otherwise for
the time of receipt. What was taken back is no longer paid.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from cashless.access.acting import not_yours
from cashless.clock import business_date, day_bounds, now
from cashless.errors import Conflict, Invalid, NotFound
from cashless.vietqr.payload import Transfer, encode
from cashless.vietqr.reference import new_reference
from merchants import accounts, categories, register
from merchants.register import Merchant

EXPIRES_MINUTES = 15
"""Large transfers need a face scan at the bank (Decision 2345), which takes a payer minutes."""
_AMOUNT_MAX = 499_999_999
_EXPIRES_MINUTES_MAX = 7 * 24 * 60
_NOTE_MAX = 100
_FIRST_DAY = date(2000, 1, 1)
_LAST_DAY = date(9000, 1, 1)

_ADD = text(
    'INSERT INTO "order" (code, merchant_id, account_id, amount, note, payload, created_at,'
    " expires_at) VALUES (:code, :merchant, :account, :amount, :note, :payload, :created_at,"
    " :expires_at)"
)
_SELECT = """
SELECT o.code, m.code AS merchant, m.name AS merchant_name, o.amount, o.note, o.payload,
       o.created_at, o.expires_at, o.cancelled_at, r.bin, r.number, r.holder,
       told.payments, told.paid, told.paid_in_time, told.unconfirmed
FROM "order" o
JOIN merchant m ON m.id = o.merchant_id
JOIN receiving_account r ON r.id = o.account_id
CROSS JOIN LATERAL (
  SELECT count(p.id) FILTER (WHERE p.kind = 'credit') AS payments,
         coalesce(sum(w.amount), 0)::bigint AS paid,
         coalesce(sum(w.amount) FILTER (WHERE LEAST(o.expires_at, o.cancelled_at) >
           CASE WHEN c.occurred_at BETWEEN o.created_at AND c.kept_at THEN c.occurred_at
                ELSE c.kept_at END), 0)::bigint AS paid_in_time,
         count(p.id) FILTER (WHERE p.trust = 'weak' AND NOT EXISTS (
           SELECT FROM confirmation f WHERE f.payment_id = p.id)) AS unconfirmed
  FROM match x
  JOIN payment p ON p.id = x.payment_id
  CROSS JOIN LATERAL (
    SELECT CASE p.kind WHEN 'credit' THEN p.amount ELSE -p.amount END AS amount) w
  LEFT JOIN payment c ON c.id = coalesce(x.credit_id, p.id)
  WHERE x.order_code = o.code
    AND NOT EXISTS (SELECT FROM match y WHERE y.payment_id = x.payment_id AND y.seq > x.seq)) told
"""
_FIND = text(f"{_SELECT} WHERE o.code = :code")
# As ``Order.status`` says it, so that a page of one state is read as a page.
_STATE = """CASE WHEN told.paid_in_time >= o.amount THEN 'paid'
  WHEN o.cancelled_at IS NOT NULL THEN 'cancelled'
  WHEN o.expires_at <= :at THEN 'expired' ELSE 'open' END"""
_PAGE = text(
    f"{_SELECT} WHERE (CAST(:merchant AS text) IS NULL OR m.code = :merchant)"  # noqa: S608  our own text
    " AND o.created_at >= :since AND o.created_at < :until"
    " AND (CAST(:after AS text) IS NULL OR (o.created_at, o.code) <"
    '  (SELECT l.created_at, l.code FROM "order" l WHERE l.code = :after))'
    f" AND (CAST(:state AS text) IS NULL OR :state = {_STATE})"
    " ORDER BY o.created_at DESC, o.code DESC LIMIT :most"
)
_CANCEL = text(
    'UPDATE "order" SET cancelled_at = :at WHERE code = :code AND cancelled_at IS NULL'
    " RETURNING code"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which orders are asked for: of a merchant (code), in a state, made from day to day."""

    merchant: str | None = None
    state: str | None = None
    since: date | None = None
    until: date | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """An order and what has come for it; amounts in đồng, times in UTC."""

    code: str
    merchant: str
    merchant_name: str
    amount: int
    note: str
    payload: str
    created_at: datetime
    expires_at: datetime
    cancelled_at: datetime | None
    bin: str
    number: str
    holder: str
    payments: int
    paid: int
    paid_in_time: int
    unconfirmed: int = 0

    @property
    def is_final(self) -> bool:
        """Tell whether nothing of what was paid still waits for its confirmation.

        A payment told over a weak protocol is not proven by its seal alone.
        """
        return self.unconfirmed == 0

    def status(self, at: datetime) -> str:
        """Return paid, cancelled, expired or open at that moment."""
        states = (
            ("paid", self.paid_in_time >= self.amount),
            ("cancelled", self.cancelled_at is not None),
            ("expired", at >= self.expires_at),
            ("open", True),
        )
        return next(name for name, holds in states if holds)

    @property
    def exception(self) -> str:
        """Return late, duplicate, overpaid, underpaid or none; each asks for a person's look."""
        states = (
            ("none", self.payments == 0),
            ("late", self.paid_in_time < min(self.paid, self.amount)),
            ("duplicate", self.payments > 1 and self.paid >= 2 * self.amount),
            ("overpaid", self.paid > self.amount),
            ("underpaid", self.paid < self.amount),
            ("none", True),
        )
        return next(name for name, holds in states if holds)


def add(
    db: Connection, merchant: str, amount: int, minutes: int = EXPIRES_MINUTES, note: str = ""
) -> Order:
    """Ask a merchant's shopper for an amount in đồng; the order expires after ``minutes``.

    Raises ``Invalid("amount_invalid" | "expiry_invalid" | "note_invalid")``,
    ``Conflict("merchant_closed")``, ``Conflict("merchant_waiting")`` before the stall is live, and
    ``NotFound("merchant_unknown" | "account_missing")``.
    """
    _check(amount, minutes, note)
    found = register.find(db, merchant)
    _require_open(found)
    account = accounts.choose(db, found.id)
    code, created_at = new_reference(), now()
    mcc = _mcc(found)
    asked = Transfer(bin=account.bin, account=account.number, amount=amount, purpose=code, mcc=mcc)
    row = {
        "code": code,
        "merchant": found.id,
        "account": account.id,
        "amount": amount,
        "note": note.strip(),
        "payload": encode(asked),
        "created_at": created_at,
        "expires_at": created_at + timedelta(minutes=minutes),
    }
    db.execute(_ADD, row)
    return find(db, code)


def find(db: Connection, code: str) -> Order:
    """Return the order with that code. Raises ``NotFound("order_unknown")``."""
    row: Any = db.execute(_FIND, {"code": code.upper()}).one_or_none()
    if row is None:
        raise NotFound(
            "order_unknown",
            f"There is no order {code!r}.",
            f"Không có phiếu thu {code!r}.",
        )
    return Order(*row)


def page(db: Connection, asked: Asked, most: int) -> list[Order]:
    """Return up to ``most`` orders, the newest first, that come after the one named.

    Days are days of Vietnam, both included. Raises ``NotFound("order_unknown")`` for an order to
    go on after that is not there.
    """
    after = find(db, asked.after).code if asked.after else None
    row = {
        "merchant": asked.merchant,
        "state": asked.state,
        "since": day_bounds(_near(asked.since or _FIRST_DAY))[0],
        "until": day_bounds(_near(asked.until or _LAST_DAY))[1],
        "after": after,
        "at": now(),
        "most": most,
    }
    return [Order(*found) for found in db.execute(_PAGE, row)]


def cancel(db: Connection, code: str) -> Order:
    """Withdraw an order that is still open; money that comes all the same is caught as before.

    Raises ``NotFound("order_unknown")``, ``Conflict("order_not_open")``, and
    ``Forbidden("not_yours")`` for a person who only sees it.
    """
    found = find(db, code)
    if _is_open(found):
        done = db.execute(_CANCEL, {"code": found.code, "at": now()}).one_or_none()
        found = find(db, found.code)
        if done is not None:
            return found
        if _is_open(found):
            raise not_yours()
    raise Conflict(
        "order_not_open",
        f"Order {found.code} is not open any more, or money has come for it.",
        f"Phiếu thu {found.code} không còn chờ thanh toán, hoặc đã có tiền đến.",
    )


def static_payload(db: Connection, merchant: str, account: str | None = None) -> str:
    """Return the static VietQR payload of a merchant: their own account, no amount."""
    found = register.find(db, merchant)
    chosen = accounts.choose(db, found.id, account)
    mcc = _mcc(found)
    return encode(Transfer(bin=chosen.bin, account=chosen.number, terminal=found.stall, mcc=mcc))


def _mcc(merchant: Merchant) -> str:
    return categories.meaning(merchant.category, business_date(now())).mcc


def _require_open(merchant: Merchant) -> None:
    if merchant.status == "closed":
        raise Conflict(
            "merchant_closed",
            f"{merchant.name} is closed and cannot ask for money.",
            f"{merchant.name} đã ngừng kinh doanh nên không tạo được phiếu thu.",
        )
    if merchant.status == "pending":
        raise Conflict(
            "merchant_waiting",
            f"{merchant.name} is not live yet: the first small payment has to prove the account.",
            f"{merchant.name} chưa mở bán: phải thử khoản tiền đầu tiên cho tài khoản trước.",
        )


def _near(day: date) -> date:
    """Return the day, or the nearest one that a calendar with time zones can still tell."""
    return min(max(day, _FIRST_DAY), _LAST_DAY)


def _is_open(order: Order) -> bool:
    return order.status(now()) == "open" and order.paid == 0


def _check(amount: int, minutes: int, note: str) -> None:
    if not 1 <= amount <= _AMOUNT_MAX:
        raise Invalid(
            "amount_invalid",
            "One order asks for 1 to 499,999,999 đồng (the limit of a fast transfer).",
            "Một phiếu thu từ 1 đến 499.999.999 đồng (giới hạn chuyển nhanh).",
        )
    if not 1 <= minutes <= _EXPIRES_MINUTES_MAX:
        raise Invalid(
            "expiry_invalid",
            "An order expires after 1 minute to 7 days.",
            "Phiếu thu hết hạn sau 1 phút đến 7 ngày.",
        )
    if len(note) > _NOTE_MAX or not note.isprintable():
        raise Invalid(
            "note_invalid",
            "A note has up to 100 visible characters.",
            "Ghi chú tối đa 100 ký tự nhìn thấy được.",
        )
