"""The parts of a face that belong to one stand: name, place, account, check word, number.

A part takes a stand, its box and the names of the slots that a licensed logo
fills.
"""

from collections.abc import Callable, Iterator
from typing import Final

from cashless.errors import Invalid
from cashless.vietqr import stand_font
from cashless.vietqr.stand import Stand
from cashless.vietqr.stand_face import Box, Face
from cashless.vietqr.stand_font import BOLD, LINE_MM, REGULAR
from cashless.vietqr.stand_ground import account_rows, check_rows
from cashless.vietqr.stand_marks import SEA, SIZE_MIN, SOFT, Code, Look, Mark, Slot, put

Slots = frozenset[str]
Part = Callable[[Stand, Box, Slots], Iterator[Mark]]

_WORDS_MM_MIN: Final = 60.0
_ROUNDING_MM: Final = 0.1
# An address is copied sign by sign, not read in passing.
_FOOT_SIZE_MIN: Final = 4.2


def compose(stand: Stand, face: Face, slots: Slots) -> list[Mark]:
    """Return the marks of a stand on a face.

    Raises Invalid("stand_text_too_long"), which names the stand.
    """
    parts = [(PARTS[name], box) for name, box in face.parts.items() if name in PARTS]
    try:
        return [mark for part, box in parts for mark in part(stand, box, slots)]
    except Invalid as problem:
        where = f" ({stand.title})."
        raise Invalid(problem.code, problem.message + where, problem.message_vi + where) from None


def _marks(stand: Stand, box: Box, slots: Slots) -> Iterator[Mark]:
    """Show the scheme left, the network's logo in the middle, the bank right, in thirds."""
    third = box.width / 3
    bank = f"bank:{stand.bank_bin}"
    if "vietqr" in slots:
        yield Slot(Box(box.x, box.y, third, box.height), "vietqr", "left")
    else:
        yield from put("VietQR", box, Look(BOLD, SEA))
    if "network" in slots:
        yield Slot(Box(box.x + third, box.y, third, box.height), "network", "middle")
    if bank in slots:
        yield Slot(Box(box.right - third, box.y, third, box.height), bank, "right")
    else:
        right = Box(box.x + box.width / 2, box.y, box.width / 2, box.height, box.size * 0.92)
        yield from put(stand.bank_name, right, Look(BOLD, align="right"))


def _code(_stand: Stand, box: Box, _slots: Slots) -> Iterator[Mark]:
    yield Code(box)


def _name(stand: Stand, box: Box, _slots: Slots) -> Iterator[Mark]:
    yield from put(stand.merchant_name, box, Look(BOLD, align="middle", lines=4))


def _place(stand: Stand, box: Box, _slots: Slots) -> Iterator[Mark]:
    stall = f"Sạp {stand.stall}" if stand.stall else ""
    text = " · ".join(filter(None, (stall, stand.place_name)))
    yield from put(text, box, Look(align="middle"))


def _account(stand: Stand, box: Box, _slots: Slots) -> Iterator[Mark]:
    """Name bank and last digits, in a narrow box one below the other, and the holder."""
    _, rest = account_rows(box)
    digits = f"•••• {stand.last_digits}"
    is_narrow = box.width < 1.5 * box.height
    for text in (stand.bank_name, digits) if is_narrow else (f"{stand.bank_name} {digits}",):
        row = Box(rest.x, rest.y, rest.width, rest.size * LINE_MM, rest.size)
        yield from put(text, row, Look(BOLD))
        rest = Box(rest.x, row.bottom, rest.width, rest.height - row.height, rest.size)
    size = max(box.size * 0.8, SIZE_MIN)
    holder = Box(rest.x, rest.y, rest.width, rest.height, size)
    yield from put(stand.holder_name, holder, Look(lines=3, at_top=True))


def _check(stand: Stand, box: Box, _slots: Slots) -> Iterator[Mark]:
    yield from put(stand.check_word, check_rows(box)[1], Look(BOLD, SEA, "middle"))


def _foot(stand: Stand, box: Box, _slots: Slots) -> Iterator[Mark]:
    """Two rows: number and date of the stand, and whom to ask. A card has no room for words."""
    again = f" · In lại lần {stand.print_number}" if stand.print_number > 1 else ""
    token, issued = stand.public_token, f"{stand.issued_on:%d/%m/%Y}{again}"
    if box.width > _WORDS_MM_MIN:
        token, issued = f"Bảng số · Stand {token}", f"Cấp ngày · Issued {issued}"
    upper, lower = box.halves()
    right = min(stand_font.width(issued, REGULAR, box.size) + _ROUNDING_MM, box.width * 0.6)
    left = upper.width - right - 1
    row = Box(upper.x, upper.y, left, upper.height, upper.size)
    yield from put(token, row, Look(colour=SOFT))
    row = Box(upper.right - right, upper.y, right, upper.height, upper.size)
    yield from put(issued, row, Look(colour=SOFT, align="right"))
    yield from put(stand.help_line, lower, Look(size_min=_FOOT_SIZE_MIN))


PARTS: Final[dict[str, Part]] = {
    "marks": _marks,
    "code": _code,
    "name": _name,
    "place": _place,
    "account": _account,
    "check": _check,
    "foot": _foot,
}
