"""Pairs: which payment each line of a statement tells of, by the surest rule that finds one.

Tried in this order, each for the lines that are left: the line was told by an earlier file
(``again``); the id is the payment's (``id``); the bank's reference, account, amount and direction
are (``reference``); and, where the file's ids are not those of webhooks, account, amount and
direction within a day, the nearest in time first (``nearest``). One to one: a payment that another
line of the same layout tells is passed over. A witness leads to the payment it tells of.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, text

from cashless.db.batch import rows_json

_LEFT = """NOT EXISTS (SELECT FROM statement_pair x
  WHERE x.statement_id = s.statement_id AND x.line = s.line)"""
_SAME_WAY = "(p.kind = 'credit') = (s.kind = 'credit') AND s.kind <> 'return'"
_FREE = """NOT EXISTS (SELECT FROM statement_pair x
  JOIN statement t ON t.id = x.statement_id WHERE x.payment_id = p.id AND t.layout = :layout)"""
_NO_WITNESS = "NOT EXISTS (SELECT FROM witness w WHERE w.payment_id = p.id)"

_AGAIN = text(
    f"""
INSERT INTO statement_pair (statement_id, line, payment_id, rule)
SELECT DISTINCT ON (s.line) s.statement_id, s.line, x.payment_id, 'again'
FROM statement_line s
JOIN statement_line e ON e.key = s.key AND e.statement_id <> s.statement_id
  AND (e.kind = 'credit') = (s.kind = 'credit')
JOIN statement t ON t.id = e.statement_id AND t.provider = :provider AND t.layout = :layout
JOIN statement_pair x ON x.statement_id = e.statement_id AND x.line = e.line
WHERE s.statement_id = :id AND {_LEFT}
ORDER BY s.line, x.payment_id
"""  # noqa: S608  only our own conditions are put together here
)
_BY_ID = text(
    f"""
INSERT INTO statement_pair (statement_id, line, payment_id, rule)
SELECT s.statement_id, s.line, coalesce(w.tells_of, p.id), 'id'
FROM statement_line s
JOIN payment p ON p.provider = :provider AND p.provider_txn_id = s.key AND {_SAME_WAY}
LEFT JOIN witness w ON w.payment_id = p.id
WHERE s.statement_id = :id AND {_LEFT}
ON CONFLICT DO NOTHING
"""  # noqa: S608  as above
)
_BY_REFERENCE = text(
    f"""
WITH l AS (
  SELECT s.*, row_number() OVER (PARTITION BY reference, account, amount, kind ORDER BY line) AS nth
  FROM statement_line s WHERE s.statement_id = :id AND s.reference IS NOT NULL AND {_LEFT}),
q AS (
  SELECT s.line, s.nth AS wanted, p.id, row_number() OVER (PARTITION BY s.line ORDER BY p.id) AS nth
  FROM l AS s
  CROSS JOIN LATERAL (VALUES (s.reference), (s.reference || '\\BNK')) AS f (reference)
  JOIN payment p ON p.reference = f.reference AND p.amount = s.amount AND {_SAME_WAY}
    AND (p.account = s.account OR p.virtual_account = s.virtual_account)
    AND p.business_date BETWEEN s.business_date - 2 AND s.business_date + 2
  WHERE {_FREE} AND {_NO_WITNESS})
INSERT INTO statement_pair (statement_id, line, payment_id, rule)
SELECT :id, line, id, 'reference' FROM q WHERE nth = wanted
"""  # noqa: S608  as above
)
_NEAR = text(
    f"""
WITH l AS (SELECT * FROM statement_line s
  WHERE s.statement_id = :id AND s.key LIKE :made AND {_LEFT}),
near AS (
  SELECT s.line, p.id FROM l AS s JOIN payment p ON p.account = s.account
    AND p.amount = s.amount AND {_SAME_WAY}
    AND p.business_date BETWEEN s.business_date - 1 AND s.business_date + 1
  UNION
  SELECT s.line, p.id FROM l AS s JOIN payment p ON p.virtual_account = s.virtual_account
    AND p.amount = s.amount AND {_SAME_WAY}
    AND p.business_date BETWEEN s.business_date - 1 AND s.business_date + 1)
SELECT s.line, p.id
FROM near JOIN l AS s USING (line) JOIN payment p ON p.id = near.id
WHERE {_FREE} AND {_NO_WITNESS}
  AND (p.reference IN (s.reference, s.reference || '\\BNK')) IS NOT FALSE
ORDER BY abs(p.business_date - s.business_date),
  CASE WHEN s.exact THEN abs(extract(epoch FROM p.occurred_at - s.occurred_at)) ELSE 0 END,
  s.line, p.id
"""  # noqa: S608  as above
)
_WRITE = text(
    """
INSERT INTO statement_pair (statement_id, line, payment_id, rule)
SELECT :id, line, payment_id, 'nearest'
FROM json_to_recordset(:rows) AS r (line integer, payment_id bigint)
"""
)


def pair(db: Connection, statement: int, provider: str, layout: str) -> None:
    """Pair the lines of a statement with payments that are there."""
    asked = {"id": statement, "provider": provider, "layout": layout, "made": f"{layout}:%"}
    for question in (_AGAIN, _BY_ID, _BY_REFERENCE):
        db.execute(question, asked)
    chosen = _nearest(db.execute(_NEAR, asked))
    if chosen:
        db.execute(_WRITE, {"id": statement, "rows": rows_json(chosen)})


def by_id(db: Connection, statement: int, provider: str) -> None:
    """Pair by id once more: a webhook may have been faster than our own posting."""
    db.execute(_BY_ID, {"id": statement, "provider": provider})


def _nearest(candidates: Iterable[Any]) -> list[dict[str, object]]:
    """Choose one to one, the nearest first; candidates come in that order."""
    lines: set[int] = set()
    payments: set[int] = set()
    chosen: list[dict[str, object]] = []
    for one in candidates:
        if one.line not in lines and one.id not in payments:
            lines.add(one.line)
            payments.add(one.id)
            chosen.append({"line": one.line, "payment_id": one.id})
    return chosen
