r"""payOS: payment links of a bank account; one JSON object per credit of a link.

What is signed: the object ``data`` alone (how, see ``_payos_data.py``); the digest stands in the
body field ``signature``. The outer ``code``, ``desc`` and ``success`` are NOT signed and are not
looked at: money has come if ``data.code`` is "00".

What it says: ``amount`` in whole đồng, ``transactionDateTime`` in Vietnam time (some messages of
the same family write ISO with an offset), ``accountNumber``, ``virtualAccountNumber``,
``description`` and ``orderCode``, a number that whoever made the link chose. Our own order codes
are no numbers, so orderCode is handed on as text and the reference is looked for in the memo.
The key is ``paymentLinkId:reference``; a reference may come with ``\BNK`` behind it, which is cut
off in the key, because the same credit was seen both ways; it is the bank's own reference, which
other tellers of the transfer name too, and is handed on as it stands. Transfers from 22h to 5h may
be booked by the bank on the next day; the business date is the date of the time that payOS gives.

The test call: registering an address sends the sample of the documentation, which must be
answered like any other and is no money, though its ``data.code`` is "00": it stands as a test. It
is known by orderCode 123 together with one of the sample's other marks, so that the real link
number 123 of a merchant is not thrown away.

What it wants to hear: 2xx, ``{"success":true}``, for a repeat too. There is no time and no nonce
in the call: the key alone protects against a replay. The retry schedule is not published.

Written at: payos.vn (webhook reference, FAQ); payOSHQ/payos-lib-python and -node with test
vectors. Uncertain: whether a list or a boolean ever occurs in ``data``.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from cashless.clock import business_date
from providers import _fields
from providers._codecs import read_object, write_json, write_local
from providers._payos_data import data_of, digest
from providers._protocol import (
    Axes,
    Delivery,
    Notification,
    Outcome,
    Protocol,
    Reply,
    Result,
    Secrets,
    Standing,
    Unreadable,
    Verified,
)
from providers._replies import JSON, json_reply
from providers._results import standing
from providers._seals import require_seal

_SAMPLE_ORDER = 123
_SAMPLE_MARKS = {
    "reference": "TF230204212323",
    "paymentLinkId": "124c33293c43417ab7879e14c8d9eb18",
    "description": "VQRIO123",
    "accountNumber": "12345678",
}
_BANK_SUFFIX = re.compile(r"\\BNK$")

# The webhook reference names no other code; what lacks one (an answer of the query) has code "".
_RESULTS = {"00": Standing.PAID}

_REPLIES = {
    Outcome.STORED: json_reply(200, {"success": True}),
    Outcome.DUPLICATE: json_reply(200, {"success": True}),
    Outcome.REFUSED: json_reply(401, {"success": False}),
    Outcome.UNAVAILABLE: json_reply(503, {"success": False}),
}

_NO_LINK = "0" * 32


def verify(delivery: Delivery, secrets: Secrets, _window: int | None) -> Verified:
    """Prove ``data`` and hand on nothing else."""
    body = read_object(delivery.body)
    data = data_of(body)
    require_seal(body.get("signature"), digest(data, secrets))
    return Verified(data, delivery)


def parse(verified: Verified) -> tuple[Notification, ...]:
    """Translate a credit of a payment link; () for a sample and for all that is not code "00"."""
    fields = verified.fields
    if result(verified).standing is not Standing.PAID:
        return ()
    if _fields.optional_text(fields, "currency") not in {None, "VND"}:
        raise Unreadable("currency_unknown", "currency")
    at = _fields.moment(fields, "transactionDateTime", PROTOCOL.time_format)
    link = _fields.identifier(fields, "paymentLinkId")
    reference = _fields.identifier(fields, "reference")
    notification = Notification(
        provider_txn_id=f"{link}:{_BANK_SUFFIX.sub('', reference)}",
        kind="credit",
        amount=_fields.amount(fields, "amount", PROTOCOL.amount_unit),
        occurred_at=at,
        business_date=business_date(at),
        account=_fields.identifier(fields, "accountNumber"),
        virtual_account=_fields.optional_identifier(fields, "virtualAccountNumber"),
        order_ref=str(_fields.number(fields, "orderCode")),
        memo=_fields.text(fields, "description"),
        payer=_fields.masked(_fields.optional_text(fields, "counterAccountNumber")),
        reference=reference,
    )
    return (notification,)


def result(verified: Verified) -> Result:
    """Say by ``data.code`` how the payment link stands; the sample of payOS is a test."""
    fields = verified.fields
    code = _fields.optional_text(fields, "code") or ""
    order = fields.get("orderCode")
    stands = Standing.TEST if _is_sample(fields) else standing(_RESULTS, code)
    return Result(code, stands, None if order is None else str(_fields.number(fields, "orderCode")))


def acknowledge(outcome: Outcome, _delivery: Delivery, _secrets: Secrets) -> Reply:
    """Say success for what is kept, anything else for what is not."""
    return _REPLIES[outcome]


def sign(notification: Notification, secrets: Secrets, at: datetime) -> Delivery:
    """Speak as payOS; the bank time is cut to whole seconds.

    An id without a colon is the bank's reference alone and gets a payment link of zeros.
    """
    link, _, reference = notification.provider_txn_id.rpartition(":")
    data = {
        "orderCode": int(notification.order_ref or 0),
        "amount": notification.amount,
        "description": notification.memo,
        "accountNumber": notification.account,
        "reference": reference,
        "transactionDateTime": write_local(notification.occurred_at),
        "currency": "VND",
        "paymentLinkId": link or _NO_LINK,
        "code": "00",
        "desc": "success",
        "counterAccountBankId": "",
        "counterAccountBankName": "",
        "counterAccountName": "",
        "counterAccountNumber": notification.payer or "",
        "virtualAccountName": "",
        "virtualAccountNumber": notification.virtual_account or "",
    }
    said = {"code": "00", "desc": "success", "success": True, "data": data, "signature": ""}
    return seal(write_json(said), secrets, at)


def seal(plain: bytes, secrets: Secrets, at: datetime) -> Delivery:
    """Put the signature into a body that has ``data``."""
    body = read_object(plain)
    sealed = {**body, "signature": digest(data_of(body), secrets)}
    return Delivery("POST", "", "", (JSON,), write_json(sealed), at)


def _is_sample(fields: Mapping[str, object]) -> bool:
    marked = any(fields.get(name) == value for name, value in _SAMPLE_MARKS.items())
    return marked and fields.get("orderCode") == _SAMPLE_ORDER


PROTOCOL = Protocol(
    name="payos",
    verify=verify,
    parse=parse,
    acknowledge=acknowledge,
    sign=sign,
    seal=seal,
    secrets={"checksumKey": "The checksum key of the payOS payment channel."},
    proof="HMAC-SHA256 over the sorted fields of data, body field signature",
    success_rule='data.code is "00" and no sample (never the outer code, which is not signed)',
    evidence="A",
    source="payos.vn webhook reference; payOSHQ/payos-lib-python and payos-lib-node",
    axes=Axes(
        family="S5",
        canonical="key=value of data, keys sorted, null as empty, lists as compact JSON",
        digest="HMAC-SHA256, text key, lower-case hex",
        seal_place="body field",
        codec="JSON",
        replay="none; the key of the payment alone",
        dedup="paymentLinkId and reference; then account, amount and day",
        direction="credits only",
        receiver="accountNumber, virtualAccountNumber",
        order="orderCode; our reference in description",
        coverage="credits",
        answer_meaning="2xx: kept",
        reversal="none by webhook",
        poll="GET payment request by order code",
        refund="none by API",
        file="none",
        unsigned_use="outer code, desc and success are ignored",
        test_message="orderCode 123 with the marks of the sample: answered as stored, never booked",
    ),
    results=_RESULTS,
    result=result,
    carries={
        "provider_txn_id": r"[0-9a-f]{32}:FT[0-9]{10,14}",
        "account": r"[0-9]{6,19}",
        "virtual_account": r"[A-Z0-9]{6,19}",
        "order_ref": r"[1-9][0-9]{0,14}",
        "memo": r"[A-Za-z0-9 .,-]{0,100}",
        "payer": r"\*{4}[0-9]{4}",
    },
    amount_unit="dong",
    time_format="local_or_iso",
    unsigned=("code", "desc", "success"),
    published_secrets=frozenset(
        {
            # The key of the test cases of payOSHQ/payos-lib-python.
            "fee30588ac163e06a3141ddd4a697f4cbf1675c90db44348cfe4262ab36b1119",
        }
    ),
)
