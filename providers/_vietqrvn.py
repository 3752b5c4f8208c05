"""VietQR.VN: an aggregator that fetches a token from us, then tells of one movement. Weak.

What proves it: a bearer token that we gave for user name and password (``_tokens.py``), at
``api/token_generate``, before each call to ``bank/api/transaction-sync``. NOTHING of the message is
covered. ``sign`` is no signature: it echoes what was given when a code was made. So every payment
stays to be confirmed by something independent.

What it says: ``transactionid`` (the key), ``transactiontime`` in epoch milliseconds, ``amount`` in
whole đồng (documented as a whole number, seen as 25000.0), ``bankaccount``, ``content``,
``referencenumber`` (the bank's), ``orderId`` (often empty although it was set), and ``transType``:
C money came, D money left. A logged call had no transType: that is unknown and never a credit. A
refund is a D with an id of its own. terminalCode and subTerminalCode are ignored: which stall was
paid follows from the account or our reference.

What it wants to hear: any 2xx ends it, with errorReason 000. HTTP 400 ends it as well, and the
message is lost, so we never say it. Everything else is called again: at most ten times, five in the
first minute, then one a minute.

Written at: api.vietqr.vn, doc.vietqr.vn (a logged call of 2026-01-08), duchieupham/vietqr_server.
Uncertain: an English page spells the names in camelCase; the log and the server do not.
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
from providers._replies import JSON, json_reply, told, told_text
from providers._results import standing
from providers._tokens import (
    LIFETIME_SECONDS,
    SECRET_FORMS,
    SECRETS,
    bearer,
    require_token,
    token_talk,
)

OPERATIONS = ("bank/api/transaction-sync", "transaction-sync")
TALKS = {name: token_talk(name) for name in ("api/token_generate", "token_generate")}

KINDS: Mapping[str, str] = {"C": "credit", "D": "debit"}
RESULTS: Mapping[str, Standing] = {
    "C": Standing.PAID,
    "D": Standing.PAID,  # money that left
    "": Standing.UNKNOWN,  # a call without transType was logged
}

_FAILURES: Mapping[Outcome, tuple[int, str]] = {
    Outcome.REFUSED: (401, "TOKEN_INVALID"),
    Outcome.UNAVAILABLE: (503, "UNAVAILABLE"),
}


def verify(delivery: Delivery, secrets: Secrets, window: int | None) -> Verified:
    """Prove the caller by the token, which is all that is proven."""
    require_token(delivery, secrets, window)
    return Verified(read_object(delivery.body), delivery)


def parse(verified: Verified) -> tuple[Notification, ...]:
    """Translate a movement; () for one whose direction is not told."""
    if result(verified).standing is not Standing.PAID:
        return ()
    return (movement(verified.fields),)


def result(verified: Verified) -> Result:
    """Tell by transType how the movement stands."""
    fields = verified.fields
    code = _fields.optional_text(fields, "transType") or ""
    order = _fields.optional_identifier(fields, "orderId")
    txn = _fields.optional_identifier(fields, "transactionid")
    return Result(code, standing(RESULTS, code), order, txn)


def movement(fields: _fields.Fields) -> Notification:
    """Translate the fields that everybody who speaks this format sends."""
    at = _fields.moment(fields, "transactiontime", "epoch_ms")
    return Notification(
        provider_txn_id=_fields.identifier(fields, "transactionid"),
        kind=_fields.choice(fields, "transType", KINDS),
        amount=_fields.amount_decimal(fields, "amount", "dong"),
        occurred_at=at,
        business_date=business_date(at),
        account=_fields.identifier(fields, "bankaccount"),
        virtual_account=None,
        order_ref=_fields.optional_identifier(fields, "orderId"),
        memo=_fields.optional_text(fields, "content") or "",
        payer=None,
        reference=_fields.optional_identifier(fields, "referencenumber"),
    )


def acknowledge(outcome: Outcome, delivery: Delivery, _secrets: Secrets) -> Reply:
    """Say 000 for what is kept, also for a repeat; never HTTP 400, which would lose the message."""
    if outcome in _FAILURES:
        return failed(*_FAILURES[outcome])
    return kept(delivery)


def kept(delivery: Delivery) -> Reply:
    """Answer that a movement is kept, by its own id, so that a repeat reads the same."""
    reference = {"reftransactionid": told_text(told(delivery.body), "transactionid")}
    said = {"error": False, "errorReason": "000", "toastMessage": "", "object": reference}
    return json_reply(200, said)


def failed(status: int, reason: str) -> Reply:
    """Answer that a movement is not kept (or, in MB's words, that it was kept before)."""
    said = {"error": True, "errorReason": reason, "toastMessage": "", "object": None}
    return json_reply(status, said)


def sign(notification: Notification, secrets: Secrets, at: datetime) -> Delivery:
    """Speak as VietQR.VN."""
    return seal(write_json(said_of(notification)), secrets, at)


def said_of(notification: Notification) -> dict[str, object]:
    """Write a movement in the fields that everybody sends."""
    letters = {kind: letter for letter, kind in KINDS.items()}
    return {
        "transactionid": notification.provider_txn_id,
        "transactiontime": round(notification.occurred_at.timestamp() * 1000),
        "referencenumber": notification.reference or "",
        "amount": notification.amount,
        "content": notification.memo,
        "bankaccount": notification.account or "000000",
        "transType": letters[notification.kind],
        "orderId": notification.order_ref or "",
        "sign": "",
        "terminalCode": "",
        "subTerminalCode": "",
        "serviceCode": "",
        "urlLink": "",
    }


def seal(plain: bytes, secrets: Secrets, at: datetime) -> Delivery:
    """Put a fresh token on a body."""
    return Delivery("POST", OPERATIONS[0], "", (JSON, bearer(secrets, at)), plain, at)


UNSIGNED = (
    "transactionid",
    "transactiontime",
    "referencenumber",
    "amount",
    "content",
    "bankaccount",
    "transType",
    "orderId",
    "sign",
    "terminalCode",
    "subTerminalCode",
    "serviceCode",
    "urlLink",
)

CARRIES: Mapping[str, str] = {
    "account": r"[0-9]{6,19}",
    "order_ref": r"[0-9A-Za-z]{1,19}",
    "memo": r"[^\x00-\x1f\x7f]{0,200}",
}

PROTOCOL = Protocol(
    name="vietqr_vn",
    verify=verify,
    parse=parse,
    acknowledge=acknowledge,
    sign=sign,
    seal=seal,
    secrets=SECRETS,
    secret_forms=SECRET_FORMS,
    proof="bearer token of ours in the header authorization; nothing of the message is covered",
    success_rule="transType is C; D is money that left; without transType it is unknown",
    evidence="A",
    source="api.vietqr.vn, doc.vietqr.vn; duchieupham/vietqr_server",
    axes=Axes(
        family="S2",
        canonical="none",
        digest="none; the token is HMAC-SHA256 of our own making",
        seal_place="header",
        codec="JSON",
        replay="the token ends after 300 seconds; the message has no bound",
        dedup="transactionid; then account, referencenumber, direction, amount and day",
        direction="transType",
        receiver="bankaccount",
        order="orderId; our reference in content",
        coverage="every movement of the account",
        answer_meaning="2xx: kept; 400: lost for ever; anything else: called again",
        reversal="a movement with transType D and an id of its own",
        poll="check-order by MD5 of account and user name, which proves nothing",
        refund="by API, MD5, full or in part",
        file="none",
        unsigned_use="all of it: kept, and final only once it is confirmed",
        phases="token, notify",
    ),
    operations=OPERATIONS,
    talks=TALKS,
    results=RESULTS,
    result=result,
    kinds=("credit", "debit"),
    carries={
        "provider_txn_id": r"[0-9A-Za-z][0-9A-Za-z-]{0,49}",
        "reference": r"[A-Z0-9]{6,20}",
        **CARRIES,
    },
    amount_unit="dong",
    amount_form="decimal",
    time_format="epoch_ms",
    window_seconds=LIFETIME_SECONDS,
    retry="at most 10 calls: 5 in the first minute, then one a minute",
    retry_horizon_seconds=10 * 60,
    unsigned=UNSIGNED,
    weak=True,
)
