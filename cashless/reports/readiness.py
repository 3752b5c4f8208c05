"""Whether this process can do its work: the database answers and the ledger is guarded.

A role that may add entries and may not change them is what the program is meant to run as. With any
other role the triggers of the tables still refuse a change, which is said, not hidden.
"""

from typing import Final

from sqlalchemy import Connection, text

_ASK: Final = text(
    "SELECT has_table_privilege('entry', 'INSERT') AS may_add,"
    " has_table_privilege('entry', 'UPDATE')"
    " OR has_table_privilege('entry', 'DELETE') AS may_change"
)


def readiness(db: Connection) -> dict[str, bool]:
    """Return ``ready``, and ``append_only`` when the role itself may not change an entry."""
    row = db.execute(_ASK).one()
    return {"ready": row.may_add, "append_only": not row.may_change}
