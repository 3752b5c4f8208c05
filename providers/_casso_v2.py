"""Casso webhook V2: one signed movement of a bank account for each call.

What is signed: ``<t>.<text>`` with HMAC-SHA512 and the checksum key as text, lower-case hex. The
header is ``X-Casso-Signature: t=<Unix milliseconds>,v1=<128 hex digits>``. The text is the whole
body written anew: compact JSON, keys sorted at every level. So everything in the body is covered.

Casso publishes samples in six languages, and they write different text for anything outside plain
ASCII: PHP escapes ``/`` and letters with marks, Python escapes the letters (and, unless told
otherwise, puts spaces), Go escapes ``< > &``. We believe ``JSON.stringify``: UTF-8, no escapes but
those of JSON, no spaces, the only form without the habits of one language. A call whose seal fits
one of the other forms is refused all the same, but the code of the refusal names the form
(``signature_as_php`` and so on), so that the first real accented message settles it: such a code
in ``cashless deliveries refused`` proves our belief wrong.

What it says: ``{"error":0,"data":{...}}`` with ``amount`` (signed, see ``_casso.py``),
``transactionDateTime`` in Vietnam time, ``accountNumber``, ``virtualAccountNumber``,
``description``, ``reference``, ``runningBalance``. Arrival is the success. A call with id 0 is the
sample that Casso sends when an address is registered: answered, not booked. An ``error`` that is
not 0 was never seen: it is no money, and is asked about.

``t`` is signed, but no tolerance is published and nobody knows whether a repeat carries a new one:
its age is judged only where the connection sets a window. The id bounds replay.

Written at: CassoHQ/casso-webhook-v2-verify-signature (samples in php, python, golang, java, dotnet
agree on one vector; the javascript sample does not verify itself). Uncertain: the text form.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime

from providers import _fields
from providers._casso import SAMPLE_ID, Names, acknowledge, movement, said
from providers._codecs import read_object, write_json, write_local
from providers._protocol import (
    Axes,
    Delivery,
    Notification,
    Protocol,
    Refused,
    Result,
    Secrets,
    Standing,
    Verified,
)
from providers._replies import JSON
from providers._results import standing
from providers._seals import hmac_hex, is_equal, require_fresh, require_seal, secret

_HEADER = "x-casso-signature"
_SIGNATURE = re.compile(r"t=([0-9]{13}),v1=([0-9a-f]{128})")
_NAMES = Names(
    time="transactionDateTime",
    account="accountNumber",
    virtual_account="virtualAccountNumber",
    payer="counterAccountNumber",
    reference="reference",
    balance="runningBalance",
)
_RESULTS = {
    "0": Standing.PAID,
    "sample": Standing.TEST,  # our word for id 0: Casso has no code for it
}


def verify(delivery: Delivery, secrets: Secrets, window: int | None) -> Verified:
    """Write the body anew, prove it in the believed form, and name another that would fit."""
    found = _SIGNATURE.fullmatch(delivery.header(_HEADER))
    if found is None:
        raise Refused("signature", _HEADER)
    stamp, given = found.groups()
    body, key = read_object(delivery.body), secret(secrets, "checksumKey")
    expected = _digest(key, stamp, write_json(body, sort_keys=True))
    if not is_equal(given, expected):
        _name_other_form(given, stamp, body, key)
    require_seal(given, expected)
    require_fresh(stamp, "ms", delivery, window)
    return Verified(body, delivery)


def parse(verified: Verified) -> tuple[Notification, ...]:
    """Translate one movement; () for a sample and for all that is not error 0."""
    if result(verified).standing is not Standing.PAID:
        return ()
    return (movement(_fields.inner(verified.fields, "data"), _NAMES, PROTOCOL.time_format),)


def result(verified: Verified) -> Result:
    """Say how the movement stands; the id 0 marks a sample."""
    error = _fields.number(verified.fields, "error")
    number = _fields.number(_fields.inner(verified.fields, "data"), "id")
    code = "sample" if number == SAMPLE_ID and error == 0 else str(error)
    return Result(code, standing(_RESULTS, code), provider_txn_id=str(number))


def sign(notification: Notification, secrets: Secrets, at: datetime) -> Delivery:
    """Speak as Casso; the bank time is cut to whole seconds."""
    body = {"error": 0, "data": said(notification, _NAMES, write_local)}
    return seal(write_json(body), secrets, at)


def seal(plain: bytes, secrets: Secrets, at: datetime) -> Delivery:
    """Put Casso's header on a body."""
    stamp = str(round(at.timestamp() * 1000))
    text = write_json(read_object(plain), sort_keys=True)
    digest = _digest(secret(secrets, "checksumKey"), stamp, text)
    return Delivery("POST", "", "", (JSON, (_HEADER, f"t={stamp},v1={digest}")), plain, at)


def _digest(key: str, stamp: str, text: bytes) -> str:
    return hmac_hex(key, f"{stamp}.".encode() + text, "sha512")


def _name_other_form(given: str, stamp: str, body: Mapping[str, object], key: str) -> None:
    for code, write in _OTHER_FORMS.items():
        if is_equal(given, _digest(key, stamp, write(body))):
            raise Refused(code, _HEADER)


def _python(body: object) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":"), default=str).encode()


def _python_spaced(body: object) -> bytes:
    return json.dumps(body, sort_keys=True, default=str).encode()


def _php(body: object) -> bytes:
    return _python(body).replace(b"/", rb"\/")


def _go(body: object) -> bytes:
    text = write_json(body, sort_keys=True).decode()
    for letter, escape in (("<", "003c"), (">", "003e"), ("&", "0026"), ("\u2028", "2028")):
        text = text.replace(letter, f"\\u{escape}")
    return text.encode()


# Code of the refusal -> the text form of a sample in another language.
_OTHER_FORMS: Mapping[str, Callable[[object], bytes]] = {
    "signature_as_python": _python,
    "signature_as_python_spaced": _python_spaced,
    "signature_as_php": _php,
    "signature_as_go": _go,
}

PROTOCOL = Protocol(
    name="casso_v2",
    verify=verify,
    parse=parse,
    acknowledge=acknowledge,
    sign=sign,
    seal=seal,
    result=result,
    results=_RESULTS,
    secrets={"checksumKey": "The checksum key that Casso shows for the webhook V2."},
    proof="HMAC-SHA512 over t.JSON with sorted keys, header X-Casso-Signature t=...,v1=...",
    success_rule="error is 0 and id is not 0; amount above zero is a credit, below zero a debit",
    evidence="A",
    source="CassoHQ/casso-webhook-v2-verify-signature: php, python, golang, java, dotnet samples",
    axes=Axes(
        family="S4",
        canonical="t.body as compact JSON, keys sorted at every level, UTF-8, no escapes",
        digest="HMAC-SHA512, text key, lower-case hex",
        seal_place="header",
        codec="JSON",
        replay="t in milliseconds is signed; no tolerance is published, so the id alone",
        dedup="id; then account, reference, direction, amount and day",
        direction="sign of amount",
        receiver="accountNumber, virtualAccountNumber",
        order="none; our reference in description",
        coverage="every movement of the account",
        answer_meaning="2xx: kept (believed)",
        reversal="a movement with an amount below zero and an id of its own",
        poll="REST list of transactions; a call makes Casso read the bank now",
        refund="none",
        file="none; the list has the same fields",
        unsigned_use="nothing is unsigned",
        test_message="id 0, when the address is registered",
    ),
    kinds=("credit", "debit"),
    carries={
        "provider_txn_id": r"[1-9][0-9]{0,14}",
        "account": r"[0-9]{6,19}",
        "virtual_account": r"[A-Z0-9]{3,19}",
        "memo": r"[^\x00-\x1f\x7f]{0,200}",
        "payer": r"\*{4}[0-9]{4}",
        "reference": r"[A-Z0-9]{6,20}",
    },
    amount_unit="dong",
    amount_form="signed",
    time_format="local",
    published_secrets=frozenset(
        {
            # The key of the samples that verify, and the one of the javascript sample.
            "17bb30417f1919a31cfbe4673e00e7237e18716c1074fdadfe72a55eab5f41b3",
            "70f18b51ca7be6b986db2de875f77eec393997be5ce41c700262cd6390806f4f",
        }
    ),
)
