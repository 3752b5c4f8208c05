"""The rules of NAPAS for VietQR: object 38 and what it demands around it.

38.00 is the scheme's mark A000000727, 38.01 holds exactly two objects (00 the
BIN of the bank, 01 the account, card or merchant id), 38.02 is the service.
The scheme is told by the mark, never by the tag: LaoQR also uses object 38.
Country, currency and point of initiation, optional or free in EMVCo, are
fixed here.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from cashless.vietqr import emv, tlv
from cashless.vietqr.banks import is_known
from cashless.vietqr.emv import Inner
from cashless.vietqr.flaws import Flaw, flaw

GUID: Final = "A000000727"
TAG: Final = "38"
TO_ACCOUNT: Final = "QRIBFTTA"
TO_CARD: Final = "QRIBFTTC"
MERCHANT_PAYMENT: Final = "QRPUSH"
CASH: Final = "QRCASH"
STATIC: Final = "11"
DYNAMIC: Final = "12"
CURRENCY: Final = "704"
COUNTRY: Final = "VN"
BIN: Final = r"[0-9]{6}"
ACCOUNT: Final = r"[0-9A-Za-z]{1,19}"
# A fast transfer is below 500 million đồng (NAPAS247).
TRANSFER_MAX: Final = 499_999_999

_SERVICES: Final = {TO_ACCOUNT, TO_CARD, MERCHANT_PAYMENT, CASH}
_CARD: Final = r"[0-9]{16}(?:[0-9]{3})?"
_CASH_CATEGORY: Final = "6011"
_KNOWN: Final = ("00", "01", "02")
_SERVICE_LENGTH_MAX: Final = 10
_BENEFICIARY: Final = {"00": BIN, "01": ACCOUNT}
_FIXED: Final = {
    "53": (CURRENCY, "currency_not_704"),
    "58": (COUNTRY, "country_not_VN"),
}
_CONSUMER_DATA: Final = r"(?!.*(.).*\1)[AME]+"


def is_napas(inner: Inner) -> bool:
    """Tell whether an account template bears the mark of NAPAS."""
    return any(objects.get("00") == GUID for objects in emv.accounts(inner).values())


def fields(inner: Inner) -> dict[str, object]:
    """Return the named parts of object 38; an absent part is None."""
    template = inner.get(TAG, {})
    beneficiary, _ = tlv.read(template.get("01", ""))
    extra = {name: value for name, value in template.items() if name not in _KNOWN}
    return {
        "tag": TAG,
        "guid": GUID,
        "bin": beneficiary.get("00"),
        "account": beneficiary.get("01"),
        "service": template.get("02"),
    } | ({"extra": extra} if extra else {})


def errors(root: Mapping[str, str], inner: Inner) -> Iterator[Flaw]:
    """Yield what NAPAS forbids beyond EMVCo."""
    yield from _misplaced(inner)
    yield from _beneficiary_errors(inner.get(TAG, {}))
    if len(inner.get(TAG, {}).get("02", "")) > _SERVICE_LENGTH_MAX:
        yield flaw("overlong", "38.02")
    if "01" not in root:
        yield flaw("missing", "01")
    for name, (value, code) in _FIXED.items():
        if root.get(name, value) != value:
            yield flaw(code, name)
    request = inner.get("62", {}).get("09", "A")
    is_short = len(request) <= emv.ADDITIONAL["09"].longest
    if is_short and not re.fullmatch(_CONSUMER_DATA, request):
        yield flaw("bad_format", "62.09")


def warnings(root: Mapping[str, str], inner: Inner) -> Iterator[Flaw]:
    """Yield what a bank app may treat differently from what was meant."""
    service = inner.get(TAG, {}).get("02")
    if root.get("01") == STATIC and "54" in root:
        yield flaw("static_with_amount", "01")
    if service not in _SERVICES:
        yield flaw("unknown_service" if service else "no_service_code", "38.02")
    if not is_known(str(fields(inner)["bin"])):
        yield flaw("unknown_bin", "38.01.00")
    yield from _amount_warnings(root.get("54", ""))
    others = (name for name in root if name != TAG and emv.is_account(name))
    yield from (flaw("other_account", name) for name in others)
    if service == MERCHANT_PAYMENT:
        yield from emv.absent(root)


def demands(root: Mapping[str, str], inner: Inner) -> Iterator[Flaw]:
    """Yield what the service asks for and this code lacks; read with patience, never written."""
    service = inner.get(TAG, {}).get("02") or MERCHANT_PAYMENT
    if service not in _SERVICES:
        yield flaw("unknown_service", "38.02")
    yield from emv.absent(root) if service in {MERCHANT_PAYMENT, CASH} else ()
    yield from _amount_warnings(root.get("54", ""))
    if service == TO_CARD and not re.fullmatch(_CARD, str(fields(inner)["account"])):
        yield flaw("bad_format", "38.01.01")
    if service == CASH:
        yield from _cash_demands(root, inner)


def _cash_demands(root: Mapping[str, str], inner: Inner) -> Iterator[Flaw]:
    """A cash withdrawal is for one time, at a machine, under a reference."""
    if root.get("01") != DYNAMIC:
        yield flaw("not_dynamic", "01")
    if root.get("52", _CASH_CATEGORY) != _CASH_CATEGORY:
        yield flaw("bad_format", "52")
    for name in ("05", "07"):
        if name not in inner.get("62", {}):
            yield flaw("missing", f"62.{name}")


def _misplaced(inner: Inner) -> Iterator[Flaw]:
    return (
        flaw("napas_not_in_38", name)
        for name, objects in emv.accounts(inner).items()
        if objects.get("00") == GUID and name != TAG
    )


def _beneficiary_errors(template: Mapping[str, str]) -> Iterator[Flaw]:
    objects, broken = tlv.read(template.get("01", ""), "38.01")
    yield from broken
    for name, form in _BENEFICIARY.items():
        if name not in objects:
            yield flaw("missing", f"38.01.{name}")
        elif not re.fullmatch(form, objects[name]):
            yield flaw("bad_format", f"38.01.{name}")
    for name in (name for name in objects if name not in _BENEFICIARY):
        yield flaw("unexpected_subfield", f"38.01.{name}")


def _amount_warnings(amount: str) -> Iterator[Flaw]:
    whole = amount.partition(".")[0]
    if tlv.is_digits(whole) and int(whole) > TRANSFER_MAX:
        yield flaw("amount_over_limit", "54")
