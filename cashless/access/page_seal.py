"""The seal in the address of a merchant's page: who holds the address may look.

It is an HMAC-SHA256 over the merchant's code and the version of the page, cut to 128 bits (RFC 2104
allows half the length), in base64url without padding: 22 characters. Nothing is stored. Raising the
merchant's ``page_version`` makes every address given out before worthless.
"""

import hmac
from base64 import urlsafe_b64encode
from typing import Final

_BYTES: Final = 16


def seal(key: bytes, code: str, version: int) -> str:
    """Return the seal of a merchant's page; ``key`` is the vault key."""
    said = f"merchant-page:{code}:{version}".encode()
    digest = hmac.digest(key, said, "sha256")
    return urlsafe_b64encode(digest[:_BYTES]).rstrip(b"=").decode()


def is_genuine(key: bytes, code: str, version: int, given: str) -> bool:
    """Tell in constant time whether a seal is the one of that page."""
    return hmac.compare_digest(seal(key, code, version).encode(), given.encode())
