"""ShopeePay's "notify transaction status": one JSON object for each change of a transaction.

What is signed: the raw body with HMAC-SHA256 and the secret key; standard base64 in the header
``X-Airpay-Req-H``. So everything in the body is covered, the store and the terminal too. The header
``X-Airpay-ClientId`` names the client and is NOT signed: it must be ours and decides nothing else.
(A public library writes the body anew without its empty fields before it signs; that fits by luck.)

What it says: ``amount`` in hundredths of a đồng, ``transaction_sn`` (the key),
``payment_reference_id`` or ``reference_id`` (our order; which of them, depends on the product, and
the first that is not empty counts), ``merchant_ext_id``, ``store_ext_id`` and ``terminal_id``,
names that we gave. The merchant is the account; the store, or the terminal where there is no store,
is the stall. There is no memo, and no time of the payment: the time of arrival stands for it and is
no business field.

When money has come: ``transaction_type`` is 13 (a payment) and ``transaction_status`` is 3. Status
2 is pending and 4 failed. Refunds have a type of their own that is not published, so every other
type is unknown: kept, answered, and ShopeePay has to be asked. It is never read as money.

What it wants to hear: HTTP 200 with ``errcode`` 0, for a repeat and for a failed payment too. No
word for a bad seal is documented, so we answer 401, and 503 where nothing could be stored. The
Indonesian page says that there is one call and no other; an integrator has seen a repeat after an
answer that was not 200. We count on none, so an open order must be asked for.

Written at: product.shopeepay.com (notify transaction status), vuphuong87/omnipay-shopeepay.
Uncertain: the Vietnamese documents are not public, and no sample with a published key exists, so
the vectors are made by the documented rule.
"""

from collections.abc import Mapping
from datetime import datetime

from cashless.clock import business_date
from providers import _fields
from providers._codecs import read_object, write_json
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
from providers._replies import JSON, json_reply
from providers._results import standing
from providers._seals import hmac_base64, require_equal, require_seal, secret

_CLIENT = "x-airpay-clientid"
_SEAL = "x-airpay-req-h"
_PAYMENT, _SUCCESS = 13, 3

# transaction_type and transaction_status; the types of refunds are not public, so not here.
_RESULTS: Mapping[str, Standing] = {
    "13/2": Standing.PENDING,
    "13/3": Standing.PAID,
    "13/4": Standing.FAILED,
}

_REPLIES = {
    Outcome.STORED: json_reply(200, {"errcode": 0, "debug_msg": "success"}),
    Outcome.DUPLICATE: json_reply(200, {"errcode": 0, "debug_msg": "success"}),
    Outcome.REFUSED: json_reply(401, {"errcode": 1, "debug_msg": "not genuine"}),
    Outcome.UNAVAILABLE: json_reply(503, {"errcode": 1, "debug_msg": "not stored"}),
}


def verify(delivery: Delivery, secrets: Secrets, _window: int | None) -> Verified:
    """Prove the raw bytes, then read them."""
    require_equal(delivery.header(_CLIENT), secret(secrets, "clientId"), "client_id")
    require_seal(delivery.header(_SEAL), _digest(delivery.body, secrets))
    return Verified(read_object(delivery.body), delivery)


def parse(verified: Verified) -> tuple[Notification, ...]:
    """Translate a payment that succeeded; () for everything else."""
    fields, at = verified.fields, verified.delivery.received_at
    if result(verified).standing is not Standing.PAID:
        return ()
    notification = Notification(
        provider_txn_id=_fields.identifier(fields, "transaction_sn"),
        kind="credit",
        amount=_fields.amount(fields, "amount", PROTOCOL.amount_unit),
        occurred_at=at,
        business_date=business_date(at),
        account=_fields.optional_identifier(fields, "merchant_ext_id"),
        virtual_account=_first(fields, "store_ext_id", "terminal_id"),
        order_ref=_first(fields, "payment_reference_id", "reference_id"),
        memo="",
        payer=None,
        stable_time=False,
    )
    return (notification,)


def result(verified: Verified) -> Result:
    """Say by type and status how the transaction stands."""
    fields = verified.fields
    kind, status = (_fields.number(fields, f"transaction_{name}") for name in ("type", "status"))
    order = _first(fields, "payment_reference_id", "reference_id")
    txn = _fields.optional_identifier(fields, "transaction_sn")
    code = f"{kind}/{status}"
    return Result(code, standing(_RESULTS, code), order, txn)


def acknowledge(outcome: Outcome, _delivery: Delivery, _secrets: Secrets) -> Reply:
    """Say errcode 0 for what is kept, paid or not."""
    return _REPLIES[outcome]


def sign(notification: Notification, secrets: Secrets, at: datetime) -> Delivery:
    """Speak as ShopeePay; the message has no time, so the payment's is lost."""
    order = notification.order_ref or ""
    said = {
        "amount": 100 * notification.amount,
        "transaction_sn": notification.provider_txn_id,
        "payment_method": 52,
        "user_id_hash": "",
        "merchant_ext_id": notification.account or "",
        "store_ext_id": notification.virtual_account or "",
        "terminal_id": "",
        "reference_id": order,
        "payment_reference_id": order,
        "transaction_type": _PAYMENT,
        "transaction_status": _SUCCESS,
    }
    return seal(write_json(said), secrets, at)


def seal(plain: bytes, secrets: Secrets, at: datetime) -> Delivery:
    """Put ShopeePay's two headers on a body."""
    client = secret(secrets, "clientId")
    headers = (JSON, (_CLIENT, client), (_SEAL, _digest(plain, secrets)))
    return Delivery("POST", "", "", headers, plain, at)


def _digest(body: bytes, secrets: Secrets) -> str:
    return hmac_base64(secret(secrets, "secretKey"), body, "sha256")


def _first(fields: _fields.Fields, *names: str) -> str | None:
    told = (_fields.optional_identifier(fields, name) for name in names)
    return next((value for value in told if value), None)


PROTOCOL = Protocol(
    name="notify_status",
    verify=verify,
    parse=parse,
    acknowledge=acknowledge,
    sign=sign,
    seal=seal,
    secrets={
        "clientId": "The client id that ShopeePay gave; every call must name it.",
        "secretKey": "The secret key of the seal.",
    },
    proof="HMAC-SHA256 over the raw body, base64, header X-Airpay-Req-H",
    success_rule="transaction_type is 13 and transaction_status is 3",
    evidence="B",
    source="product.shopeepay.com: notify transaction status; vuphuong87/omnipay-shopeepay",
    axes=Axes(
        family="S3",
        canonical="the raw bytes of the body",
        digest="HMAC-SHA256, text key, standard base64",
        seal_place="header",
        codec="JSON",
        replay="none; the key of the payment alone",
        dedup="transaction_sn; then order and amount",
        direction="credits only; refunds have a type that is not published",
        receiver="merchant_ext_id; store_ext_id or terminal_id is the stall",
        order="payment_reference_id or reference_id",
        coverage="success, failure and pending",
        answer_meaning="200 with errcode 0: kept (believed)",
        reversal="a type that is not published: unknown, to be asked",
        poll="POST check transaction",
        refund="by API",
        file="by contract, layout not published",
        unsigned_use="the header X-Airpay-ClientId must be ours and decides nothing else",
    ),
    results=_RESULTS,
    result=result,
    carries={
        "provider_txn_id": r"[0-9]{6,20}",
        "account": r"[A-Za-z0-9][A-Za-z0-9-]{0,31}",
        "virtual_account": r"[A-Za-z0-9][A-Za-z0-9-]{0,31}",
        "order_ref": r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}",
    },
    amount_unit="hundredths",
    time_format="arrival",
    retry="none: one call (Indonesian page)",
    retry_horizon_seconds=0,
    unsigned=("X-Airpay-ClientId",),
)
