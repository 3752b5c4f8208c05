"""Keys: unguessable secrets in the forms that protocols want, key pairs whole.

What we hold of a pair is the public half and the simulator, which speaks as the provider, has the
private one. Names of things (a BIN, the form of virtual accounts) are no secrets and stay the same.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from secrets import token_bytes
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from cashless.ids import new_token
from providers._protocol import Protocol

NAMES: Final[Mapping[str, str]] = {"bin": "970416", "custCodeForm": "99SIM############"}
"""What some protocols want beside secrets, by the name of the field."""
_RSA_BITS, _RSA_EXPONENT = 2048, 65_537


def invented(protocol: Protocol) -> dict[str, str]:
    """Make everything that the protocol wants of both sides, anew each time."""
    wanted = [*protocol.secrets, *protocol.speaking_secrets]
    secrets = {name: _secret(protocol.secret_forms.get(name)) for name in wanted}
    return secrets | _pairs(wanted) | {name: NAMES[name] for name in wanted if name in NAMES}


def _secret(form: str | None) -> str:
    token = new_token()
    shared = f"whsec_{b64encode(token_bytes(32)).decode()}"
    number = str(int.from_bytes(token_bytes(4)) + 1)[:9]
    made = (token, sha256(token.encode()).hexdigest(), shared, number)
    return next((one for one in made if form is None or re.fullmatch(form, one)), token)


def _pairs(wanted: list[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    if "bankPublicKey" in wanted:
        public, private = _rsa()
        pairs |= {"bankPublicKey": public, "bankPrivateKey": private}
    if "partnerPrivateKey" in wanted:
        pairs["partnerPrivateKey"] = _rsa()[1]
    if "publicKey" in wanted:
        ed = Ed25519PrivateKey.generate()
        public_half, private_half = ed.public_key().public_bytes_raw(), ed.private_bytes_raw()
        pairs["publicKey"] = f"whpk_{b64encode(public_half).decode()}"
        pairs["privateKey"] = f"whsk_{b64encode(private_half).decode()}"
    return pairs


def _rsa() -> tuple[str, str]:
    key = generate_private_key(_RSA_EXPONENT, _RSA_BITS)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return public.decode(), private.decode()
