"""Memos: the words that arrive with a transfer.

Of a payment over a printed code: what people write, or the default text of their bank. Of an order:
our code, damaged and framed as banks do on the way (case, spaces and dots inside, neighbours glued
to it, counters and names around it). Whatever is done here, the code can still be found; a code
that is cut off is a fault of its own.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Final

ORDERS_ONLY: Final = frozenset({"ipn_v2"})
"""Protocols that only ever tell of orders."""

_PEOPLE: Final = ("LE THI HOA", "TRAN VAN BAY", "DANH UT", "NGUYEN NGOC ANH", "LAM MY", "VO TAM")
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "seafood": ("mua ca", "tien ghe", "ck tom"),
    "vegetables": ("tien rau", "mua rau"),
    "meat": ("tien thit", "mua thit"),
    "meals": ("an sang", "bun ca", "tien com"),
    "drinks": ("cafe", "tien nuoc", "2 ly ca phe sua"),
    "clothes": ("mua ao", "tien vai"),
}
_WORDS_ELSE: Final = ("ck", "tra tien", "mua hang")


def written_by_shopper(rng: Random, category: str) -> str:
    """Return the memo of a payment over a printed code; no reference stands in it."""
    words = rng.choice(_WORDS.get(category, _WORDS_ELSE))
    name = rng.choice(_PEOPLE)
    forms = ("", f"{name} chuyen tien", f"{name} chuyen khoan", words, words.upper())
    return rng.choice(forms)


def around_code(rng: Random, provider: str) -> str:
    """Return a memo with ``{code}`` where the code of an order will stand."""
    number, name = rng.randrange(10**9, 10**10), rng.choice(_PEOPLE)
    frames = (*_FRAMES, *_FRAMES_OF.get(provider, ()))
    return rng.choice(frames).format(code="{code}", n=number, name=name)


def filled(memo: str, code: str, number: int) -> str:
    """Put a code into a memo, damaged as banks do; the payment's number chooses the damage."""
    spell = _SPELLINGS[number % len(_SPELLINGS)]
    return memo.replace("{code}", spell(code) if code else "")


_FRAMES: Final = (
    "{code}",
    "Thanh toan {code}",
    "{code} {name} chuyen tien",
    "MBVCB.{n}.{code}.CT tu 0099999999999 {name} toi 9900000000 tai cho",
    "{n}.221126.073015.{code}",
    "IB {code}",
    "{n}-{code}-CHUYEN TIEN-OQCH0000-MOMO{n}MOMO",
    "CT DEN:{n} {code}",
)
_FRAMES_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "sacombank": ("{code} CKN 215533 {n} - {name}", "CS4F7K2M9Q1 {code}"),
    "kienlongbank": ("[990000000000000001.9900000000] {code} - paylink",),
    "agribank": ("TKThe 0099999999999, tai Agribank. {code} -CTLNHIDO{n}-1/1-CRE",),
}

_SPELLINGS: Final[tuple[Callable[[str], str], ...]] = (
    str,
    str,
    str.lower,
    lambda code: f"{code[:7]} {code[7:]}",
    lambda code: f"{code[:4]}.{code[4:]}",
    lambda code: f"QR{code}",
    lambda code: f"{code}chuyen tien",
    lambda code: f"{code[:2]}-{code[2:].lower()}",
)
