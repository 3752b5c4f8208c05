"""Matches as rows: the key of a match makes a second one of the same step impossible."""

from collections.abc import Iterable

import orjson
from sqlalchemy import Connection, text

from cashless.clock import now
from cashless.db.batch import rows_json
from webhooks.match import Match

_WRITE = text(
    """
INSERT INTO match (payment_id, seq, merchant_id, order_code, rule, explanation, matched_by,
                   matched_at, credit_id, rule_set)
SELECT * FROM json_to_recordset(:rows) AS m (payment_id bigint, seq smallint, merchant_id bigint,
  order_code text, rule text, explanation text, matched_by text, matched_at timestamptz,
  credit_id bigint, rule_set smallint)
"""
)


def write(db: Connection, matches: Iterable[Match], who: str) -> None:
    """Write matches, made by ``who``, at this moment."""
    at = now()
    rows = ({**_row(one), "matched_by": who, "matched_at": at} for one in matches)
    db.execute(_WRITE, {"rows": rows_json(rows)})


def _row(one: Match) -> dict[str, object]:
    return {
        "payment_id": one.payment.id,
        "seq": one.seq,
        "merchant_id": one.holder.merchant_id if one.holder else None,
        "order_code": one.order.code if one.order else None,
        "rule": one.rule,
        "explanation": orjson.dumps(one.explanation).decode(),
        "credit_id": one.credit_id,
        "rule_set": one.rule_set,
    }
