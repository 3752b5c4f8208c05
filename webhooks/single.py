"""One call in a transaction of its own: the plain form of the door, without HTTP.

The Flask route and ``cashless providers sign --deliver`` come through here. Same core and same rows
as the asyncio door, which shares one commit between many calls (``webhooks.group``).
"""

from contextlib import suppress
from hashlib import sha256

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from cashless.clock import now
from cashless.db.engine import transaction
from cashless.errors import Unavailable
from providers._protocol import Delivery, Reply
from webhooks import inbox, refusals, talks
from webhooks.connections import Connection
from webhooks.receive import Received, Turned, receive, unavailable
from webhooks.refusals import Refusal


def answer(engine: Engine, connection: Connection, delivery: Delivery, source: str) -> Reply:
    """Receive and keep one call; return the answer to give, durable when it says stored."""
    try:
        asked = talks.begin(connection, delivery, source)
        if asked is not None:
            return talks.finish(engine, asked)
        received = receive(connection, delivery, source)
    except Turned as turned:
        return turn_away(engine, connection.id, turned, delivery.body)
    return _kept(engine, received)


def turn_away(engine: Engine, connection_id: int, turned: Turned, body: bytes) -> Reply:
    """Count a call that was turned away and return its answer, counted or not."""
    refusal = Refusal(connection_id, turned.reason, sha256(body).digest(), now())
    with suppress(DBAPIError, Unavailable), transaction(engine) as db:
        refusals.count(db, [refusal])
    return turned.reply


def _kept(engine: Engine, received: Received) -> Reply:
    try:
        with transaction(engine) as db:
            (reply,) = inbox.keep(db, [received], now())
    except (DBAPIError, Unavailable):
        return unavailable(received)
    return reply
