"""VNPAY's payment gateway, version 2.1.0: the result of an order that we created, told by GET.

What is signed: every parameter ``vnp_...`` that is not empty, without ``vnp_SecureHash`` and
``vnp_SecureHashType``, in ASCII order of the names, as ``name=value`` joined by ``&``. The values
are taken exactly as they stand in the query, still encoded: PHP, Java and Python write ``~``,
``*`` and a space differently, and only the received text is what was signed. A name that comes
twice is refused, because two readers could take another one each. ``vnp_SecureHashType`` never
chooses the algorithm: the withdrawn versions with MD5 and SHA-256 are refused. Parameters without
the prefix are NOT signed and ignored; a body, which a GET has not, is refused.

What it says: ``vnp_Amount`` in hundredths of a đồng, ``vnp_TxnRef`` (our order, unique per day),
``vnp_OrderInfo``, ``vnp_PayDate`` in Vietnam time (it may be absent: then the time of arrival
stands for it and is no business field), ``vnp_TmnCode``, which must be ours, and
``vnp_TransactionNo``, the key. An early failure has the number 0, which is no key: the order is
added to it.

When money has come: ``vnp_ResponseCode`` 00 AND ``vnp_TransactionStatus`` 00. Official samples
disagree about "and" and "or"; a signed vector with 99 and 00 exists, and it is no money. Where one
code says success and the other a failure, the standing is unknown and has to be asked for.

What it wants to hear: HTTP 200 with ``RspCode``. 00 (recorded, a failed payment too) and 02
(recorded before) end it; 97, 99, every other code and silence bring the call again, at most ten
times, five minutes apart. An order we do not know and an amount we did not ask for are answered
with 00 as well, because money that has moved must be kept; a person finds the owner.

Written at: sandbox.vnpayment.vn/apis/docs/thanh-toan-pay/pay.html; lehuygiang28/vnpay (tests).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from cashless.clock import business_date
from providers import _fields
from providers._codecs import read_form, read_pairs, write_compact, write_form
from providers._protocol import (
    Axes,
    Delivery,
    Notification,
    Outcome,
    Protocol,
    Refused,
    Reply,
    Result,
    Secrets,
    Standing,
    Verified,
)
from providers._replies import json_reply
from providers._results import standing
from providers._seals import hmac_hex, require_equal, require_hex, secret

_PREFIX = "vnp_"
_SEAL = "vnp_SecureHash"
_OUTSIDE = frozenset({_SEAL, "vnp_SecureHashType"})
_SUCCESS = "00"
_NO_NUMBER = "0"

# "00" stands for both codes; the others are one of the two: RC ResponseCode, TS TransactionStatus.
# From the tables of the payment page; RC is from the bank's side, TS from VNPAY's.
_RESULTS: Mapping[str, Standing] = {
    _SUCCESS: Standing.PAID,
    "RC07": Standing.HOLD,  # debited, under suspicion of fraud
    "TS04": Standing.HOLD,  # reversed: the shopper was debited and VNPAY did not succeed
    "TS07": Standing.HOLD,  # suspicion of fraud
    "TS01": Standing.PENDING,
    "TS05": Standing.PENDING,  # a refund is being worked on
    "TS06": Standing.PENDING,  # a refund was sent to the bank
    "RC09": Standing.FAILED,
    "RC10": Standing.FAILED,
    "RC11": Standing.FAILED,  # expired
    "RC12": Standing.FAILED,
    "RC13": Standing.FAILED,
    "RC24": Standing.FAILED,  # cancelled by the shopper
    "RC51": Standing.FAILED,
    "RC65": Standing.FAILED,
    "RC75": Standing.FAILED,
    "RC79": Standing.FAILED,
    "RC97": Standing.FAILED,  # our own configuration: a wrong seal in our request
    "RC99": Standing.FAILED,
    "TS02": Standing.FAILED,
    "TS09": Standing.FAILED,  # the refund was refused; the payment stays as it was told before
}
_SERIOUS = (Standing.HOLD, Standing.UNKNOWN, Standing.PENDING, Standing.FAILED)

_REPLIES = {
    Outcome.STORED: json_reply(200, {"RspCode": "00", "Message": "Confirm Success"}),
    Outcome.DUPLICATE: json_reply(200, {"RspCode": "02", "Message": "Order already confirmed"}),
    Outcome.REFUSED: json_reply(200, {"RspCode": "97", "Message": "Invalid signature"}),
    Outcome.UNAVAILABLE: json_reply(200, {"RspCode": "99", "Message": "Unknown error"}),
}


def verify(delivery: Delivery, secrets: Secrets, _window: int | None) -> Verified:
    """Prove the query as it came and hand on the signed parameters, decoded."""
    if delivery.body:
        raise Refused("malformed", "body")
    pairs = read_pairs(delivery.query)
    require_hex(dict(pairs).get(_SEAL), _digest(pairs, secrets))
    decoded = read_form(delivery.query)
    fields = {name: decoded[name] for name, _ in _signed(pairs)}
    require_equal(fields.get("vnp_TmnCode"), secret(secrets, "tmnCode"), "tmn_code")
    return Verified(fields, delivery)


def parse(verified: Verified) -> tuple[Notification, ...]:
    """Translate a payment that both codes call a success; () for every other one."""
    fields = verified.fields
    if result(verified).standing is not Standing.PAID:
        return ()
    told = "vnp_PayDate" in fields
    at = _fields.moment(fields, "vnp_PayDate", "compact") if told else verified.delivery.received_at
    notification = Notification(
        provider_txn_id=_key(fields),
        kind="credit",
        amount=_fields.amount_digits(fields, "vnp_Amount", PROTOCOL.amount_unit),
        occurred_at=at,
        business_date=business_date(at),
        account=_fields.identifier(fields, "vnp_TmnCode"),
        virtual_account=None,
        order_ref=_fields.identifier(fields, "vnp_TxnRef"),
        memo=_fields.optional_text(fields, "vnp_OrderInfo") or "",
        payer=None,
        stable_time=told,
    )
    return (notification,)


def result(verified: Verified) -> Result:
    """Tell how the order stands, by the more serious of its two codes."""
    fields = verified.fields
    code = _code(fields)
    order = _fields.identifier(fields, "vnp_TxnRef")
    return Result(code, standing(_RESULTS, code), order, _key(fields))


def acknowledge(outcome: Outcome, _delivery: Delivery, _secrets: Secrets) -> Reply:
    """Answer with HTTP 200 and the word that ends the calls, or that brings the next one."""
    return _REPLIES[outcome]


def sign(notification: Notification, secrets: Secrets, at: datetime) -> Delivery:
    """Speak as VNPAY; an order of ours always exists here, so one is made up if there is none."""
    said = {
        "vnp_Amount": str(100 * notification.amount),
        "vnp_BankCode": "NCB",
        "vnp_BankTranNo": f"VNP{notification.provider_txn_id}",
        "vnp_CardType": "QRCODE",
        "vnp_OrderInfo": notification.memo,
        "vnp_PayDate": write_compact(notification.occurred_at),
        "vnp_ResponseCode": _SUCCESS,
        "vnp_TmnCode": secrets["tmnCode"],
        "vnp_TransactionNo": notification.provider_txn_id,
        "vnp_TransactionStatus": _SUCCESS,
        "vnp_TxnRef": notification.order_ref or f"SIM-{notification.provider_txn_id}",
    }
    return seal(write_form(said).encode(), secrets, at)


def seal(plain: bytes, secrets: Secrets, at: datetime) -> Delivery:
    """Put the seal behind a query that has none."""
    digest = _digest(read_pairs(plain), secrets)
    return Delivery("GET", "", f"{plain.decode()}&{_SEAL}={digest}", (), b"", at)


def _signed(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pick what the seal covers; its order is that of the signed text."""
    told = (pair for pair in pairs if pair[0].startswith(_PREFIX) and pair[1])
    return sorted(pair for pair in told if pair[0] not in _OUTSIDE)


def _digest(pairs: Iterable[tuple[str, str]], secrets: Secrets) -> str:
    text = "&".join(f"{name}={value}" for name, value in _signed(pairs))
    return hmac_hex(secret(secrets, "hashSecret"), text, "sha512")


def _key(fields: _fields.Fields) -> str:
    number = _fields.identifier(fields, "vnp_TransactionNo")
    if number != _NO_NUMBER:
        return number
    return f"{number}:{_fields.identifier(fields, 'vnp_TxnRef')}"


def _code(fields: _fields.Fields) -> str:
    """Name the code that decides: both, the one that is no success, or the more serious one."""
    answered = _fields.optional_text(fields, "vnp_ResponseCode") or ""
    status = _fields.optional_text(fields, "vnp_TransactionStatus") or ""
    if answered == status == _SUCCESS:
        return _SUCCESS
    codes = [f"{side}{code}" for side, code in (("RC", answered), ("TS", status))]
    said = [code for code in codes if code[2:] != _SUCCESS]
    worst = min(said, key=lambda code: _SERIOUS.index(standing(_RESULTS, code)))
    contradicted = len(said) == 1 and standing(_RESULTS, worst) is Standing.FAILED
    return "/".join(codes) if contradicted else worst


PROTOCOL = Protocol(
    name="gateway_v2_1",
    verify=verify,
    parse=parse,
    acknowledge=acknowledge,
    sign=sign,
    seal=seal,
    secrets={
        "tmnCode": "The terminal at VNPAY; every message must name it.",
        "hashSecret": "The hash secret of the terminal.",
    },
    proof="HMAC-SHA512 over the sorted vnp_ parameters as received, parameter vnp_SecureHash",
    success_rule="vnp_ResponseCode is 00 and vnp_TransactionStatus is 00",
    evidence="A",
    source="sandbox.vnpayment.vn: payment, version 2.1.0",
    axes=Axes(
        family="S11",
        canonical="vnp_ parameters that are not empty, ASCII order, raw and encoded as received",
        digest="HMAC-SHA512, text key, hex in either case",
        seal_place="query parameter",
        codec="query",
        replay="none; the key of the payment alone",
        dedup="vnp_TransactionNo, with vnp_TxnRef when it is 0; then order and amount",
        direction="credits only",
        receiver="vnp_TmnCode",
        order="vnp_TxnRef",
        coverage="every result",
        answer_meaning="00 and 02: recorded, also a failure; anything else: called again",
        reversal="none by webhook; transaction status 04, 05, 06, 09 when asked",
        poll="POST querydr by vnp_TxnRef and day",
        refund="by API, full or in part",
        file="next day by e-mail or S-FTP, layout not published",
        unsigned_use="parameters without the prefix vnp_ are ignored",
        sources=(
            "113.52.45.78",
            "116.97.245.130",
            "42.118.107.252",
            "113.20.97.250",
            "203.171.19.146",
            "103.220.87.4",
            "103.220.86.4",
        ),
    ),
    results=_RESULTS,
    result=result,
    carries={
        "provider_txn_id": r"[1-9][0-9]{0,14}",
        "order_ref": r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}",
        "memo": r"[ -~]{0,255}",
    },
    methods=("GET",),
    content_types=(),
    amount_unit="hundredths",
    amount_form="digits",
    time_format="compact",
    retry="at most 10 calls, 5 minutes apart",
    retry_horizon_seconds=50 * 60,
    unsigned=("vnp_SecureHashType",),
    published_secrets=frozenset(
        {
            # The secret of the tests of lehuygiang28/vnpay.
            "52bfd2de0a2e69dff4517518590ac32a46bd76606ec22a258f99584a6e70aca2",
        }
    ),
)
