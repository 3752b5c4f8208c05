"""payOS's seal: how the object ``data`` becomes the text that is signed.

``name=value&name=value`` with the names in alphabetical order; null, "null" and "undefined" are
written as nothing, booleans as true and false, lists as compact JSON with the names of their
elements sorted, everything as raw UTF-8. HMAC-SHA256 with the checksum key, lower-case hex. The
names are taken from the message, so a value that holds ``&name=`` could be moved into a neighbour;
such a call is refused. An object inside ``data`` has no written form and is refused too.
"""

from collections.abc import Mapping

from providers._codecs import write_json
from providers._pairs import joined
from providers._protocol import Refused, Secrets
from providers._seals import hmac_hex, secret

_NOTHING = ("", "null", "undefined")


def data_of(body: Mapping[str, object]) -> dict[str, object]:
    """Return the signed part of a message, with its three spellings of nothing made one."""
    data = body.get("data")
    if not isinstance(data, dict):
        raise Refused("malformed", "data")
    return {
        name: "" if value is None or value in _NOTHING else value for name, value in data.items()
    }


def digest(data: Mapping[str, object], secrets: Secrets) -> str:
    """Return the seal over ``data``; Refused if its text would be ambiguous."""
    written = {name: _written(data[name]) for name in sorted(data)}
    return hmac_hex(secret(secrets, "checksumKey"), joined(written))


def _written(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return write_json(value, sort_keys=True).decode()
    return value
