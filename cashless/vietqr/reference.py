"""Our reference: twelve signs that name an order inside a bank's memo.

Form: the prefix JX, nine random signs of the alphabet without look-alikes (at
least one letter among them, so that traces and dates cannot match), and a
check character that catches every single wrong sign and every swap of
neighbours. No second J stands in it, so no other reference begins inside it.
No bank's memo vocabulary has JX, no Vietnamese syllable holds a J, and hardly
a word of any language ends with one, so that two words glued together do not
make the prefix either. Twelve signs fit the 19 that common services leave for
a purpose, with room for a word.

Banks change case, drop accents, put spaces, dots or line breaks inside, and
glue neighbours to both ends. So a memo is squeezed to letters and digits, and
the fixed form is searched at every place, overlapping. Each of these manglings
has a name, so that a rule set may forgive fewer of them; it then finds no more.
"""

import re
import unicodedata
from collections.abc import Collection
from typing import Final

from cashless.ids import ALPHABET, check_character, random_text

PREFIX: Final = "JX"
LENGTH: Final = 12

MANGLINGS: Final = ("accents", "case", "gaps", "glued")
"""What banks do to a memo: accents, another case, gaps inside, neighbours glued to both ends."""

_BODY_LENGTH: Final = LENGTH - len(PREFIX) - 1
_SIGNS: Final = ALPHABET.replace(PREFIX[0], "")
_ANYWHERE: Final = re.compile(rf"(?=({PREFIX}[{_SIGNS}]{{{LENGTH - len(PREFIX)}}}))")
_ALONE: Final = re.compile(rf"(?<![^\W_])({PREFIX}[{_SIGNS}]{{{LENGTH - len(PREFIX)}}})(?![^\W_])")
_NOT_SQUEEZED: Final = re.compile(r"[^0-9A-Z]+")


def new_reference() -> str:
    """Return a new unpredictable reference (some 10^13 exist); the database keeps it unique."""
    while True:
        stem = PREFIX + random_text(_BODY_LENGTH)
        reference = stem + check_character(stem)
        if is_reference(reference):
            return reference


def is_reference(text: str) -> bool:
    """Tell whether the text is exactly a reference in its written form."""
    return len(text) == LENGTH and bool(_ANYWHERE.match(text)) and _holds(text)


def find_references(memo: str, forgiven: Collection[str] = MANGLINGS) -> tuple[str, ...]:
    """Return the distinct references in a memo, in order of their first place.

    Case, accents, spaces and punctuation do not matter, as far as these
    manglings are forgiven. More than one result means the memo is ambiguous;
    which of them exists is for the caller to ask.
    """
    form = _ANYWHERE if "glued" in forgiven else _ALONE
    hits = (found[1] for found in form.finditer(_folded(memo, forgiven)))
    return tuple(dict.fromkeys(hit for hit in hits if _holds(hit)))


def _holds(reference: str) -> bool:
    body = reference[len(PREFIX) : -1]
    return not body.isdigit() and check_character(reference[:-1]) == reference[-1]


def _folded(memo: str, forgiven: Collection[str]) -> str:
    """Undo what is forgiven; all of it leaves upper-case ASCII letters and digits."""
    text = memo if memo.isascii() or "accents" not in forgiven else _plain(memo)
    text = text.upper() if "case" in forgiven else text
    return _NOT_SQUEEZED.sub("", text) if "gaps" in forgiven else text


def _plain(memo: str) -> str:
    bare = (sign for sign in unicodedata.normalize("NFKD", memo) if not unicodedata.combining(sign))
    return "".join(bare).replace("Đ", "D").replace("đ", "d")
