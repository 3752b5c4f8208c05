"""Payment codes for comparisons: sound ones of every kind we write, and mutants of them."""

import random
from typing import Any, Final

from cashless.vietqr import tlv
from cashless.vietqr.banks import every_bank
from cashless.vietqr.code import Additional, Beneficiary, Code, Language
from cashless.vietqr.payload import encode
from cashless.vietqr.seal import sealed

_DIGITS: Final = "0123456789"
_LETTERS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ"
_WORDS: Final = ("ca kho", "rau muong", "Thanh toan", "JX2345678ABC", "bun ca", "nuoc mam", "A12")
_ACCENTS: Final = ("Cá kho", "Phở Bà Tư", "Chợ Rạch Sỏi", "Nước mắm")
_SEAL: Final = 8
_ODD: Final = 0.1
_OFTEN: Final = 0.6


def sound(chance: random.Random, count: int) -> list[str]:
    """Return payloads that every reader should take, a tenth of them with accents."""
    return [_shuffled(chance, encode(_code(chance))) for _ in range(count)]


def mutants(chance: random.Random, payloads: list[str]) -> list[str]:
    """Return each payload with one to three wrong signs; half of them are sealed again."""
    return [_mutant(chance, payload) for payload in payloads]


def _code(chance: random.Random) -> Code:
    service = chance.choice(["QRIBFTTA"] * 6 + ["QRIBFTTC", "QRPUSH", "QRPUSH", "QRCASH"])
    amount = str(chance.randint(1, 499_999_999)) if chance.random() < _OFTEN else None
    is_dynamic = amount is not None or service == "QRCASH"
    words = _ACCENTS if chance.random() < _ODD else _WORDS
    return Code(
        beneficiary=Beneficiary(
            bin=chance.choice(every_bank()).bin, account=_account(chance, service), service=service
        ),
        point_of_initiation="12" if is_dynamic else "11",
        amount=amount,
        **_fees(chance),
        **_merchant(chance, service, words),
        additional=_additional(chance, service, words),
        language_template=(
            Language(language="vi", merchant_name_alt=chance.choice(_ACCENTS))
            if chance.random() < _ODD
            else None
        ),
    )


def _account(chance: random.Random, service: str) -> str:
    if service == "QRIBFTTC":
        return "9704" + "".join(chance.choices(_DIGITS, k=chance.choice([12, 15])))
    signs = _DIGITS + _LETTERS if chance.random() < _ODD else _DIGITS
    return "".join(chance.choices(signs, k=chance.randint(6, 19)))


def _merchant(chance: random.Random, service: str, words: tuple[str, ...]) -> dict[str, Any]:
    if service not in {"QRPUSH", "QRCASH"} and chance.random() < _OFTEN:
        return {}
    mcc = "6011" if service == "QRCASH" else chance.choice(["5411", "5812", "5912"])
    return {"mcc": mcc, "merchant_name": chance.choice(words), "merchant_city": "RACH GIA"}


def _fees(chance: random.Random) -> dict[str, Any]:
    fees: list[dict[str, Any]] = [
        {"tip_indicator": "01"},
        {"tip_indicator": "02", "fee_fixed": "1000"},
        {"tip_indicator": "03", "fee_percent": "2.50"},
    ]
    return chance.choice(fees) if chance.random() < _ODD else {}


def _additional(chance: random.Random, service: str, words: tuple[str, ...]) -> Additional | None:
    if service == "QRCASH":
        return Additional(reference_label="2026112200000001", terminal_label="00001111")
    if chance.random() > _OFTEN:
        return None
    return Additional(
        terminal_label=chance.choice([None, "A12"]),
        store_label=chance.choice([None, "RS"]),
        purpose=chance.choice(words),
    )


def _shuffled(chance: random.Random, payload: str) -> str:
    """Write a fifth of the codes with their objects in another order, which is free."""
    if chance.random() > 2 * _ODD:
        return payload
    first, *rest = tlv.read(payload[:-_SEAL])[0].items()
    chance.shuffle(rest)
    return sealed(tlv.write([first, *rest]))


def _mutant(chance: random.Random, payload: str) -> str:
    signs = list(payload)
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(signs) - _SEAL)
        sign = chance.choice(_DIGITS + "AQ .\n")
        signs[place : place + chance.randint(0, 1)] = [sign] * chance.randint(0, 1) or [sign]
        if chance.random() < _ODD:
            del signs[place]
    text = "".join(signs)
    return sealed(text[:-_SEAL]) if chance.random() < 5 * _ODD else text
