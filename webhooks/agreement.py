"""What two tellings of one payment must agree in, when one of them was a statement.

A webhook's digest covers fields that a statement does not have (the exact time, the order field).
So a payment that a statement told is kept with a plain digest over kind, amount and account, and a
webhook that comes later agrees with it when one of the accounts it names gives the same digest. The
key, provider and transaction id, is the same for both. The first such webhook is noted, so that the
payment no longer counts as one that only the statement knows.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256

from sqlalchemy import Connection, text

from cashless.db.batch import rows_json
from webhooks import told_again

_LATE = text(
    """
INSERT INTO late_telling (payment_id, delivery_day, delivery_id, noted_at)
SELECT payment_id, delivery_day, delivery_id, kept_at
FROM json_to_recordset(:rows) AS r (payment_id bigint, delivery_day date, delivery_id uuid,
     kept_at timestamptz)
ON CONFLICT (payment_id) DO NOTHING
"""
)


def note_late(db: Connection, rows: Iterable[Mapping[str, object]]) -> None:
    """Note webhooks that tell of a payment which a statement had told before them.

    Where that statement was withdrawn and took the payment along, it counts again.
    """
    told = list(rows)
    db.execute(_LATE, {"rows": rows_json(told)})
    told_again.arrive(db, (one["payment_id"] for one in told))


def plain_digest(kind: str, amount: int, account: str | None) -> bytes:
    """Return the digest of a payment that a statement told; the same text is made in SQL."""
    return sha256(f"statement|{kind}|{amount}|{account or ''}".encode()).digest()


def agrees(known: bytes, row: Mapping[str, object]) -> bool:
    """Tell whether a payment's digest is the one of this row, in full or as a statement's."""
    if known == row["digest"]:
        return True
    amount, kind = row["amount"], str(row["kind"])
    accounts = {None, row["account"], row["virtual_account"]}
    return isinstance(amount, int) and any(
        known == plain_digest(kind, amount, None if account is None else str(account))
        for account in accounts
    )
