"""Viettel's result call and its protocol: how the payment of an order went.

How it is sealed, what decides and what is uncertain is written in ``_viettel.py``; the two
questions about an order are in ``_viettel_talks.py``.
"""

from collections.abc import Mapping
from datetime import datetime

from cashless.clock import business_date
from providers import _fields
from providers._codecs import read_form, write_form
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
from providers._results import standing
from providers._seals import require_equal, require_seal, secret
from providers._viettel import (
    FORM,
    KEPT,
    MERCHANT,
    NOT_KEPT,
    ORDER,
    TRANSACTION,
    check_sum,
    picked,
    receipt,
    said,
    seal_of,
    sealed,
    text,
)
from providers._viettel_talks import TALKS

_RESULT = (
    "billcode",
    "cust_msisdn",
    "error_code",
    "merchant_code",
    "order_id",
    "payment_status",
    "trans_amount",
    "vt_transaction_id",
)
# payment_status; where that says success, with error_code behind it, because both must.
_RESULTS: Mapping[str, Standing] = {
    "1/00": Standing.PAID,
    "0": Standing.PENDING,
    "3": Standing.PENDING,  # Viettel itself does not know: ask
    "2": Standing.FAILED,
    "-1": Standing.FAILED,  # nobody ever paid
}

_CODES: Mapping[Outcome, str] = {
    Outcome.STORED: KEPT,
    Outcome.DUPLICATE: KEPT,
    Outcome.REFUSED: NOT_KEPT,
    Outcome.UNAVAILABLE: NOT_KEPT,
}


def verify(delivery: Delivery, secrets: Secrets, _window: int | None) -> Verified:
    """Prove the eight values, each of its strict form, and hand on nothing else."""
    form = read_form(delivery.body)
    fields = picked(form, _RESULT)
    require_equal(fields["merchant_code"], secret(secrets, "merchant_code"), "merchant_code")
    require_seal(seal_of(form), check_sum(fields.values(), secrets))
    return Verified(fields, delivery)


def parse(verified: Verified) -> tuple[Notification, ...]:
    """Translate a paid order; () for every other standing."""
    fields = verified.fields
    if result(verified).standing is not Standing.PAID:
        return ()
    at = verified.delivery.received_at
    notification = Notification(
        provider_txn_id=_fields.identifier(fields, "vt_transaction_id"),
        kind="credit",
        amount=_fields.amount_digits(fields, "trans_amount", PROTOCOL.amount_unit),
        occurred_at=at,
        business_date=business_date(at),
        account=_fields.identifier(fields, "merchant_code"),
        virtual_account=None,
        order_ref=_fields.identifier(fields, "order_id"),
        memo="",
        payer=_fields.masked(_fields.text(fields, "cust_msisdn")),
        stable_time=False,
    )
    return (notification,)


def result(verified: Verified) -> Result:
    """Tell by payment_status, and where that says success by error_code too, how it stands."""
    fields = verified.fields
    status = _fields.text(fields, "payment_status")
    code = f"1/{fields['error_code']}" if status == "1" else status
    order = _fields.identifier(fields, "order_id")
    return Result(
        code, standing(_RESULTS, code), order, _fields.identifier(fields, "vt_transaction_id")
    )


def acknowledge(outcome: Outcome, delivery: Delivery, secrets: Secrets) -> Reply:
    """Answer a result with HTTP 200 and a seal; the order is named where the call was proven."""
    code = _CODES[outcome]
    return receipt(code, said(delivery, "order_id") if code == KEPT else "", secrets)


def sign(notification: Notification, secrets: Secrets, at: datetime) -> Delivery:
    """Speak as Viettel about an order; what is heard is as old as the call, which has no time."""
    order = notification.order_ref or "SIM"
    plain = {
        "billcode": order,
        "cust_msisdn": "84900000000",
        "error_code": "00",
        "merchant_code": secrets["merchant_code"],
        "order_id": order,
        "payment_status": "1",
        "trans_amount": str(notification.amount),
        "vt_transaction_id": notification.provider_txn_id,
    }
    return seal(write_form(plain).encode(), secrets, at)


def seal(plain: bytes, secrets: Secrets, at: datetime) -> Delivery:
    """Put the check sum behind a form that has the eight fields, whatever their forms."""
    form = read_form(plain)
    return sealed(plain, [text(form, name) for name in _RESULT], secrets, ("result", at))


PROTOCOL = Protocol(
    name="gateway_v2",
    verify=verify,
    parse=parse,
    acknowledge=acknowledge,
    sign=sign,
    seal=seal,
    secrets={
        "access_code": "The access code; every signed text begins with it.",
        "hash_key": "The hash key of the seal, in both directions.",
        "merchant_code": "The merchant account at Viettel; every message must name it.",
    },
    proof="HMAC-SHA1 over the access code and eight values joined by nothing, form field check_sum;"
    " signed answer",
    success_rule="payment_status is 1 and error_code is 00",
    evidence="B",
    source="Viettel's sample pack of 12/2019 (doanngocthanh/viettelpay_code_demo)",
    axes=Axes(
        family="S13",
        canonical="access code and the values in alphabetical order of their names, no separator;"
        " each value has a strict form first, so that the text can be cut in one way",
        digest="HMAC-SHA1, text key, base64",
        seal_place="body field",
        codec="form; a space in the seal is +, %3d is =",
        replay="none; the key of the payment alone",
        dedup="vt_transaction_id; then order and amount",
        direction="credits only",
        receiver="merchant_code",
        order="order_id, equal to billcode",
        coverage="every result",
        answer_meaning="00 kept (a failure too), 01 not kept; signed",
        reversal="none by webhook",
        poll="TRANS_INQUIRY by order_id, signed answer",
        refund="REFUND_PAYMENT, in full only",
        file="not published",
        unsigned_use="unknown fields are ignored; the page the shopper returns to is never heard",
        phases="confirm before the payment, result, requery of our answer",
    ),
    operations=("result",),
    talks=TALKS,
    results=_RESULTS,
    result=result,
    secret_forms={"merchant_code": MERCHANT},
    carries={"provider_txn_id": TRANSACTION, "order_ref": ORDER},
    content_types=(FORM[1],),
    amount_unit="dong",
    amount_form="digits",
    time_format="compact",
    published_secrets=frozenset(
        {
            # The access code and hash key of the test merchant in the sample pack.
            "455f994db1f4da26ea6e8c49018908b0680bf13287c7934132669268c054fdcb",
            "8df973746040ac90899e3d60781d5554126b4669b8a751cc37db4d8633072ea3",
        }
    ),
)
