"""Pair: what takes money back is given to the credit it takes back from, as soon as that is known.

A refund, reversal or debit that names its credit, by the id or the reference of any telling of it,
waits in ``unpaired`` after its first match, which put it into suspense: the credit may come later,
or find its merchant later. Each run of the settler looks through what waits. A pairing is a second
match and two entries: the platform's book releases it, the merchant's book gives it back. More than
is left of the credit is never taken; that goes to a person. Books are locked before anybody looks
at what they hold, all of a run in one order, and an advisory lock on the credit keeps two takers
from both taking the last of it.

What was overpaid is owed back first; of an order, whichever of its payments is taken back. Then
goes what the merchant has marked as no sale; only the rest lowers the revenue.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, text

from cashless.clock import now
from cashless.db.engine import transaction
from cashless.ledger.chart import NOT_SALES, OVERPAID
from cashless.ledger.post import post
from webhooks.match import SUSPENSE, Holder, Match, Order, Payment
from webhooks.matches import write
from webhooks.post import Credit, still_unclaimed, taken_back

_WAITS = text("SELECT EXISTS (SELECT FROM unpaired)")
_FOUND = text(
    """
SELECT p.id, p.provider, p.provider_txn_id, p.kind, p.amount, p.account, p.virtual_account,
       p.order_ref, p.memo, p.occurred_at, p.business_date, p.original, own.seq,
       m.payment_id AS credit_id, k.provider_txn_id AS credit_txn_id,
       c.provider_txn_id = p.original AS by_id, m.merchant_id, me.code, me.status, m.order_code,
       m.seq AS credit_seq
FROM unpaired u JOIN payment p ON p.id = u.payment_id
JOIN LATERAL (SELECT seq FROM match x WHERE x.payment_id = p.id ORDER BY seq DESC LIMIT 1) own
  ON true
JOIN payment c ON c.provider = p.provider AND c.kind = 'credit'
  AND (c.provider_txn_id = p.original OR c.reference = p.original)
  AND (p.account IS NULL OR c.account IS NULL OR p.account = c.account)
LEFT JOIN witness w ON w.payment_id = c.id
JOIN match m ON m.payment_id = coalesce(w.tells_of, c.id) AND m.merchant_id IS NOT NULL
  AND m.rule <> 'annulled'
  AND NOT EXISTS (SELECT FROM match y WHERE y.payment_id = m.payment_id AND y.seq > m.seq)
JOIN payment k ON k.id = m.payment_id JOIN merchant me ON me.id = m.merchant_id
ORDER BY p.id FOR UPDATE OF u SKIP LOCKED
"""
)
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('credit'), CAST(:id AS integer))")
_HELD = text("SELECT NOT EXISTS (SELECT FROM match WHERE payment_id = :credit AND seq > :seq)")
_LEFT = text(
    """
WITH taker AS (SELECT m.payment_id FROM match m WHERE m.credit_id = :credit
  AND m.rule <> 'annulled'
  AND NOT EXISTS (SELECT FROM match y WHERE y.payment_id = m.payment_id AND y.seq > m.seq)),
own AS (SELECT CAST(:credit AS bigint) AS payment_id UNION SELECT payment_id FROM taker),
beside AS (SELECT payment_id FROM match WHERE order_code = :order UNION SELECT * FROM own),
moved AS (
  SELECT e.payment_id IN (SELECT * FROM own) AS is_own, s.account, s.amount
  FROM entry e JOIN book b ON b.id = e.book_id AND b.merchant_id = :merchant
  JOIN transfer t ON t.book_id = e.book_id AND t.seq = e.seq
  CROSS JOIN LATERAL (VALUES (t.credit, t.amount), (t.debit, -t.amount)) AS s (account, amount)
  WHERE e.payment_id IN (SELECT payment_id FROM beside))
SELECT came.amount, came.amount - coalesce((SELECT sum(p.amount) FROM payment p
    WHERE p.id IN (SELECT payment_id FROM taker)), 0)::bigint AS unspent,
  coalesce((SELECT sum(amount) FROM moved WHERE account = :overpaid), 0)::bigint AS overpaid,
  coalesce((SELECT sum(amount) FROM moved WHERE account = :not_sales AND is_own), 0)::bigint
    AS not_sold
FROM payment c CROSS JOIN LATERAL (SELECT coalesce((SELECT x.amount FROM match x
  WHERE x.payment_id = c.id ORDER BY x.seq DESC LIMIT 1), c.amount) AS amount) came
WHERE c.id = :credit
"""
)
_LOCK_BOOKS = text(
    "SELECT id FROM book WHERE merchant_id IS NULL OR merchant_id = ANY (:merchants)"
    " ORDER BY id FOR NO KEY UPDATE"
)
_PAIRED = text("DELETE FROM unpaired WHERE payment_id = ANY (:ids)")


def pair(engine: Engine) -> int:
    """Pair all that can be paired now and return how many; running it twice changes nothing."""
    with transaction(engine) as db:
        if not db.execute(_WAITS).scalar_one():
            return 0
        found = db.execute(_FOUND).all()
        chosen = [one for _, rows in groupby(found, key=_taker) for one in _only(list(rows))]
        db.execute(_LOCK_BOOKS, {"merchants": sorted({row.merchant_id for row in chosen})})
        # In one order, so that two settlers never deadlock.
        paired = [row.id for row in sorted(chosen, key=_credit) if _settle(db, row)]
        db.execute(_PAIRED, {"ids": paired})
    return len(paired)


def _taker(row: Any) -> int:  # noqa: ANN401  a row of _FOUND
    return int(row.id)


def _credit(row: Any) -> int:  # noqa: ANN401  a row of _FOUND
    return int(row.credit_id)


def _only(rows: list[Any]) -> Iterable[Any]:
    """Choose the one credit it names, by id before by reference; of several none is chosen."""
    by_id = [row for row in rows if row.by_id] or rows
    return by_id[:1] if len({row.credit_id for row in by_id}) == 1 else ()


def _settle(db: Connection, row: Any) -> bool:  # noqa: ANN401  a row of _FOUND
    """Settle one taker; not if a person took the credit away from its merchant meanwhile."""
    lock(db, row.credit_id)
    if not db.execute(_HELD, {"credit": row.credit_id, "seq": row.credit_seq}).scalar_one():
        return False
    credit = left(db, row.credit_id, row.merchant_id, row.order_code)
    payment = Payment(*row[:12])
    if payment.amount > credit.unspent:
        reason = {"reason": "more_than_credit", "credit": credit.id, "left": credit.unspent}
        match = Match(payment, row.seq + 1, SUSPENSE, reason)
        drafts = [still_unclaimed(match)]
    else:
        match = _paired(row, payment)
        drafts = taken_back(match, credit)
    write(db, [match], "settle")
    post(db, drafts, now())
    return True


def lock(db: Connection, credit: int) -> None:
    """Let nobody else take back from a credit, or take it away, until this transaction ends."""
    db.execute(_LOCK, {"id": credit % 2**31})


def left(db: Connection, credit: int, merchant: int, order: str | None) -> Credit:
    """Return what nobody has taken back yet from a credit, which stands in that merchant's book."""
    asked = {"credit": credit, "merchant": merchant, "order": order}
    accounts = {"overpaid": OVERPAID, "not_sales": NOT_SALES}
    return Credit(credit, *db.execute(_LEFT, {**asked, **accounts}).one())


def _paired(row: Any, payment: Payment) -> Match:  # noqa: ANN401  a row of _FOUND
    holder = Holder(row.merchant_id, row.code, row.status)
    order = Order(row.order_code, row.merchant_id, 0, 0) if row.order_code else None
    compared = {"credit": row.credit_id, "by": "id" if row.by_id else "reference"}
    credit = (row.credit_id, row.credit_txn_id)
    return Match(payment, row.seq + 1, "original", compared, holder, order, *credit)
