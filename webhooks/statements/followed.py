"""What must follow from a statement: pairs, payments and confirmations that fit its lines.

Each question names rows that say what nothing else bears out: a movement of money without its
payment, a pair whose rule does not hold between line and payment, a confirmation that no pair
makes, a payment from a statement without its confirmation. A pair of money that left says only what
a person sees; without it nothing is missing, so one that was taken away is not found here. What a
person has taken back is still looked at.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, text

_SAME_ACCOUNT = "(p.account = s.account OR p.virtual_account = s.virtual_account)"
_SAME_WAY = "(p.kind = 'credit') = (s.kind = 'credit')"
_UNPAIRED = text(
    """
SELECT 'statement ' || s.statement_id || ' line ' || s.line || ': no payment' AS place
FROM statement_line_told s JOIN statement_told t ON t.id = s.statement_id AND t.role = 'lines'
WHERE s.kind IN ('credit', 'refund', 'reversal') AND NOT EXISTS (SELECT FROM statement_pair_told x
  WHERE x.statement_id = s.statement_id AND x.line = s.line)
ORDER BY s.statement_id, s.line
"""
)
_WRONG = text(
    f"""
SELECT 'statement ' || x.statement_id || ' line ' || x.line || ': pair' AS place
FROM statement_pair_told x
LEFT JOIN statement_line_told s USING (statement_id, line)
LEFT JOIN statement_told t ON t.id = x.statement_id
LEFT JOIN payment p ON p.id = x.payment_id
WHERE (CASE x.rule
  WHEN 'posted' THEN p.provider_txn_id = s.key AND p.kind = s.kind AND p.delivery_id = t.delivery_id
  WHEN 'id' THEN {_SAME_WAY} AND (p.provider = t.provider AND p.provider_txn_id = s.key
    OR EXISTS (SELECT FROM witness_told w JOIN payment z ON z.id = w.payment_id
               WHERE w.tells_of = p.id AND z.provider = t.provider
                 AND z.provider_txn_id = s.key))
  WHEN 'again' THEN EXISTS (SELECT FROM statement_line_told e
    JOIN statement_told u ON u.id = e.statement_id
    JOIN statement_pair_told y ON y.statement_id = e.statement_id AND y.line = e.line
    WHERE e.key = s.key AND e.statement_id < s.statement_id AND u.provider = t.provider
      AND u.layout = t.layout AND y.payment_id = p.id)
  WHEN 'reference' THEN p.amount = s.amount AND {_SAME_WAY} AND {_SAME_ACCOUNT}
    AND p.reference IN (s.reference, s.reference || '\\BNK')
  ELSE p.amount = s.amount AND {_SAME_WAY} AND {_SAME_ACCOUNT}
    AND abs(p.business_date - s.business_date) <= 2 END) IS NOT TRUE
ORDER BY x.statement_id, x.line
"""  # noqa: S608  only our own conditions are put together here
)
_CONFIRMED = text(
    """
SELECT 'payment ' || c.payment_id || ': confirmation' AS place FROM confirmation c
WHERE c.source = 'statement' AND NOT EXISTS (SELECT FROM statement_pair_told x
  JOIN statement_told t ON t.id = x.statement_id
  WHERE x.payment_id = c.payment_id
    AND c.why = 'statement ' || x.statement_id || ', line ' || x.line
    AND t.imported_by = c.confirmed_by AND t.imported_at = c.confirmed_at)
UNION ALL
SELECT 'payment ' || x.payment_id || ': no confirmation' FROM statement_pair_told x
WHERE x.rule = 'posted'
  AND NOT EXISTS (SELECT FROM confirmation c WHERE c.payment_id = x.payment_id)
UNION ALL
SELECT 'payment ' || w.payment_id || ': witness' FROM witness_told w
LEFT JOIN payment z ON z.id = w.payment_id LEFT JOIN payment p ON p.id = w.tells_of
WHERE ((z.kind = 'credit') = (p.kind = 'credit') AND z.amount = p.amount
  AND (w.rule = 'person' OR z.connection_id <> p.connection_id
    AND abs(extract(epoch FROM z.occurred_at - p.occurred_at)) <= 172800)) IS NOT TRUE
ORDER BY place
"""
)


def faults(db: Connection) -> Iterator[str]:
    """Name the rows that do not follow from the statements they speak of."""
    for question in (_UNPAIRED, _WRONG, _CONFIRMED):
        yield from (str(place) for place in db.execute(question).scalars())
