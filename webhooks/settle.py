"""Settle: match, post, notify, for a batch of payments in one transaction.

``arrival`` is the list of what still waits. A batch locks its rows there and passes over rows that
another settler holds, so any number of settlers may run. Match, entry, message and the removal from
the list commit together: after a crash the batch is simply done again, and running it twice changes
nothing. A payment whose row makes the whole batch fail is settled alone, so it stops only itself.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Engine, text

from cashless.clock import now
from cashless.db.engine import transaction
from cashless.errors import Unavailable
from cashless.ledger.post import post
from webhooks import annulled, notify, witnesses
from webhooks.candidates import candidates
from webhooks.match import WAITING, Match, Payment, match
from webhooks.matches import write
from webhooks.pairing import pair
from webhooks.post import drafts
from webhooks.rules import kept

BATCH = 500
"""Payments in one transaction: past this only the latency grows (facts in docs/adr/0009)."""

_TAKE = text(
    """
SELECT p.id, p.provider, p.provider_txn_id, p.kind, p.amount, p.account, p.virtual_account,
       p.order_ref, p.memo, p.occurred_at, p.business_date, p.original,
       c.id IS NULL OR cardinality(c.accounts) = 0
         OR coalesce(p.account = ANY (c.accounts), false)
         OR coalesce(p.virtual_account = ANY (c.accounts), false) AS is_bound,
       p.trust = 'weak' AS is_weak
FROM arrival a JOIN payment p ON p.id = a.payment_id
LEFT JOIN connection c ON c.id = p.connection_id
WHERE a.payment_id > :after AND (a.not_before IS NULL OR a.not_before <= now())
ORDER BY a.payment_id LIMIT :most FOR UPDATE OF a SKIP LOCKED
"""
)
_UNPAIRED = text("INSERT INTO unpaired (payment_id) SELECT unnest(CAST(:ids AS bigint[]))")
_DONE = text("DELETE FROM arrival WHERE payment_id = ANY (:ids)")
_NEXT = text(
    "SELECT payment_id FROM arrival WHERE payment_id > :after"
    " AND (not_before IS NULL OR not_before <= now()) ORDER BY payment_id LIMIT :most"
)
_PARK = text("UPDATE arrival SET not_before = now() + interval '1 minute' WHERE payment_id = :id")
_UNPARK = text("UPDATE arrival SET not_before = NULL WHERE not_before IS NOT NULL")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settled:
    """What a run did: payments settled, how many of them went to suspense, the last id seen."""

    payments: int = 0
    suspense: int = 0
    failed: int = 0
    last: int = 0

    def plus(self, other: "Settled") -> "Settled":
        """Add up two runs."""
        return Settled(
            self.payments + other.payments,
            self.suspense + other.suspense,
            self.failed + other.failed,
            max(self.last, other.last),
        )


def drain(engine: Engine, batch: int = BATCH, told: Callable[[int], None] | None = None) -> Settled:
    """Settle until nothing waits that can be settled; ``told`` hears the running total."""
    total = Settled()
    while True:
        step = _step(engine, total.last, batch)
        if not step.last:
            pair(engine)
            return total
        total = total.plus(step)
        if told is not None:
            told(total.payments)


def unpark(engine: Engine) -> None:
    """Let payments that could not be settled be tried again at once: their cause may be gone."""
    with transaction(engine) as db:
        db.execute(_UNPARK)


def _step(engine: Engine, after: int, most: int) -> Settled:
    """Settle one batch; when it fails as a whole, settle its payments one by one."""
    try:
        return _settle(engine, after, most)
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001  whatever it is, it must not stop the others
        _log.warning("a batch failed and is settled one by one: %s", type(error).__name__)
    total = Settled()
    for payment in _waiting(engine, after, most):
        total = total.plus(_alone(engine, payment))
    return total


def _alone(engine: Engine, payment: int) -> Settled:
    """Settle one payment; one that cannot be settled stays on the list and is told."""
    try:
        step = _settle(engine, payment - 1, 1)
    except Unavailable:
        raise
    except Exception:  # noqa: BLE001  as above: it stops only itself
        _log.exception("payment %d cannot be settled now and is tried again later", payment)
        _park(engine, payment)
        step = Settled(failed=1)
    return replace(step, last=payment)


def _park(engine: Engine, payment: int) -> None:
    """Let a payment wait a minute, so that it does not send every batch one by one meanwhile."""
    with transaction(engine) as db:
        db.execute(_PARK, {"id": payment})


def _waiting(engine: Engine, after: int, most: int) -> list[int]:
    with transaction(engine) as db:
        return list(db.execute(_NEXT, {"after": after, "most": most}).scalars())


def _settle(engine: Engine, after: int, most: int) -> Settled:
    with transaction(engine) as db:
        payments = _take(db, after, most)
        if not payments:
            return Settled()
        at = now()
        own = witnesses.leave_out(db, payments, at)
        rules = kept.active(db)
        matches = annulled.numbered(db, match(own, candidates(db, own, rules), rules))
        write(db, matches, "settle")
        post(db, drafts(matches), at)
        told = notify.write(db, matches, at)
        _leave_unpaired(db, matches)
        db.execute(_DONE, {"ids": [payment.id for payment in payments]})
    notify.announce(engine, told)
    suspense = sum(one.holder is None for one in matches)
    return Settled(len(payments), suspense, 0, payments[-1].id)


def _leave_unpaired(db: Connection, matches: Iterable[Match]) -> None:
    """List what names a credit to take back from; ``webhooks.pairing`` looks through the list."""
    ids = [one.payment.id for one in matches if one.rule == WAITING and one.payment.original]
    if ids:
        db.execute(_UNPAIRED, {"ids": ids})


def _take(db: Connection, after: int, most: int) -> list[Payment]:
    rows = db.execute(_TAKE, {"after": after, "most": most})
    return [Payment(*row) for row in rows]
