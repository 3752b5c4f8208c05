"""A transfer to a bank account, which is all that a stall asks for.

Printable ASCII only; 12 (one payment) with an amount and 11 without. Names are
folded to ASCII and cut at their limit, because bank apps look the name up
themselves; a purpose is folded but never cut, because our reference stands in
it.
"""

import re
from dataclasses import dataclass
from typing import Final

from cashless.errors import Invalid
from cashless.vietqr import emv, napas
from cashless.vietqr.code import Additional, Beneficiary, Code
from cashless.vietqr.text import ascii_text

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


def code_of(transfer: Transfer) -> Code:
    """Return the code that asks for a transfer (service QRIBFTTA).

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
    has_additional = purpose is not None or terminal is not None
    return Code(
        beneficiary=Beneficiary(bin=transfer.bin, account=transfer.account),
        point_of_initiation=napas.STATIC if transfer.amount is None else napas.DYNAMIC,
        mcc=transfer.mcc,
        amount=_amount(transfer.amount),
        merchant_name=_cut(transfer.name, emv.ROOT["59"].longest),
        merchant_city=_cut(transfer.city, emv.ROOT["60"].longest),
        additional=Additional(terminal_label=terminal, purpose=purpose) if has_additional else None,
    )


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
