"""KLBPay's envelope: how a document is encrypted and signed, in both directions.

The body is ``{"data":"..."}`` with base64 of AES-256-CBC, PKCS#7 padding; the key is written as 64
hex digits and the start vector is its first 16 bytes. The headers are ``x-api-client``,
``x-api-time`` (epoch milliseconds) and ``x-api-validate``: HMAC-SHA256, lower-case hex, over
``client|time|data``, keyed with the secret as text. The digest is checked before anything is
decrypted. client must be ours and time has thirteen digits, so the text can be cut in one way.

Also here: the result codes, on which the three SDKs disagree except for 0 and 00.
"""

import re
from datetime import datetime

from providers import _fields
from providers._ciphers import aes_cbc_close, aes_cbc_open
from providers._codecs import read_base64, read_hex, read_object, write_base64, write_json
from providers._protocol import (
    Axes,
    Delivery,
    Refused,
    Reply,
    Result,
    Secrets,
    Standing,
    Unreadable,
    Verified,
)
from providers._replies import JSON
from providers._results import standing
from providers._seals import hmac_hex, require_equal, require_fresh, require_seal, secret

_STAMP = re.compile(r"[0-9]{13}")
_NO_STAMP = "0" * 13  # stands in an answer to a call that had no readable time

# Failures are told by numbers on which the SDKs disagree (1, 2, 1601 to 1614): to be asked about.
RESULTS = {"00": Standing.PAID, "0": Standing.PAID}

AXES = Axes(
    family="S6",
    canonical="client|time|base64 of the encrypted body",
    digest="HMAC-SHA256, text key, hex",
    seal_place="header",
    codec="JSON, field to base64, AES-256-CBC, JSON",
    replay="x-api-time in milliseconds, five minutes either way",
    dedup="transactionId; then virtual account and amount",
    direction="credits only",
    receiver="actualAccount, virtualAccount",
    order="refTransactionId; our reference in transferDesc",
    coverage="every result",
    answer_meaning="200 with encrypted success true: kept",
    reversal="none by webhook",
    poll="list of transactions by date",
    refund="not published",
    file="not published",
    unsigned_use="nothing is unsigned",
    encryption="AES-256-CBC, the IV is the head of the key",
)


def opened(delivery: Delivery, secrets: Secrets, window: int | None) -> dict[str, object]:
    """Return the document in a genuine and fresh envelope."""
    client, stamp = delivery.header("x-api-client"), delivery.header("x-api-time")
    data = read_object(delivery.body).get("data")
    if not isinstance(data, str):
        raise Refused("malformed", "data")
    require_seal(delivery.header("x-api-validate"), _digest(client, stamp, data, secrets))
    require_equal(client, secret(secrets, "client"), "client")
    require_fresh(stamp, "ms", delivery, window)
    key = _key(secrets)
    return read_object(aes_cbc_open(key, key[:16], read_base64(data)))


def result(verified: Verified) -> Result:
    """Say how the payment stands; a paid code without ``success`` contradicts itself: unknown."""
    fields = verified.fields
    success = _fields.flag(fields, "success")
    code = _code(fields)
    order = _fields.optional_identifier(fields, "refTransactionId")
    txn = _fields.optional_identifier(fields, "transactionId")
    return Result(code, standing(RESULTS, code) if success else Standing.UNKNOWN, order, txn)


def answered(status: int, said: object, delivery: Delivery, secrets: Secrets) -> Reply:
    """Answer in an envelope that repeats the time of the call, so a repeat reads the same."""
    stamps = [value for name, value in delivery.headers if name == "x-api-time"]
    stamp = stamps[0] if stamps and _STAMP.fullmatch(stamps[0]) else _NO_STAMP
    return Reply(status, *_envelope(write_json(said), secrets, stamp))


def seal(plain: bytes, secrets: Secrets, at: datetime) -> Delivery:
    """Put a document into the envelope, as the bank does."""
    headers, body = _envelope(plain, secrets, str(round(at.timestamp() * 1000)))
    return Delivery("POST", "", "", headers, body, at)


def _code(fields: _fields.Fields) -> str:
    code = fields.get("statusCode", fields.get("StatusCode"))
    if code is None:
        raise Unreadable("field_missing", "statusCode")
    return str(code)


def _envelope(
    plain: bytes, secrets: Secrets, stamp: str
) -> tuple[tuple[tuple[str, str], ...], bytes]:
    key, client = _key(secrets), secret(secrets, "client")
    data = write_base64(aes_cbc_close(key, key[:16], plain))
    headers = (
        JSON,
        ("x-api-client", client),
        ("x-api-time", stamp),
        ("x-api-validate", _digest(client, stamp, data, secrets)),
    )
    return headers, write_json({"data": data})


def _key(secrets: Secrets) -> bytes:
    return read_hex(secret(secrets, "encryptKey"), 32)


def _digest(client: str, stamp: str, data: str, secrets: Secrets) -> str:
    return hmac_hex(secret(secrets, "secretKey"), f"{client}|{stamp}|{data}")
