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

from cashless.vietqr import tlv
from cashless.vietqr.banks import is_known
from cashless.vietqr.flaws import Flaw, flaw

GUID: Final = "A000000727"
TAG: Final = "38"
TO_ACCOUNT: Final = "QRIBFTTA"
MERCHANT_PAYMENT: Final = "QRPUSH"
BIN: Final = r"[0-9]{6}"
ACCOUNT: Final = r"[0-9A-Za-z]{1,19}"
# A fast transfer is below 500 million đồng (NAPAS247).
TRANSFER_MAX: Final = 499_999_999

_SERVICES: Final = {TO_ACCOUNT, "QRIBFTTC", MERCHANT_PAYMENT, "QRCASH"}
_SERVICE_LENGTH_MAX: Final = 10
_BENEFICIARY: Final = {"00": BIN, "01": ACCOUNT}
_FIXED: Final = {"53": ("704", "currency_not_704"), "58": ("VN", "country_not_VN")}
_CONSUMER_DATA: Final = r"(?!.*(.).*\1)[AME]+"
_MERCHANT_OBJECTS: Final = ("52", "59", "60")

Inner = Mapping[str, Mapping[str, str]]


def write_account(bin_: str, account: str) -> str:
    """Return the value of object 38 for a transfer to a bank account."""
    beneficiary = tlv.write((("00", bin_), ("01", account)))
    return tlv.write((("00", GUID), ("01", beneficiary), ("02", TO_ACCOUNT)))


def is_napas(inner: Inner) -> bool:
    """Tell whether an account template bears the mark of NAPAS."""
    return any(objects.get("00") == GUID for objects in inner.values())


def fields(inner: Inner) -> dict[str, object]:
    """Return the named parts of object 38; an absent part is None."""
    template = inner.get(TAG, {})
    beneficiary, _ = tlv.read(template.get("01", ""))
    return {
        "tag": TAG,
        "guid": GUID,
        "bin": beneficiary.get("00"),
        "account": beneficiary.get("01"),
        "service": template.get("02"),
    }


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
    if not re.fullmatch(_CONSUMER_DATA, request):
        yield flaw("bad_format", "62.09")


def warnings(root: Mapping[str, str], inner: Inner) -> Iterator[Flaw]:
    """Yield what a bank app may treat differently from what was meant."""
    template = inner.get(TAG, {})
    service = template.get("02")
    if service not in _SERVICES:
        yield flaw("unknown_service" if service else "no_service_code", "38.02")
    if not is_known(str(fields(inner)["bin"])):
        yield flaw("unknown_bin", "38.01.00")
    yield from _amount_warnings(root.get("54", ""))
    for name, objects in inner.items():
        if name != TAG and "00" in objects and name not in {"62", "64"}:
            yield flaw("other_account", name)
    if service == MERCHANT_PAYMENT:
        yield from (
            flaw("emvco_mandatory_absent", name) for name in _MERCHANT_OBJECTS if name not in root
        )


def _misplaced(inner: Inner) -> Iterator[Flaw]:
    return (
        flaw("napas_not_in_38", name)
        for name, objects in inner.items()
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
    for name in objects.keys() - _BENEFICIARY.keys():
        yield flaw("unexpected_subfield", f"38.01.{name}")


def _amount_warnings(amount: str) -> Iterator[Flaw]:
    whole = amount.partition(".")[0]
    if tlv.is_digits(whole) and int(whole) > TRANSFER_MAX:
        yield flaw("amount_over_limit", "54")
