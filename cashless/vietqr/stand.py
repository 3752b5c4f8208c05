"""A stand: the printed static code of one stall, as plain values, and how it is printed.

What is printed must fit together, because a shopper trusts what stands beside
the code: the payload decodes cleanly, asks for no amount, and names the bank
and the last digits that are printed. The check word is derived from the payload
under a key, so a code pasted over another shows: its payload gives another word
than the one on the paper.

A stand that is printed again carries its number and a reason, which the
manifest keeps. Nothing here knows the register: who may have a stand is decided
elsewhere. Printing itself (``print_stands``) needs the libraries for PDF and is
told in ``stand_sheet`` and ``stand_proof``.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cashless.errors import Invalid
from cashless.ids import ALPHABET
from cashless.vietqr.payload import Decoded, decode
from cashless.vietqr.schemes import VIETQR

if TYPE_CHECKING:
    from cashless.vietqr.stand_logos import Logos
    from cashless.vietqr.stand_manifest import Manifest

CHECK_WORD_LENGTH: Final = 5

# Without vowels, so that five signs never make a word somebody would rather not hang up.
_SIGNS: Final = "".join(sign for sign in ALPHABET if sign not in "AEUY")
_ABOUT: Final = b"stand check word\x00"
_SHOWN_MAX: Final = 5
_LAST_DIGITS: Final = 4

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Stand:
    """What is printed for one stall; ``holder_name`` is what the payer's app will show."""

    public_token: str
    check_word: str
    merchant_name: str
    stall: str
    place_name: str
    bank_name: str
    bank_bin: str
    last_digits: str
    payload: str
    issued_on: date
    help_line: str
    holder_name: str = ""
    print_number: int = 1
    reason: str = ""

    @property
    def title(self) -> str:
        """Name the stand in a sentence: stall, merchant, place."""
        return ", ".join(filter(None, (self.stall, self.merchant_name, self.place_name)))


def check_word(payload: str, key: bytes) -> str:
    """Return the five signs that belong to a payload; ``key`` is the register's secret.

    HMAC-SHA256, read as digits of 27 signs of ``ids.ALPHABET``: 14 million
    words, so a payload that somebody else makes has the right one by chance only.
    """
    number = int.from_bytes(hmac.new(key, _ABOUT + _bytes(payload), hashlib.sha256).digest())
    signs = []
    for _ in range(CHECK_WORD_LENGTH):
        number, place = divmod(number, len(_SIGNS))
        signs.append(_SIGNS[place])
    return "".join(signs)


def require_true(stands: Sequence[Stand]) -> None:
    """Refuse stands whose print would contradict itself, naming the first few.

    Raises Invalid with the code stands_missing, stand_payload_wrong (not a
    VietQR code that decodes cleanly, or with an amount), stand_account_wrong
    (another bank or other last digits) or reprint_reason_missing.
    """
    if not stands:
        raise Invalid(
            "stands_missing", "There is no stand to print.", "Không có bảng QR nào để in."
        )
    read = [(one, decode(one.payload)) for one in stands]
    _require_none(
        "stand_payload_wrong",
        [one.title for one, payload in read if not _is_static(payload)],
        "A stand carries a VietQR code that is valid and asks for no amount; not so",
        "Bảng QR phải mang mã VietQR hợp lệ, không kèm số tiền; chưa đúng",
    )
    _require_none(
        "stand_account_wrong",
        [one.title for one, payload in read if not _names_account(one, payload)],
        "The bank or the last digits on the stand are not those in its code",
        "Ngân hàng hoặc các số cuối trên bảng không khớp với mã",
    )
    _require_none(
        "reprint_reason_missing",
        [one.title for one in stands if not _is_reasoned(one)],
        "A stand that is printed again needs a reason",
        "In lại bảng QR phải ghi lý do",
    )


def few(titles: Sequence[str]) -> str:
    """Join the first few titles and count the rest."""
    rest = len(titles) - _SHOWN_MAX
    return "; ".join(titles[:_SHOWN_MAX]) + (f"; … (+{rest})" if rest > 0 else "")


def print_stands(
    stands: Sequence[Stand],
    layout: str,
    out: Path,
    *,
    logos: "Logos | None" = None,
    progress: Progress | None = None,
) -> "Manifest":
    """Print stands in the order given (the register's: as one walks the market) into a PDF.

    ``layout`` is a name of ``stand_layout.LAYOUTS``; ``progress`` hears steps
    done and steps in all. Returns what was printed where. The file appears
    whole or not at all: Broken("stand_unreadable") names the stall whose code
    does not read back, Invalid what cannot be printed.
    """
    from cashless.vietqr import stand_print  # noqa: PLC0415  the register needs no PDF libraries

    return stand_print.run(stands, layout, out, logos=logos, progress=progress)


def _bytes(payload: str) -> bytes:
    """Encode what was scanned, whatever it is: half a surrogate pair gets a word, too."""
    return payload.encode("utf-8", "surrogatepass")


def _require_none(code: str, wrong: Sequence[str], message: str, message_vi: str) -> None:
    if wrong:
        raise Invalid(code, f"{message}: {few(wrong)}.", f"{message_vi}: {few(wrong)}.")


def _is_static(payload: Decoded) -> bool:
    return payload.valid and payload.scheme == VIETQR and "amount" not in payload.fields


def _names_account(stand: Stand, payload: Decoded) -> bool:
    napas = payload.fields.get("napas")
    if not isinstance(napas, dict):
        return False
    account = str(napas.get("account") or "")
    return (napas.get("bin"), account[-_LAST_DIGITS:]) == (stand.bank_bin, stand.last_digits)


def _is_reasoned(stand: Stand) -> bool:
    return stand.print_number == 1 or (stand.print_number > 1 and bool(stand.reason))
