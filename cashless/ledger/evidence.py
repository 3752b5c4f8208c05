"""Evidence: a book or one entry in a file that can be checked without a database.

A file holds entries in full, and for a receipt the links from its entry to the head of the book: of
the entries between, their content's hash and posting time only, so that nothing of them is shown.
If a root covers the head, the signed root and the path from the book's leaf to it are there too.
Checking adds everything up again: each hash, the head, the path, the signature, and the balances.
Nothing else may stand in a file: what is not checked would be believed beside what is. A receipt,
and a book that is checked with trusted keys, must be under a root; without one a file proves only
that it agrees with itself.

Pure: the rows come from ``cashless.ledger.disclosing``.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final

import orjson

from cashless.errors import Invalid
from cashless.ledger import root
from cashless.ledger.chain import GENESIS, content, link, linked
from cashless.ledger.entry import Draft, Transfer
from cashless.ledger.root import Head, Root

BOOK: Final = "cashless-book-1"
RECEIPT: Final = "cashless-receipt-1"
_VERSION: Final = re.compile(r"cashless-(?:book|receipt)-[0-9]{1,6}")
_ENTRY: Final = frozenset(
    {"seq", "kind", "cause", "business_date", "original_date", "reverses", "transfers"}
    | {"posted_at", "hash"}
)
_PARTS: Final[Mapping[str, frozenset[str]]] = {
    BOOK: frozenset({"format", "book", "entries", "balances", "closes", "root"}),
    RECEIPT: frozenset({"format", "book", "previous", "entries", "links", "root"}),
}
# What reading a file of another shape comes upon; a sum that is none is refused by ``money``.
_MALFORMED: Final = (
    *(KeyError, TypeError, ValueError, IndexError, AttributeError, AssertionError),
    *(Invalid, orjson.JSONEncodeError),
)


@dataclass(slots=True)
class Verdict:
    """What checking a file found; ``root`` is the number of the root that covers the book."""

    format: str
    book: str
    entries: int
    faults: list[str] = field(default_factory=list)
    root: int | None = None
    published_at: str | None = None
    key: str | None = None
    after_root: int = 0

    @property
    def ok(self) -> bool:
        """Whether everything in the file fits together."""
        return not self.faults


def entry_row(draft: Draft, seq: int, posted_at: datetime, hash_: bytes) -> dict[str, Any]:
    """Return an entry as it stands in a file."""
    late = draft.original_date
    return {
        "seq": seq,
        "kind": draft.kind,
        "cause": draft.cause,
        "business_date": draft.business_date.isoformat(),
        "original_date": late.isoformat() if late else None,
        "reverses": draft.reverses,
        "transfers": [[one.debit, one.credit, one.amount] for one in draft.transfers],
        "posted_at": posted_at.isoformat(),
        "hash": hash_.hex(),
    }


def link_row(draft: Draft, seq: int, posted_at: datetime) -> list[str]:
    """Return an entry without what it says: the hash of its content and its posting time."""
    return [sha256(content(draft, seq)).hexdigest(), posted_at.isoformat()]


def check(file: object, trusted: Iterable[str] = ()) -> Verdict:
    """Check a file; ``trusted`` are public keys (hex), any key is taken where there are none.

    Raises ``Invalid("evidence_unreadable")`` for what is no such file, ``("evidence_newer")`` for
    one of a version that is not known here.
    """
    said = _object(file)
    _refuse_newer(said.get("format"))
    try:
        return _checked(said, frozenset(key.lower() for key in trusted))
    except _MALFORMED as error:
        raise _unreadable() from error


def same_root(file: object, kept: object) -> bool:
    """Tell whether the root in a file is the very one somebody has kept.

    Raises ``Invalid("evidence_unreadable")``.
    """
    try:
        mine = _object(_object(file)["root"])
        theirs = _object(kept)
        return all(mine[name] == theirs[name] for name in ("said", "signature"))
    except (KeyError, TypeError) as error:
        raise _unreadable() from error


def _checked(file: Mapping[str, Any], trusted: frozenset[str]) -> Verdict:
    if file["format"] not in _PARTS:
        raise ValueError(file["format"])
    book, rows = str(file["book"]), list(file["entries"])
    found = Verdict(file["format"], book, len(rows))
    found.faults += _strange(file, rows)
    whole = file["format"] == BOOK
    heads = _walk(found, file, GENESIS if whole else bytes.fromhex(file["previous"]))
    if whole:
        found.faults += _unlike(rows, file["balances"], book)
        found.faults += _broken_closes(file["closes"], rows, book)
    if file["root"] is None:
        found.after_root = len(rows)
        found.faults += ["root: none"] if trusted or not whole else []
    else:
        head = _check_root(found, _object(file["root"]), heads, trusted)
        if whole and _close(file["closes"], head.closes) != head.close_digest:
            found.faults.append(f"{book} close {head.closes}")
    return found


def _refuse_newer(format_: object) -> None:
    if isinstance(format_, str) and format_ not in _PARTS and _VERSION.fullmatch(format_):
        raise Invalid(
            "evidence_newer",
            f"The file is {format_}, which this version cannot check: take a newer one.",
            f"Tệp dạng {format_}, phiên bản này chưa kiểm được: hãy dùng bản mới hơn.",
        )


def _strange(file: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Name what stands in a file and is never checked, and a receipt of more or less than one."""
    parts = sorted(file.keys() - _PARTS[file["format"]])
    entries = [row for row in rows if row.keys() - _ENTRY]
    faults = [*(f"file: {name}" for name in parts), *(_placed(file, row) for row in entries)]
    is_one = file["format"] == BOOK or len(rows) == 1
    return faults if is_one else [*faults, f"file: {len(rows)} entries"]


def _placed(file: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    return f"{file['book']}#{row['seq']}"


def _close(closes: Sequence[Mapping[str, str]], number: int) -> str | None:
    """Return the digest of a close; None where the book has not so many."""
    return closes[number - 1]["digest"] if 0 < number <= len(closes) else None


def _walk(found: Verdict, file: Mapping[str, Any], previous: bytes) -> dict[int, str]:
    """Recompute every link; return the hash after each sequence number."""
    heads, seq = dict[int, str](), 0
    for row in file["entries"]:
        is_next = seq in {0, row["seq"] - 1} and (seq or found.format == RECEIPT or row["seq"] == 1)
        seq = int(row["seq"])
        at = datetime.fromisoformat(row["posted_at"])
        expected = link(previous, content(_draft(found.book, row), seq), at)
        if not is_next or row["hash"] != expected.hex():
            found.faults.append(f"{found.book}#{seq}")
        previous = bytes.fromhex(row["hash"])
        heads[seq] = row["hash"]
    for digest, at in file.get("links", ()):
        seq += 1
        previous = linked(previous, bytes.fromhex(digest), datetime.fromisoformat(at))
        heads[seq] = previous.hex()
    return heads


def _draft(book: str, row: Mapping[str, Any]) -> Draft:
    late = row["original_date"]
    return Draft(
        book=book,
        kind=row["kind"],
        cause=row["cause"],
        business_date=date.fromisoformat(row["business_date"]),
        transfers=tuple(Transfer(*sides) for sides in row["transfers"]),
        reverses=row["reverses"],
        original_date=date.fromisoformat(late) if late else None,
    )


def balances(entries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Add up the transfers of entries as they stand in a file."""
    sums: dict[str, int] = defaultdict(int)
    for row in entries:
        for debit, credit, amount in row["transfers"]:
            sums[debit] += amount
            sums[credit] -= amount
    return dict(sums)


def _unlike(rows: Sequence[Mapping[str, Any]], told: Mapping[str, int], book: str) -> list[str]:
    added = balances(rows)
    names = sorted(added.keys() | told.keys())
    return [f"{book} {name}" for name in names if added.get(name) != told.get(name)]


def _broken_closes(
    closes: Sequence[Mapping[str, str]], rows: Sequence[Mapping[str, Any]], book: str
) -> list[str]:
    """Name the closes that do not follow from the one before, or do not say what entries add to."""
    broken, previous = [], GENESIS
    for number, one in enumerate(closes, start=1):
        digest = sha256(previous + one["said"].encode()).hexdigest()
        told = orjson.loads(one["said"])
        until = [row for row in rows if row["business_date"] <= told["last_day"]]
        is_next = (told["book"], told["number"]) == (book, number)
        if not is_next or digest != one["digest"] or balances(until) != told["balances"]:
            broken.append(f"{book} close {number}")
        previous = bytes.fromhex(one["digest"])
    return broken


def _check_root(
    found: Verdict, said: Mapping[str, Any], heads: Mapping[int, str], trusted: frozenset[str]
) -> Head:
    """Check head, path, signature and key; say which root it is and what came after it."""
    kept = Root(str(said["said"]), bytes.fromhex(said["signature"]))
    head = Head(*said["head"])
    told = kept.told
    found.root, found.published_at, found.key = told["number"], told["published_at"], told["key"]
    found.after_root = max(0, max(heads, default=0) - head.last_seq)
    steps = [(side, other) for side, other in said["path"]]
    checks = {
        "head": head.book == found.book and heads.get(head.last_seq) == head.head,
        "path": root.climb(head.leaf, steps).hex() == told["root"],
        "signature": root.is_signed(kept),
        "key": not trusted or told["key"] in trusted,
    }
    found.faults += [
        f"root {told['number']}: {name}" for name, holds in checks.items() if not holds
    ]
    return head


def _object(value: object) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    raise _unreadable()


def _unreadable() -> Invalid:
    return Invalid(
        "evidence_unreadable",
        "The file is no exported book or receipt.",
        "Tệp không phải sổ hoặc biên nhận đã xuất.",
    )
