"""Keys: by what a line of a statement is known again.

Where the file's ids are those of the webhook, the id is the key and meets the webhook's payment.
Where they are not, the key is made of what the line says: account, kind, amount, day, references,
and its place among equal lines of that day. A later file that tells the same day gives the same
keys, so a line told again is known again.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256

import orjson

from webhooks.statements.layout import Layout
from webhooks.statements.line import Line


def keyed(lines: Sequence[Line], layout: Layout) -> Iterator[tuple[str, Line]]:
    """Give each line with its key, in the order of the file."""
    seen: Counter[bytes] = Counter()
    for line in lines:
        if _is_of_webhook(line, layout):
            yield str(line.provider_txn_id), line
        else:
            said = _said(line)
            seen[said] += 1
            mark = sha256(said + str(seen[said]).encode()).hexdigest()[:32]
            yield f"{layout.name}:{mark}", line


def _is_of_webhook(line: Line, layout: Layout) -> bool:
    if not line.provider_txn_id or layout.ids == "own":
        return False
    return layout.ids == "webhook" or line.provider_txn_id.isdecimal()


def _said(line: Line) -> bytes:
    return orjson.dumps(
        (
            line.account,
            line.kind,
            line.amount,
            line.occurred_at if line.exact else line.business_date,
            line.provider_txn_id,
            line.reference,
        )
    )
