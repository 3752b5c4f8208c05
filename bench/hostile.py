"""Texts made to break a reader of payment codes: cut, spliced, lying about lengths, endless.

Each kind is a row of ``KINDS``: a function that takes chance and the sound payloads to begin with.
Half of what is changed is sealed again, because behind a wrong check sum a reader is never tried.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from cashless.vietqr import emv, tlv
from cashless.vietqr.code import Additional, Beneficiary, Code, Language
from cashless.vietqr.seal import sealed

Source = Callable[[random.Random, Sequence[str]], str]

_DIGITS: Final = "0123456789"
_SEAL: Final = 8
_HALF: Final = 0.5
_RARE: Final = 0.15
_LONGEST: Final = 100_000
# Signs that readers trip over: other digits, halves of pairs, what turns a line around, no signs.
_STRANGE: Final = (
    *"aZ -./%+&=?#'\"<>\\\x00\x1b\n\r\t\x7f\x85\u00a0",
    *("\u0661", "\uff11", "\u00b2", "\u1ea8", "\u0301", "\u200b", "\u202e", "\ufeff", "\u17a0"),
    *("\ud800", "\udcff", "\U0001f41f", "\U000e0041"),
)
_IDS: Final = (*emv.ROOT, "26", "38", "38", "38", "39", "51", "63", "65", "80", "99", "02", "15")
_VALUES: Final = (
    *("01", "11", "12", "704", "VN", "50000", "50000.", "0", "5e4", "50.000", "-1", "499999999"),
    *("A000000727", "A000000775", "QRIBFTTA", "QRPUSH", "***", "AME", "970436", "", "9" * 99),
)
_UNITS: Final = ("0", "01", "0001A", "000201", "9999", "%25", "&qrContent=", "38", "6304", "\u00a0")
_LINKS: Final = (
    "vnpay://{0}?callbackurl=x",
    "mb://applink?targetPage=QRPay&qrContent={0}",
    "https://x/?a=%&b={0}#c",
    "{0}{0}",
    " \ufeff{0}\u200b\n",
    "://{0}",
)


def edited(chance: random.Random, sound: Sequence[str]) -> str:
    """Insert, drop, replace or double up to eight pieces of a sound payload."""
    text = chance.choice(sound)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        start = chance.randint(0, len(text))
        end = min(len(text), start + chance.choice((0, 0, 1, 1, 2, 4, 20)))
        piece = chance.choice((_sign(chance), "", text[start:end] * 2, chance.choice(_VALUES)))
        text = text[:start] + piece + text[end:]
    return _perhaps_sealed(chance, text)


def spliced(chance: random.Random, sound: Sequence[str]) -> str:
    """Put the head of one payload before the tail of another."""
    head, tail = chance.choice(sound), chance.choice(sound)
    joined = head[: chance.randint(0, len(head))] + tail[chance.randint(0, len(tail)) :]
    return _perhaps_sealed(chance, joined)


def shuffled(chance: random.Random, sound: Sequence[str]) -> str:
    """Mix the objects of two payloads: half of them none twice, the others with values astray."""
    both = [*_objects(chance.choice(sound)), *_objects(chance.choice(sound))]
    taken = chance.sample(both, len(both))
    if chance.random() < _HALF:
        whole = {name: value for name, value in taken if name != "00" and value}
        return sealed(tlv.write([("00", "01"), *whole.items()]))
    mixed = [(name, chance.choice(both)[1] if chance.random() < _RARE else v) for name, v in taken]
    return _perhaps_sealed(chance, "000201" + "".join(_written(chance, *one) for one in mixed))


def built(chance: random.Random, _sound: Sequence[str]) -> str:
    """Build objects from nothing, nested up to four deep, some lying about their length."""
    return _perhaps_sealed(chance, chance.choice(("000201", "")) + _nested(chance, 4))


def strange(chance: random.Random, _sound: Sequence[str]) -> str:
    """Write any signs at all."""
    signs = "".join(_sign(chance) for _ in range(chance.choice((0, 1, 3, 20, 90))))
    return _perhaps_sealed(chance, chance.choice(("", "000201")) + signs)


def endless(chance: random.Random, sound: Sequence[str]) -> str:
    """Repeat one piece up to a hundred thousand signs; most stay near the longest payload."""
    unit = chance.choice((*_UNITS, chance.choice(sound)))
    longest = _LONGEST if chance.random() < _RARE / 10 else 600
    text = unit * (chance.randint(1, longest) // len(unit))
    return chance.choice(_LINKS).format(text) if chance.random() < _RARE else text


def wrapped(chance: random.Random, sound: Sequence[str]) -> str:
    """Hide a payload, sound or not, in a link, in per cent signs, in white space."""
    text = chance.choice((chance.choice(sound), edited(chance, sound)))
    for _ in range(chance.randint(1, 2)):
        text = chance.choice((text, quote(text, errors="replace")))
        text = chance.choice(_LINKS).format(text)
    return text


KINDS: Final[dict[str, Source]] = {
    "edited": edited,
    "spliced": spliced,
    "shuffled": shuffled,
    "built": built,
    "strange": strange,
    "endless": endless,
    "wrapped": wrapped,
}


def wild_code(chance: random.Random) -> Code:
    """Return a code as a value, sound or not: what no reader takes must not be written either."""
    return _Wild(chance, chance.choice((0.0, 0.02, _RARE))).code()


_PRIMITIVE: Final = {
    "mcc": "5411",
    "amount": "50000",
    "merchant_name": "CHI TU",
    "merchant_city": "RACH GIA",
    "postal_code": "91000",
}
_FEES: Final = (
    {},
    {"tip_indicator": "01"},
    {"tip_indicator": "02", "fee_fixed": "1000"},
    {"tip_indicator": "03", "fee_percent": "2.5"},
    {"tip_indicator": "03", "fee_fixed": "1000"},
)
_INSIDE: Final = {"bill_number": "order_number"}
_SERVICES: Final = ("QRIBFTTA", "QRIBFTTC", "QRPUSH", "QRCASH", None)
_STRANGERS: Final = (("15", "1234"), ("26", "0008vn.other"), ("70", "x"), ("80", "046"))


@dataclass(frozen=True)
class _Wild:
    """Chance, and how often a value is not the usual one."""

    chance: random.Random
    rate: float

    def code(self) -> Code:
        given = [name for name in _PRIMITIVE if self.chance.random() < _HALF]
        stranger = self.chance.choice(_STRANGERS)
        return Code(
            beneficiary=self.part(Beneficiary, self.account()),
            point_of_initiation=self.text(self.chance.choice(("11", "12"))),
            currency=self.text("704"),
            country=self.text("VN"),
            additional=self.part(Additional, self.texts(emv.ADDITIONAL, "AME")),
            language_template=self.part(Language, self.texts(emv.LANGUAGE, "vi")),
            **{name: self.text(_PRIMITIVE[name]) for name in given},
            **{name: self.text(value) for name, value in self.chance.choice(_FEES).items()},
            others=(stranger, *self.others()) if self.chance.random() < _HALF else self.others(),
        )

    def account(self) -> dict[str, str | None]:
        service = self.chance.choice(_SERVICES)
        return {
            "bin": self.text("970436"),
            "account": self.text("9704123456789012"),
            "service": service and self.text(service),
        }

    def part(self, kind: type[Any], named: dict[str, str | None]) -> Any:  # noqa: ANN401 - a part of a code
        return kind(**named, others=self.others()) if self.chance.random() < _HALF else None

    def texts(self, rows: dict[str, emv.Row], usual: str) -> dict[str, str | None]:
        return {
            _INSIDE.get(row.name, row.name): (
                self.text(usual) if self.chance.random() < _HALF else None
            )
            for row in rows.values()
        }

    def others(self) -> tuple[tuple[str, str], ...]:
        if self.chance.random() >= self.rate:
            return ()
        return tuple(
            (self.chance.choice(_IDS), self.text("0001A")) for _ in range(self.chance.randint(1, 3))
        )

    def text(self, usual: str) -> str:
        return _other(self.chance) if self.chance.random() < self.rate else usual


def _other(chance: random.Random) -> str:
    return chance.choice((*_VALUES, *(_sign(chance) * chance.randint(1, 30) for _ in range(9))))


def _objects(payload: str) -> list[tuple[str, str]]:
    return [*tlv.read(payload[:-_SEAL])[0].items()] or [("38", payload[:99])]


def _written(chance: random.Random, name: str, value: str) -> str:
    """Write an object; one in seven lies about its length."""
    length = len(value) + (chance.choice((-2, -1, 1, 2, 10)) if chance.random() < _RARE else 0)
    return f"{name}{max(length, 0) % 100:02d}{value}"


def _nested(chance: random.Random, depth: int) -> str:
    return "".join(
        _written(
            chance,
            chance.choice((*_IDS, "00", "01", "02", "08")),
            _nested(chance, depth - 1) if depth and chance.random() < _HALF else _other(chance),
        )
        for _ in range(chance.randint(1, 4))
    )


def _sign(chance: random.Random) -> str:
    if chance.random() < _HALF:
        return chance.choice(_DIGITS)
    return chance.choice(_STRANGE)


def _perhaps_sealed(chance: random.Random, text: str) -> str:
    """Seal half of the texts, most of them in the place of an old check sum."""
    if chance.random() < _HALF:
        return text
    return sealed(text[:-_SEAL] if text[-_SEAL:-4] == "6304" else text)
