"""An authenticator in software: makes passkeys and answers challenges, also in wrong ways.

Written after WebAuthn Level 2, §6.1 and §6.5 with plain bytes, so that it does not share a mistake
with the library that the program uses.
"""

import json
import os
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def b64(raw: bytes) -> str:
    """Write bytes as browsers do."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Read what browsers write."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """One key of one person at one site, and what it puts into its answers."""

    origin: str = "http://localhost"
    site: str = "localhost"
    flags: int = PRESENT | VERIFIED
    counter: int = 0
    is_framed: bool = False
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    handle: bytes = b""
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def make(self, options: dict[str, Any]) -> str:
        """Answer a request for a new passkey."""
        self.handle = unb64(options["user"]["id"])
        head = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id
        told = self._told(self.flags | ATTESTED) + head + self._cose()
        attested = b"\xa3" + b"\x63fmt\x64none\x67attStmt\xa0\x68authData" + _cbor_bytes(told)
        client = self._client("webauthn.create", options["challenge"])
        return self._answer({"clientDataJSON": b64(client), "attestationObject": b64(attested)})

    def get(self, options: dict[str, Any], **wrong: Any) -> str:  # noqa: ANN401  fields of the answer
        """Answer a challenge."""
        self.counter += bool(self.counter)
        told, client = self._told(self.flags), self._client("webauthn.get", options["challenge"])
        seal = self.key.sign(told + sha256(client).digest(), ec.ECDSA(SHA256()))
        answer = {"clientDataJSON": b64(client), "authenticatorData": b64(told)}
        answer |= {"signature": b64(seal), "userHandle": b64(self.handle)}
        return self._answer(answer | wrong)

    def _answer(self, response: dict[str, Any]) -> str:
        number = b64(self.credential_id)
        told = {"id": number, "rawId": number, "type": "public-key", "response": response}
        return json.dumps({**told, "clientExtensionResults": {}})

    def _told(self, flags: int) -> bytes:
        return sha256(self.site.encode()).digest() + struct.pack(">BI", flags, self.counter)

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin}
        return json.dumps({**said, "crossOrigin": self.is_framed}).encode()

    def _cose(self) -> bytes:
        """Write the public key as COSE: EC2, ES256, P-256."""
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        return b"\xa5\x01\x02\x03\x26\x20\x01\x21" + _cbor_bytes(x) + b"\x22" + _cbor_bytes(y)


def _cbor_bytes(raw: bytes) -> bytes:
    head = b"\x58" + bytes([len(raw)]) if len(raw) < 256 else b"\x59" + struct.pack(">H", len(raw))
    return head + raw
