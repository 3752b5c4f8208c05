"""VNPAY-QR, the merchant's side of it (MMS): a shopper scanned a code of a merchant of VNPAY.

What is signed: code, msgType, txnId, qrTrace, bankCode, mobile, accountNo, amount, payDate,
merchantCode and the secret, joined by ``|``; MD5, upper-case hex, in the body field ``checksum``.
``mobile`` and ``accountNo`` may be absent and are empty then. A value that holds the separator
could be moved into its neighbour, so such a call is refused.

NOT signed: message, terminalId, masterMerCode, addData, ccy. They are ignored, all of them, the
terminal too: a genuine body with another ``terminalId`` would verify as well. Which stall was paid
follows from ``merchantCode`` and ``txnId`` by our own tables; a stall with a fixed code needs a
merchantCode of its own. (addData was seen holding a telephone number: one more reason.)

The protocol is weak: MD5 of a text with the secret at its end is no keyed seal, and it is the same
for ever. What makes up for it: the list of source addresses, the binding of merchantCode to a
merchant, and a confirmation from the statement before "paid" is final.

What it says: ``amount`` as digits in whole đồng (NOT hundredths, unlike VNPAY's gateway),
``payDate`` in Vietnam time, ``txnId`` (the number in the code) and ``qrTrace``, which is unique
only with merchant and day: the key is ``merchantCode:day:qrTrace``. Money has come if ``msgType``
is 1 and ``code`` is 00; msgType 2 tells of an order, not of money.

What it wants to hear: HTTP 200 and ``code``, ``message``, ``data.txnId``: 00 kept, 03 kept before,
06 not genuine, 08 try again. Other tables of these codes exist; this is the one quoted from the
specification. The sender has labelled JSON as text/plain: it is read by what it is. The retry
schedule is not published. CheckTrans, refunds and codes have formulas and secrets of their own,
which prove nothing here.

Written at: VNPAY-QR merchant-hosted specification, as reproduced in public code;
namcoi99/vnpay-qr (2024).
"""

from collections.abc import Mapping
from datetime import datetime

from cashless.clock import business_date
from providers import _fields
from providers._codecs import read_object, write_compact, write_json
from providers._pairs import BAR, barred
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
from providers._replies import JSON, json_reply, told, told_text
from providers._results import standing
from providers._seals import hash_hex, require_hex, secret

_SIGNED = (
    "code",
    "msgType",
    "txnId",
    "qrTrace",
    "bankCode",
    "mobile",
    "accountNo",
    "amount",
    "payDate",
    "merchantCode",
)
_OPTIONAL = frozenset({"mobile", "accountNo"})

# msgType and code: only a payment (1) that went well (00) is money.
_RESULTS: Mapping[str, Standing] = {
    "1/00": Standing.PAID,
    # An order was told, nobody has paid: what it wants (goods kept, delivery) is not ours to do.
    "2/00": Standing.PENDING,
}

_WORDS: Mapping[Outcome, tuple[str, str]] = {
    Outcome.STORED: ("00", "Success"),
    Outcome.DUPLICATE: ("03", "Order already paid"),
    Outcome.REFUSED: ("06", "Authentication failed"),
    Outcome.UNAVAILABLE: ("08", "Timeout"),
}
_KNOWN = frozenset({Outcome.STORED, Outcome.DUPLICATE})


def verify(delivery: Delivery, secrets: Secrets, _window: int | None) -> Verified:
    """Prove the ten signed fields and hand on nothing else."""
    body = read_object(delivery.body)
    fields = barred(body, _SIGNED, _OPTIONAL)
    require_hex(body.get("checksum"), _digest(fields, secrets))
    return Verified(fields, delivery)


def parse(verified: Verified) -> tuple[Notification, ...]:
    """Translate a paid scan; () for every other message."""
    fields = verified.fields
    if result(verified).standing is not Standing.PAID:
        return ()
    at = _fields.moment(fields, "payDate", PROTOCOL.time_format)
    payer = _fields.optional_text(fields, "accountNo") or _fields.optional_text(fields, "mobile")
    notification = Notification(
        provider_txn_id=_key(fields),
        kind="credit",
        amount=_fields.amount_digits(fields, "amount", PROTOCOL.amount_unit),
        occurred_at=at,
        business_date=business_date(at),
        account=_fields.identifier(fields, "merchantCode"),
        virtual_account=None,
        order_ref=_fields.identifier(fields, "txnId"),
        memo="",
        payer=_fields.masked(payer),
    )
    return (notification,)


def result(verified: Verified) -> Result:
    """Tell how the payment of a code stands."""
    fields = verified.fields
    code = f"{fields['msgType']}/{fields['code']}"
    order = _fields.identifier(fields, "txnId")
    return Result(code, standing(_RESULTS, code), order, _key(fields))


def acknowledge(outcome: Outcome, delivery: Delivery, _secrets: Secrets) -> Reply:
    """Answer with HTTP 200; the number of the code is said back where the call was proven."""
    code, message = _WORDS[outcome]
    said: dict[str, object] = {"code": code, "message": message}
    if outcome in _KNOWN:
        said["data"] = {"txnId": told_text(told(delivery.body), "txnId")}
    return json_reply(200, said)


def sign(notification: Notification, secrets: Secrets, at: datetime) -> Delivery:
    """Speak as VNPAY; of an id with colons the trace is what stands behind the last one."""
    said = {
        "code": "00",
        "message": "Tru tien thanh cong",
        "msgType": "1",
        "txnId": notification.order_ref or "SIM",
        "qrTrace": notification.provider_txn_id.rpartition(":")[2],
        "bankCode": "VIETCOMBANK",
        "mobile": "",
        "accountNo": "",
        "amount": str(notification.amount),
        "payDate": write_compact(notification.occurred_at),
        "merchantCode": notification.account or "SIM",
        "terminalId": "SIM",
    }
    return seal(write_json(said), secrets, at)


def seal(plain: bytes, secrets: Secrets, at: datetime) -> Delivery:
    """Put the checksum into a body that has the signed fields."""
    body = read_object(plain)
    said = {**body, "checksum": _digest(barred(body, _SIGNED, _OPTIONAL), secrets).upper()}
    return Delivery("POST", "", "", (JSON,), write_json(said), at)


def _digest(fields: Mapping[str, object], secrets: Secrets) -> str:
    values = [*map(str, fields.values()), secret(secrets, "secretKey")]
    return hash_hex(BAR.join(values), "md5")


def _key(fields: _fields.Fields) -> str:
    day = _fields.text(fields, "payDate")[:8]
    trace = _fields.identifier(fields, "qrTrace")
    return f"{_fields.identifier(fields, 'merchantCode')}:{day}:{trace}"


PROTOCOL = Protocol(
    name="qr_mms",
    verify=verify,
    parse=parse,
    acknowledge=acknowledge,
    sign=sign,
    seal=seal,
    secrets={"secretKey": "The secret of the payment notices; the other calls have their own."},
    proof="MD5 over ten values and the secret joined by |, body field checksum",
    success_rule="msgType is 1 and code is 00",
    evidence="B",
    source="VNPAY-QR merchant-hosted specification, as copied in public code; namcoi99/vnpay-qr",
    axes=Axes(
        family="S12",
        canonical="ten values and the secret joined by |; what is absent is empty",
        digest="MD5, the secret at the end, hex in either case",
        seal_place="body field",
        codec="JSON, whatever the content type says",
        replay="none; the key of the payment alone",
        dedup="merchantCode, day and qrTrace; then txnId and amount",
        direction="credits only",
        receiver="merchantCode",
        order="txnId, from the code",
        coverage="success; msgType 2 tells of an order",
        answer_meaning="00 kept, 03 kept before, 06 not genuine, 08 try again",
        reversal="none by webhook",
        poll="POST CheckTrans by txnId and day",
        refund="by API, full or in part",
        file="as the gateway's: layout not published",
        unsigned_use="ignored, all of them; the stall follows from merchantCode and txnId",
    ),
    results=_RESULTS,
    result=result,
    carries={
        # The trace; day and merchant, which the key also has, come from the other fields.
        "provider_txn_id": r"[0-9]{1,10}",
        "account": r"[A-Za-z0-9]{1,19}",
        "order_ref": r"[A-Za-z0-9]{1,20}",
    },
    content_types=("application/json", "text/plain"),
    amount_unit="dong",
    amount_form="digits",
    time_format="compact",
    unsigned=("message", "terminalId", "masterMerCode", "addData", "ccy"),
    weak=True,
    published_secrets=frozenset(
        {
            # The test keys of the specification: notices, CheckTrans, refunds.
            "6a16d1c6d59c5776c815de5cd3b436e571a2d148423078dc83347bd5b5688d68",
            "921b1455a33eda7326d392d9276e5a7ceadcef5c4f71e6b4cdf39858ae354931",
            "85f9c488f44f12739fe10a9d8f2b7470a8985d42dbe072a0e36ee264dc6e88eb",
        }
    ),
)
