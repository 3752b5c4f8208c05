"""MoMo all-in-one, version 2: the result of an order that we created.

What is signed (how, see ``_momo.py``): amount, extraData, message, orderId, orderInfo, orderType,
partnerCode, payType, requestId, responseTime, resultCode, transId, with accessKey before them. NOT
signed and ignored: storeId, paymentOption and whatever a contract adds.

What it says: ``amount`` in whole đồng, ``orderId`` (our order), ``orderInfo``, ``transId`` (the
key) and ``responseTime`` in epoch milliseconds. That time is the time of the answer, not of the
payment, and a resend may carry another one, so it is no business field. The receiver is named by
``partnerCode`` only, which must be ours.

When money has come: ``resultCode`` 0 and nothing else. Failures are signed and sent as well. 9000
means authorised: with automatic capture it counts as paid, in the two-step flow the money is only
held until somebody captures it, and the message does not say which of the two was agreed. So 9000
is no money yet; with automatic capture MoMo's query answers 0 soon after. 10, 1000, 7000, 7002 and
8000 are not final. An unknown code is unknown, never a success.

What it wants to hear: HTTP 204 with no body within 15 seconds, also for a repeat. (An official
sample answers 200 with JSON; that is a page for debugging.) No word for a bad seal is documented,
so we answer 400 with our own error. There is no time or nonce to check against replay: the key
alone protects. The retry schedule is not published, so open orders must be asked for.

Written at: developers.momo.vn/v3 (payment, result handling, notification); captured sandbox
messages confirm the signed text.
"""

from datetime import datetime

from cashless.clock import business_date
from providers import _fields
from providers._codecs import read_object, write_json
from providers._momo import proven, sealed
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
    Verified,
)
from providers._replies import NOT_GENUINE, TRY_AGAIN
from providers._results import standing

_SIGNED = (
    "amount",
    "extraData",
    "message",
    "orderId",
    "orderInfo",
    "orderType",
    "partnerCode",
    "payType",
    "requestId",
    "responseTime",
    "resultCode",
    "transId",
)
_PAID = 0

# developers.momo.vn/v3, result handling; a code of 4000 and more is not listed: it must be asked.
_RESULTS = {
    "0": Standing.PAID,
    "10": Standing.PENDING,  # maintenance
    "1000": Standing.PENDING,  # waits for the payer
    "7000": Standing.PENDING,  # being processed
    "7002": Standing.PENDING,  # being processed by the issuer of the card
    "8000": Standing.PENDING,  # waits for the payer once more
    "9000": Standing.PENDING,  # authorised: paid or only held, the message does not say which
    "11": Standing.FAILED,  # ours: no access
    "12": Standing.FAILED,  # ours: version of the interface
    "13": Standing.FAILED,  # ours: authentication
    "20": Standing.FAILED,  # ours: form of the request
    "21": Standing.FAILED,  # ours: amount
    "22": Standing.FAILED,  # ours: amount out of range
    "99": Standing.FAILED,  # "unknown error", and final all the same
    "1001": Standing.FAILED,
    "1002": Standing.FAILED,  # refused by the issuer
    "1003": Standing.FAILED,
    "1004": Standing.FAILED,
    "1005": Standing.FAILED,
    "1006": Standing.FAILED,  # refused by the payer
    "1007": Standing.FAILED,
    "1017": Standing.FAILED,
    "1026": Standing.FAILED,
}

_REPLIES = {
    Outcome.STORED: Reply(204, (), b""),
    Outcome.DUPLICATE: Reply(204, (), b""),
    Outcome.REFUSED: NOT_GENUINE,
    Outcome.UNAVAILABLE: TRY_AGAIN,
}


def verify(delivery: Delivery, secrets: Secrets, _window: int | None) -> Verified:
    """Prove the twelve signed fields and hand on nothing else."""
    return Verified(proven(read_object(delivery.body), _SIGNED, secrets), delivery)


def parse(verified: Verified) -> tuple[Notification, ...]:
    """Translate a paid result; () for every other one."""
    fields = verified.fields
    if result(verified).standing is not Standing.PAID:
        return ()
    at = _fields.moment(fields, "responseTime", PROTOCOL.time_format)
    notification = Notification(
        provider_txn_id=str(_fields.number(fields, "transId")),
        kind="credit",
        amount=_fields.amount(fields, "amount", PROTOCOL.amount_unit),
        occurred_at=at,
        business_date=business_date(at),
        account=_fields.identifier(fields, "partnerCode"),
        virtual_account=None,
        order_ref=_fields.identifier(fields, "orderId"),
        memo=_fields.text(fields, "orderInfo"),
        payer=None,
        stable_time=False,
    )
    return (notification,)


def result(verified: Verified) -> Result:
    """Say by ``resultCode`` how the order stands."""
    fields = verified.fields
    code = str(_fields.number(fields, "resultCode"))
    order = _fields.identifier(fields, "orderId")
    txn = str(_fields.number(fields, "transId"))
    return Result(code, standing(_RESULTS, code), order, txn)


def acknowledge(outcome: Outcome, _delivery: Delivery, _secrets: Secrets) -> Reply:
    """Answer with an empty 204 for what is kept."""
    return _REPLIES[outcome]


def sign(notification: Notification, secrets: Secrets, at: datetime) -> Delivery:
    """Speak as MoMo; an order of ours always exists here, so one is made up if there is none."""
    order = notification.order_ref or f"SIM-{notification.provider_txn_id}"
    said = {
        "partnerCode": secrets["partnerCode"],
        "orderId": order,
        "requestId": order,
        "amount": notification.amount,
        "orderInfo": notification.memo,
        "orderType": "momo_wallet",
        "transId": int(notification.provider_txn_id),
        "resultCode": _PAID,
        "message": "Successful.",
        "payType": "qr",
        "responseTime": round(notification.occurred_at.timestamp() * 1000),
        "extraData": "",
    }
    return seal(write_json(said), secrets, at)


def seal(plain: bytes, secrets: Secrets, at: datetime) -> Delivery:
    """Put the signature into a body that has the twelve fields."""
    return sealed(plain, _SIGNED, secrets, at)


PROTOCOL = Protocol(
    name="ipn_v2",
    verify=verify,
    parse=parse,
    acknowledge=acknowledge,
    sign=sign,
    seal=seal,
    secrets={
        "partnerCode": "The merchant account at MoMo; every message must name it.",
        "accessKey": "The access key; it opens the signed text and is not in the message.",
        "secretKey": "The secret key of the seal.",
    },
    proof="HMAC-SHA256 over accessKey and twelve fixed fields, body field signature",
    success_rule="resultCode is 0; 9000 (authorised) is no money yet",
    evidence="A",
    source="developers.momo.vn/v3: payment, result handling, notification",
    axes=Axes(
        family="S9",
        canonical="accessKey and twelve fields as key=value in a fixed order, raw UTF-8",
        digest="HMAC-SHA256, text key, lower-case hex",
        seal_place="body field",
        codec="JSON",
        replay="none; the key of the payment alone",
        dedup="transId; then order and amount",
        direction="credits only",
        receiver="partnerCode",
        order="orderId",
        coverage="every final result",
        answer_meaning="204: kept",
        reversal="none by webhook",
        poll="POST query by orderId",
        refund="by API, full or in part",
        file="by contract, layout not published",
        unsigned_use="storeId, paymentOption and unknown fields are ignored",
        answer_seconds=15,
        sources=("118.69.210.244", "116.103.110.134", "14.161.2.38"),
    ),
    results=_RESULTS,
    result=result,
    carries={
        "provider_txn_id": r"[1-9][0-9]{0,17}",
        "order_ref": r"[A-Za-z0-9]([A-Za-z0-9._-]{0,48}[A-Za-z0-9])?",
        "memo": r"[^\x00-\x1f\x7f&]{0,200}",
    },
    amount_unit="dong",
    time_format="epoch_ms",
    unsigned=("storeId", "paymentOption"),
    published_secrets=frozenset(
        {
            # The access key and secret key of the official samples (momo-wallet/payment).
            "e53c88bd6008a846e13375ecd3345703370168fb98545efeb84359cc2ab17e08",
            "8bbcf80acb2beaf322e0f2c73cea18caf79b1997d51ad2dd944e9b820acd65f0",
        }
    ),
)
