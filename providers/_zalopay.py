"""ZaloPay's callback, version 2: an order that we created was paid.

What is signed: the text in the outer field ``data``, exactly as it stands after JSON decoding, with
HMAC-SHA256 and key2; lower-case hex in the field ``mac``. The text is itself a JSON object and is
read only after the seal is proven. The outer field ``type`` (1 order, 2 agreement) is NOT signed
and is not looked at: an agreement, which binds a wallet for later payments, has in its signed data
neither ``zp_trans_id`` nor ``amount``, so it is true and no money. Data with one of the two and
without the other is unreadable. key1 seals our own calls only (query, refund): the door has no use
for it, so it is no secret of this protocol, and a call sealed with it is refused.

What it says: ``app_id``, which must be ours, ``amount`` in whole đồng (what the order asked for;
``discount_amount`` and ``user_fee_amount`` are between the payer and ZaloPay), ``app_trans_id``
(``yymmdd_`` and our order: the date is taken off), ``zp_trans_id`` (the key, 64 bits) and
``server_time`` in epoch milliseconds. Whether that time belongs to the payment or to the message is
written nowhere, so it is no business field. There is no memo: ``embed_data`` and ``item`` are our
own words, echoed. The wallet app of the payer (``app_user``) is not kept.

When money has come: the call itself is the success; a failure is never told, so silence says
nothing and an open order must be asked for.

What it wants to hear: HTTP 200 with ``return_code``: 1 received, 2 received before, -1 the seal
does not fit, 0 call again. 0 brings the call again, at most three times; the gap is not published.
Two official pages agree on 1 and 0; -1 is from the samples, 2 is believed.

Written at: docs.zalopay.vn (callback API; its sample verifies with the keys of the public sandbox
app 2553), beta-docs.zalopay.vn, zalopay-oss/zalopay-nodejs (specs/zlp.yaml). Not spoken here: the
callback of the Mini App Checkout SDK, another product with two seals, and version 1, whose names
have no underscores.
"""

import re
from datetime import datetime

from cashless.clock import business_date
from providers import _fields
from providers._codecs import read_object, write_compact, write_json
from providers._protocol import (
    Axes,
    Delivery,
    Notification,
    Outcome,
    Protocol,
    Refused,
    Reply,
    Secrets,
    Unreadable,
    Verified,
)
from providers._replies import JSON, json_reply
from providers._seals import hmac_hex, require_equal, require_seal, secret

_ORDER = 1
_DATED = re.compile(r"[0-9]{6}_(.+)")
_MONEY = ("zp_trans_id", "amount")

_REPLIES = {
    Outcome.STORED: json_reply(200, {"return_code": 1, "return_message": "success"}),
    Outcome.DUPLICATE: json_reply(200, {"return_code": 2, "return_message": "already received"}),
    Outcome.REFUSED: json_reply(200, {"return_code": -1, "return_message": "mac not equal"}),
    Outcome.UNAVAILABLE: json_reply(200, {"return_code": 0, "return_message": "call again"}),
}


def verify(delivery: Delivery, secrets: Secrets, _window: int | None) -> Verified:
    """Prove the text in ``data``, then read it; the outer fields are left behind."""
    outer = read_object(delivery.body)
    data = outer.get("data")
    if not isinstance(data, str):
        raise Refused("field_missing", "data")
    require_seal(outer.get("mac"), hmac_hex(secret(secrets, "key2"), data))
    fields = read_object(data.encode())
    require_equal(_written(fields.get("app_id")), secret(secrets, "appId"), "app_id")
    return Verified(fields, delivery)


def parse(verified: Verified) -> tuple[Notification, ...]:
    """Translate a paid order; () for an agreement, which has neither amount nor transaction."""
    fields = verified.fields
    if not any(name in fields for name in _MONEY):
        return ()
    at = _fields.moment(fields, "server_time", PROTOCOL.time_format)
    notification = Notification(
        provider_txn_id=_key(fields),
        kind="credit",
        amount=_fields.amount(fields, "amount", PROTOCOL.amount_unit),
        occurred_at=at,
        business_date=business_date(at),
        account=str(_fields.number(fields, "app_id")),
        virtual_account=None,
        order_ref=_undated(_fields.identifier(fields, "app_trans_id")),
        memo="",
        payer=None,
        stable_time=False,
    )
    return (notification,)


def acknowledge(outcome: Outcome, _delivery: Delivery, _secrets: Secrets) -> Reply:
    """Answer with HTTP 200; only return_code 0 brings the call again."""
    return _REPLIES[outcome]


def sign(notification: Notification, secrets: Secrets, at: datetime) -> Delivery:
    """Speak as ZaloPay; an order of ours always exists here, so one is made up if there is none."""
    order = notification.order_ref or f"SIM{notification.provider_txn_id}"
    told = round(notification.occurred_at.timestamp() * 1000)
    said = {
        "app_id": int(secrets["appId"]),
        "app_trans_id": f"{write_compact(notification.occurred_at)[2:8]}_{order}",
        "app_time": told,
        "app_user": "demo",
        "amount": notification.amount,
        "embed_data": "{}",
        "item": "[]",
        "zp_trans_id": int(notification.provider_txn_id),
        "server_time": told,
        "channel": 38,
        "merchant_user_id": "",
        "user_fee_amount": 0,
        "discount_amount": 0,
    }
    return seal(write_json(said), secrets, at)


def seal(plain: bytes, secrets: Secrets, at: datetime) -> Delivery:
    """Put a data text, which has to be a JSON object, into the sealed outer object."""
    read_object(plain)
    data = plain.decode()
    said = {"data": data, "mac": hmac_hex(secret(secrets, "key2"), data), "type": _ORDER}
    return Delivery("POST", "", "", (JSON,), write_json(said), at)


def _written(number: object) -> str | None:
    """Write a whole number as it stands; anything else has no text."""
    return str(number) if type(number) is int else None


def _key(fields: _fields.Fields) -> str:
    number = _fields.number(fields, "zp_trans_id")
    if number <= 0:
        raise Unreadable("field_invalid", "zp_trans_id")
    return str(number)


def _undated(app_trans_id: str) -> str:
    found = _DATED.fullmatch(app_trans_id)
    return found[1] if found else app_trans_id


PROTOCOL = Protocol(
    name="callback_v2",
    verify=verify,
    parse=parse,
    acknowledge=acknowledge,
    sign=sign,
    seal=seal,
    secrets={
        "appId": "The number of our app at ZaloPay; every message must name it.",
        "key2": "The key of ZaloPay's calls to us (key1 seals our calls to it).",
    },
    secret_forms={"appId": r"[1-9][0-9]{0,9}"},
    proof="HMAC-SHA256 with key2 over the text in data, body field mac",
    success_rule="the call itself, if its data has zp_trans_id and amount; failures are not told",
    evidence="A",
    source="docs.zalopay.vn: callback API; zalopay-oss/zalopay-nodejs: specs/zlp.yaml",
    axes=Axes(
        family="S10",
        canonical="the text in data as decoded from the outer JSON",
        digest="HMAC-SHA256, text key, lower-case hex",
        seal_place="body field",
        codec="JSON, then JSON in a text",
        replay="none; the key of the payment alone",
        dedup="zp_trans_id; then order and amount",
        direction="credits only",
        receiver="app_id",
        order="app_trans_id behind its date",
        coverage="success only",
        answer_meaning="1 and 2: received; 0: called again; -1: the seal does not fit",
        reversal="none by webhook; sub code -101 when asked",
        poll="POST query by app_trans_id; an order lives 15 minutes",
        refund="by API, later asked for by m_refund_id",
        file="by contract, layout not published",
        unsigned_use="type is ignored; an agreement is known by what its data lacks",
    ),
    carries={
        "provider_txn_id": r"[1-9][0-9]{0,17}",
        "order_ref": r"[A-Za-z0-9][A-Za-z0-9_-]{0,32}",
    },
    amount_unit="dong",
    time_format="epoch_ms",
    retry="at most 3 calls after the answer 0",
    unsigned=("type",),
    published_secrets=frozenset(
        {
            # key2 of the public sandbox app 2553.
            "d20409fc0ac30806f74005b72ca144f9dea68ec0abba2e9c04ddb48bcd6a4045",
        }
    ),
)
