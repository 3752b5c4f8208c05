"""Told again: a payment that was annulled arrives once more when somebody tells it after all.

A webhook of the same id, or the same statement in the right place, says that it is money. It is
matched and posted anew behind its annulled match (``webhooks.annulled``). A payment that bears
witness of another stays where it is.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, text

_ARRIVE = text(
    """
INSERT INTO arrival (payment_id)
SELECT m.payment_id FROM match m WHERE m.payment_id = ANY (:ids) AND m.rule = 'annulled'
  AND NOT EXISTS (SELECT FROM match y WHERE y.payment_id = m.payment_id AND y.seq > m.seq)
  AND NOT EXISTS (SELECT FROM witness w WHERE w.payment_id = m.payment_id)
ON CONFLICT DO NOTHING
"""
)


def arrive(db: Connection, ids: Iterable[object]) -> None:
    """Let those payments that were annulled arrive once more."""
    db.execute(_ARRIVE, {"ids": list(ids)})
