"""Text as a payment code may carry it: printable ASCII, nothing else.

Bank apps and statement systems lose or alter what is not plain ASCII, so every
text is folded before it is encoded. The 134 letters with which Vietnamese
goes beyond ASCII become their base letter (đ too, which Unicode does not
decompose, and eth, which is typed for it); typographic quotes and short dashes become
ASCII; white space, control characters and the long dash become one space.
Everything else is dropped: a foreign letter is not guessed.
"""

import unicodedata
from typing import Final

_VOWELS: Final = "aăâeêioôơuưy"
_TONES: Final = (
    "",
    "\N{COMBINING GRAVE ACCENT}",
    "\N{COMBINING HOOK ABOVE}",
    "\N{COMBINING TILDE}",
    "\N{COMBINING ACUTE ACCENT}",
    "\N{COMBINING DOT BELOW}",
)


def _letters() -> dict[str, str]:
    """Map each Vietnamese letter outside ASCII to its base letter, in both cases."""
    lower = {
        unicodedata.normalize("NFC", vowel + tone): unicodedata.normalize("NFD", vowel)[0]
        for vowel in _VOWELS
        for tone in _TONES
        if not (vowel + tone).isascii()
    } | {"đ": "d", "ð": "d"}
    return lower | {letter.upper(): base.upper() for letter, base in lower.items()}


_SIGNS: Final = {
    "“": '"',
    "”": '"',
    "„": '"',
    "‘": "'",
    "’": "'",
    "–": "-",
    "‐": "-",
    "‑": "-",
    "…": "...",
    "—": " ",
}
_TABLE: Final = str.maketrans(_letters() | _SIGNS)


def ascii_text(text: str) -> str:
    """Return the text in printable ASCII, single-spaced and trimmed; perhaps empty.

    Composed and decomposed spellings of a letter give the same result, and the
    result of the result is itself.
    """
    plain = unicodedata.normalize("NFC", text).translate(_TABLE)
    spaced = "".join(" " if _parts(sign) else sign for sign in plain)
    return " ".join("".join(sign for sign in spaced if sign.isascii()).split())


def _parts(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) == "Cc"
