"""Talks: calls that tell of no money and are answered from what we know.

A provider asks for a token, asks whether a bill may be paid, or asks what we answered before. Such
a call is proven first without the database, so that a stranger's flood costs no look-up; then there
is at most one look at an order and one at an answer. It leaves no row, because it changes nothing.
An order is known to a provider only if its merchant is heard of through that provider.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection as Database
from sqlalchemy import Engine, text

from cashless.clock import now
from cashless.db.engine import transaction
from providers._protocol import Delivery, Known, OrderFacts, Question, Refused, Reply, Secrets, Talk
from webhooks.connections import Connection
from webhooks.receive import Turned, admit, live_secrets

_ORDER = text(
    """
SELECT o.code, o.amount, coalesce(sum(CASE p.kind WHEN 'credit' THEN p.amount ELSE -p.amount END),
       0)::bigint AS paid, o.cancelled_at IS NULL AND o.expires_at > :at AS is_live, m.name
FROM "order" o JOIN merchant m ON m.id = o.merchant_id
LEFT JOIN match x ON x.order_code = o.code
  AND NOT EXISTS (SELECT FROM match y WHERE y.payment_id = x.payment_id AND y.seq > x.seq)
LEFT JOIN payment p ON p.id = x.payment_id
WHERE o.code = :code AND m.status <> 'closed' AND EXISTS (
  SELECT FROM heard_account h
  WHERE h.merchant_id = m.id AND h.provider = :provider AND h.closed_at IS NULL
    AND (cardinality(CAST(:accounts AS text[])) = 0 OR h.number = ANY (:accounts)))
GROUP BY o.code, m.id
"""
)
_ANSWER = text(
    """
SELECT reply_status, reply_headers, reply_body FROM delivery
WHERE connection_id = :connection AND order_ref = :order
ORDER BY day DESC, received_at DESC, id DESC LIMIT 1
"""
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A talk that began: what it asks of us, for each live set of secrets that can read it."""

    talk: Talk
    connection: Connection
    delivery: Delivery
    questions: tuple[tuple[Secrets, Question], ...]


def begin(connection: Connection, delivery: Delivery, source: str) -> Asked | None:
    """Return what a talk asks; None for a call that is no talk. Touches no database.

    Raises ``Turned`` for a talk that is not genuine.
    """
    talk = connection.protocol.talks.get(delivery.operation)
    if talk is None:
        return None
    admit(connection, delivery, source, talk.methods, ())
    asked: list[tuple[Secrets, Question]] = []
    refused = Refused("no_live_secret")
    for secrets in live_secrets(connection, delivery.received_at):
        try:
            asked.append((secrets, talk.ask(delivery, secrets)))
        except Refused as error:
            refused = error
    if not asked:
        raise _turned(talk, connection, delivery, refused)
    return Asked(talk, connection, delivery, tuple(asked))


def finish(engine: Engine, asked: Asked) -> Reply:
    """Look up what was asked and answer. Raises ``Turned`` for a talk that is not genuine."""
    known = _known(engine, asked)
    refused = Refused("no_live_secret")
    for secrets, question in asked.questions:
        try:
            return asked.talk.tell(asked.delivery, secrets, known[question])
        except Refused as error:
            refused = error
    raise _turned(asked.talk, asked.connection, asked.delivery, refused)


def _turned(talk: Talk, connection: Connection, delivery: Delivery, refused: Refused) -> Turned:
    newest = connection.secret_sets[-1].secrets
    return Turned(refused.code, talk.refuse(delivery, newest))


def _known(engine: Engine, asked: Asked) -> dict[Question, Known]:
    questions = {question for _, question in asked.questions}
    if all(question == Question() for question in questions):
        return {Question(): Known()}
    with transaction(engine) as db:
        return {question: _look_up(db, asked.connection, question) for question in questions}


def _look_up(db: Database, connection: Connection, question: Question) -> Known:
    if question.order_ref is None or "\x00" in question.order_ref:
        return Known()
    answered = _answer(db, connection, question.order_ref) if question.wants_answer else None
    return Known(_order(db, connection, question.order_ref), answered)


def _order(db: Database, connection: Connection, code: str) -> OrderFacts | None:
    asked = {
        "code": code.upper(),
        "at": now(),
        "provider": connection.provider.name,
        "accounts": list(connection.accounts),
    }
    row = db.execute(_ORDER, asked).one_or_none()
    if row is None:
        return None
    is_open = row.is_live and row.paid < row.amount
    return OrderFacts(row.code, row.amount, row.paid, is_open, row.name)


def _answer(db: Database, connection: Connection, order: str) -> Reply | None:
    row = db.execute(_ANSWER, {"connection": connection.id, "order": order}).one_or_none()
    if row is None:
        return None
    headers: Sequence[tuple[str, str]] = orjson.loads(row.reply_headers)
    return Reply(row.reply_status, tuple((k, v) for k, v in headers), bytes(row.reply_body))
