r"""The seal that all of MoMo's formats share.

Signed are fixed fields in a fixed order as ``name=value&name=value``: values as raw UTF-8 after
JSON decoding (so ``\u`` escapes are gone), numbers as they stand, an empty text stays ``name=``.
HMAC-SHA256 with the secret key, lower-case hex in the body field ``signature``. The access key
opens the text and is always taken from our configuration, never from the message. Fields that are
not in the list may come along and prove nothing; sorting whatever came would break on the first
of them. A value holding ``&name=`` could be moved into its neighbour, so such a call is refused.
"""

from collections.abc import Mapping
from datetime import datetime

from providers._codecs import read_object, write_json
from providers._pairs import joined, picked
from providers._protocol import Delivery, Secrets
from providers._replies import JSON
from providers._seals import hmac_hex, require_equal, require_seal, secret

Names = tuple[str, ...]


def proven(body: Mapping[str, object], names: Names, secrets: Secrets) -> dict[str, object]:
    """Return the signed fields, nothing else, of a message that is proven to be ours."""
    fields = picked(body, names)
    require_seal(body.get("signature"), _digest(fields, secrets))
    require_equal(fields["partnerCode"], secret(secrets, "partnerCode"), "partner_code")
    return fields


def sealed(plain: bytes, names: Names, secrets: Secrets, at: datetime) -> Delivery:
    """Put the signature into a body that has all the signed fields."""
    body = read_object(plain)
    said = {**body, "signature": _digest(picked(body, names), secrets)}
    return Delivery("POST", "", "", (JSON,), write_json(said), at)


def _digest(fields: Mapping[str, object], secrets: Secrets) -> str:
    opened = {"accessKey": secret(secrets, "accessKey"), **fields}
    return hmac_hex(secret(secrets, "secretKey"), joined(opened))
