"""MB's merchant codes (MMS): a shopper scanned a code of a terminal of the bank. Weak.

What is signed: MD5(traceTransfer + billNumber + payDate + debitAmount + accessKey), hex, in the
body field ``checkSum``. There is no separator, so signs could move between neighbours. Therefore:
billNumber is empty or a whole reference of ours (JX, no second J, a fixed length, a check sign);
debitAmount is digits; payDate is a time that a clock shows; and where the text would hold another
such time with an amount behind it, or a reference at the end of the trace, the call is ambiguous
and refused. So what is believed has one cut.

NOT signed: respCode (the success), terminalLabel and storeLabel (the merchant), ftCode (the bank's
reference, which the bank itself takes for the key), realAmount, and all else. ftCode is therefore
no key here, or anybody with one genuine message could make more of it: the key is payDate and
traceTransfer, both signed, and ftCode is the bank reference to find the line of the statement by.
A changed terminal is another digest under the same key: a conflict and no second payment. Where
billNumber names an order, the order's merchant must hold the terminal. The protocol is weak: what
decides is not covered, and MD5 with a key at its end is no keyed seal.

What it says: ``debitAmount`` as digits in whole đồng, ``payDate`` in Vietnam time, terminalLabel
(the terminal at the bank: our receiving account). Money has come if ``respCode`` is 00. Where
``realAmount`` is told and is another amount, a person has to look.

What it wants to hear: HTTP 200 and ``resCode``, ``resDesc``: 00 kept, 20 kept before, 12 not
genuine, 99 try again. The public server says 00 even when the checksum fails; we do not. The retry
schedule is not published.

Written at: duchieupham/vietqr_server (2024), comment and code agree. Uncertain: the form of
traceTransfer, the meaning of rate and realAmount.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from cashless.clock import business_date
from cashless.vietqr.reference import LENGTH, is_reference
from providers import _fields
from providers._codecs import read_object, write_compact, write_json
from providers._pairs import shaped
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
    Unreadable,
    Verified,
)
from providers._replies import JSON, json_reply
from providers._results import standing
from providers._seals import hash_hex, require_hex, secret

_CLOCK = (
    r"20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]"
)
_AMOUNT = r"[1-9][0-9]{0,12}"
_SIGNED = {
    "traceTransfer": re.compile(r"[0-9A-Za-z]{1,40}"),
    "billNumber": re.compile(rf"(?:[0-9A-Z]{{{LENGTH}}})?"),
    "payDate": re.compile(_CLOCK),
    "debitAmount": re.compile(_AMOUNT),
}
_ANOTHER = re.compile(rf"{_CLOCK}{_AMOUNT}")
_CARRIED = ("respCode", "terminalLabel", "ftCode", "realAmount")

# No other code is known, so every other one must be asked about.
_RESULTS: Mapping[str, Standing] = {"00": Standing.PAID}

_WORDS: Mapping[Outcome, tuple[str, str]] = {
    Outcome.STORED: ("00", "Success"),
    Outcome.DUPLICATE: ("20", "Duplicate ftCode"),
    Outcome.REFUSED: ("12", "Invalid checksum"),
    Outcome.UNAVAILABLE: ("99", "Internal error"),
}


def verify(delivery: Delivery, secrets: Secrets, _window: int | None) -> Verified:
    """Prove the four joined values by their one cut and the checksum."""
    body = read_object(delivery.body)
    signed = _joined(body)
    require_hex(body.get("checkSum"), _digest(signed, secrets))
    carried = {name: body[name] for name in _CARRIED if name in body}
    return Verified(carried | signed, delivery)


def parse(verified: Verified) -> tuple[Notification, ...]:
    """Translate a paid scan; () for every other code."""
    fields = verified.fields
    if result(verified).standing is not Standing.PAID:
        return ()
    real = fields.get("realAmount")
    if real is not None and real != fields["debitAmount"]:
        raise Unreadable("amount_invalid", "realAmount")
    at = _fields.moment(fields, "payDate", PROTOCOL.time_format)
    notification = Notification(
        provider_txn_id=_key(fields),
        kind="credit",
        amount=_fields.amount_digits(fields, "debitAmount", PROTOCOL.amount_unit),
        occurred_at=at,
        business_date=business_date(at),
        account=_fields.identifier(fields, "terminalLabel"),
        virtual_account=None,
        order_ref=_fields.optional_identifier(fields, "billNumber"),
        memo="",
        payer=None,
        reference=_fields.identifier(fields, "ftCode"),
    )
    return (notification,)


def result(verified: Verified) -> Result:
    """Tell by respCode, which is not signed, how the scan stands."""
    fields = verified.fields
    code = _fields.text(fields, "respCode")
    order = _fields.optional_identifier(fields, "billNumber")
    return Result(code, standing(_RESULTS, code), order, _key(fields))


def acknowledge(outcome: Outcome, _delivery: Delivery, _secrets: Secrets) -> Reply:
    """Answer with HTTP 200 and the bank's code."""
    code, text = _WORDS[outcome]
    return json_reply(200, {"resCode": code, "resDesc": text})


def sign(notification: Notification, secrets: Secrets, at: datetime) -> Delivery:
    """Speak as MB; of an id with a colon the trace stands behind it."""
    trace = notification.provider_txn_id.rpartition(":")[2]
    said = {
        "traceTransfer": trace,
        "storeLabel": "SIM",
        "terminalLabel": notification.account or "SIM",
        "debitAmount": str(notification.amount),
        "realAmount": str(notification.amount),
        "payDate": write_compact(notification.occurred_at),
        "respCode": "00",
        "respDesc": "Success",
        "rate": "0",
        "billNumber": notification.order_ref or "",
        "consumerLabelTerm": "",
        "referenceLabelCode": "",
        "userName": "",
        "ftCode": notification.reference or trace,
        "endPointUrl": "",
    }
    return seal(write_json(said), secrets, at)


def seal(plain: bytes, secrets: Secrets, at: datetime) -> Delivery:
    """Put the checksum on a body whose joined values have one cut."""
    body = read_object(plain)
    said = {**body, "checkSum": _digest(_joined(body), secrets)}
    return Delivery("POST", "", "", (JSON,), write_json(said), at)


def _joined(body: Mapping[str, object]) -> dict[str, str]:
    """Return the joined values; Refused("ambiguous") where their text has another cut."""
    signed = shaped(body, _SIGNED)
    bill = signed["billNumber"]
    if bill and not is_reference(bill):
        raise Refused("malformed", "billNumber")
    if not bill and is_reference(signed["traceTransfer"][-LENGTH:]):
        raise Refused("ambiguous", "billNumber")
    text = "".join(signed.values())
    place = len(signed["traceTransfer"]) + len(bill)
    if any(_ANOTHER.fullmatch(text, at) for at in range(1, len(text)) if at != place):
        raise Refused("ambiguous", "payDate")
    return signed


def _digest(signed: Mapping[str, str], secrets: Secrets) -> str:
    return hash_hex("".join([*signed.values(), secret(secrets, "accessKey")]), "md5")


def _key(fields: _fields.Fields) -> str:
    return f"{_fields.text(fields, 'payDate')}:{_fields.identifier(fields, 'traceTransfer')}"


PROTOCOL = Protocol(
    name="mb_mms",
    verify=verify,
    parse=parse,
    acknowledge=acknowledge,
    sign=sign,
    seal=seal,
    secrets={"accessKey": "The access key that ends the text of every checksum."},
    proof="MD5 over four joined values and the access key, body field checkSum",
    success_rule="respCode is 00, which is not signed",
    evidence="B",
    source="duchieupham/vietqr_server, MB's merchant codes",
    axes=Axes(
        family="S8",
        canonical="traceTransfer, billNumber, payDate, debitAmount, accessKey, no separator",
        digest="MD5, the secret at its end, hex in either case",
        seal_place="body field",
        codec="JSON",
        replay="none; the key of the payment alone",
        dedup="payDate and traceTransfer; then ftCode, terminal and amount",
        direction="credits only",
        receiver="terminalLabel, which is not signed",
        order="billNumber, a reference of ours, or none",
        coverage="every result (believed)",
        answer_meaning="00 kept, 20 kept before, 12 not genuine, 99 try again",
        reversal="none by webhook",
        poll="not published",
        refund="by API; the codes 4857 and 4863 refuse one",
        file="RV_yyyymmdd_TC.txt, next day, 21 columns, checksum for each line",
        unsigned_use="respCode, terminalLabel, ftCode are used, final only once confirmed",
    ),
    results=_RESULTS,
    result=result,
    takes_reference=True,
    carries={
        "provider_txn_id": r"FT[0-9]{1,14}[A-Z]",  # a letter before the time leaves one cut
        "account": r"[0-9A-Za-z]{1,20}",
        "reference": r"FT[0-9]{8,16}",
    },
    amount_unit="dong",
    amount_form="digits",
    time_format="compact",
    unsigned=(
        "storeLabel",
        "terminalLabel",
        "realAmount",
        "respCode",
        "respDesc",
        "rate",
        "consumerLabelTerm",
        "referenceLabelCode",
        "userName",
        "ftCode",
        "endPointUrl",
    ),
    weak=True,
)
