"""Polling: the port through which a provider is asked how a payment stands.

Whoever can ask a provider (its query API, its portal, a file from it) is an ``Asker``. It is handed
one open poll after the other and says what it heard, or nothing. A *delivery* is the provider's own
notification, sent again: it goes through the same door, is proven with the same secrets, and the
payment is kept as if it had come by itself. A *result* is only a standing: it ends the poll and
confirms a payment that is known, but it never makes one, because nothing proves it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy import Connection as Database
from sqlalchemy import Engine, text

from cashless.clock import now
from cashless.db.engine import transaction
from providers._protocol import Delivery, Result, Standing
from webhooks import connections, polls, single
from webhooks.confirmations import confirm
from webhooks.connections import Connection

_UNCONFIRMED = text(
    """
SELECT id FROM payment
WHERE connection_id = :connection AND trust = 'weak'
  AND (provider_txn_id = :txn OR order_ref = :order)
  AND NOT EXISTS (SELECT FROM confirmation f WHERE f.payment_id = payment.id)
"""
)


@dataclass(frozen=True, slots=True)
class Pending:
    """One poll as an asker sees it."""

    poll: int
    connection: Connection
    order_ref: str | None
    provider_txn_id: str | None


class Asker(Protocol):
    """Somebody who can ask a provider."""

    def ask(self, pending: Pending) -> Delivery | Result | None:
        """Say what the provider says of that payment; None if it could not be asked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a round of asking brought."""

    asked: int = 0
    ended: int = 0
    unanswered: int = 0


def ask_all(engine: Engine, key: bytes, asker: Asker, who: str) -> Asked:
    """Ask about every open poll, one after the other; each answer is committed before the next."""
    pending = _pending(engine, key)
    answered = [_ask(engine, asker, one, who) for one in pending]
    with transaction(engine) as db:
        left = {row["id"] for row in polls.listing(db)}
    return Asked(
        asked=len(pending),
        ended=sum(one.poll not in left for one in pending),
        unanswered=answered.count(False),
    )


def _ask(engine: Engine, asker: Asker, pending: Pending, who: str) -> bool:
    """Ask about one poll and take the answer; return whether there was one."""
    answer = asker.ask(pending)
    if isinstance(answer, Delivery):
        # We fetched it ourselves: where the provider may call from says nothing about it.
        ours = replace(pending.connection, source_rule="record")
        single.answer(engine, ours, answer, who)
    elif answer is not None:
        _note(engine, pending, answer, who)
    return answer is not None


def _pending(engine: Engine, key: bytes) -> list[Pending]:
    with transaction(engine) as db:
        rows = polls.listing(db)
        known = {one.id: one for one in connections.load(db, key).values()}
    return [
        Pending(row["id"], known[row["connection_id"]], row["order_ref"], row["provider_txn_id"])
        for row in rows
        if row["connection_id"] in known
    ]


def _note(engine: Engine, pending: Pending, answer: Result, who: str) -> None:
    said = Result(answer.code, answer.standing, pending.order_ref, pending.provider_txn_id)
    with transaction(engine) as db:
        polls.note(db, [(pending.connection.id, said)], now())
        if answer.standing is Standing.PAID:
            for payment in _unconfirmed(db, pending):
                confirm(db, payment, "poll", f"{pending.connection.provider.name}: paid", who)


def _unconfirmed(db: Database, pending: Pending) -> Iterable[int]:
    asked: dict[str, Any] = {
        "connection": pending.connection.id,
        "txn": pending.provider_txn_id,
        "order": pending.order_ref,
    }
    return list(db.execute(_UNCONFIRMED, asked).scalars())
