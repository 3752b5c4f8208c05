"""Somebody else's list of banks, compared with ours and merged into it.

Read is any JSON list of objects, bare or under ``data`` or ``banks``, that have
a BIN, a short name and a name: the list of vietqr.io, and our own file. Every
difference has one word:

    new         a BIN we do not have
    renamed     both names of a BIN of ours are others, and it never had them
    conflict    a BIN named twice, or a bank of ours under the BIN of another
    other_name  one of the two names differs: another spelling, as a rule
    outdated    the bank had that short name before
    missing     a BIN of ours that the list does not have
    unreadable  a row without a BIN of six digits or without a name

Only what is new or renamed is ever written. A conflict is for a person to
settle, and an absence proves nothing.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from cashless import strict_json
from cashless.errors import Forbidden, Invalid
from cashless.vietqr import tlv
from cashless.vietqr.banks import Bank, bank_of
from cashless.vietqr.text import ascii_text

KINDS: Final = ("new", "renamed", "conflict", "other_name", "outdated", "missing", "unreadable")

_BIN_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the other list."""

    bin: str
    short_name: str
    name: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference; for a conflict ``other_bin`` is where we know the bank, if we do."""

    kind: str
    bin: str
    ours: str | None
    theirs: str | None
    other_bin: str | None = None

    def as_json(self) -> dict[str, str | None]:
        """Return the parts by name."""
        return asdict(self)


def read(raw: bytes) -> tuple[Listed, ...]:
    """Return the rows of a list. Raises Invalid("bank_list_unreadable")."""
    try:
        document = strict_json.loads(raw)
    except strict_json.StrictJsonError as error:
        raise _unreadable() from error
    if isinstance(document, dict):
        document = document.get("data", document.get("banks"))
    if not isinstance(document, list):
        raise _unreadable()
    return tuple(_listed(row if isinstance(row, dict) else {}) for row in document)


def compare(ours: Sequence[Bank], theirs: Sequence[Listed]) -> tuple[Difference, ...]:
    """Return the differences, the important kinds first, each kind by BIN."""
    known = {one.bin: one for one in ours}
    owners = {_folded(name): one.bin for one in ours for name in (one.name, one.short_name)}
    twice = _named_twice(theirs)
    found = [
        *(_difference(row, known.get(row.bin), owners) for row in theirs if row.bin not in twice),
        *(Difference("conflict", row.bin, None, row.short_name) for row in theirs
          if row.bin in twice),
        *_missing(ours, theirs),
    ]  # fmt: skip
    whole = dict.fromkeys(one for one in found if one is not None)
    return tuple(sorted(whole, key=lambda one: (KINDS.index(one.kind), one.bin)))


def write(path: Path, theirs: Sequence[Listed], source: tuple[str, str], seen: str) -> int:
    """Write what is new or renamed into the file, and the source beside each row it confirms.

    ``source`` is a short name and a description, ``seen`` the month (yyyy-mm) in which the
    list was current. Returns how many rows were added or renamed. The file is replaced in
    one step. Raises Forbidden("bank_list_closed") where it may not be written.
    """
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    rows: dict[str, dict[str, Any]] = {row["bin"]: row for row in kept["banks"]}
    differences = {one.bin: one.kind for one in compare([*map(bank_of, kept["banks"])], theirs)}
    changed = [row for row in theirs if differences.get(row.bin) in {"new", "renamed"}]
    for row in changed:
        rows[row.bin] = _merged(rows.get(row.bin), row)
    for row in theirs:
        if differences.get(row.bin, "new") in {"new", "renamed", "other_name"}:
            rows[row.bin]["sources"] = list(dict.fromkeys([*rows[row.bin]["sources"], source[0]]))
    kept["sources"][source[0]] = source[1]
    kept["fresh_to"] = max(kept["fresh_to"], seen)
    kept["banks"] = [rows[bin_] for bin_ in sorted(rows)]
    _replace(path, _laid_out(kept))
    return len(changed)


def _listed(row: Mapping[str, object]) -> Listed:
    short = row.get("short_name", row.get("shortName", row.get("name", "")))
    bin_, name = row.get("bin", ""), row.get("name", short)
    return Listed(
        *(value.strip() if isinstance(value, str) else "" for value in (bin_, short, name))
    )


def _is_whole(row: Listed) -> bool:
    is_bin = len(row.bin) == _BIN_DIGITS and tlv.is_digits(row.bin)
    return is_bin and bool(_folded(row.short_name))


def _named_twice(theirs: Sequence[Listed]) -> set[str]:
    """Return the BINs that the list gives to different names."""
    first: dict[str, str] = {}
    names = [(row.bin, _folded(row.short_name)) for row in theirs if _is_whole(row)]
    return {bin_ for bin_, name in names if first.setdefault(bin_, name) != name}


def _difference(row: Listed, own: Bank | None, owners: Mapping[str, str]) -> Difference | None:
    """Compare one row with the bank of its BIN, and with whoever else bears its name."""
    if not _is_whole(row):
        return Difference("unreadable", row.bin, None, row.short_name or None)
    short, full = _folded(row.short_name), _folded(row.name)
    if own is not None and _folded(own.short_name) == short:
        same_name = _folded(own.name) == full
        return None if same_name else Difference("other_name", row.bin, own.name, row.name)
    kind, owner = _named_anew(own, short, full, owners)
    return Difference(kind, row.bin, own.short_name if own else None, row.short_name, owner)


def _named_anew(
    own: Bank | None, short: str, full: str, owners: Mapping[str, str]
) -> tuple[str, str | None]:
    """Say what it means that the short name is not ours, and who bears it with us."""
    if own is not None and _folded(own.name) == full:
        return "other_name", None
    owner = owners.get(short, owners.get(full))
    if owner is not None:
        return "conflict", owner
    if own is None:
        return "new", None
    was_called_so = any(short in _folded(name) for name in own.former_names)
    return "outdated" if was_called_so else "renamed", None


def _missing(ours: Sequence[Bank], theirs: Sequence[Listed]) -> Iterator[Difference]:
    listed = {row.bin for row in theirs}
    return (
        Difference("missing", one.bin, one.short_name, None)
        for one in ours
        if one.bin not in listed
    )


def _merged(row: dict[str, Any] | None, listed: Listed) -> dict[str, Any]:
    names = {"short_name": listed.short_name, "name": listed.name}
    if row is None:
        facts: dict[str, Any] = {"kind": "bank", "can_receive": None, "former_names": []}
        return {"bin": listed.bin} | names | facts | {"sources": []}
    return row | names | {"former_names": [*row["former_names"], row["short_name"]]}


def _folded(name: str) -> str:
    return "".join(sign for sign in ascii_text(name).casefold() if sign.isalnum())


def _laid_out(kept: dict[str, Any]) -> str:
    """Lay the file out with a line for each bank, so that a change is a line."""
    rows = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in kept["banks"])
    about = {name: value for name, value in kept.items() if name != "banks"}
    head = json.dumps(about, ensure_ascii=False, indent=1).removesuffix("\n}")
    return f'{head},\n "banks": [\n{rows}\n ]\n}}\n'


def _replace(path: Path, text: str) -> None:
    """Put the text in the place of the file in one step, so that no reader finds half of it."""
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_text(text, encoding="utf-8")
        new.chmod(path.stat().st_mode)
        new.replace(path)
    except OSError as error:
        with suppress(OSError):
            new.unlink()
        raise Forbidden(
            "bank_list_closed",
            f"The list of banks may not be written here: {error.strerror}.",
            f"Không được ghi danh sách ngân hàng tại đây: {error.strerror}.",
        ) from error


def _unreadable() -> Invalid:
    return Invalid(
        "bank_list_unreadable",
        'The list must be JSON: an array of {"bin", "shortName", "name"}, bare or under "data".',
        'Danh sách phải là JSON: mảng {"bin", "shortName", "name"}, để trần hoặc trong "data".',
    )
