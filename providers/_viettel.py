"""Viettel Money, payment gateway 2.0: three calls about an order of ours, each a form by POST.

``confirm`` (4.1) asks before the payment whether the order may be paid, ``result`` (4.2) says how
it went, ``requery`` (4.4) asks what we answered to that. Only ``result`` tells of money. The page
that the shopper comes back to (4.3, a GET with the fields of 4.2) is never heard.

What is signed: the access code, then the values in the alphabetical order of their names, with
nothing between them; HMAC-SHA1 with the hash key, base64, in the field ``check_sum``.
  confirm: billcode, merchant_code, order_id, trans_amount - the last is OURS and is not sent
  result:  billcode, cust_msisdn, error_code, merchant_code, order_id, payment_status, trans_amount,
           vt_transaction_id
  requery: merchant_code, order_id
Every field that decides is covered. In base64 that went through a form, ``+`` may have become a
space and ``=`` may read ``%3d``; both spellings stand for one seal and are turned back.

A joined text could be cut anew: 10.000 đ with number 191205... reads as 1.000.019 đ with number
1205..., and the shopper holds a sealed text in the address of the page. So each value has a strict
form BEFORE the seal is believed, and then one cut alone is possible. The number of the payment is
14 digits, so the amount ends where they begin; billcode is order_id, 1 to 12 signs; between
billcode and merchant_code stand 12 to 14 digits and merchant_code begins with a letter, so a second
place for it would lie in digits; a payer's number begins with 84 or 0 and no 0 follows, so billcode
cannot end elsewhere. For the same reasons no text of another kind (a confirm call, our answers
about our references) reads as a result. A refusal of ours never signs what the caller wrote: ``01``
and the merchant with a chosen order_id would be the head of a result.

What it says: ``trans_amount`` as digits in whole đồng, ``order_id``, ``vt_transaction_id`` (the
key) and the payer's number (masked). No time at all: the arrival is the time, and no business
field. Money has come if ``payment_status`` is 1 AND ``error_code`` is 00.

What it wants to hear: HTTP 200 and JSON with a seal of the same kind. result: 00 kept (a failure
and a repeat too), 01 not. confirm: 00 may be paid, 01 nothing to be paid under that code, 02 not
genuine, 03 not our merchant. requery: byte for byte what we answered to the result, 01 where
nothing was answered. Retries, addresses and files are not published.

Written at: Viettel's sample pack of 12/2019, as in doanngocthanh/viettelpay_code_demo. Uncertain:
no signed call of Viettel itself is public. SHA1 and base64 over these values is what the pack does
and prints (28 signs); others write SHA1 as hex or SHA256: if a merchant has that, it is another
protocol, never a second try. The length of vt_transaction_id, a telephone number of 84 or 0 and
nine digits, and a merchant_code that begins with a letter are what the samples show: a genuine call
of another form is refused and seen among the refused ones, which is safer than two readings.
"""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime

from providers._codecs import read_form, write_form
from providers._protocol import Delivery, Refused, Reply, Secrets
from providers._replies import json_reply
from providers._seals import hmac_base64, secret

FORM = ("content-type", "application/x-www-form-urlencoded")
ORDER = r"[A-Za-z0-9]{1,12}"
TRANSACTION = r"[0-9]{14}"
MERCHANT = r"[A-Za-z][A-Za-z0-9_]{1,19}"

KEPT, NOT_KEPT = "00", "01"

_FORMS: Mapping[str, re.Pattern[str]] = {
    "billcode": re.compile(ORDER),
    "cust_msisdn": re.compile(r"(?:84|0)[1-9][0-9]{8}"),
    "error_code": re.compile(r"[0-9]{2,3}"),
    "merchant_code": re.compile(MERCHANT),
    "order_id": re.compile(ORDER),
    "payment_status": re.compile(r"-?[0-9]"),
    "trans_amount": re.compile(r"0|[1-9][0-9]{0,12}"),
    "vt_transaction_id": re.compile(TRANSACTION),
}
_EQUALS_SIGN = re.compile(r"%3[dD]\Z")
# The receipt also has these; nothing signs them and we have nothing to say in them.
_UNUSED = {"return_url": "", "return_bill_code": "", "return_other_info": ""}


def picked(form: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Return those values in that order, each of its strict form; billcode must be the order.

    Refused("field_missing"), Refused("malformed"), Refused("ambiguous").
    """
    fields = {name: text(form, name) for name in names}
    for name, value in fields.items():
        if not _FORMS[name].fullmatch(value):
            raise Refused("malformed", name)
    if fields.get("billcode", fields["order_id"]) != fields["order_id"]:
        raise Refused("ambiguous", "billcode")
    return fields


def text(form: Mapping[str, str], name: str) -> str:
    """Return a value that must be there; Refused("field_missing")."""
    if name not in form:
        raise Refused("field_missing", name)
    return form[name]


def seal_of(form: Mapping[str, str]) -> str:
    """Return the check sum as it was before the form; a base64 text has no space and no %."""
    return _EQUALS_SIGN.sub("=", text(form, "check_sum").replace(" ", "+"))


def check_sum(values: Iterable[str], secrets: Secrets) -> str:
    """Return the seal over the access code and the values, with nothing between them."""
    joined = "".join([secret(secrets, "access_code"), *values])
    return hmac_base64(secret(secrets, "hash_key"), joined, "sha1")


def sealed(
    plain: bytes, values: Iterable[str], secrets: Secrets, call: tuple[str, datetime]
) -> Delivery:
    """Put the seal over those values behind a form; ``call`` is its operation and moment."""
    operation, at = call
    seal = write_form({"check_sum": check_sum(values, secrets)}).encode()
    return Delivery("POST", operation, "", (FORM,), plain + b"&" + seal, at)


def said(delivery: Delivery, name: str) -> str:
    """Return a value of a call for an answer; nothing if it has none of the strict form."""
    value = ""
    with suppress(Refused):
        value = read_form(delivery.body).get(name, "")
    return value if _FORMS[name].fullmatch(value) else ""


def receipt(code: str, order: str, secrets: Secrets) -> Reply:
    """Answer a result or a requery; ``order`` is empty where its seal was not proven."""
    merchant = secret(secrets, "merchant_code")
    told = {"error_code": code, "merchant_code": merchant, "order_id": order}
    return json_reply(200, told | _UNUSED | {"check_sum": check_sum(told.values(), secrets)})
