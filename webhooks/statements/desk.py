"""What was imported: statements newest first, and one of them line by line; withdrawn ones too."""

from typing import Any

from sqlalchemy import Connection, text

from cashless.errors import NotFound

_LIST = text(
    """
SELECT s.id, s.provider, s.layout, s.role, s.file_name, s.first_day, s.last_day, s.lines,
  s.passed_over, s.amount_in, s.amount_out, s.imported_by, s.imported_at,
  (SELECT count(*) FROM statement_pair_told x WHERE x.statement_id = s.id) AS paired,
  (SELECT count(*) FROM statement_pair_told x WHERE x.statement_id = s.id AND x.rule = 'posted')
    AS posted, w.withdrawn_at, w.withdrawn_by, w.why AS withdrawn_why
FROM statement_told s LEFT JOIN statement_withdrawal w ON w.statement_id = s.id
WHERE CAST(:id AS bigint) IS NULL OR s.id = :id
ORDER BY s.id DESC
"""
)
_LINES = text(
    """
SELECT s.line, s.kind, s.amount, s.account, s.occurred_at, s.exact, s.business_date, s.reference,
  s.memo, s.balance, x.payment_id AS payment, x.rule
FROM statement_line_told s LEFT JOIN statement_pair_told x USING (statement_id, line)
WHERE s.statement_id = :id ORDER BY s.line
"""
)


def listing(db: Connection) -> list[dict[str, Any]]:
    """Return every statement, newest first, with how many lines were paired and posted."""
    return [dict(row._mapping) for row in db.execute(_LIST, {"id": None})]


def show(db: Connection, number: int) -> dict[str, Any]:
    """Return one statement with its lines. Raises ``NotFound("statement_unknown")``."""
    row = db.execute(_LIST, {"id": number}).one_or_none()
    if row is None:
        raise NotFound(
            "statement_unknown",
            f"There is no statement {number}.",
            f"Không có sao kê số {number}.",
        )
    told = [dict(line._mapping) for line in db.execute(_LINES, {"id": number})]
    return {**row._mapping, "told": told}
