"""The payload inside what a person pastes, types, scans or clicks.

``payload.decode`` judges a payload as it stands and strips nothing. This is the
one place that takes wrapping off, and everything that comes from a person goes
through it first: white space at both ends (scanners add a line break, chats a
blank), and links. A link to a bank's app carries the whole payload, percent
encoded, as its address (``vnpay://0002…?callbackurl=…``) or in its query
(``mb://applink?targetPage=QRPay&qrContent=0002…``). A payload that was copied
out of a link without it is decoded only if it is sound decoded and not sound as
it stands: a per cent sign is a legal sign in a transfer content.
"""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from cashless.vietqr.payload import decode

_LINK: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^?#]*)\??([^#]*)", re.DOTALL)
_BEGINNING: Final = "0002"
# Invisible signs that travel along at the ends of copied text.
_INVISIBLE: Final = "\N{ZERO WIDTH NO-BREAK SPACE}\N{ZERO WIDTH SPACE}"


def payload_in(text: str) -> str:
    """Return the payload in a text; the text itself, stripped, if it wraps none."""
    plain = text.strip().strip(_INVISIBLE).strip()
    link = _LINK.match(plain)
    if link:
        return next(_carried(link[1], link[2]), plain)
    unquoted = unquote(plain)
    is_quoted = unquoted != plain and not decode(plain).valid and decode(unquoted).valid
    return unquoted if is_quoted else plain


def _carried(address: str, query: str) -> Iterator[str]:
    """Give the parts of a link that begin like a payload."""
    values = (pair.partition("=")[2] for pair in query.split("&"))
    for part in (*values, address, address.rpartition("/")[2]):
        value = unquote(part)
        if value.startswith(_BEGINNING):
            yield value
