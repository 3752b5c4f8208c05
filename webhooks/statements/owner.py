"""Whose a statement is: told by the accounts it names, when a person hands it in.

Layouts that any provider may use (camt, MT940, sheets) do not say whose a file is. If its accounts
are known, and all of them as another provider's, a person has taken the wrong file. Asked at the
import only: an account may change its provider later, and the file stays what it was.
"""

from sqlalchemy import Connection, text

from webhooks.statements.choice import foreign
from webhooks.statements.line import Reading

_HOLDING = text(
    "SELECT DISTINCT provider FROM receiving_account WHERE number = ANY (:numbers)"
    " AND provider IS NOT NULL"
)


def require(db: Connection, provider: str, reading: Reading) -> None:
    """Refuse a file of other people's accounts. Raises ``Conflict("statement_foreign")``."""
    named = {line.account for line in reading.lines} | {span.account for span in reading.spans}
    holding = db.execute(_HOLDING, {"numbers": [number for number in named if number]})
    known = set(holding.scalars())
    if known and provider not in known:
        raise foreign(", ".join(sorted(known)), provider)
