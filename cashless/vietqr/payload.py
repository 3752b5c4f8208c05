"""A transfer written as a VietQR payload, and a payload read strictly.

Writing: printable ASCII only, objects in rising order, 12 (one payment) with
an amount and 11 without. Names are folded to ASCII and cut at their limit,
because bank apps look the name up themselves; a purpose is folded but never
cut, because our reference stands in it.

Reading: every length is followed to the last character, lengths count
characters, the check sum must hold, an object may not occur twice. What a
payer's app could take for another account or amount is an error, what banks
are seen to do without harm is a warning. White space around a payload is an
error too; who scans or pastes strips it first.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from cashless.errors import Invalid
from cashless.vietqr import emv, napas, tlv
from cashless.vietqr.flaws import Flaw, flaw
from cashless.vietqr.text import ascii_text

_LENGTH_MAX: Final = 512
_STATIC: Final = "11"
_DYNAMIC: Final = "12"
_CRC_HEAD: Final = "6304"
_CRC_LENGTH: Final = 4

# The marks of schemes that are not ours, to name what a shopper shows us.
_SCHEMES: Final = (
    ("vnpayqr", r"A000000775"),
    ("promptpay", r"A000000677010111"),
    ("laoqr", r"A005266284662577"),
    ("pix", r"(?i:br\.gov\.bcb\.pix)"),
    ("khqr", r"[^@\s]+@[a-z]+"),
)
_RULES: Final = (
    ("bin", napas.BIN, "six digits", "sáu chữ số"),
    ("account", napas.ACCOUNT, "1 to 19 letters and digits", "từ 1 đến 19 chữ và số"),
    ("purpose", r"[ -~]{1,25}", "text of 1 to 25 characters", "từ 1 đến 25 ký tự"),
    ("terminal", r"[ -~]{1,25}", "text of 1 to 25 characters", "từ 1 đến 25 ký tự"),
    ("mcc", r"[0-9]{4}", "four digits", "bốn chữ số"),
)


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer to ask for: ``amount`` in đồng, or None to let the payer type it."""

    bin: str
    account: str
    amount: int | None = None
    purpose: str | None = None
    terminal: str | None = None
    name: str | None = None
    city: str | None = None
    mcc: str | None = None


@dataclass(frozen=True, slots=True)
class Decoded:
    """A payload as read: its scheme, its fields by name, what is wrong, what is odd."""

    scheme: str
    fields: dict[str, object]
    errors: tuple[Flaw, ...]
    warnings: tuple[Flaw, ...]

    @property
    def valid(self) -> bool:
        """Tell whether the code can be trusted: it has no errors."""
        return not self.errors

    def as_json(self) -> dict[str, object]:
        """Return the shape the command line prints."""
        return {
            "valid": self.valid,
            "scheme": self.scheme,
            "fields": self.fields,
            "errors": [one.as_json() for one in self.errors],
            "warnings": [one.as_json() for one in self.warnings],
        }


def encode(transfer: Transfer) -> str:
    """Return the payload of a transfer to a bank account (service QRIBFTTA).

    Raises Invalid with the code bin_invalid, account_invalid, amount_invalid,
    purpose_invalid, terminal_invalid or mcc_invalid.
    """
    purpose, terminal = _folded(transfer.purpose), _folded(transfer.terminal)
    values = {
        "bin": transfer.bin,
        "account": transfer.account,
        "purpose": purpose,
        "terminal": terminal,
        "mcc": transfer.mcc,
    }
    _require(values)
    sealed = tlv.write(
        (
            ("00", "01"),
            ("01", _STATIC if transfer.amount is None else _DYNAMIC),
            (napas.TAG, napas.write_account(transfer.bin, transfer.account)),
            ("52", transfer.mcc),
            ("53", "704"),
            ("54", _amount(transfer.amount)),
            ("58", "VN"),
            ("59", _cut(transfer.name, emv.ROOT["59"].longest)),
            ("60", _cut(transfer.city, emv.ROOT["60"].longest)),
            ("62", tlv.write((("07", terminal), ("08", purpose))) or None),
        )
    )
    return _sealed(sealed)


def decode(payload: str) -> Decoded:
    """Read a payload; never raises, all that is wrong stands in ``errors``."""
    if len(payload) > _LENGTH_MAX:
        return Decoded("unknown", {}, (flaw("too_long", "root"),), ())
    root, broken = tlv.read(payload)
    read = {name: tlv.read(root[name], name) for name in root if emv.is_template(name)}
    inner = {name: objects for name, (objects, _) in read.items()}
    errors = [*_text_errors(payload), *broken, *_seal_errors(payload, root)]
    errors += [one for _, flaws in read.values() for one in flaws]
    errors += emv.errors(root, inner)
    warnings = [*_seal_warnings(root), *emv.warnings(root, inner)]
    fields = emv.fields(root, inner)
    scheme = _scheme(inner)
    if scheme == "vietqr":
        errors += napas.errors(root, inner)
        warnings += napas.warnings(root, inner)
        fields.pop(napas.TAG, None)
        fields["napas"] = napas.fields(inner)
    return Decoded(scheme, fields, tuple(errors), tuple(warnings))


def _sealed(text: str) -> str:
    return text + _CRC_HEAD + tlv.crc(text + _CRC_HEAD)


def _folded(text: str | None) -> str | None:
    return None if text is None else ascii_text(text)


def _cut(text: str | None, longest: int) -> str | None:
    """Fold and cut; a name of which ASCII keeps nothing is left out."""
    return ascii_text(text or "")[:longest].strip() or None


def _require(values: dict[str, str | None]) -> None:
    for name, form, wanted, wanted_vi in _RULES:
        value = values[name]
        if value is not None and not re.fullmatch(form, value):
            raise Invalid(
                f"{name}_invalid",
                f"The {name} of a payment code must be {wanted}, not {value!r}.",
                f"Trường {name} của mã thanh toán phải là {wanted_vi}, không phải {value!r}.",
            )


def _amount(amount: int | None) -> str | None:
    if amount is None:
        return None
    if isinstance(amount, bool) or not 1 <= amount <= napas.TRANSFER_MAX:
        raise Invalid(
            "amount_invalid",
            "A payment code asks for 1 to 499,999,999 đồng: that is what a fast transfer allows.",
            "Mã thanh toán nhận từ 1 đến 499.999.999 đồng: giới hạn của chuyển tiền nhanh.",
        )
    return str(amount)


def _scheme(inner: dict[str, dict[str, str]]) -> str:
    """Name the scheme by the mark in its account template, never by the tag."""
    if napas.is_napas(inner):
        return "vietqr"
    marks = [objects.get("00", "") for name, objects in inner.items() if name not in {"62", "64"}]
    for scheme, form in _SCHEMES:
        if any(re.fullmatch(form, mark) for mark in marks):
            return scheme
    return "emvco"


def _text_errors(payload: str) -> list[Flaw]:
    control = any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in payload)
    return [flaw("control_character", "root")] if control else []


def _seal_errors(payload: str, root: dict[str, str]) -> list[Flaw]:
    """Check the last object; the head of the check sum is part of what it covers."""
    given = root.get("63", "")
    is_last = next(reversed(root), None) == "63" and payload.endswith(given)
    if not is_last or len(given) != _CRC_LENGTH:
        return [flaw("crc_missing_or_not_last", "63")]
    computed = tlv.crc(payload[:-_CRC_LENGTH])
    return [] if given.upper() == computed else [flaw("bad_crc", "63")]


def _seal_warnings(root: dict[str, str]) -> list[Flaw]:
    given = root.get("63", "")
    return [flaw("crc_lowercase", "63")] if given != given.upper() else []
