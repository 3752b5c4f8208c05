"""What a case is, in words that commands and pages say."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence in both languages."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Case:
    """A case; ``state`` is that of ``payments list``, ``entry`` the kind of its entry.

    ``asks`` tells whether somebody has something to do.
    """

    name: str
    state: str
    entry: str
    means: Said
    do: Said
    asks: bool = True


NOTHING: Final = Said("Không cần làm gì.", "Nothing.")
