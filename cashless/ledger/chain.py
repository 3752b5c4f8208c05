"""The hash chain of a book (invariant I6).

``hash(n) = SHA-256(hash(n-1) + SHA-256(content(n)) + posted_at(n))``. The content holds no row ids
and no posting time, so replaying the raw deliveries gives the same contents; the chain covers the
posting time too, so that a backdated row shows (docs/adr/0005). The date an entry would have had,
had its day not been closed, is part of the content only where there is one (docs/adr/0015).
"""

from datetime import UTC, datetime
from hashlib import sha256

import orjson

from cashless.ledger.entry import Draft

GENESIS = bytes(32)
"""The hash before the first entry of every book."""


def content(draft: Draft, seq: int) -> bytes:
    """Return the canonical bytes of an entry: compact JSON of its place, cause and transfers."""
    late = [] if draft.original_date is None else [draft.original_date.isoformat()]
    return orjson.dumps(
        [
            draft.book,
            seq,
            draft.kind,
            draft.cause,
            draft.business_date.isoformat(),
            draft.reverses,
            [[t.debit, t.credit, t.amount] for t in draft.transfers],
            *late,
        ]
    )


def link(previous: bytes, text: bytes, posted_at: datetime) -> bytes:
    """Return the hash of an entry with this content, posted then, after ``previous``."""
    return linked(previous, sha256(text).digest(), posted_at)


def linked(previous: bytes, digest: bytes, posted_at: datetime) -> bytes:
    """Return the same from the hash of the content, for those who may not see the content."""
    moment = posted_at.astimezone(UTC).isoformat(timespec="microseconds").encode()
    return sha256(previous + digest + moment).digest()
