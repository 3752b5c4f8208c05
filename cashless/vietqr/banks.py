"""The banks and wallets a VietQR transfer can reach, keyed on their BIN.

The list is data with provenance (``banks.json`` beside this file says where
each row comes from and how fresh it is; ``bank_list`` merges another list into
it). Short codes are left out on purpose: they collide between public lists,
BINs do not. Where a bank was renamed, or lists contradict each other, the row
says so in words.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from cashless.errors import NotFound
from cashless.vietqr.text import ascii_text

FILE: Final = Path(__file__).with_name("banks.json")


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank or wallet; ``can_receive`` is None where no source says it.

    ``other_bins`` were granted to it and are not the ones transfers go by;
    ``notes`` tell renames and conflicts, each as (English, Vietnamese).
    """

    bin: str
    short_name: str
    name: str
    kind: str
    can_receive: bool | None
    former_names: tuple[str, ...]
    sources: tuple[str, ...]
    other_bins: tuple[str, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


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


def bank_with(bin_: str) -> Bank:
    """Return the bank of a BIN, also of one that it has beside the one transfers go by."""
    owners = (one for one in every_bank() if bin_ in one.other_bins)
    return next(owners, None) or bank(bin_)


def bank_named(written: str) -> Bank:
    """Return the bank or wallet that people call so, accents, case and spaces aside.

    Raises ``NotFound("bank_unknown")`` for a name that no bank has, or more than one.
    """
    found = _by_name().get(_plain(written), ())
    if len(found) == 1:
        return found[0]
    raise NotFound(
        "bank_unknown",
        f"No single bank in the list is called {written!r}: write its six digits (cashless banks).",
        f"Danh sách không có đúng một ngân hàng tên {written!r}: hãy ghi mã 6 số của ngân hàng.",
    )


def is_known(bin_: str) -> bool:
    """Tell whether the BIN is in the list."""
    return bin_ in _by_bin()


def every_bank() -> tuple[Bank, ...]:
    """Return all banks, by BIN."""
    return tuple(_by_bin().values())


def sources() -> dict[str, str]:
    """Return the sources of the list: short name and description."""
    return dict(_list()["sources"])


def bank_of(row: dict[str, Any]) -> Bank:
    """Return the bank that a row of the file describes."""
    notes = tuple((note["en"], note["vi"]) for note in row.get("notes", ()))
    lists = {name: tuple(row.get(name, ())) for name in _LISTS}
    return Bank(**row | lists | {"notes": notes})


_LISTS: Final = ("former_names", "sources", "other_bins")


@cache
def _list() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def _plain(name: str) -> str:
    return "".join(sign for sign in ascii_text(name).lower() if sign.isalnum())


@cache
def _by_name() -> dict[str, tuple[Bank, ...]]:
    named: dict[str, tuple[Bank, ...]] = {}
    for one in every_bank():
        for name in {_plain(name) for name in (one.short_name, one.name, *one.former_names)}:
            named[name] = (*named.get(name, ()), one)
    return named


@cache
def _by_bin() -> dict[str, Bank]:
    return {one.bin: one for one in map(bank_of, _list()["banks"])}
