"""The signed root: one hash over the heads of all books, so that others can keep watch.

Leaves are ``[book, last seq, head, closes, digest of the last close]`` in the order of the books'
codes. They are folded pairwise as in RFC 6962: ``leaf = SHA-256(0x00 + JSON)``,
``node = SHA-256(0x01 + left + right)``; an odd one at the end goes up unchanged. A root says its
number, its predecessor, when it was made, how much it covers and the public key, and is signed with
Ed25519. Whoever has kept a root can check a book against it, and a book can be checked without
showing another: the path from its leaf to the root is a handful of hashes.

Pure: no database, no clock, no files.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FIRST = bytes(32)
"""What the first root names as its predecessor."""

Step = tuple[str, str]
"""A step of a path: the side the other hash stands on (``left``, ``right``), and its hex."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a book stands: its last entry and its last close."""

    book: str
    last_seq: int
    head: str
    closes: int
    close_digest: str | None

    @property
    def leaf(self) -> bytes:
        """The hash of this head in the tree."""
        written = orjson.dumps(self.row)
        return sha256(b"\x00" + written).digest()

    @property
    def row(self) -> list[Any]:
        """The head as it is written down."""
        return [self.book, self.last_seq, self.head, self.closes, self.close_digest]


@dataclass(frozen=True, slots=True)
class Root:
    """A published root: what it says (canonical JSON) and the signature over exactly that."""

    said: str
    signature: bytes

    @property
    def told(self) -> dict[str, Any]:
        """What it says, read."""
        read: dict[str, Any] = orjson.loads(self.said)
        return read

    @property
    def digest(self) -> bytes:
        """What the next root names as its predecessor."""
        return sha256(self.said.encode() + self.signature).digest()


def sign(seed: bytes, heads: Sequence[Head], previous: tuple[int, bytes], at: datetime) -> Root:
    """Sign the root over these heads; ``previous`` is number and digest of the last root."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    said = {
        "number": previous[0] + 1,
        "previous": previous[1].hex(),
        "published_at": at.astimezone(UTC),
        "books": len(heads),
        "entries": sum(head.last_seq for head in heads),
        "root": tree(heads).hex(),
        "key": public(seed),
    }
    written = orjson.dumps(said)
    return Root(written.decode(), key.sign(written))


def public(seed: bytes) -> str:
    """Return the public key that belongs to a seed, as hex: this may be shown to everybody."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw().hex()


def is_signed(root: Root) -> bool:
    """Tell whether the key it names has signed what it says."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(root.told["key"]))
        key.verify(root.signature, root.said.encode())
    except (InvalidSignature, ValueError, KeyError, TypeError):
        return False
    return True


def tree(heads: Sequence[Head]) -> bytes:
    """Return the root hash of the tree; without heads the hash of nothing."""
    level = [head.leaf for head in heads]
    while len(level) > 1:
        level = _above(level)
    return level[0] if level else sha256(b"").digest()


def path(heads: Sequence[Head], place: int) -> list[Step]:
    """Return the steps that lead from one head's leaf to the root."""
    level, steps = [head.leaf for head in heads], list[Step]()
    while len(level) > 1:
        other = place ^ 1
        if other < len(level):
            steps.append(("left" if other < place else "right", level[other].hex()))
        level, place = _above(level), place // 2
    return steps


def climb(leaf: bytes, steps: Sequence[Step]) -> bytes:
    """Return the root hash that a path leads to."""
    at = leaf
    for side, other in steps:
        pair = (bytes.fromhex(other), at) if side == "left" else (at, bytes.fromhex(other))
        at = _node(*pair)
    return at


def _above(level: Sequence[bytes]) -> list[bytes]:
    pairs = [level[i : i + 2] for i in range(0, len(level), 2)]
    return [_node(*pair) if len(pair) > 1 else pair[0] for pair in pairs]


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
