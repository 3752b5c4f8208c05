"""Set words on paper: which signs can be printed, and where a line ends."""

from cashless.vietqr.stand_font import plain, unprintable, width


def printable(text: str) -> str:
    """Return the text with ``?`` for each sign the font has no picture for."""
    missing = set(unprintable(text))
    return "".join("?" if sign in missing else sign for sign in plain(text))


def wrapped(words: str, font: str, size: float, room: float) -> list[str]:
    """Break printable words into lines of at most ``room`` mm; one empty line for no words.

    A word that alone is too wide is broken where the room ends.
    """
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if width(longer, font, size) <= room:
            lines[-1] = longer
        elif lines[-1]:
            lines += _pieces(word, font, size, room)
        else:
            lines[-1:] = _pieces(word, font, size, room)
    return lines


def _pieces(word: str, font: str, size: float, room: float) -> list[str]:
    pieces = [""]
    for sign in word:
        if pieces[-1] and width(pieces[-1] + sign, font, size) > room:
            pieces.append("")
        pieces[-1] += sign
    return pieces
