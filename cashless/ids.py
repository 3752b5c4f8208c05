"""Ids and secrets: what names a row, opens a door, or is read aloud.

Row ids are UUIDs of version 7 (RFC 9562): 48 bits of milliseconds, then the
fraction of the millisecond in twelve bits, then 62 random bits, so they sort
by time to a quarter of a microsecond and need no coordination.

Text for people uses 31 signs without look-alikes (no I, L, O, 0, 1). As 31 is
a prime, one weighted sum modulo 31 finds every single wrong sign and every
swap of two neighbours.
"""

import hashlib
import os
import random
import secrets
import time
from typing import Final
from uuid import UUID

ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"

_VALUES: Final = {sign: value for value, sign in enumerate(ALPHABET)}
_MODULUS: Final = len(ALPHABET)
_TOKEN_BYTES: Final = 24
_NANOSECONDS: Final = 1_000_000
_VERSION_7: Final = 7 << 76
_VARIANT: Final = 2 << 62
_RANDOM_BITS: Final = 62
# Ids name rows and guard nothing. A system call for each would hand the interpreter to another
# thread in the middle of every webhook.
_DICE: Final = random.Random(os.urandom(32))  # noqa: S311 - seeded by the system, once a process


def new_id() -> UUID:
    """Return a new UUIDv7; later ones sort after earlier ones."""
    milliseconds, rest = divmod(time.time_ns(), _NANOSECONDS)
    fraction = (rest << 12) // _NANOSECONDS
    chance = _DICE.getrandbits(_RANDOM_BITS)
    return UUID(int=milliseconds << 80 | _VERSION_7 | fraction << 64 | _VARIANT | chance)


def new_token() -> str:
    """Return a URL-safe secret of 192 bits (32 characters)."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """Return the SHA-256 of a token: what is stored instead of it."""
    return hashlib.sha256(token.encode()).digest()


def random_text(length: int) -> str:
    """Return that many unpredictable signs of ALPHABET."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def check_character(text: str) -> str:
    """Return the sign that, put behind the text, makes its weighted sum zero.

    Weights are counted from the right: 1 for the check character itself, 2 for
    the last sign of the text, up to 30, and again from 1. No weight is zero and
    no neighbours are equal modulo 31, so one wrong sign or one swap of unequal
    neighbours (the check character included) always shows. ValueError if the
    text holds a sign outside ALPHABET.
    """
    total = sum(
        (1 + place % (_MODULUS - 1)) * _value(sign)
        for place, sign in enumerate(reversed(text), start=1)
    )
    return ALPHABET[-total % _MODULUS]


def _value(sign: str) -> int:
    try:
        return _VALUES[sign]
    except KeyError:
        message = f"{sign!r} is not one of the signs {ALPHABET}"
        raise ValueError(message) from None
