"""VietinBank's notification API 1.0.0: collection into virtual accounts, signed both ways by RSA.

What is signed: transId, transTime, custCode, amount, bankTransId and remark, joined with NOTHING
between them; RSA-2048, PKCS#1 v1.5, SHA-256, base64 in the body field ``signature``. Without a
separator the published sample can be cut in other ways that keep its seal: a digit of custCode or
of bankTransId moves into the amount, or all of bankTransId into amount and remark. So every joined
field must have one exact form before the seal is looked at: transId is digits, transTime fourteen
of them, custCode has the form of OUR virtual accounts (a prefix with a letter in it and a fixed
number of signs, named by the connection), bankTransId is three digits, a letter and twelve signs,
as in both known samples. Then the first letter of the text is custCode's and the next one behind
custCode is bankTransId's, so there is one cut. The document lets custCode and bankTransId be
absent; such a call could be cut in several ways and is refused.

NOT signed: transType (the direction), currencyCode, the accounts of both sides, msgId and
providerId. The direction and the receiving account are needed all the same, so the protocol is
weak: a payment is final once a statement confirms it. What is checked: currencyCode is VND, a
receiving account is told, and ``recvVirtualAcctId``, where it is told, is the signed custCode. The
payer's account is left out: nothing proves it. A changed ``recvAcctId`` is another
digest under the same key, so a replay becomes a conflict and no second payment.

What it says: ``amount`` as digits in whole đồng, ``transTime`` in Vietnam time, ``transId`` (the
key), ``bankTransId`` (core reference), ``custCode`` (virtual account; where what follows the prefix
is a reference of ours, it names the order), ``remark``. Money has come if ``transType`` is C,
COLLECTION or 3 (the bank's own sample of a collection); D is money that left; the meaning of O, 1
and 2 is not published: unknown, to be asked about.

What it wants to hear: transId, errorCode, errorDesc and our RSA seal over the three, again without
separator: 00 kept, 05 kept before, 01 not genuine, 99 try again (01 and 99 from the older batch
form). A refusal never signs a word of the caller, who could otherwise have us sign a receipt; a
transId is signed only if it is digits. The retry schedule is not published.

Written at: VietinBank's API description 1.0.0 and its test (Y3, collection 1.4.1, 2.2.3), public
code. Uncertain: forms of transId and bankTransId (two samples); the appendix names SHA-1 once, we
believe SHA-256 and try nothing else.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from functools import lru_cache

from cashless.clock import business_date
from cashless.vietqr.reference import is_reference
from providers import _fields
from providers._codecs import read_object, write_compact, write_json
from providers._keys import PEM, rsa_require, rsa_sign
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
from providers._replies import JSON, json_reply, told, told_text
from providers._results import standing
from providers._seals import secret

Forms = Mapping[str, re.Pattern[str]]

_TRANS_ID = re.compile(r"[0-9]{1,50}")
_BANK_TRANS_ID = re.compile(r"[0-9]{3}[A-Z][0-9A-Z]{12}")
_CUST_CODE_FORM = re.compile(r"([0-9]*[A-Z][0-9A-Z]*)(#{1,29})")
_UNSIGNED = (
    "msgId",
    "providerId",
    "transType",
    "currencyCode",
    "sendBankId",
    "sendBranchId",
    "sendAcctId",
    "sendAcctName",
    "recvAcctId",
    "recvAcctName",
    "recvVirtualAcctId",
    "recvVirtualAcctName",
)
_CARRIED = ("transType", "currencyCode", "recvAcctId", "recvVirtualAcctId")

# The document lists C, D, O, 1, 2, 3 and COLLECTION without a word about O, 1 and 2: asked about.
_RESULTS: Mapping[str, Standing] = {
    "C": Standing.PAID,
    "COLLECTION": Standing.PAID,
    "3": Standing.PAID,  # stands in the bank's own sample of a collection
    "D": Standing.PAID,  # money that left
}
_DEBIT = "D"

_WORDS: Mapping[Outcome, tuple[int, str, str]] = {
    Outcome.STORED: (200, "00", "Success"),
    Outcome.DUPLICATE: (200, "05", "Duplicate transaction"),
    Outcome.REFUSED: (200, "01", "SignatureInvalid"),
    Outcome.UNAVAILABLE: (503, "99", "NotDetermine"),
}


def verify(delivery: Delivery, secrets: Secrets, _window: int | None) -> Verified:
    """Prove the six joined values by their forms, then by the bank's seal."""
    body = read_object(delivery.body)
    signed = shaped(body, _forms(secret(secrets, "custCodeForm")))
    text = "".join(signed.values()).encode()
    rsa_require(secret(secrets, "bankPublicKey"), text, body.get("signature"))
    carried = {name: body[name] for name in _CARRIED if name in body}
    return Verified(carried | signed, delivery)


def parse(verified: Verified) -> tuple[Notification, ...]:
    """Translate a movement; () for a transType whose meaning is not published."""
    fields = verified.fields
    told_type = _fields.text(fields, "transType")
    if standing(_RESULTS, told_type) is not Standing.PAID:
        return ()
    _require_consistent(fields)
    at = _fields.moment(fields, "transTime", PROTOCOL.time_format)
    cust_code = _fields.identifier(fields, "custCode")
    notification = Notification(
        provider_txn_id=_fields.identifier(fields, "transId"),
        kind="debit" if told_type == _DEBIT else "credit",
        amount=_fields.amount_digits(fields, "amount", PROTOCOL.amount_unit),
        occurred_at=at,
        business_date=business_date(at),
        account=_fields.identifier(fields, "recvAcctId"),
        virtual_account=cust_code,
        order_ref=_order(cust_code),
        memo=_fields.text(fields, "remark"),
        payer=None,
        reference=_fields.identifier(fields, "bankTransId"),
    )
    return (notification,)


def result(verified: Verified) -> Result:
    """Tell by transType how the movement stands."""
    fields = verified.fields
    code = _fields.text(fields, "transType")
    order = _order(_fields.identifier(fields, "custCode"))
    txn = _fields.identifier(fields, "transId")
    return Result(code, standing(_RESULTS, code), order, txn)


def acknowledge(outcome: Outcome, delivery: Delivery, secrets: Secrets) -> Reply:
    """Answer under our own seal; a refusal holds nothing of the caller."""
    status, code, text = _WORDS[outcome]
    refused = outcome is Outcome.REFUSED
    trans_id = "" if refused else told_text(told(delivery.body), "transId")
    if not _TRANS_ID.fullmatch(trans_id):
        trans_id = ""
    said = {"transId": trans_id, "errorCode": code, "errorDesc": text}
    return json_reply(status, said | {"signature": _sealed_answer(said, secrets)})


def sign(notification: Notification, secrets: Secrets, at: datetime) -> Delivery:
    """Speak as the bank; what an account or core reference lacks is made up."""
    said = {
        "msgId": f"SIM{notification.provider_txn_id}",
        "providerId": "9111",
        "transId": notification.provider_txn_id,
        "transTime": write_compact(notification.occurred_at),
        "transType": _DEBIT if notification.kind == "debit" else "C",
        "custCode": notification.virtual_account or _cust_code(notification.order_ref, secrets),
        "recvAcctId": notification.account or "000000",
        "bankTransId": notification.reference or f"164T{notification.provider_txn_id[-12:]:0>12}",
        "amount": str(notification.amount),
        "remark": notification.memo or "CK",
        "currencyCode": "VND",
    }
    return seal(write_json(said), secrets, at)


def seal(plain: bytes, secrets: Secrets, at: datetime) -> Delivery:
    """Put the bank's seal on a body whose joined fields have their forms."""
    body = read_object(plain)
    signed = shaped(body, _forms(secret(secrets, "custCodeForm")))
    made = rsa_sign(secret(secrets, "bankPrivateKey"), "".join(signed.values()).encode())
    return Delivery("POST", "", "", (JSON,), write_json({**body, "signature": made}), at)


@lru_cache(64)
def _forms(cust_code_form: str) -> Forms:
    """Return the forms of the joined fields, in the order in which they are joined."""
    prefix, signs = _form_parts(cust_code_form)
    return {
        "transId": _TRANS_ID,
        "transTime": re.compile(r"20[0-9]{12}"),
        "custCode": re.compile(rf"{prefix}[0-9A-Z]{{{signs}}}"),
        "amount": re.compile(r"[1-9][0-9]{0,14}"),
        "bankTransId": _BANK_TRANS_ID,
        "remark": re.compile(r"(?s).{1,200}"),
    }


def _form_parts(cust_code_form: str) -> tuple[str, int]:
    found = _CUST_CODE_FORM.fullmatch(cust_code_form)
    if found is None:
        raise Refused("secret_invalid", "custCodeForm")
    return found[1], len(found[2])


def _cust_code(order_ref: str | None, secrets: Secrets) -> str:
    prefix, signs = _form_parts(secret(secrets, "custCodeForm"))
    order = order_ref if order_ref and len(order_ref) == signs else "0" * signs
    return f"{prefix}{order}"


def _order(cust_code: str) -> str | None:
    """Return the reference of ours at the end of a virtual account, if one stands there."""
    tail = cust_code[-12:]
    return tail if is_reference(tail) else None


def _require_consistent(fields: _fields.Fields) -> None:
    if _fields.text(fields, "currencyCode") != "VND":
        raise Unreadable("currency_unknown", "currencyCode")
    named = _fields.optional_text(fields, "recvVirtualAcctId")
    if named not in {None, fields["custCode"]}:
        raise Unreadable("field_invalid", "recvVirtualAcctId")


def _sealed_answer(said: Mapping[str, str], secrets: Secrets) -> str:
    """Seal an answer; without a readable key it stays unsealed, since anything is answered."""
    with suppress(Refused):
        return rsa_sign(secret(secrets, "partnerPrivateKey"), "".join(said.values()).encode())
    return ""


PROTOCOL = Protocol(
    name="notify_v1",
    verify=verify,
    parse=parse,
    acknowledge=acknowledge,
    sign=sign,
    seal=seal,
    secrets={
        "bankPublicKey": "The bank's RSA public key, as PEM.",
        "partnerPrivateKey": "Our RSA private key, as PEM: it seals our answers.",
        "custCodeForm": "Our virtual accounts: the bank's prefix, then one # for each sign.",
    },
    speaking_secrets={"bankPrivateKey": "The bank's RSA private key, as PEM; a sandbox has one."},
    answering_secrets=frozenset({"partnerPrivateKey"}),
    secret_forms={
        "bankPublicKey": PEM,
        "partnerPrivateKey": PEM,
        "custCodeForm": _CUST_CODE_FORM.pattern,
    },
    proof="RSA-2048 SHA-256 over six joined values, body field signature; signed answer",
    success_rule="transType is C, COLLECTION or 3; D is money that left",
    evidence="A",
    source="VietinBank notification API 1.0.0 and its test, public code",
    axes=Axes(
        family="S7",
        canonical="transId, transTime, custCode, amount, bankTransId, remark, no separator",
        digest="RSA-2048, PKCS#1 v1.5, SHA-256, base64",
        seal_place="body field",
        codec="JSON",
        replay="none; the key of the payment alone",
        dedup="transId; then account, bankTransId, direction, amount and day",
        direction="transType, which is not signed",
        receiver="custCode, which is signed; recvAcctId, which is not",
        order="custCode behind its prefix; our reference in remark",
        coverage="every movement of the virtual accounts",
        answer_meaning="signed 00: kept, 05: kept before; anything else: not kept",
        reversal="a movement with transType D and an id of its own",
        poll="not published",
        refund="none",
        file="next day by SFTP: yyyyMMdd_providerId_THUHOTKAO_IN.txt, checksum for each line",
        unsigned_use="direction and recvAcctId are used, final only once confirmed; others ignored",
    ),
    results=_RESULTS,
    result=result,
    kinds=("credit", "debit"),
    carries={
        "provider_txn_id": r"[1-9][0-9]{0,19}",
        "account": r"[0-9]{6,19}",
        "memo": r"[^\x00-\x1f\x7f]{1,200}",
        "reference": _BANK_TRANS_ID.pattern,
    },
    amount_unit="dong",
    amount_form="digits",
    time_format="compact",
    unsigned=_UNSIGNED,
    weak=True,
)
