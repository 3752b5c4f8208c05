"""Witnesses: one transfer that several connections tell is one payment.

A bank, an aggregator that reads its account, and a wallet may each tell of the same transfer under
an id of its own. What binds the tellings is the bank's reference, together with the receiving
account (with its BIN or without, or another account of the same merchant), the amount, the
direction and the time; a webhook that comes after a statement without ids is bound to the line's
payment by account, amount and a day the statement covers, or by a Monday on which a bank books its
weekend. The first telling is the
payment; each other one is kept as its witness, has no match, no entry and no message. Within one
connection the id decides, so two tellings of one connection are two payments, and a payment has at
most one witness of each connection.

References are locked in key order before anybody looks, so two settlers cannot both be first. A
signed witness of a weak payment confirms it. What a person has separated (``webhooks.tellings``)
is never bound again, and a payment that was annulled has no witness.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from cashless.db.batch import rows_json
from webhooks.match import Payment

_LOCK = text(
    """
SELECT count(pg_advisory_xact_lock(key)) FROM (
  SELECT DISTINCT hashtextextended(regexp_replace(reference, '\\\\BNK$', ''), 7) AS key
  FROM payment WHERE id = ANY (:ids) AND reference IS NOT NULL ORDER BY key OFFSET 0) AS k
"""
)
_CANDIDATES = text(
    """
WITH x AS MATERIALIZED (
  SELECT p.*, regexp_replace(p.reference, '\\\\BNK$', '') AS bare FROM payment p
  WHERE p.id = ANY (:ids)),
found AS (
  SELECT x.id, y.id AS first, 'reference' AS rule
  FROM x CROSS JOIN LATERAL (VALUES (x.bare), (x.bare || '\\BNK')) AS f (reference)
  JOIN payment y ON y.reference = f.reference
  WHERE length(x.bare) >= 6 AND x.bare ~ '[0-9]' AND y.connection_id <> x.connection_id
    AND y.amount = x.amount AND (y.kind = 'credit') = (x.kind = 'credit')
    AND (regexp_replace(y.account, '^[0-9]{6}:', '')
        = regexp_replace(x.account, '^[0-9]{6}:', '')
      OR y.virtual_account = x.virtual_account OR EXISTS (
      SELECT FROM heard_account a JOIN heard_account b USING (merchant_id)
      WHERE a.provider = x.provider AND a.number IN (x.account, x.virtual_account)
        AND b.provider = y.provider AND b.number IN (y.account, y.virtual_account)))
  UNION ALL
  SELECT x.id, y.id, 'statement'
  FROM x
  JOIN connection c ON c.id = x.connection_id AND c.protocol <> 'statement'
  JOIN statement_line s ON s.account = x.account AND s.amount = x.amount
    AND s.business_date BETWEEN x.business_date - 1 AND x.business_date + 2
    AND (s.kind = 'credit') = (x.kind = 'credit')
  JOIN statement t ON t.id = s.statement_id AND t.provider = x.provider AND t.role = 'lines'
    AND (s.business_date < x.business_date + 2
        AND x.business_date BETWEEN t.first_day AND t.last_day
      OR s.business_date > x.business_date AND extract(isodow FROM s.business_date) = 1)
  JOIN statement_pair q ON q.statement_id = s.statement_id AND q.line = s.line
    AND q.rule IN ('posted', 'id')
  JOIN payment y ON y.id = q.payment_id AND y.provider_txn_id LIKE t.layout || ':%'
  WHERE x.connection_id <> y.connection_id
    AND (x.bare IN (s.reference, replace(s.reference, '\\BNK', ''))) IS NOT FALSE)
SELECT DISTINCT ON (x.id, abs(extract(epoch FROM y.occurred_at - x.occurred_at)), y.id)
  x.id, y.id AS first, found.rule, x.connection_id, x.trust, y.trust AS first_trust
FROM found JOIN x USING (id) JOIN payment y ON y.id = found.first
WHERE abs(extract(epoch FROM y.occurred_at - x.occurred_at)) <= 172800
  AND NOT EXISTS (SELECT FROM separation s
                  WHERE (s.payment_id, s.tells_of) IN ((x.id, y.id), (y.id, x.id)))
  AND NOT EXISTS (SELECT FROM match m WHERE m.payment_id = y.id AND m.rule = 'annulled'
    AND NOT EXISTS (SELECT FROM match z WHERE z.payment_id = m.payment_id AND z.seq > m.seq)
    AND NOT EXISTS (SELECT FROM arrival a WHERE a.payment_id = y.id))
  AND (y.id < x.id OR EXISTS (SELECT FROM match m WHERE m.payment_id = y.id))
  AND NOT EXISTS (SELECT FROM witness w WHERE w.payment_id = y.id)
  AND NOT EXISTS (SELECT FROM witness w JOIN payment z ON z.id = w.payment_id
                  WHERE w.tells_of = y.id AND z.connection_id = x.connection_id)
ORDER BY x.id, abs(extract(epoch FROM y.occurred_at - x.occurred_at)), y.id, found.rule
"""
)
_WRITE = text(
    """
INSERT INTO witness (payment_id, tells_of, rule, noted_at)
SELECT id, first, rule, CAST(:at AS timestamptz)
FROM json_to_recordset(:rows) AS r (id bigint, first bigint, rule text)
"""
)
_CONFIRM = text(
    """
INSERT INTO confirmation (payment_id, source, why, confirmed_by, confirmed_at)
SELECT first, 'witness', 'payment ' || min(id) || ' tells of it too', 'settle',
  CAST(:at AS timestamptz)
FROM json_to_recordset(:rows) AS r (id bigint, first bigint)
GROUP BY first
ON CONFLICT (payment_id) DO NOTHING
"""
)


def leave_out(db: Connection, payments: Sequence[Payment], at: datetime) -> tuple[Payment, ...]:
    """Note which payments of a batch are witnesses, and return the others, in their order."""
    ids = [payment.id for payment in payments]
    db.execute(_LOCK, {"ids": ids})
    chosen = _chosen(db.execute(_CANDIDATES, {"ids": ids}))
    if not chosen:
        return tuple(payments)
    db.execute(_WRITE, {"rows": rows_json(_row(one) for one in chosen.values()), "at": at})
    _confirm(db, chosen.values(), at)
    return tuple(payment for payment in payments if payment.id not in chosen)


def _chosen(candidates: Iterable[Any]) -> dict[int, Any]:
    """Choose for each telling the payment nearest in time that no other of its connection has.

    Candidates come in the order of the tellings, and a witness is nobody's payment: of three
    tellings in one batch the two later ones tell of the first.
    """
    chosen: dict[int, Any] = {}
    taken: set[tuple[int, int]] = set()
    for one in candidates:
        seat = (one.first, one.connection_id)
        if one.id not in chosen and one.first not in chosen and seat not in taken:
            chosen[one.id] = one
            taken.add(seat)
    return chosen


def _confirm(db: Connection, chosen: Iterable[Any], at: datetime) -> None:
    """Confirm weak payments that a signed witness tells of."""
    rows = [_row(one) for one in chosen if one.trust == "signed" and one.first_trust == "weak"]
    if rows:
        db.execute(_CONFIRM, {"rows": rows_json(rows), "at": at})


def _row(one: Any) -> dict[str, object]:  # noqa: ANN401  a row of _CANDIDATES
    return {"id": one.id, "first": one.first, "rule": one.rule}
