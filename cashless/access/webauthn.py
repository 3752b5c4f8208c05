"""WebAuthn (Level 2): what a browser is asked for, and whether its answer is genuine.

The ceremony itself is the library ``fido2``: kind of call, challenge, hash of our name, presence,
signature. Here is what this house wants of it: the origin is exactly ours and not only a part of
our domain, the person was verified by the authenticator (a finger, a face, a PIN), so that having
and knowing are two factors, no page of another site had us in a frame, and nothing about the make
of the authenticator is asked. All that is wrong is one problem.

Browsers offer this on https and on localhost only, and not for an address in numbers.
"""

import ipaddress
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlsplit

from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from cashless.errors import Invalid

_NAME: Final = "Chợ không tiền mặt"
_ALGORITHMS: Final = frozenset({-7, -8, -257})
"""ES256, EdDSA, RS256: what every authenticator of a phone or a computer can."""
_ANSWER_MOST: Final = 16 * 1024
_VERIFIED: Final = UserVerificationRequirement.REQUIRED
_DISCOVERABLE: Final = ResidentKeyRequirement.REQUIRED


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose passkey is asked for: an opaque handle, and the name that the browser shows."""

    handle: bytes
    name: str


@dataclass(frozen=True, slots=True)
class Made:
    """A new passkey: its id, its public key as kept, and the counter it starts with."""

    credential_id: bytes
    public_key: bytes
    counter: int


@dataclass(frozen=True)
class Site:
    """Our site as browsers know it, from its fixed address."""

    base_url: str

    @property
    def is_fit(self) -> bool:
        """Whether browsers offer passkeys here at all."""
        place = urlsplit(self.base_url)
        host = place.hostname or ""
        return not _is_number(host) and (place.scheme == "https" or host == "localhost")

    @property
    def origin(self) -> str:
        """Scheme, host and port, as the browser signs them."""
        place = urlsplit(self.base_url)
        return f"{place.scheme}://{place.netloc}".lower()

    @cached_property
    def _server(self) -> Fido2Server:
        host = urlsplit(self.base_url).hostname or "localhost"
        party = PublicKeyCredentialRpEntity(name=_NAME, id=host)
        server = Fido2Server(party, verify_origin=lambda given: given == self.origin)
        allowed = [one for one in server.allowed_algorithms if one.alg in _ALGORITHMS]
        server.allowed_algorithms = allowed
        return server

    def ask_new(self, owner: Owner, known: Sequence[bytes], challenge: bytes) -> dict[str, Any]:
        """Return what the browser needs to make a passkey that is not one of the known ones."""
        name = owner.name
        user = PublicKeyCredentialUserEntity(id=owner.handle, name=name, display_name=name)
        options, _ = self._server.register_begin(
            user,
            [_descriptor(one) for one in known],
            resident_key_requirement=_DISCOVERABLE,
            user_verification=_VERIFIED,
            challenge=challenge,
        )
        return _plain(options)

    def ask(self, known: Sequence[bytes], challenge: bytes) -> dict[str, Any]:
        """Return what the browser needs to use a passkey; none named means any of this site."""
        options, _ = self._server.authenticate_begin(
            [_descriptor(one) for one in known] or None,
            user_verification=_VERIFIED,
            challenge=challenge,
        )
        return _plain(options)

    def made(self, answer: "Answer") -> Made:
        """Return the passkey that a browser made. Raises ``Invalid("passkey_refused")``."""
        found = _read(lambda: self._server.register_complete(answer.state, answer.told))
        data = found.credential_data
        if data is None or data.public_key.ALGORITHM not in _ALGORITHMS or answer.is_framed:
            raise refused()
        return Made(data.credential_id, bytes(data), found.counter)

    def prove(self, answer: "Answer", public_key: bytes) -> int:
        """Return the counter of a genuine answer. Raises ``Invalid("passkey_refused")``."""
        kept = AttestedCredentialData(public_key)
        _read(lambda: self._server.authenticate_complete(answer.state, [kept], answer.told))
        if answer.is_framed:
            raise refused()
        return int(answer.told.response.authenticator_data.counter)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser sent, read but not yet believed."""

    told: Any

    @classmethod
    def read(cls, written: str, *, new: bool = False) -> "Answer":
        """Read the JSON of a browser's answer. Raises ``Invalid("passkey_refused")``."""
        kind: Any = RegistrationResponse if new else AuthenticationResponse
        if len(written) > _ANSWER_MOST:
            raise refused()
        told = _read(lambda: json.loads(written))
        if not isinstance(told, dict):
            raise refused()
        return cls(_read(lambda: kind.from_dict(told)))

    @property
    def credential_id(self) -> bytes:
        """The id of the passkey that answers."""
        return bytes(self.told.raw_id)

    @property
    def challenge(self) -> bytes:
        """The challenge that it says it answers."""
        return bytes(self.told.response.client_data.challenge)

    @property
    def handle(self) -> bytes:
        """Whose passkey the authenticator takes it for; empty where it does not say."""
        return bytes(self.told.response.user_handle or b"")

    @property
    def is_framed(self) -> bool:
        """Whether a page of another site stood around ours."""
        return bool(self.told.response.client_data.cross_origin)

    @property
    def state(self) -> dict[str, object]:
        """What the library compares with; whether the challenge is ours is asked elsewhere."""
        client_data = json.loads(bytes(self.told.response.client_data))
        return {"challenge": client_data["challenge"], "user_verification": _VERIFIED}


def refused() -> Invalid:
    """Refuse a passkey without saying why."""
    return Invalid(
        "passkey_refused",
        "This passkey does not open anything here. Sign in with number and password.",
        "Khóa này không dùng được ở đây. Hãy đăng nhập bằng số điện thoại và mật khẩu.",
    )


def _read(reading: Callable[[], Any]) -> Any:  # noqa: ANN401  whatever the library gives
    """Do what may fail in the many ways in which a stranger's bytes can be wrong."""
    try:
        return reading()
    except Exception as error:
        raise refused() from error


def _plain(options: Any) -> dict[str, Any]:  # noqa: ANN401  options of the library
    """Return options as JSON has them, their bytes in base64url."""
    told: dict[str, dict[str, Any]] = json.loads(json.dumps(dict(options), default=dict))
    return told["publicKey"]


def _descriptor(credential_id: bytes) -> PublicKeyCredentialDescriptor:
    kind = PublicKeyCredentialType.PUBLIC_KEY
    return PublicKeyCredentialDescriptor(type=kind, id=credential_id)


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
