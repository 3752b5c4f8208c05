"""MoMo static code, version 1: a shopper scanned the printed code of a stall, no order existed.

What is signed (how, see ``_momo.py``): amount, message, momoTransId, partnerCode, partnerRefId,
partnerTransId, responseTime, status, storeId, transType, with accessKey before them. Here the
access key also stands in the message; it must equal ours, and ours is what is signed. Everything
that decides is covered, the stall (``storeId``) too.

What it says: ``amount`` in whole đồng, ``storeId`` (the stall, our virtual account),
``partnerRefId`` (the number in the code), ``momoTransId`` (the key, a text) and ``responseTime`` in
epoch milliseconds, which is the time of the message and no business field. There is no memo.
Money has come if ``status`` is 0.

What it wants to hear: HTTP 200 and JSON with status 0, message, amount, partnerRefId, momoTransId
and a seal over amount, message, momoTransId, partnerRefId and status, also for a repeat. No word
for a bad seal is documented: 400 with our own error. The retry schedule is not published.

Written at: MoMo's Java SDK and phpviet/omnipay-momo (2019). Uncertain: the current portal may show
version 2 only, so this is a protocol to be chosen, not the default.
"""

from datetime import datetime

from cashless.clock import business_date
from providers import _fields
from providers._codecs import read_object, write_json
from providers._momo import proven, sealed
from providers._pairs import joined, picked
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
from providers._replies import NOT_GENUINE, TRY_AGAIN, json_reply
from providers._results import standing
from providers._seals import hmac_hex, require_equal, secret

_SIGNED = (
    "amount",
    "message",
    "momoTransId",
    "partnerCode",
    "partnerRefId",
    "partnerTransId",
    "responseTime",
    "status",
    "storeId",
    "transType",
)
_PAID = 0
# MoMo's Java SDK names no other code for this format, so every other one must be asked about.
_RESULTS = {"0": Standing.PAID}
_ANSWERED = ("amount", "momoTransId", "partnerRefId")
_FAILURES = {Outcome.REFUSED: NOT_GENUINE, Outcome.UNAVAILABLE: TRY_AGAIN}


def verify(delivery: Delivery, secrets: Secrets, _window: int | None) -> Verified:
    """Prove the ten signed fields and hand on nothing else."""
    body = read_object(delivery.body)
    require_equal(body.get("accessKey"), secret(secrets, "accessKey"), "access_key")
    return Verified(proven(body, _SIGNED, secrets), delivery)


def parse(verified: Verified) -> tuple[Notification, ...]:
    """Translate a paid scan; () for every other status."""
    fields = verified.fields
    if result(verified).standing is not Standing.PAID:
        return ()
    at = _fields.moment(fields, "responseTime", PROTOCOL.time_format)
    notification = Notification(
        provider_txn_id=_fields.identifier(fields, "momoTransId"),
        kind="credit",
        amount=_fields.amount(fields, "amount", PROTOCOL.amount_unit),
        occurred_at=at,
        business_date=business_date(at),
        account=_fields.identifier(fields, "partnerCode"),
        virtual_account=_fields.optional_identifier(fields, "storeId"),
        order_ref=_fields.optional_identifier(fields, "partnerRefId"),
        memo="",
        payer=None,
        stable_time=False,
    )
    return (notification,)


def result(verified: Verified) -> Result:
    """Say by ``status`` how the scan stands."""
    fields = verified.fields
    code = str(_fields.number(fields, "status"))
    order = _fields.optional_identifier(fields, "partnerRefId")
    txn = _fields.optional_identifier(fields, "momoTransId")
    return Result(code, standing(_RESULTS, code), order, txn)


def acknowledge(outcome: Outcome, delivery: Delivery, secrets: Secrets) -> Reply:
    """Answer with a signed receipt for what is kept."""
    if outcome in _FAILURES:
        return _FAILURES[outcome]
    said = {"status": _PAID, "message": "Success"}
    said |= picked(read_object(delivery.body), _ANSWERED)
    signed = joined({name: said[name] for name in sorted(said)})
    signature = hmac_hex(secret(secrets, "secretKey"), signed)
    order = ("status", "message", "amount", "partnerRefId", "momoTransId")
    return json_reply(200, {name: said[name] for name in order} | {"signature": signature})


def sign(notification: Notification, secrets: Secrets, at: datetime) -> Delivery:
    """Speak as MoMo for a printed code."""
    said = {
        "partnerCode": secrets["partnerCode"],
        "accessKey": secrets["accessKey"],
        "amount": notification.amount,
        "partnerRefId": notification.order_ref or "",
        "partnerTransId": "",
        "transType": "momo_wallet",
        "momoTransId": notification.provider_txn_id,
        "status": _PAID,
        "message": "Thành Công",
        "responseTime": round(notification.occurred_at.timestamp() * 1000),
        "storeId": notification.virtual_account or "",
    }
    return seal(write_json(said), secrets, at)


def seal(plain: bytes, secrets: Secrets, at: datetime) -> Delivery:
    """Put the signature into a body that has the ten fields."""
    return sealed(plain, _SIGNED, secrets, at)


PROTOCOL = Protocol(
    name="static_qr_v1",
    verify=verify,
    parse=parse,
    acknowledge=acknowledge,
    sign=sign,
    seal=seal,
    secrets={
        "partnerCode": "The merchant account at MoMo; every message must name it.",
        "accessKey": "The access key; every message must show it.",
        "secretKey": "The secret key of the seal, in both directions.",
    },
    proof="HMAC-SHA256 over accessKey and ten fixed fields, body field signature; signed answer",
    success_rule="status is 0",
    evidence="B",
    source="MoMo's Java SDK; phpviet/omnipay-momo documentation and tests",
    axes=Axes(
        family="S9",
        canonical="accessKey and ten fields as key=value in a fixed order, raw UTF-8",
        digest="HMAC-SHA256, text key, lower-case hex",
        seal_place="body field",
        codec="JSON",
        replay="none; the key of the payment alone",
        dedup="momoTransId; then order and amount",
        direction="credits only",
        receiver="partnerCode, storeId",
        order="partnerRefId, from the code",
        coverage="success",
        answer_meaning="signed JSON with status 0: kept",
        reversal="none by webhook",
        poll="query-status",
        refund="by API",
        file="by contract, layout not published",
        unsigned_use="unknown fields are ignored",
        phases="notify, then our confirm call in the two-step form",
        sources=("118.69.210.244", "116.103.110.134", "14.161.2.38"),
    ),
    results=_RESULTS,
    result=result,
    carries={
        "provider_txn_id": r"[1-9][0-9]{0,17}",
        "virtual_account": r"[A-Za-z0-9_-]{1,40}",
        "order_ref": r"[A-Za-z0-9_-]{1,40}",
    },
    amount_unit="dong",
    time_format="epoch_ms",
    published_secrets=frozenset(
        {
            # The access key and secret key of the sandbox in phpviet/omnipay-momo's tests.
            "a5a3ba21caba4dc7986707bc7fa6b39d3747229fcb38e886c8517a28e18ed6df",
            "bf98497a3d417ae013b226c19aa9f8b6736d24955e1395f22033baf5ff8894d1",
        }
    ),
)
