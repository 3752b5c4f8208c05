"""The six digits of an authenticator app: time-based one-time passwords (RFC 6238).

SHA-1, six digits, 30 seconds: what every app reads. The code of the step before and after counts as
well, because phones' clocks differ. A step that was used is not used again, which the caller sees
to: what is returned is the step to write down.
"""

import hmac
import struct
from base64 import b32encode
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

_STEP_SECONDS: Final = 30
_DIGITS: Final = 6
_ISSUER: Final = "Cho khong tien mat"


def secret(key: bytes, token: str) -> bytes:
    """Return the 20 bytes that an invitation's page offers: the same as long as it is open."""
    return hmac.digest(key, f"totp:{token}".encode(), "sha256")[:20]


def written(secret_: bytes) -> str:
    """Write a secret as people type it: groups of four signs of base32."""
    text = b32encode(secret_).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def address(secret_: bytes, account: str) -> str:
    """Return the otpauth address that an app reads from a QR code."""
    query = urlencode({"secret": b32encode(secret_).decode(), "issuer": _ISSUER}, quote_via=quote)
    return f"otpauth://totp/{quote(_ISSUER)}:{quote(account)}?{query}"


def step_at(at: datetime) -> int:
    """Return the number of the 30 seconds at that moment."""
    return int(at.timestamp()) // _STEP_SECONDS


def code(secret_: bytes, step: int) -> str:
    """Return the six digits of a step (RFC 4226, 5.3)."""
    digest = hmac.digest(secret_, struct.pack(">Q", step), "sha1")
    start = digest[-1] & 0xF
    (number,) = struct.unpack(">I", digest[start : start + 4])
    return f"{(number & 0x7FFFFFFF) % 10**_DIGITS:0{_DIGITS}}"


def step_of(secret_: bytes, given: str, at: datetime) -> int | None:
    """Return the step whose digits were given, now or one beside; None when they are wrong."""
    digits = "".join(given.split())
    steps = (step_at(at) + beside for beside in (-1, 0, 1))
    right = [s for s in steps if hmac.compare_digest(code(secret_, s).encode(), digits.encode())]
    return right[-1] if right else None
