"""What no honest program leaves behind: rules that were rewritten, matches under rules not active.

A set's digest covers its body. A match was made under the set that was active; one that was under
way while another set was switched on may come up to two minutes later. A database that was rebuilt
(``replay``) made its matches at another time and is not asked.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, text

_REWRITTEN = text(
    "SELECT 'rule set ' || number AS place FROM rule_set"
    " WHERE digest <> sha256(convert_to(body, 'UTF8')) ORDER BY number"
)
_NOT_ACTIVE = text(
    """
WITH span AS (
  SELECT rule_set, switched_at AS begun,
    lead(switched_at, 1, 'infinity') OVER (ORDER BY seq) + interval '2 minutes' AS ended
  FROM rule_switch)
SELECT 'payment ' || m.payment_id || ': match ' || m.seq || ' under rule set ' || m.rule_set
FROM match m
WHERE m.rule_set IS NOT NULL AND m.matched_by <> 'replay' AND NOT EXISTS (
  SELECT FROM span s WHERE s.rule_set = m.rule_set AND m.matched_at BETWEEN s.begun AND s.ended)
ORDER BY m.payment_id, m.seq LIMIT 20
"""
)


def faults(db: Connection) -> Iterator[str]:
    """Name rule sets that are not what was drafted, and matches under rules not active (I3)."""
    for question in (_REWRITTEN, _NOT_ACTIVE):
        yield from (str(place) for place in db.execute(question).scalars())
