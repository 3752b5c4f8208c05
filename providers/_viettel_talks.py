"""Viettel's two questions about an order: may it be paid, and what did we answer to its result.

``confirm`` comes before the payment. Its seal holds the amount of the order, which is not sent, so
it can only be checked with what we know; a foreign code is answered 01 without a check, and with
nothing of the call in the signed text. An order that is closed, or has been paid in part, has
nothing to be paid in full: 01. A call for another merchant hears 03. ``requery`` gives back
the stored answer byte for byte.

How it is sealed and what the codes mean is written in ``_viettel.py``.
"""

from collections.abc import Mapping
from datetime import datetime

from providers._codecs import read_form, write_form
from providers._protocol import Delivery, Known, OrderFacts, Question, Reply, Secrets, Talk
from providers._replies import json_reply
from providers._seals import require_equal, require_seal, secret
from providers._viettel import NOT_KEPT, check_sum, picked, receipt, said, seal_of, sealed

_CONFIRM = ("billcode", "merchant_code", "order_id")
_REQUERY = ("merchant_code", "order_id")
_PAYABLE, _NOTHING_PAYABLE, _NOT_GENUINE, _NOT_OUR_MERCHANT = "00", "01", "02", "03"


def _ask_confirm(delivery: Delivery, secrets: Secrets) -> Question:
    return Question(order_ref=_asked(read_form(delivery.body), _CONFIRM, secrets)["order_id"])


def _tell_confirm(delivery: Delivery, secrets: Secrets, known: Known) -> Reply:
    form = read_form(delivery.body)
    fields, order = _asked(form, _CONFIRM, secrets), known.order
    if order is None or order.code != fields["order_id"]:
        return _permit(_NOTHING_PAYABLE, None, secrets)
    require_seal(seal_of(form), check_sum([*fields.values(), str(order.amount)], secrets))
    is_payable = order.is_open and order.paid == 0
    return _permit(_PAYABLE if is_payable else _NOTHING_PAYABLE, order, secrets)


def _refuse_confirm(delivery: Delivery, secrets: Secrets) -> Reply:
    merchant = said(delivery, "merchant_code")
    is_foreign = merchant not in {"", secret(secrets, "merchant_code")}
    return _permit(_NOT_OUR_MERCHANT if is_foreign else _NOT_GENUINE, None, secrets)


def _speak_confirm(code: str, amount: int, secrets: Secrets, at: datetime) -> Delivery:
    plain = {"billcode": code, "merchant_code": secrets["merchant_code"], "order_id": code}
    values = [*plain.values(), str(amount)]
    return sealed(write_form(plain).encode(), values, secrets, ("confirm", at))


def _permit(code: str, order: OrderFacts | None, secrets: Secrets) -> Reply:
    """Answer a confirm; without an order where its seal was not proven."""
    told = {
        "billcode": order.code if order else "",
        "error_code": code,
        "merchant_code": secret(secrets, "merchant_code"),
        "order_id": order.code if order else "",
        "trans_amount": str(order.amount) if order else "",
    }
    return json_reply(200, {**told, "check_sum": check_sum(told.values(), secrets)})


def _ask_requery(delivery: Delivery, secrets: Secrets) -> Question:
    form = read_form(delivery.body)
    fields = _asked(form, _REQUERY, secrets)
    require_seal(seal_of(form), check_sum(fields.values(), secrets))
    return Question(order_ref=fields["order_id"], wants_answer=True)


def _tell_requery(delivery: Delivery, secrets: Secrets, known: Known) -> Reply:
    asked = _ask_requery(delivery, secrets)
    return known.answered or receipt(NOT_KEPT, asked.order_ref or "", secrets)


def _refuse_requery(_delivery: Delivery, secrets: Secrets) -> Reply:
    return receipt(NOT_KEPT, "", secrets)


def _speak_requery(code: str, _amount: int, secrets: Secrets, at: datetime) -> Delivery:
    plain = {"merchant_code": secrets["merchant_code"], "order_id": code}
    return sealed(write_form(plain).encode(), plain.values(), secrets, ("requery", at))


def _asked(form: Mapping[str, str], names: tuple[str, ...], secrets: Secrets) -> Mapping[str, str]:
    """Return the values of a question to our merchant."""
    fields = picked(form, names)
    require_equal(fields["merchant_code"], secret(secrets, "merchant_code"), "merchant_code")
    return fields


TALKS: Mapping[str, Talk] = {
    "confirm": Talk(
        purpose="May this order be paid? Its amount is in the seal and not in the call.",
        ask=_ask_confirm,
        tell=_tell_confirm,
        refuse=_refuse_confirm,
        speak=_speak_confirm,
    ),
    "requery": Talk(
        purpose="What did you answer to the result of this order?",
        ask=_ask_requery,
        tell=_tell_requery,
        refuse=_refuse_requery,
        speak=_speak_requery,
    ),
}
