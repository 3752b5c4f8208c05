"""Monthly partitions of the deliveries, made ahead of time.

Only deliveries are partitioned: they are the bulk of the bytes and the rows that may be archived
(docs/adr/0004). A delivery of a month without a partition goes to a catch-all partition, so nothing
is refused for it.
"""

from datetime import date

from sqlalchemy import Connection, text

_MONTHS_AHEAD = 3
_ENSURE = text("SELECT ensure_delivery_partitions(:day, :months)")


def ensure_months(connection: Connection, day: date) -> None:
    """Make the partitions of the month of ``day`` and of the two after it."""
    connection.execute(_ENSURE, {"day": day, "months": _MONTHS_AHEAD})
