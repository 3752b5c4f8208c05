"""SePay: an aggregator that reads a bank account and posts one JSON object per movement.

What is signed: the text ``timestamp.body`` with HMAC-SHA256, where body is the raw bytes as sent
and timestamp is the header ``X-SePay-Timestamp`` (Unix seconds, ten digits). The header
``X-SePay-Signature`` holds ``sha256=`` and the digest in lower-case hex. Everything in the body is
covered. A call is stale when its timestamp is more than five minutes away from our clock.

What it says: ``transferType`` in or out, ``transferAmount`` in whole đồng, ``transactionDate`` in
Vietnam time, ``accountNumber``, ``subAccount`` (virtual account or null) and ``content``. Some
banks leave the content empty and put the whole text in ``description``. The field ``id`` is the
key; ``referenceCode`` is the bank's own reference, not unique, but every other teller of the same
transfer names it too. ``code`` (an order code that SePay cut out of the content) is ignored,
because it was seen truncated: we look for our reference in the content ourselves.
``accumulated`` is ignored, because it is often 0.

What it wants to hear: any 2xx with ``{"success":true}``, for a repeat too. Everything else is sent
again after 1, 1, 2, 3, 5, 8 and 13 minutes: eight calls in 33 minutes, 30 seconds each. A replay
by hand from its dashboard comes later, with a fresh timestamp and the same id.

Written at: developer.sepay.vn (webhook, authentication, security pages) and three independent
receivers that agree on the signed text. Uncertain: no sample signed by SePay itself is public.
The other ways it can prove itself (none, API key, OAuth2) are not spoken here.
"""

import re
from datetime import datetime

from cashless.clock import business_date
from providers import _fields
from providers._codecs import read_object, write_json, write_local
from providers._protocol import (
    Axes,
    Delivery,
    Notification,
    Outcome,
    Protocol,
    Reply,
    Secrets,
    Verified,
)
from providers._replies import JSON, json_reply
from providers._seals import hmac_hex, require_fresh, require_seal, secret

_SIGNATURE = re.compile(r"sha256=(.*)", re.DOTALL)
_KINDS = {"in": "credit", "out": "debit"}
_DIRECTIONS = {kind: direction for direction, kind in _KINDS.items()}

_REPLIES = {
    Outcome.STORED: json_reply(200, {"success": True}),
    Outcome.DUPLICATE: json_reply(200, {"success": True}),
    Outcome.REFUSED: json_reply(401, {"success": False}),
    Outcome.UNAVAILABLE: json_reply(503, {"success": False}),
}


def verify(delivery: Delivery, secrets: Secrets, window: int | None) -> Verified:
    """Prove the raw bytes, then read them."""
    stamp = delivery.header("x-sepay-timestamp")
    given = _SIGNATURE.fullmatch(delivery.header("x-sepay-signature"))
    require_seal(given and given[1], _digest(stamp, delivery.body, secrets))
    require_fresh(stamp, "s", delivery, window)
    return Verified(read_object(delivery.body), delivery)


def parse(verified: Verified) -> tuple[Notification, ...]:
    """Translate one movement of the account."""
    fields = verified.fields
    at = _fields.moment(fields, "transactionDate", PROTOCOL.time_format)
    content = _fields.optional_text(fields, "content")
    notification = Notification(
        provider_txn_id=str(_fields.number(fields, "id")),
        kind=_fields.choice(fields, "transferType", _KINDS),
        amount=_fields.amount(fields, "transferAmount", PROTOCOL.amount_unit),
        occurred_at=at,
        business_date=business_date(at),
        account=_fields.identifier(fields, "accountNumber"),
        virtual_account=_fields.optional_identifier(fields, "subAccount"),
        order_ref=None,
        memo=content or _fields.optional_text(fields, "description") or "",
        payer=None,
        reference=_fields.optional_text(fields, "referenceCode"),
    )
    return (notification,)


def acknowledge(outcome: Outcome, _delivery: Delivery, _secrets: Secrets) -> Reply:
    """Say success for what is kept, anything else to be called again."""
    return _REPLIES[outcome]


def sign(notification: Notification, secrets: Secrets, at: datetime) -> Delivery:
    """Speak as SePay; the bank time is cut to whole seconds."""
    said = {
        "id": int(notification.provider_txn_id),
        "gateway": "Agribank",
        "transactionDate": write_local(notification.occurred_at),
        "accountNumber": notification.account,
        "subAccount": notification.virtual_account,
        "code": None,
        "content": notification.memo,
        "transferType": _DIRECTIONS[notification.kind],
        "description": f"BankAPINotify {notification.memo}" if notification.memo else "",
        "transferAmount": notification.amount,
        "accumulated": 0,
        "referenceCode": notification.reference,
    }
    return seal(write_json(said), secrets, at)


def seal(plain: bytes, secrets: Secrets, at: datetime) -> Delivery:
    """Put SePay's two headers on a body."""
    stamp = str(int(at.timestamp()))
    headers = (
        JSON,
        ("x-sepay-timestamp", stamp),
        ("x-sepay-signature", f"sha256={_digest(stamp, plain, secrets)}"),
    )
    return Delivery("POST", "", "", headers, plain, at)


def _digest(stamp: str, body: bytes, secrets: Secrets) -> str:
    return hmac_hex(secret(secrets, "secret"), stamp.encode("utf-8", "replace") + b"." + body)


PROTOCOL = Protocol(
    name="sepay",
    verify=verify,
    parse=parse,
    acknowledge=acknowledge,
    sign=sign,
    seal=seal,
    secrets={"secret": "The webhook secret that SePay shows for HMAC-SHA256 authentication."},
    proof="HMAC-SHA256 over timestamp.body, headers X-SePay-Signature and X-SePay-Timestamp",
    success_rule="transferType in is a credit, out is a debit; any other word is unreadable",
    evidence="A",
    source="developer.sepay.vn: webhook, authentication, security, error handling",
    axes=Axes(
        family="S3",
        canonical="timestamp.body, the raw bytes",
        digest="HMAC-SHA256, text key, lower-case hex after sha256=",
        seal_place="header",
        codec="JSON",
        replay="X-SePay-Timestamp, five minutes either way",
        dedup="id; then account, reference, direction, amount and day",
        direction="transferType in or out",
        receiver="accountNumber, subAccount",
        order="none; our reference in content",
        coverage="every movement of the account",
        answer_meaning="2xx with success true: kept; anything else: sent again",
        reversal="a movement out with an id of its own",
        poll="REST list of transactions, since an id",
        refund="by API for some business accounts",
        file="none; the list has the same columns",
        unsigned_use="nothing is unsigned",
        answer_seconds=30,
        sources=(
            "172.236.138.20",
            "172.233.83.68",
            "171.244.35.2",
            "151.158.108.68",
            "151.158.109.79",
            "103.255.238.139",
        ),
    ),
    kinds=("credit", "debit"),
    carries={
        "provider_txn_id": r"[1-9][0-9]{0,14}",
        "account": r"[0-9]{6,19}",
        "virtual_account": r"[A-Z0-9]{3,19}",
        "memo": r"[^\x00-\x1f\x7f]{0,200}",
        "reference": r"[A-Z0-9]{6,20}",
    },
    amount_unit="dong",
    time_format="local",
    window_seconds=300,
    retry="8 calls: at once, then after 1, 1, 2, 3, 5, 8 and 13 minutes",
    retry_horizon_seconds=33 * 60,
)
