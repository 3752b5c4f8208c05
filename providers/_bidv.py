"""BIDV's bill collection in two phases: the bank asks what is to be paid, then tells it was paid.

Three operations at our address. ``token_generate``: Basic credentials, a bearer token comes back.
``getbill`` asks for a bill by ``customer_id``, which with us is the order's reference, and hears
the open amount. ``paybill`` is the notification.

What is signed: paybill carries MD5(secret + trans_id + bill_id + amount), getbill MD5(secret +
service_id + customer_id), hex, in ``checksum``, and both carry the bearer token, which covers
nothing. There is no separator: BILL01 and 150000 have the seal of BILL0 and 1150000. So bill_id
must be a whole reference of ours (``cashless.vietqr.reference``): it begins with JX, has no second
J, a fixed length and a check sign, and amount is digits, so the text has one cut. service_id must
be ours. A digest that begins with its secret can be prolonged without knowing it, but only by bytes
that are no digits.

NOT signed: trans_date (its form is not published either), customer_id and service_id of paybill,
and the extra data. They are ignored, except that service_id must be ours; the time of arrival
stands for the payment's and is no business field. The protocol is weak: MD5 is no keyed seal, and
it is the same for ever. A payment is final once a statement confirms it.

What it says: ``amount`` as digits in whole đồng, ``trans_id`` (the key), ``bill_id`` (the order).
Arrival is the success.

What it wants to hear: ``result_code``: 000 kept, 023 kept before (already paid), 004 not genuine,
031 with HTTP 503 try again; to getbill 000 with the bill, 021 no such bill, 023 paid, 012 no bill
to be paid (closed). HTTP 200 otherwise: one source answers errors with 400, ours with what the bank
can read. An amount we did not ask for is answered with 000, because the money has moved: a person
finds the owner. The retry schedule is not published.

Written at: duchieupham/vietqr_server (2024), which quotes the bank. Uncertain: the shape of
``data`` (list, or an object), the meaning of ``type``, which answer ends a repeat. Another source
computes paybill by HMAC-SHA256 over the same text; it is refused, never tried in turn.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from cashless.clock import business_date
from cashless.ids import check_character
from cashless.vietqr.reference import is_reference
from providers import _fields
from providers._codecs import read_object, write_json
from providers._pairs import shaped
from providers._protocol import (
    Axes,
    Delivery,
    Known,
    Notification,
    OrderFacts,
    Outcome,
    Protocol,
    Question,
    Refused,
    Reply,
    Secrets,
    Talk,
    Verified,
)
from providers._replies import JSON, json_reply
from providers._seals import hash_hex, require_equal, require_hex, secret
from providers._tokens import (
    LIFETIME_SECONDS,
    SECRET_FORMS,
    SECRETS,
    bearer,
    require_token,
    token_talk,
)

_PAYMENT = {
    "trans_id": re.compile(r"[0-9A-Za-z_-]{1,50}"),
    "bill_id": re.compile(r"[0-9A-Z]{12}"),
    "amount": re.compile(r"[1-9][0-9]{0,14}"),
}
_INQUIRY = {"customer_id": re.compile(r"[0-9A-Za-z]{1,30}")}
_SERVICE = {"service_id": re.compile(r"[0-9A-Za-z]{1,20}")}

_WORDS: Mapping[str, str] = {
    "000": "Success",
    "004": "Checksum or token is invalid",
    "012": "The customer has no bill",
    "021": "The bill does not exist",
    "023": "The bill is already paid",
    "031": "System error",
}
_OUTCOMES: Mapping[Outcome, tuple[int, str]] = {
    Outcome.STORED: (200, "000"),
    Outcome.DUPLICATE: (200, "023"),
    Outcome.REFUSED: (200, "004"),
    Outcome.UNAVAILABLE: (503, "031"),
}
_SANDBOX_BILL = "JXSANDBANKB"  # without its check sign


def verify(delivery: Delivery, secrets: Secrets, window: int | None) -> Verified:
    """Prove the caller by the token, then the joined values by their forms and the digest."""
    require_token(delivery, secrets, window)
    body = read_object(delivery.body)
    signed = _payment(body)
    require_hex(body.get("checksum"), _digest([*signed.values()], secrets))
    return Verified(signed | _service(body, secrets), delivery)


def parse(verified: Verified) -> tuple[Notification, ...]:
    """Translate a paid bill; arrival is the success."""
    fields = {**verified.fields, "arrived": verified.delivery.received_at}
    at = _fields.moment(fields, "arrived", PROTOCOL.time_format)
    notification = Notification(
        provider_txn_id=_fields.identifier(fields, "trans_id"),
        kind="credit",
        amount=_fields.amount_digits(fields, "amount", PROTOCOL.amount_unit),
        occurred_at=at,
        business_date=business_date(at),
        account=_fields.identifier(fields, "service_id"),
        virtual_account=None,
        order_ref=_fields.identifier(fields, "bill_id"),
        memo="",
        payer=None,
        stable_time=False,
    )
    return (notification,)


def acknowledge(outcome: Outcome, _delivery: Delivery, _secrets: Secrets) -> Reply:
    """Answer with the bank's code; only what could not be stored has another HTTP status."""
    status, code = _OUTCOMES[outcome]
    return _answer(status, code)


def sign(notification: Notification, secrets: Secrets, at: datetime) -> Delivery:
    """Speak as BIDV; a bill of ours always exists here, so one is made up if there is none."""
    made_up = f"{_SANDBOX_BILL}{check_character(_SANDBOX_BILL)}"
    bill = notification.order_ref or made_up
    said = {
        "trans_id": notification.provider_txn_id,
        "trans_date": notification.business_date.strftime("%y%m%d"),
        "customer_id": bill,
        "service_id": secret(secrets, "service_id"),
        "bill_id": bill,
        "amount": str(notification.amount),
    }
    return seal(write_json(said), secrets, at)


def seal(plain: bytes, secrets: Secrets, at: datetime) -> Delivery:
    """Put checksum and token on a paybill whose joined values have their forms."""
    body = read_object(plain)
    return _sealed("paybill", body, [*_payment(body).values()], secrets, at)


def _payment(body: Mapping[str, object]) -> dict[str, str]:
    """Return the joined values; a bill that is not a whole reference of ours could be cut anew."""
    signed = shaped(body, _PAYMENT)
    if not is_reference(signed["bill_id"]):
        raise Refused("malformed", "bill_id")
    return signed


def _inquiry(delivery: Delivery, secrets: Secrets) -> str:
    """Return the customer of a genuine getbill; service_id is ours, so the text has one cut."""
    require_token(delivery, secrets)
    body = read_object(delivery.body)
    customer = shaped(body, _INQUIRY)["customer_id"]
    service = _service(body, secrets)["service_id"]
    require_hex(body.get("checksum"), _digest([service, customer], secrets))
    return customer


def _service(body: Mapping[str, object], secrets: Secrets) -> dict[str, str]:
    named = shaped(body, _SERVICE)
    require_equal(named["service_id"], secret(secrets, "service_id"), "service_id")
    return named


def _ask(delivery: Delivery, secrets: Secrets) -> Question:
    return Question(order_ref=_inquiry(delivery, secrets))


def _tell(delivery: Delivery, secrets: Secrets, known: Known) -> Reply:
    customer = _inquiry(delivery, secrets)
    order = known.order
    code = _bill_code(order)
    if order is None or code != "000":
        return _answer(200, code)
    said = {
        "service_id": secret(secrets, "service_id"),
        "customer_id": customer,
        "customer_name": order.payee,
        "customer_addr": "",
        "data": [{"type": 0, "amount": str(order.amount - order.paid), "bill_id": order.code}],
    }
    return json_reply(200, {"result_code": code, "result_desc": _WORDS[code]} | said)


def _bill_code(order: OrderFacts | None) -> str:
    if order is None:
        return "021"
    if order.paid >= order.amount:
        return "023"
    return "000" if order.is_open else "012"


def _refuse(_delivery: Delivery, _secrets: Secrets) -> Reply:
    return _answer(200, "004")


def _speak(order: str, _amount: int, secrets: Secrets, at: datetime) -> Delivery:
    service = secret(secrets, "service_id")
    body = {"customer_id": order, "service_id": service}
    return _sealed("getbill", body, [service, order], secrets, at)


def _sealed(
    operation: str,
    body: Mapping[str, object],
    joined: list[str],
    secrets: Secrets,
    at: datetime,
) -> Delivery:
    said = {**body, "checksum": _digest(joined, secrets)}
    return Delivery("POST", operation, "", (JSON, bearer(secrets, at)), write_json(said), at)


def _digest(joined: list[str], secrets: Secrets) -> str:
    return hash_hex("".join([secret(secrets, "secretKey"), *joined]), "md5")


def _answer(status: int, code: str) -> Reply:
    return json_reply(status, {"result_code": code, "result_desc": _WORDS[code]})


PROTOCOL = Protocol(
    name="bill_collection",
    verify=verify,
    parse=parse,
    acknowledge=acknowledge,
    sign=sign,
    seal=seal,
    secrets={
        **SECRETS,
        "secretKey": "The secret of the checksums.",
        "service_id": "Our service at BIDV; every message must name it.",
    },
    secret_forms={**SECRET_FORMS, "service_id": _SERVICE["service_id"].pattern},
    proof="bearer token of ours; MD5 over the secret and three joined values, field checksum",
    success_rule="arrival of a paybill",
    evidence="B",
    source="duchieupham/vietqr_server, BIDV's callbacks",
    axes=Axes(
        family="S8",
        canonical="secret, trans_id, bill_id, amount, no separator",
        digest="MD5, the secret at its head, hex in either case",
        seal_place="body field; bearer token in the header authorization",
        codec="JSON",
        replay="the token ends after 300 seconds; the message has no time",
        dedup="trans_id; then bill_id and amount",
        direction="credits only",
        receiver="service_id; the bill names the merchant",
        order="bill_id, a reference of ours",
        coverage="success",
        answer_meaning="000 kept, 023 kept before, 004 not genuine, 031 try again",
        reversal="none by webhook",
        poll="not published",
        refund="not published",
        file="not published",
        unsigned_use="trans_date and customer_id are ignored; service_id must be ours",
        phases="token, getbill before the payment, paybill after it",
    ),
    operations=("paybill",),
    talks={
        "token_generate": token_talk("token_generate"),
        "getbill": Talk("Tell the open amount of an order.", _ask, _tell, _refuse, _speak),
    },
    takes_reference=True,
    carries={"provider_txn_id": r"[0-9A-Za-z_-]{1,50}"},
    amount_unit="dong",
    amount_form="digits",
    time_format="arrival",
    window_seconds=LIFETIME_SECONDS,
    unsigned=("trans_date", "customer_id", "service_id"),
    weak=True,
)
