"""Copy rows from one database into another, as PostgreSQL streams them."""

from typing import Any

from sqlalchemy import Connection


def copy(source: Connection, target: Connection, rows: str, into: str) -> None:
    """Copy what the query ``rows`` gives into ``into``, written ``table (columns)``.

    Both are our own SQL, never what a person typed.
    """
    out, inward = (_cursor(one) for one in (source, target))
    with (
        out.copy(f"COPY ({rows}) TO STDOUT (FORMAT binary)") as read,
        inward.copy(f"COPY {into} FROM STDIN (FORMAT binary)") as written,
    ):
        for part in read:
            written.write(part)


def _cursor(connection: Connection) -> Any:  # noqa: ANN401  the driver's own cursor
    return connection.connection.cursor()
