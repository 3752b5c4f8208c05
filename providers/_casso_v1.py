"""Casso webhook V1: a list of movements under one static header. Weak.

What proves it: the header ``secure-token`` equals the one we gave. It says who called, once and for
all time, and nothing of what was said: the body is covered by nothing, and a call that leaked can
be changed and sent again. So every payment over it stays to be confirmed by something independent.

What it says: ``{"error":0,"data":[...]}``, several movements of perhaps several accounts for each
call: ``amount`` (signed, see ``_casso.py``), ``when`` in Vietnam time (sometimes only the day),
``bank_sub_acc_id`` (the account, the same as ``subAccId``), ``virtualAccount``, ``description``,
``tid`` (the bank's reference, not unique) and ``cusum_balance``, which is often 0 and then means
that it is not known. A list is read as a whole: one movement that cannot be read puts the whole
call before a person, and none of it is booked from it.

A movement with id 0 is a sample and is left out. An ``error`` that is not 0 is no money.
Casso is about five minutes behind the bank on average.

Written at: developer.casso.vn, an older page of casso.vn, CassoHQ/casso-webhook-handler-sample.
Uncertain: the largest list; we read up to 1 MiB.
"""

from datetime import datetime

from providers import _fields
from providers._casso import SAMPLE_ID, Names, acknowledge, movement, said
from providers._codecs import read_object, write_json, write_local
from providers._protocol import Axes, Delivery, Notification, Protocol, Secrets, Verified
from providers._replies import JSON
from providers._seals import require_seal, secret

_TOKEN = "secure-token"  # noqa: S105  the name of the header and of the secret, not its value
_NAMES = Names(
    time="when",
    account="bank_sub_acc_id",
    virtual_account="virtualAccount",
    payer="corresponsiveAccount",
    reference="tid",
    balance="cusum_balance",
)


def verify(delivery: Delivery, secrets: Secrets, _window: int | None) -> Verified:
    """Compare the static header, which is all there is to compare."""
    require_seal(delivery.header(_TOKEN), secret(secrets, _TOKEN))
    return Verified(read_object(delivery.body), delivery)


def parse(verified: Verified) -> tuple[Notification, ...]:
    """Translate every movement of the list but samples; () for all that is not error 0."""
    if _fields.number(verified.fields, "error") != 0:
        return ()
    listed = _fields.objects(verified.fields, "data")
    booked = [one for one in listed if _fields.number(one, "id") != SAMPLE_ID]
    return tuple(movement(_told(one), _NAMES, PROTOCOL.time_format) for one in booked)


def sign(notification: Notification, secrets: Secrets, at: datetime) -> Delivery:
    """Speak as Casso of one movement; the bank time is cut to whole seconds."""
    listed = [said(notification, _NAMES, write_local)]
    return seal(write_json({"error": 0, "data": listed}), secrets, at)


def seal(plain: bytes, secrets: Secrets, at: datetime) -> Delivery:
    """Put the static header on a body."""
    return Delivery("POST", "", "", (JSON, (_TOKEN, secret(secrets, _TOKEN))), plain, at)


def _told(fields: _fields.Fields) -> _fields.Fields:
    """Leave out a balance of 0, which stands for one that Casso does not know."""
    return {name: value for name, value in fields.items() if (name, value) != (_NAMES.balance, 0)}


PROTOCOL = Protocol(
    name="casso_v1",
    verify=verify,
    parse=parse,
    acknowledge=acknowledge,
    sign=sign,
    seal=seal,
    secrets={_TOKEN: "The secure-token that Casso sends in a header with every call."},
    proof="a static token in the header secure-token; nothing of the message is covered",
    success_rule="error is 0 and id is not 0; amount above zero is a credit, below zero a debit",
    evidence="B",
    source="developer.casso.vn; CassoHQ/casso-webhook-handler-sample",
    axes=Axes(
        family="S1",
        canonical="none",
        digest="none; the token is compared as text",
        seal_place="header",
        codec="JSON",
        replay="none; the key of the payment alone",
        dedup="id; then account, reference, direction, amount and day",
        direction="sign of amount",
        receiver="bank_sub_acc_id, virtualAccount",
        order="none; our reference in description",
        coverage="every movement of the account, several for each call",
        answer_meaning="2xx: kept (believed)",
        reversal="a movement with an amount below zero and an id of its own",
        poll="REST list of transactions; a call makes Casso read the bank now",
        refund="none",
        file="none; the list has the same fields",
        unsigned_use="all of it: kept, and final only once it is confirmed",
        test_message="id 0",
    ),
    kinds=("credit", "debit"),
    carries={
        "provider_txn_id": r"[1-9][0-9]{0,14}",
        "account": r"[0-9]{6,19}",
        "virtual_account": r"[A-Z0-9]{3,19}",
        "memo": r"[^\x00-\x1f\x7f]{0,200}",
        "payer": r"\*{4}[0-9]{4}",
        "reference": r"[A-Z0-9]{6,20}",
    },
    body_limit=1_048_576,
    amount_unit="dong",
    amount_form="signed",
    time_format="local_or_day",
    unsigned=("error", "data"),
    weak=True,
)
