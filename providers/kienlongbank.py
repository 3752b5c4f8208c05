"""KienlongBank, by its own protocol KLBPay (API Pay): encrypted and signed both ways.

What is signed: client, time and ciphertext, so everything; the envelope is written down in
``_klbpay.py``. A call is stale when its time is more than five minutes from our clock. The time of
the payment is no measure for that: the published sample came 32 minutes after it.

What it says: ``amount`` in whole đồng, ``time`` in Vietnam time, ``virtualAccount`` (one per
order), ``actualAccount``, ``refTransactionId`` (our order), ``transactionId`` (the key) and
``transferDesc``, framed ``[virtual.account] memo - link``. Money has come if ``success`` is true
and ``statusCode`` (spelled ``StatusCode`` in the published sample) is 00 or 0.

What it wants to hear: HTTP 200 and the same envelope, for a refusal too. One SDK reads ``success``
and two read ``status``, so we send both. The answer repeats the time of the call, and a repeat is
answered byte for byte alike. Such an answer could be thrown back at us as a call: it names neither
a transaction nor a status code, so it is never money. The retry schedule is not published.

Written at: the README of unicloudvn/KLBPay-NodeJS-SDK with sample keys, and the Java and PHP SDKs.
Uncertain: the unit of the documented tolerance (1800), and by which codes a failure is told.
"""

from datetime import datetime

from cashless.clock import business_date
from providers import _fields, _klbpay
from providers._codecs import write_json, write_local
from providers._protocol import (
    Delivery,
    Notification,
    Outcome,
    Protocol,
    Provider,
    Reply,
    Secrets,
    Standing,
    Verified,
)

_ANSWERS = {
    Outcome.STORED: (200, True),
    Outcome.DUPLICATE: (200, True),
    Outcome.REFUSED: (200, False),
    Outcome.UNAVAILABLE: (503, False),
}


def verify(delivery: Delivery, secrets: Secrets, window: int | None) -> Verified:
    """Prove the ciphertext, then decrypt and read it."""
    return Verified(_klbpay.opened(delivery, secrets, window), delivery)


def parse(verified: Verified) -> tuple[Notification, ...]:
    """Translate a credit; () for a payment that did not succeed."""
    fields = verified.fields
    if _klbpay.result(verified).standing is not Standing.PAID:
        return ()
    at = _fields.moment(fields, "time", PROTOCOL.time_format)
    notification = Notification(
        provider_txn_id=_fields.identifier(fields, "transactionId"),
        kind="credit",
        amount=_fields.amount(fields, "amount", PROTOCOL.amount_unit),
        occurred_at=at,
        business_date=business_date(at),
        account=_fields.optional_identifier(fields, "actualAccount"),
        virtual_account=_fields.optional_identifier(fields, "virtualAccount"),
        order_ref=_fields.optional_identifier(fields, "refTransactionId"),
        memo=_fields.optional_text(fields, "transferDesc") or "",
        payer=_fields.masked(_fields.optional_text(fields, "fromAccount")),
    )
    return (notification,)


def acknowledge(outcome: Outcome, delivery: Delivery, secrets: Secrets) -> Reply:
    """Answer encrypted and signed."""
    status, good = _ANSWERS[outcome]
    return _klbpay.answered(status, {"success": good, "status": good}, delivery, secrets)


def sign(notification: Notification, secrets: Secrets, at: datetime) -> Delivery:
    """Speak as KLBPay; the bank time is cut to whole seconds."""
    said = {
        "transactionId": notification.provider_txn_id,
        "refTransactionId": notification.order_ref or "",
        "virtualAccount": notification.virtual_account or "",
        "actualAccount": notification.account or "",
        "fromBin": PROVIDER.bins[0],
        "fromAccount": notification.payer or "",
        "success": True,
        "amount": notification.amount,
        "statusCode": "00",
        "txnNumber": f"P{notification.provider_txn_id}",
        "transferDesc": notification.memo,
        "time": write_local(notification.occurred_at),
    }
    return _klbpay.seal(write_json(said), secrets, at)


PROTOCOL = Protocol(
    name="klbpay",
    verify=verify,
    parse=parse,
    acknowledge=acknowledge,
    sign=sign,
    seal=_klbpay.seal,
    secrets={
        "client": "The client id that the bank gave; every message must name it.",
        "secretKey": "The secret of the seal, as text, in both directions.",
        "encryptKey": "The AES-256 key of the bodies, 64 hex digits.",
    },
    secret_forms={"encryptKey": r"[0-9A-Fa-f]{64}"},
    proof="HMAC-SHA256 over client|time|ciphertext, header x-api-validate; AES-256-CBC body",
    success_rule="success is true and statusCode is 00 or 0",
    evidence="A",
    source="unicloudvn/KLBPay-NodeJS-SDK (README), KLBPay Java and PHP SDKs",
    axes=_klbpay.AXES,
    results=_klbpay.RESULTS,
    result=_klbpay.result,
    carries={
        "provider_txn_id": r"[A-Z0-9]{6,20}",
        "account": r"[0-9]{6,19}",
        "virtual_account": r"[0-9]{17,18}",
        "order_ref": r"[A-Za-z0-9]{1,30}",
        "memo": r"[^\x00-\x1f\x7f]{0,200}",
        "payer": r"\*{4}[0-9]{4}",
    },
    amount_unit="dong",
    time_format="local",
    window_seconds=300,
    published_secrets=frozenset(
        {
            # Client, secret and encrypt key of the sample in the README of the Node SDK.
            "ea77ab25fdd30a39ffb3c87a729dea8112a95ab7563342d9fc1e0a10d6f54c7c",
            "add269f58420c7a092b7c4e4e850584da1f85eda2f9e8011537d98d3334b1331",
            "1374eecc6f19e9ed2724e08cc55d14814feeb2a4f2c39022fa8651237c5a3e84",
        }
    ),
)

PROVIDER = Provider(
    name="kienlongbank",
    title="KienlongBank",
    bins=("970452",),
    settles="instant",
    protocols=(PROTOCOL,),
)
