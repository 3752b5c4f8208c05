"""The banks and wallets a VietQR transfer can reach, keyed on their BIN.

The list is data with provenance (``banks.json`` beside this file says where
each row comes from and how fresh it is). Short codes are left out on purpose:
they collide between public lists, BINs do not.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from cashless.errors import NotFound

_FILE: Final = Path(__file__).with_name("banks.json")


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank or wallet; ``can_receive`` is None where no source says it."""

    bin: str
    short_name: str
    name: str
    kind: str
    can_receive: bool | None
    former_names: tuple[str, ...]
    sources: tuple[str, ...]


def bank(bin_: str) -> Bank:
    """Return the bank of a six-digit BIN; NotFound("bank_unknown") if we have none."""
    try:
        return _by_bin()[bin_]
    except KeyError:
        raise NotFound(
            "bank_unknown",
            f"No bank with the BIN {bin_!r} is in the list.",
            f"Không có ngân hàng nào mang mã BIN {bin_!r} trong danh sách.",
        ) from None


def is_known(bin_: str) -> bool:
    """Tell whether the BIN is in the list."""
    return bin_ in _by_bin()


def every_bank() -> tuple[Bank, ...]:
    """Return all banks, by BIN."""
    return tuple(_by_bin().values())


@cache
def _by_bin() -> dict[str, Bank]:
    rows = json.loads(_FILE.read_text(encoding="utf-8"))["banks"]
    banks = (
        Bank(**row | {"former_names": tuple(row["former_names"]), "sources": tuple(row["sources"])})
        for row in rows
    )
    return {one.bin: one for one in banks}
