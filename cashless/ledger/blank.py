"""Blank books: those of another database with nothing in them, to be filled by a replay."""

from sqlalchemy import Connection, text

from cashless.db.copying import copy

_NONE = text("DELETE FROM book")
_BLANK = "SELECT id, code, merchant_id, 0::bigint, decode(repeat('00', 32), 'hex') FROM book"


def open_blank(source: Connection, target: Connection) -> None:
    """Open every book of ``source`` in ``target`` instead of those it has; none has an entry."""
    target.execute(_NONE)
    copy(source, target, _BLANK, "book (id, code, merchant_id, last_seq, head)")
