"""Notify: one message per payment that reached a merchant's book.

The messages are written in the same transaction as the entries (an outbox), so nobody hears of
money that is not in the book. After the commit the range of new ids is announced on a PostgreSQL
channel; whoever shows a live feed reads the rows. A lost announcement loses nothing: the reader
asks for what is newer than the last id it has shown.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, text

from cashless.db.batch import rows_json
from webhooks.match import Match

CHANNEL = "cashless_message"

_WRITE = text(
    """
INSERT INTO message (merchant_id, payment_id, match_seq, order_code, amount, provider, created_at)
SELECT * FROM json_to_recordset(:rows) AS m (merchant_id bigint, payment_id bigint,
  match_seq smallint, order_code text, amount bigint, provider text, created_at timestamptz)
RETURNING id
"""
)
_ANNOUNCE = text("SELECT pg_notify(:channel, :range)")


def write(db: Connection, matches: Iterable[Match], at: datetime) -> tuple[int, ...]:
    """Write the messages of the credits that found a merchant; return their ids."""
    rows = [
        _row(match, match.holder.merchant_id, at)
        for match in matches
        if match.holder and match.payment.kind == "credit"
    ]
    if not rows:
        return ()
    return tuple(sorted(db.execute(_WRITE, {"rows": rows_json(rows)}).scalars()))


def announce(engine: Engine, ids: Sequence[int]) -> None:
    """Tell the live feeds that messages of these ids are there; call it after the commit."""
    if ids:
        with engine.begin() as db:
            db.execute(_ANNOUNCE, {"channel": CHANNEL, "range": f"{ids[0]}-{ids[-1]}"})


def _row(match: Match, merchant_id: int, at: datetime) -> dict[str, object]:
    return {
        "merchant_id": merchant_id,
        "payment_id": match.payment.id,
        "match_seq": match.seq,
        "order_code": match.order.code if match.order else None,
        "amount": match.payment.amount,
        "provider": match.payment.provider,
        "created_at": at,
    }
