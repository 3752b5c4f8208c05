"""Pairs: which payment each line of a statement tells of, by the surest rule that finds one.

Tried in this order, each for the lines that are left: the line was told by an earlier file
(``again``); the id is the payment's (``id``); the bank's reference, account, amount and direction
are (``reference``); and, where the file's ids are not those of webhooks, account, amount and
direction (``nearest``): within minutes where the line has a time, in turn where it has only its
day, then within a day either way, the nearest first; what a bank books on Monday may be Saturday
evening's. One to one: a payment that another line of the
same layout tells is passed over. A witness leads to the payment it tells of.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, TextClause, text

from cashless.db.batch import rows_json
from webhooks import told_again

# OFFSET 0 keeps each of these a look into an index, row by row: lines and pairs were written in
# this transaction, and the planner, who has not counted them yet, would compare each with each.
_LEFT = """NOT EXISTS (SELECT FROM statement_pair x
  WHERE x.statement_id = s.statement_id AND x.line = s.line OFFSET 0)"""
_SAME_WAY = "(p.kind = 'credit') = (s.kind = 'credit') AND s.kind <> 'return'"
_FREE = """NOT EXISTS (SELECT FROM statement_pair x
  JOIN statement t ON t.id = x.statement_id
  WHERE x.payment_id = p.id AND t.layout = :layout OFFSET 0)"""
_COUNTS = """NOT EXISTS (SELECT FROM match m WHERE m.payment_id = p.id AND m.rule = 'annulled'
  AND NOT EXISTS (SELECT FROM match y WHERE y.payment_id = m.payment_id AND y.seq > m.seq)
  AND NOT EXISTS (SELECT FROM arrival a WHERE a.payment_id = p.id) OFFSET 0)"""
_NO_WITNESS = f"""NOT EXISTS (SELECT FROM witness w WHERE w.payment_id = p.id OFFSET 0)
  AND {_COUNTS}"""

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
_ID = f"""
INSERT INTO statement_pair (statement_id, line, payment_id, rule)
SELECT s.statement_id, s.line, coalesce(w.tells_of, p.id), 'id'
FROM statement_line s
JOIN payment p ON p.provider = :provider AND p.provider_txn_id = s.key AND {_SAME_WAY}
LEFT JOIN witness w ON w.payment_id = p.id
WHERE s.statement_id = :id AND {_LEFT}
  AND {{condition}}
ON CONFLICT DO NOTHING
"""  # noqa: S608  as above
_BY_ID = text(_ID.format(condition=f"(w.payment_id IS NOT NULL OR {_COUNTS})"))
_BY_ID_AT_LAST = text(_ID.format(condition="true"))
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
_LINES = f"""
  SELECT s.*, s.kind = 'credit' AS came FROM statement_line s
  WHERE s.statement_id = :id AND s.key LIKE :made AND s.kind <> 'return' AND {_LEFT}"""  # noqa: S608  as above
_PAYMENTS = f"""
  SELECT p.*, p.kind = 'credit' AS came FROM payment p
  WHERE p.business_date BETWEEN :first_day AND :last_day AND {_FREE} AND {_NO_WITNESS}"""  # noqa: S608  as above
_NEAR_DAY = "(d.days > -2 OR extract(isodow FROM s.business_date) = 1)"
_NEAR = f"""
WITH l AS MATERIALIZED ({_LINES}), q AS MATERIALIZED ({_PAYMENTS}),
near AS (
  SELECT s.line, p.id FROM l AS s CROSS JOIN (VALUES (-2), (-1), (0), (1)) AS d (days)
  JOIN q AS p ON p.account = s.account AND p.amount = s.amount AND p.came = s.came
    AND p.business_date = s.business_date + d.days AND {_NEAR_DAY}
  UNION
  SELECT s.line, p.id FROM l AS s CROSS JOIN (VALUES (-2), (-1), (0), (1)) AS d (days)
  JOIN q AS p ON p.virtual_account = s.virtual_account AND p.amount = s.amount AND p.came = s.came
    AND p.business_date = s.business_date + d.days AND {_NEAR_DAY})
SELECT s.line, p.id
FROM near JOIN l AS s USING (line) JOIN q AS p ON p.id = near.id
WHERE (p.reference IN (s.reference, s.reference || '\\BNK')) IS NOT FALSE AND {{condition}}
ORDER BY abs(p.business_date - s.business_date),
  CASE WHEN s.exact THEN abs(extract(epoch FROM p.occurred_at - s.occurred_at)) ELSE 0 END,
  s.line, p.id
"""  # noqa: S608  as above
_WITHIN_MINUTES = text(
    _NEAR.format(
        condition="s.exact AND abs(extract(epoch FROM p.occurred_at - s.occurred_at)) <= 600"
    )
)
_WITHIN_DAYS = text(_NEAR.format(condition="true"))
_IN_TURN = f"""
WITH l AS (
  SELECT s.line, s.account, s.amount, s.came, s.business_date, row_number() OVER
    (PARTITION BY s.account, s.amount, s.came, s.business_date ORDER BY s.line) AS nth
  FROM ({_LINES}) AS s WHERE NOT s.exact AND s.reference IS {{of_line}}),
q AS (
  SELECT p.id, p.account, p.amount, p.came, p.business_date, row_number() OVER
    (PARTITION BY p.account, p.amount, p.came, p.business_date ORDER BY p.occurred_at, p.id) AS nth
  FROM ({_PAYMENTS}) AS p WHERE {{of_payment}})
INSERT INTO statement_pair (statement_id, line, payment_id, rule)
SELECT :id, l.line, q.id, 'nearest'
FROM l JOIN q USING (account, amount, came, business_date, nth)
"""  # noqa: S608  as above
_REFERENCED_IN_TURN = text(_IN_TURN.format(of_line="NOT NULL", of_payment="p.reference IS NULL"))
_OTHERS_IN_TURN = text(_IN_TURN.format(of_line="NULL", of_payment="true"))
_HASHED = text("SET LOCAL enable_nestloop = off")
_PLAIN = text("SET LOCAL enable_nestloop = on")
_DAYS = text(
    "SELECT first_day - 2 AS first_day, last_day + 1 AS last_day FROM statement WHERE id = :id"
)
_TOLD = text("SELECT payment_id FROM statement_pair WHERE statement_id = :id AND rule = 'id'")
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
    _pair_near(db, {**asked, **db.execute(_DAYS, asked).one()._mapping})


def _pair_near(db: Connection, asked: Mapping[str, object]) -> None:
    """Pair by account, amount and time: within minutes, then of one day in turn, then the rest.

    Joins are made by hashing, for the reason given above.
    """
    db.execute(_HASHED)
    _choose(db, _WITHIN_MINUTES, asked)
    db.execute(_REFERENCED_IN_TURN, asked)
    db.execute(_OTHERS_IN_TURN, asked)
    _choose(db, _WITHIN_DAYS, asked)
    db.execute(_PLAIN)


def _choose(db: Connection, question: TextClause, asked: Mapping[str, object]) -> None:
    chosen = _nearest(db.execute(question, asked))
    if chosen:
        db.execute(_WRITE, {"id": asked["id"], "rows": rows_json(chosen)})


def by_id(db: Connection, statement: int, provider: str) -> None:
    """Pair by id once more: a webhook may have been faster than our own posting.

    What was annulled counts again, because the file tells it.
    """
    db.execute(_BY_ID_AT_LAST, {"id": statement, "provider": provider})
    told_again.arrive(db, db.execute(_TOLD, {"id": statement}).scalars())


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
