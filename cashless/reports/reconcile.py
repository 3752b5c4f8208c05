"""Reconcile: webhook, statement and book laid side by side, day by day, each difference by reason.

Nothing is stored and nothing is changed: the answer is made from the rows, so it is right again the
moment a late webhook or file has come. Amounts in đồng; ages in days from the business date.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, TextClause, text

from cashless.db.batch import rows_json
from cashless.reports import continuity
from cashless.reports.continuity import Gap
from cashless.reports.differences import COVERED, LAYOUTS, REASONS, UNTOLD_YET
from webhooks.statements.layout import everything

AGES: Final = (("0-1", 1), ("2-7", 7), ("8-30", 30), ("31+", None))
"""Names of the age groups and the last day in each."""

GAP: Final = "balance_gap"
GAP_MEANING: Final = (
    "Balances before and after do not follow: a movement between them was never told.",
    "Số dư trước và sau không khớp: có giao dịch ở giữa chưa được báo.",
)

_DAYS = text(
    """
WITH told AS (
  SELECT p.provider, p.business_date, count(*) AS count, sum(p.amount)::bigint AS amount
  FROM payment p JOIN connection c ON c.id = p.connection_id
  WHERE p.kind = 'credit' AND p.business_date BETWEEN :first AND :last
    AND NOT EXISTS (SELECT FROM witness w WHERE w.payment_id = p.id)
    AND (c.protocol <> 'statement'
      OR EXISTS (SELECT FROM late_telling h WHERE h.payment_id = p.id)
      OR EXISTS (SELECT FROM witness w WHERE w.tells_of = p.id))
  GROUP BY 1, 2),
lines AS (
  SELECT p.provider, p.business_date, count(*) AS count, sum(p.amount)::bigint AS amount
  FROM (SELECT DISTINCT ON (x.payment_id) x.payment_id AS id, t.provider, s.business_date, s.amount
        FROM statement_pair x JOIN statement_line s USING (statement_id, line)
        JOIN statement t ON t.id = x.statement_id AND t.role = 'lines'
        WHERE s.kind = 'credit' AND s.business_date BETWEEN :first AND :last
        ORDER BY x.payment_id, x.statement_id, x.line) AS p
  GROUP BY 1, 2),
booked AS (
  SELECT p.provider, e.business_date, count(DISTINCT p.id) AS count,
    sum(CASE WHEN t.debit ~ '^(Assets:(?!Returned)|Expenses:)' THEN t.amount ELSE 0 END
      - CASE WHEN t.credit ~ '^(Assets:(?!Returned)|Expenses:)' THEN t.amount ELSE 0 END
      )::bigint AS amount
  FROM entry e JOIN transfer t USING (book_id, seq) JOIN payment p ON p.id = e.payment_id
  WHERE p.kind = 'credit' AND e.business_date BETWEEN :first AND :last AND e.match_seq IS NOT NULL
    AND NOT EXISTS (SELECT FROM match m WHERE m.payment_id = p.id AND m.rule = 'annulled'
      AND NOT EXISTS (SELECT FROM match y WHERE y.payment_id = m.payment_id AND y.seq > m.seq))
  GROUP BY 1, 2)
SELECT provider, business_date, coalesce(told.count, 0) AS webhook_count,
  coalesce(told.amount, 0) AS webhook_amount, coalesce(lines.count, 0) AS statement_count,
  coalesce(lines.amount, 0) AS statement_amount, coalesce(booked.count, 0) AS book_count,
  coalesce(booked.amount, 0) AS book_amount
FROM told FULL JOIN lines USING (provider, business_date)
FULL JOIN booked USING (provider, business_date)
WHERE CAST(:provider AS text) IS NULL OR provider = :provider
ORDER BY provider, business_date
"""
)
_UNCOVERED = text(
    f"""
WITH {LAYOUTS}
SELECT p.provider, p.business_date, count(*) AS payments, sum(p.amount)::bigint AS amount
FROM payment p JOIN connection c ON c.id = p.connection_id AND c.protocol <> 'statement'
WHERE p.business_date BETWEEN :first AND :last
  AND (CAST(:provider AS text) IS NULL OR p.provider = :provider)
  AND NOT EXISTS (SELECT FROM witness w WHERE w.payment_id = p.id)
  AND NOT EXISTS (SELECT FROM statement_pair x WHERE x.payment_id = p.id)
  AND NOT EXISTS ({COVERED})
GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608  only our own conditions are put together here
)
_HOLDERS = text(
    """
SELECT DISTINCT ON (m.payment_id) m.payment_id, me.code
FROM match m JOIN merchant me ON me.id = m.merchant_id
WHERE m.payment_id = ANY (:ids) ORDER BY m.payment_id, m.seq DESC
"""
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which days, both included, and which provider; ``today`` is what ages are counted to."""

    first: date
    last: date
    today: date
    provider: str | None = None


def reconcile(db: Connection, asked: Asked) -> dict[str, Any]:
    """Return the days side by side, the differences, and their sums by reason and age."""
    found = [
        _difference(reason, row, asked)
        for reason in REASONS
        for row in _once(_rows(db, REASONS[reason].question, asked))
    ]
    chains = continuity.check(db, asked.first, asked.last, asked.provider)
    found.extend(_gap(gap, asked) for gap in chains.open_gaps)
    _name_holders(db, found)
    waiting = [_difference("waiting", row, asked) for row in _rows(db, UNTOLD_YET, asked)]
    return {
        "from": asked.first,
        "to": asked.last,
        "days": _rows(db, _DAYS, asked),
        "differences": found,
        "reasons": _reasons(found),
        "waiting": {"count": len(waiting), "amount": sum(one["amount"] for one in waiting)},
        "uncovered": _rows(db, _UNCOVERED, asked),
        "continuity": {
            "tellings": chains.tellings,
            "chains": chains.chains,
            "gaps": len(chains.gaps),
            "filled": len(chains.gaps) - len(chains.open_gaps),
        },
        "ok": not found,
    }


def _rows(db: Connection, question: TextClause, asked: Asked) -> list[dict[str, Any]]:
    values: dict[str, object] = {
        "first": asked.first,
        "last": asked.last,
        "provider": asked.provider,
    }
    if LAYOUTS in question.text:
        values["layouts"] = rows_json(_layouts())
    if ":today" in question.text:
        values["today"] = asked.today
    return [dict(row._mapping) for row in db.execute(question, values)]


def _once(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Tell what two files say of one payment in the same words only once, by the first file."""
    first: dict[object, dict[str, Any]] = {}
    for row in rows:
        names = ("payment", "amount", "other_amount")
        line = (row["statement"], row["line"]) if row["payment"] is None else None
        first.setdefault((line, *(row[name] for name in names)), row)
    return list(first.values())


def _layouts() -> Iterable[Mapping[str, object]]:
    for one in everything().values():
        yield {"layout": one.name, "scope": one.scope, "horizon_days": one.horizon_days}


def _difference(reason: str, row: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
    days = (asked.today - row["business_date"]).days
    return {"reason": reason, **row, "age_days": days, "age": age(days), "merchant": None}


def _gap(gap: Gap, asked: Asked) -> dict[str, Any]:
    row = {
        "provider": gap.provider,
        "payment": gap.after.id,
        "statement": None,
        "line": None,
        "account": gap.account,
        "business_date": gap.after.day,
        "amount": gap.missing,
        "other_amount": None,
    }
    return {**_difference(GAP, row, asked), "after_payment": gap.before.id}


def age(days: int) -> str:
    """Name the age group of so many days."""
    return next(name for name, last in AGES if last is None or days <= last)


def _name_holders(db: Connection, found: list[dict[str, Any]]) -> None:
    ids = [one["payment"] for one in found if one["payment"] is not None]
    holders = {row[0]: row[1] for row in db.execute(_HOLDERS, {"ids": ids})}
    for one in found:
        one["merchant"] = holders.get(one["payment"])


def _reasons(found: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Sum differences up by reason, and by age in each."""
    sums: dict[str, dict[str, Any]] = {}
    for one in found:
        empty = {"reason": one["reason"], "count": 0, "amount": 0, "ages": dict.fromkeys(_AGES, 0)}
        row = sums.setdefault(one["reason"], empty)
        row["count"] += 1
        row["amount"] += one["amount"]
        row["ages"][one["age"]] += 1
    return list(sums.values())


_AGES: Final = [name for name, _last in AGES]
