"""Who must hear of new messages: the merchants and the orders they are about."""

from sqlalchemy import Connection, text

_HEARERS = text(
    "SELECT DISTINCT merchant_id, order_code FROM message WHERE id BETWEEN :first AND :last"
)
_NEWEST = text("SELECT coalesce(max(id), 0) FROM message WHERE merchant_id = :merchant")


def hearers(db: Connection, first: int, last: int) -> set[str]:
    """Return the feeds that messages of this id range concern: ``m:<id>`` and ``o:<code>``."""
    rows = db.execute(_HEARERS, {"first": first, "last": last}).all()
    merchants = {f"m:{row.merchant_id}" for row in rows}
    return merchants | {f"o:{row.order_code}" for row in rows if row.order_code}


def newest_id(db: Connection, merchant_id: int) -> int:
    """Return the id of the merchant's newest message, 0 when there is none."""
    return int(db.execute(_NEWEST, {"merchant": merchant_id}).scalar_one())
