"""The platform's own dialect, for a bank that has no webhook: sealed as Standard Webhooks says.

What is signed: ``<webhook-id>.<webhook-timestamp>.<raw body>``, so everything. The header
``webhook-signature`` holds one to five seals with single spaces between them, each ``version,`` and
standard base64, so that a bank can seal with the old and the new key while it changes over. In
``standard_v1`` the version is ``v1``: HMAC-SHA256, the key being the bytes behind ``whsec_``. In
``standard_v1a`` it is ``v1a``: Ed25519, and we hold only the public half (``whpk_``), so nobody can
seal with what is stolen here. The connection chooses: a seal of any other version proves nothing
and is passed over.

Refused, though a lenient reader takes it: an id that is not 1 to 64 letters, digits, ``-`` or ``_``
(a dot could move into the timestamp), a timestamp that is not ten digits, a list with an empty or
odd part, base64 in any but its one spelling, a sixth seal, a key shorter than 24 bytes, and a
message for another bank than the connection's ``bin``. A call is stale when its timestamp is more
than five minutes from our clock. ``webhook-id`` names the message: a repeat has the same one and a
fresh timestamp. It is not the key of the payment, which is the bank's own ``id``.

What it says is written in ``_standard_data.py``. Money has moved if the type is one of the four of
payments; there is no word for a failure, because a payment that failed is not told.

What the bank hears: 200 with ``{"outcome":"stored"}`` or ``"duplicate"``, 401 ``"refused"``, 503
``"unavailable"``. Any 2xx ends it; everything else, and silence for 15 seconds, is to be sent again
after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h.

Written at: docs/how-to/connect-a-bank-without-a-protocol.md (what we ask of a bank), and
standardwebhooks.com (the specification of the seal). The published vector of v1 verifies; there is
none of v1a with its key, so its vectors are made with the keys of RFC 8032.
"""

import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from providers import _standard_data
from providers._codecs import read_base64, read_object, write_base64, write_json
from providers._keys import ed25519_is_genuine, ed25519_sign
from providers._protocol import (
    Axes,
    Delivery,
    Notification,
    Outcome,
    Protocol,
    Refused,
    Reply,
    Secrets,
    Verified,
)
from providers._replies import JSON, json_reply
from providers._seals import require_equal, require_fresh, secret

_ID_HEADER, _STAMP_HEADER, _SEAL_HEADER = "webhook-id", "webhook-timestamp", "webhook-signature"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_STAMP = re.compile(r"[0-9]{10}")
_PART = re.compile(r"(v[0-9]{1,2}[a-z]?),([A-Za-z0-9+/]+={0,2})")
_PARTS_MAX, _LIST_MAX = 5, 1024
_V1, _V1A = "v1", "v1a"
_SIZES = {_V1: 32, _V1A: 64}  # bytes in a seal
_KEY_MIN = 24
_KEY_SIZE = 32  # of Ed25519, either half

_REPLIES = {
    Outcome.STORED: json_reply(200, {"outcome": "stored"}),
    Outcome.DUPLICATE: json_reply(200, {"outcome": "duplicate"}),
    Outcome.REFUSED: json_reply(401, {"outcome": "refused"}),
    Outcome.UNAVAILABLE: json_reply(503, {"outcome": "unavailable"}),
}

_IsGenuine = Callable[[bytes, bytes], bool]
_Sealer = Callable[[bytes], bytes]


def verify_v1(delivery: Delivery, secrets: Secrets, window: int | None) -> Verified:
    """Prove the raw bytes by the shared key, then read them."""
    key = _shared(secrets)

    def is_genuine(text: bytes, seal: bytes) -> bool:
        return hmac.compare_digest(seal, hmac.digest(key, text, "sha256"))

    _prove(delivery, _V1, is_genuine, window)
    return _read(delivery, secrets)


def verify_v1a(delivery: Delivery, secrets: Secrets, window: int | None) -> Verified:
    """Prove the raw bytes by the bank's public key, then read them."""
    key = _half(secrets, "publicKey", "whpk_")

    def is_genuine(text: bytes, seal: bytes) -> bool:
        return ed25519_is_genuine(key, text, seal)

    _prove(delivery, _V1A, is_genuine, window)
    return _read(delivery, secrets)


def acknowledge(outcome: Outcome, _delivery: Delivery, _secrets: Secrets) -> Reply:
    """Name the outcome; 2xx for what is kept."""
    return _REPLIES[outcome]


def sign_v1(notification: Notification, secrets: Secrets, at: datetime) -> Delivery:
    """Speak as a bank that shares a key with us."""
    return seal_v1(write_json(_standard_data.said(notification, secrets)), secrets, at)


def sign_v1a(notification: Notification, secrets: Secrets, at: datetime) -> Delivery:
    """Speak as a bank that has a key pair."""
    return seal_v1a(write_json(_standard_data.said(notification, secrets)), secrets, at)


def seal_v1(plain: bytes, secrets: Secrets, at: datetime) -> Delivery:
    """Put the three headers on a body, sealed with the shared key."""
    key = _shared(secrets)
    return _sealed(plain, _V1, lambda text: hmac.digest(key, text, "sha256"), at)


def seal_v1a(plain: bytes, secrets: Secrets, at: datetime) -> Delivery:
    """Put the three headers on a body, sealed with the bank's private key."""
    key = _half(secrets, "privateKey", "whsk_")
    return _sealed(plain, _V1A, lambda text: ed25519_sign(key, text), at)


def _prove(delivery: Delivery, version: str, is_genuine: _IsGenuine, window: int | None) -> None:
    id_, stamp = delivery.header(_ID_HEADER), delivery.header(_STAMP_HEADER)
    if not _ID.fullmatch(id_):
        raise Refused("malformed", _ID_HEADER)
    if not _STAMP.fullmatch(stamp):
        raise Refused("time_invalid", _STAMP_HEADER)
    text = _text(id_, stamp, delivery.body)
    seals = _seals(delivery.header(_SEAL_HEADER), version)
    if not any(is_genuine(text, seal) for seal in seals):
        raise Refused("signature", _SEAL_HEADER)
    require_fresh(stamp, "s", delivery, window)


def _text(id_: str, stamp: str, body: bytes) -> bytes:
    return f"{id_}.{stamp}.".encode() + body


def _seals(listed: str, version: str) -> list[bytes]:
    """Return the seals of that version; one odd part spoils the whole list."""
    parts = listed.split(" ") if len(listed) <= _LIST_MAX else []
    found = [part for part in map(_PART.fullmatch, parts) if part]
    if not parts or len(found) < len(parts) or len(parts) > _PARTS_MAX:
        raise Refused("malformed", _SEAL_HEADER)
    seals = [read_base64(part[2]) for part in found if part[1] == version]
    if any(len(seal) != _SIZES[version] for seal in seals):
        raise Refused("malformed", _SEAL_HEADER)
    return seals


def _read(delivery: Delivery, secrets: Secrets) -> Verified:
    """Read the proven body; its bank must be the connection's, or one bank could speak as all."""
    body = read_object(delivery.body)
    data = body.get("data")
    bank = data.get("bank") if isinstance(data, dict) else None
    require_equal(bank, secret(secrets, "bin"), "bank")
    return Verified(body, delivery)


def _shared(secrets: Secrets) -> bytes:
    key = _opened(secret(secrets, "secret"), "whsec_")
    if len(key) < _KEY_MIN:
        raise Refused("key_unreadable", "secret")
    return key


def _half(secrets: Secrets, name: str, prefix: str) -> bytes:
    key = _opened(secret(secrets, name), prefix)
    if len(key) != _KEY_SIZE:
        raise Refused("key_unreadable", name)
    return key


def _opened(written: str, prefix: str) -> bytes:
    if not written.startswith(prefix):
        raise Refused("key_unreadable", prefix)
    return read_base64(written.removeprefix(prefix))


def _sealed(plain: bytes, version: str, sealer: _Sealer, at: datetime) -> Delivery:
    """Seal a body; its id comes from its bytes, so that a repeat has the same one."""
    id_, stamp = f"msg_{sha256(plain).hexdigest()[:32]}", str(int(at.timestamp()))
    seal = write_base64(sealer(_text(id_, stamp, plain)))
    headers = (
        JSON,
        (_ID_HEADER, id_),
        (_STAMP_HEADER, stamp),
        (_SEAL_HEADER, f"{version},{seal}"),
    )
    return Delivery("POST", "", "", headers, plain, at)


_FORMS: Mapping[str, str] = {
    "bin": r"[0-9]{6}",
    # 24 to 65 bytes in base64, in its one spelling as far as a form can say.
    "secret": r"whsec_([A-Za-z0-9+/]{4}){8,21}([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?",
    "publicKey": r"whpk_[A-Za-z0-9+/]{43}=",
}
_BIN = "The bank's BIN, six digits; every message must name it."

V1 = Protocol(
    name="standard_v1",
    verify=verify_v1,
    parse=_standard_data.parse,
    acknowledge=acknowledge,
    sign=sign_v1,
    seal=seal_v1,
    secrets={"bin": _BIN, "secret": "The shared key, whsec_ and base64 of 24 to 64 random bytes."},
    secret_forms={name: _FORMS[name] for name in ("bin", "secret")},
    proof="HMAC-SHA256 over id.timestamp.body, header webhook-signature v1,...",
    success_rule="type is payment.credit, .debit, .refund or .reversal",
    evidence="A",
    source="docs/how-to/connect-a-bank-without-a-protocol.md; standardwebhooks.com",
    axes=Axes(
        family="S3",
        canonical="webhook-id.webhook-timestamp.body, the raw bytes",
        digest="HMAC-SHA256, the bytes of the key, standard base64 after v1,",
        seal_place="header",
        codec="JSON",
        replay="webhook-timestamp, five minutes either way",
        dedup="BIN and id",
        direction="type",
        receiver="BIN with account, BIN with virtual_account",
        order="order, or our reference in memo",
        coverage="every movement of the account",
        answer_meaning="2xx: kept; anything else: send again",
        reversal="payment.reversal and payment.refund name the credit in original",
        poll="by agreement with the bank",
        refund="by agreement with the bank",
        file="by agreement with the bank",
        unsigned_use="nothing is unsigned; seals of another version are passed over",
        test_message="type test.ping",
        answer_seconds=15,
    ),
    results=_standard_data.RESULTS,
    result=_standard_data.result,
    kinds=tuple(_standard_data.KINDS.values()),
    carries={
        "provider_txn_id": r"[A-Z0-9]{6,30}",
        # The BIN of the example bank; in a connection its own stands there.
        "account": r"970999:[0-9]{6,19}",
        "virtual_account": r"970999:[A-Z0-9]{3,19}",
        "order_ref": r"[A-Za-z0-9]{6,30}",
        "memo": r"[^\x00-\x1f\x7f]{0,200}",
        "payer": r"\*{4}[0-9]{4}",
        "original": r"970999:[A-Z0-9]{6,30}",
        "reference": r"[A-Z0-9]{6,20}",
    },
    amount_unit=_standard_data.AMOUNT_UNIT,
    time_format=_standard_data.TIME_FORMAT,
    window_seconds=300,
    retry="8 calls: at once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h",
    retry_horizon_seconds=99_305,
    published_secrets=frozenset(
        {
            # The key of the vector that the libraries of Standard Webhooks share.
            "96ad2ccd81462a766178ae09a71df55f548a3f66da11606f9cdf40b391e22dd0",
        }
    ),
)

V1A = replace(
    V1,
    name="standard_v1a",
    verify=verify_v1a,
    sign=sign_v1a,
    seal=seal_v1a,
    secrets={"bin": _BIN, "publicKey": "The bank's public key, whpk_ and base64 of 32 bytes."},
    speaking_secrets={"privateKey": "The bank's private key, whsk_ and base64 of 32 bytes."},
    secret_forms={name: _FORMS[name] for name in ("bin", "publicKey")},
    proof="Ed25519 over id.timestamp.body, header webhook-signature v1a,...",
    evidence="B",
    axes=replace(V1.axes, digest="Ed25519, standard base64 after v1a,"),
    published_secrets=frozenset(
        {
            # The public key of the first test of RFC 8032, section 7.1.
            "4b54c62343e3a12966a850d2e355b76d7b7e7a0515375b02d15c4205a3712514",
        }
    ),
)
