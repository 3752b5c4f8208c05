r"""MB's transaction-sync: VietQR.VN's format as the bank itself speaks it. Weak.

Proof, time, amount and direction are those of ``_vietqrvn.py``: a bearer token of ours and nothing
covered. MB adds ``va`` (virtual account), ``reciprocalAccount`` (the payer, masked) and
reciprocalBankCode, valueDate, which are not needed.

The key is direction and ``referencenumber``: one FT number names the credit and its reversal, so
the letter C or D stands before it. The number may end in ``\BNK``, which is cut for the key.

What it wants to hear: 000 kept; HTTP 400 with 006 kept before; HTTP 401 not ours; HTTP 500 with
005 try again. The codes 001 to 004 (body, amount, type, time) are never said, because they end the
calls and the money has moved: such a call is kept and put before a person. The retry schedule of
the bank is not published.

Written at: duchieupham/vietqr_server (2024), which the bank calls.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from providers import _fields, _vietqrvn
from providers._codecs import write_json
from providers._protocol import (
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

_SUFFIX = "\\BNK"

_FAILURES: Mapping[Outcome, tuple[int, str]] = {
    Outcome.DUPLICATE: (400, "006"),
    Outcome.REFUSED: (401, "TOKEN_INVALID"),
    Outcome.UNAVAILABLE: (500, "005"),
}


def parse(verified: Verified) -> tuple[Notification, ...]:
    """Translate a movement; () for one whose direction is not told."""
    fields = verified.fields
    if result(verified).standing is not Standing.PAID:
        return ()
    said = replace(
        _vietqrvn.movement(fields),
        provider_txn_id=_key(fields),
        virtual_account=_fields.optional_identifier(fields, "va"),
        payer=_fields.masked(_fields.optional_text(fields, "reciprocalAccount")),
    )
    return (said,)


def result(verified: Verified) -> Result:
    """Tell by transType how the movement stands, under the key it is kept by."""
    said = _vietqrvn.result(verified)
    is_paid = said.standing is Standing.PAID
    return replace(said, provider_txn_id=_key(verified.fields) if is_paid else None)


def acknowledge(outcome: Outcome, delivery: Delivery, _secrets: Secrets) -> Reply:
    """Answer with the bank's codes; HTTP 400 only for what is kept already."""
    if outcome in _FAILURES:
        return _vietqrvn.failed(*_FAILURES[outcome])
    return _vietqrvn.kept(delivery)


def sign(notification: Notification, secrets: Secrets, at: datetime) -> Delivery:
    """Speak as MB; of an id with a colon the bank's reference stands behind it."""
    reference = notification.provider_txn_id.rpartition(":")[2]
    said = _vietqrvn.said_of(notification) | {
        "transactionid": f"SIM-{notification.provider_txn_id}",
        "referencenumber": notification.reference or reference,
        "reciprocalAccount": notification.payer or "",
        "reciprocalBankCode": "",
        "va": notification.virtual_account or "",
        "valueDate": "",
    }
    return _vietqrvn.seal(write_json(said), secrets, at)


def _key(fields: _fields.Fields) -> str:
    reference = _fields.identifier(fields, "referencenumber").removesuffix(_SUFFIX)
    return f"{_fields.text(fields, 'transType')}:{reference}"


PROTOCOL = Protocol(
    name="mb_sync",
    verify=_vietqrvn.verify,
    parse=parse,
    acknowledge=acknowledge,
    sign=sign,
    seal=_vietqrvn.seal,
    secrets=_vietqrvn.PROTOCOL.secrets,
    secret_forms=_vietqrvn.PROTOCOL.secret_forms,
    proof=_vietqrvn.PROTOCOL.proof,
    success_rule=_vietqrvn.PROTOCOL.success_rule,
    evidence="B",
    source="duchieupham/vietqr_server, which MB calls",
    axes=replace(
        _vietqrvn.PROTOCOL.axes,
        dedup="transType and referencenumber; then account, amount and day",
        receiver="va, bankaccount",
        answer_meaning="000 kept; HTTP 400 with 006: kept before; HTTP 500 with 005: try again",
        poll="not published",
        refund="by API; the codes 4857 and 4863 refuse one",
        file="RV_yyyymmdd_TC.txt, next day, 21 columns, checksum for each line",
    ),
    operations=_vietqrvn.OPERATIONS,
    talks=_vietqrvn.TALKS,
    results=_vietqrvn.RESULTS,
    result=result,
    kinds=("credit", "debit"),
    carries={
        "provider_txn_id": r"FT[0-9]{8,16}",
        "virtual_account": r"[0-9A-Z]{6,19}",
        "payer": r"\*{4}[0-9]{4}",
        **_vietqrvn.CARRIES,
    },
    amount_unit="dong",
    amount_form="decimal",
    time_format="epoch_ms",
    window_seconds=_vietqrvn.PROTOCOL.window_seconds,
    unsigned=(
        *_vietqrvn.UNSIGNED,
        "reciprocalAccount",
        "reciprocalBankCode",
        "va",
        "valueDate",
    ),
    weak=True,
)
