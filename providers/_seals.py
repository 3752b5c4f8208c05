"""Proving that a call is genuine: keyed digests, constant-time comparison, freshness.

The algorithm is chosen by the protocol's code, never by the message. A seal is compared as the text
that came, so another length, alphabet or case than the documented one is no seal. Everything that
fails here is Refused, so that a caller cannot tell one failure from another by its kind.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Literal

from cashless.clock import from_epoch_ms, from_epoch_s
from providers._codecs import write_base64
from providers._protocol import Delivery, Refused, Secrets

_HEX = re.compile(r"[0-9a-fA-F]+")

# Unit of a timestamp header -> its exact form and its reader.
_STAMPS: Mapping[str, tuple[re.Pattern[str], Callable[[int], datetime]]] = {
    "s": (re.compile(r"[0-9]{10}"), from_epoch_s),
    "ms": (re.compile(r"[0-9]{13}"), from_epoch_ms),
}


def secret(secrets: Secrets, name: str) -> str:
    """Return a secret of the connection; an absent or empty one proves nothing: Refused."""
    value = secrets.get(name, "")
    if not value:
        raise Refused("secret_missing", name)
    return value


def hmac_hex(key: str, message: str | bytes, digest: str = "sha256") -> str:
    """Return the HMAC as lower-case hex; key and text are taken as UTF-8."""
    keyed = _keyed(key, digest).copy()
    keyed.update(message.encode() if isinstance(message, str) else message)
    return keyed.hexdigest()


@lru_cache(256)
def _keyed(key: str, digest: str) -> hmac.HMAC:
    """Key an HMAC once: a copy costs a third of a new one, and keys seldom change."""
    return hmac.new(key.encode(), digestmod=digest)


def hmac_base64(key: str, message: str | bytes, digest: str) -> str:
    """Return the HMAC as standard base64; key and text are taken as UTF-8."""
    return write_base64(bytes.fromhex(hmac_hex(key, message, digest)))


def hash_hex(message: str | bytes, digest: str) -> str:
    """Return a plain digest as lower-case hex; the secret is part of the text (weak by design)."""
    raw = message.encode() if isinstance(message, str) else message
    return hashlib.new(digest, raw, usedforsecurity=False).hexdigest()


def require_hex(given: object, expected: str) -> None:
    """Refuse a seal in hex that is not the expected one, in either case of letters."""
    text = given if isinstance(given, str) and _HEX.fullmatch(given) else ""
    require_equal(text.lower(), expected.lower(), "signature")


def require_seal(given: object, expected: str) -> None:
    """Refuse a seal that is not, sign for sign, the expected one."""
    require_equal(given, expected, "signature")


def require_equal(given: object, expected: str, code: str) -> None:
    """Refuse, with that code, a text that differs from the expected one, in constant time."""
    if not isinstance(given, str):
        raise Refused(code)
    raw = given.encode("utf-8", "surrogatepass")
    if not hmac.compare_digest(raw, expected.encode()):
        raise Refused(code)


def is_equal(given: str, expected: str) -> bool:
    """Tell whether a text is the expected one, in constant time, where failing is not the end."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())


def require_fresh(
    stamp: str, unit: Literal["s", "ms"], delivery: Delivery, window: int | None
) -> None:
    """Refuse a timestamp of the wrong form, or further than ``window`` seconds from arrival.

    The form is checked also when no window is enforced, since the stamp is part of what is signed.
    """
    form, read = _STAMPS[unit]
    if not form.fullmatch(stamp):
        raise Refused("time_invalid")
    try:
        at = read(int(stamp))
    except ValueError as error:
        raise Refused("time_invalid") from error
    if window is not None and abs((delivery.received_at - at).total_seconds()) > window:
        raise Refused("stale")
