"""Passwords: kept as Argon2id (RFC 9106), and refused when a stranger would try them first.

Parameters are those of OWASP for one lane: 46 MiB and one pass, about 50 ms. Two are computed at
once, made or compared, so that a flood of sign-ins cannot take all memory and both cores; four
more wait in line and the next is sent away at once, so that it cannot take all threads either. An
account that does not exist costs the same time as one that does: there is always something to
compare with.
"""

import os
import re
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from cashless.errors import Invalid, Unavailable

FEWEST: Final = 10
MOST: Final = 200
_MEMORY_KIB: Final = 46 * 1024
_AT_ONCE: Final = threading.BoundedSemaphore(2)
_IN_LINE: Final = threading.BoundedSemaphore(6)
_PATIENCE_SECONDS: Final = 5.0
_WORDS: Final = (
    "admin administrator anhyeuem baomat camonban changeme choghe chorachgia cashless daylamatkhau"
    " dangnhap default emyeuanh giadinh hoanghon iloveyou khongco khongbiet kiengiang letmein"
    " master matkhau matkhaumoi mayeucon meyeu monkey nganhang password passwordpassword passw"
    " rachgia qwerty qwertyuiop asdfghjkl zxcvbnm qazwsx taikhoan tienmat tinhyeu toiyeuban"
    " toiyeuvietnam vietnam vietcombank welcome yeuem abc abcd abcde abcdef abcdefgh"
)
_ROOTS: Final = frozenset(_WORDS.split())
"""What is left of most tried passwords once digits and signs are taken away."""


def made(password: str) -> str:
    """Return what is kept of a password, as a PHC string.

    Raises as ``require_strong`` does, and ``Unavailable("sign_in_busy")``.
    """
    require_strong(password)
    with _turn():
        return _kept(password)


def is_right(password: str, kept: str | None) -> bool:
    """Tell whether a password is the kept one; without one the answer takes as long, and is no.

    Raises ``Unavailable("sign_in_busy")`` when too many are being compared.
    """
    with _turn():
        try:
            Argon2id.verify_phc_encoded(password[:MOST].encode(), kept or _nobody())
        except InvalidKey:
            return False
        return kept is not None


def require_strong(password: str) -> None:
    """Refuse what is guessed first: ``Invalid("password_weak")``."""
    plain = unicodedata.normalize("NFKD", password.lower()).replace("đ", "d")
    letters = re.sub(r"[^a-z]+", "", plain)
    weak = (
        not FEWEST <= len(password) <= MOST,
        len(set(password)) < FEWEST // 2,
        letters in _ROOTS,
        password.isdigit(),
    )
    if any(weak):
        raise Invalid(
            "password_weak",
            f"A password has at least {FEWEST} signs and is no number and no well-known word:"
            " three or four words that only you put together are best.",
            f"Mật khẩu có ít nhất {FEWEST} ký tự, không phải chỉ số, không phải từ quen thuộc: tốt"
            " nhất là ba bốn từ chỉ mình bạn ghép lại.",
        )


@contextmanager
def _turn() -> Iterator[None]:
    """Hold one of the places in line, and wait there for one of those who compute."""
    if not _IN_LINE.acquire(blocking=False):
        raise _busy()
    try:
        if not _AT_ONCE.acquire(timeout=_PATIENCE_SECONDS):
            raise _busy()
        try:
            yield
        finally:
            _AT_ONCE.release()
    finally:
        _IN_LINE.release()


def _busy() -> Unavailable:
    return Unavailable(
        "sign_in_busy",
        "Too many people are signing in just now. Try again in a moment.",
        "Đang có quá nhiều người đăng nhập. Hãy thử lại sau giây lát.",
    )


def _kept(password: str) -> str:
    salt = os.urandom(16)
    maker = Argon2id(salt=salt, length=32, iterations=1, lanes=1, memory_cost=_MEMORY_KIB)
    return maker.derive_phc_encoded(password.encode())


@cache
def _nobody() -> str:
    """Return something that no password is."""
    return _kept(os.urandom(16).hex())
