"""Registrars: whom the database lets register at a place, and whom prove a stall as its owner.

It is asked as the acting person (``access.acting``), before anything is done as the program: the
pages' own checks are the first wall, this and the row policies are the second.
"""

from sqlalchemy import Connection, text

_REGISTERS = text("SELECT count(*) > 0 FROM acting_grants('onboarding') WHERE place_code = :place")
_OPENS = text("SELECT CAST(:merchant AS bigint) IN (SELECT merchants_of('opening'))")


def registers_here(db: Connection, place: str) -> bool:
    """Tell whether the database lets the acting person register merchants at a place."""
    return bool(db.execute(_REGISTERS, {"place": place}).scalar_one())


def opens(db: Connection, merchant: int) -> bool:
    """Tell whether the database lets the acting person prove that merchant's stall as the owner."""
    return bool(db.execute(_OPENS, {"merchant": merchant}).scalar_one())
