"""The ground of a face: what is the same on every stand, drawn once for a whole file.

Vietnamese first, English beside it.
"""

from collections.abc import Callable, Iterator
from typing import Final

from cashless.vietqr import stand_font
from cashless.vietqr.stand_face import Box, Face
from cashless.vietqr.stand_font import BOLD, LINE_MM, REGULAR
from cashless.vietqr.stand_marks import (
    PALE,
    SEA,
    SIZE_MIN,
    SOFT,
    WHITE,
    Area,
    Look,
    Mark,
    put,
    put_pair,
)

_FRAME: Final = 0.8
_ACCOUNT_TITLE: Final = "Tài khoản · Account"
_CHECK_TITLE: Final = ("Mã kiểm tra", "Check word")
_HINT: Final = ("Xem đúng tên người nhận rồi mới trả", "Check the name, then pay")


def ground(face: Face) -> list[Mark]:
    """Return the marks that need no stand."""
    return [
        mark for name, box in face.parts.items() if name in _GROUNDS for mark in _GROUNDS[name](box)
    ]


def account_rows(box: Box) -> tuple[Box, Box]:
    """Cut the box of the account into its title and the rest."""
    return _under_title(box, box.size * 0.6, 1)


def check_rows(box: Box) -> tuple[Box, Box]:
    """Cut the box of the check word into its title, of one or two lines, and the rest."""
    size = max(box.size * 0.42, SIZE_MIN)
    wide = stand_font.width(" · ".join(_CHECK_TITLE), REGULAR, size)
    return _under_title(box, size, 1 if wide <= box.inside().width else 2)


def _under_title(box: Box, size: float, lines: int) -> tuple[Box, Box]:
    inner, small = box.inside(), max(size, SIZE_MIN)
    title = Box(inner.x, inner.y, inner.width, lines * small * LINE_MM, small)
    rest = inner.bottom - title.bottom
    return title, Box(inner.x, title.bottom, inner.width, rest, box.size)


def _band(box: Box) -> Iterator[Mark]:
    yield Area(box, box.size * 0.13, fill=SEA)
    inner = box.inside()
    upper = Box(inner.x, inner.y, inner.width, inner.height * 0.6, box.size)
    lower = Box(inner.x, upper.bottom, inner.width, inner.height * 0.4, box.size * 0.62)
    yield from put("Quét mã để trả tiền", upper, Look(BOLD, WHITE, "middle"))
    yield from put("Scan to pay with VietQR", lower, Look(REGULAR, WHITE, "middle"))


def _code(box: Box) -> Iterator[Mark]:
    """Frame the code outside its quiet zone."""
    wide = Box(box.x - _FRAME, box.y - _FRAME, box.width + 2 * _FRAME, box.height + 2 * _FRAME)
    yield Area(wide, 2 * _FRAME, frame=SEA)


def _account(box: Box) -> Iterator[Mark]:
    yield Area(box, box.size * 0.1, fill=PALE)
    yield from put(_ACCOUNT_TITLE, account_rows(box)[0], Look(REGULAR, SOFT))


def _check(box: Box) -> Iterator[Mark]:
    yield Area(box, box.size * 0.1, frame=SEA)
    yield from put_pair(_CHECK_TITLE, check_rows(box)[0], Look(REGULAR, SOFT, "middle"))


def _hint(box: Box) -> Iterator[Mark]:
    yield from put_pair(_HINT, box, Look(align="middle", lines=3))


def _slot(box: Box) -> Iterator[Mark]:
    """Show where a lanyard is punched."""
    yield Area(box, box.height / 2, frame=SOFT, dashed=True)


_GROUNDS: Final[dict[str, Callable[[Box], Iterator[Mark]]]] = {
    "slot": _slot,
    "band": _band,
    "code": _code,
    "account": _account,
    "check": _check,
    "hint": _hint,
}
