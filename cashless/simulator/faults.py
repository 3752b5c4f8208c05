"""Faults: what goes wrong on purpose, how often, and what must come of it.

One row each. A fault either changes a sale of the plan (it still is one payment), or adds a call
beside it (told again, forged, lost): then no payment comes of that call. ``per_10_000`` is how
often it is seen per credit in the field, as far as anybody tells; a plan makes each at least once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from cashless.simulator.lines import Line
from cashless.simulator.shoppers import Sale, by_order

KEPT: Final = "kept"
REFUSED: Final = "refused"
NOT_FOUND: Final = "not_found"
POSTED: Final = "posted"
SUSPENSE: Final = "suspense"

_NOBODYS_ACCOUNT: Final = "990000000000"


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong and what must come of it.

    ``answer`` is what the door says; ``state`` that of the payment, empty where none may exist;
    ``exception`` that of its order. ``change`` makes the sale wrong; ``fits`` tells over which
    lines it can happen. ``is_extra`` marks a call beside the payments that are counted; what
    is not ``is_told`` is never said at the door, and only the statement has it.
    """

    name: str
    title: str
    title_vi: str
    per_10_000: int
    change: Callable[[Random, Sale], Sale] = lambda _rng, sale: sale
    fits: Callable[[Line], bool] = lambda _line: True
    answer: str = KEPT
    state: str = POSTED
    exception: str = "none"
    is_extra: bool = False
    is_told: bool = True
    wave: int = 0


def _times(sale: Sale, above: int, below: int) -> Sale:
    """Pay another amount than the order asks for, in steps of 1,000 đồng."""
    amount = max(sale.amount * above // below // 1_000, 1) * 1_000
    return replace(sale, amount=amount)


def _ordered(rng: Random, sale: Sale) -> Sale:
    """Ask for at least 10,000 đồng, so that less and more are other amounts."""
    return by_order(rng, replace(sale, amount=max(sale.amount, 10_000)))


def _underpaid(rng: Random, sale: Sale) -> Sale:
    return _times(_ordered(rng, sale), 4, 5)


def _overpaid(rng: Random, sale: Sale) -> Sale:
    return _times(_ordered(rng, sale), 13, 10)


def _late(rng: Random, sale: Sale) -> Sale:
    return by_order(rng, sale, expired=True)


def _cut(rng: Random, sale: Sale) -> Sale:
    """Lose the code on the way: the bank's own text is all that arrives."""
    return replace(by_order(rng, sale), memo="CHUYEN TIEN QUA VIETQR")


def _conflicting(_rng: Random, sale: Sale) -> Sale:
    return replace(sale, amount=sale.amount + 1_000)


def _to_nobody(_rng: Random, sale: Sale) -> Sale:
    account = replace(sale.account, number=_NOBODYS_ACCOUNT)
    return replace(sale, account=account, order=None, memo="chuyen nham")


def _over_printed(_rng: Random, sale: Sale) -> Sale:
    return replace(sale, order=None, memo="ck")


def _names_account(line: Line) -> bool:
    return line.names_account


def _is_timed(line: Line) -> bool:
    return line.spoken.window_seconds is not None


def _lacks_order_field(line: Line) -> bool:
    return line.names_account and not line.carries_order


def _among(*protocols: str) -> Callable[[Line], bool]:
    return lambda line: line.protocol in protocols


FAULTS: Final = (
    Fault("underpaid", "less than asked", "trả thiếu", 50, _underpaid, exception="underpaid"),
    Fault("overpaid", "more than asked", "trả dư", 30, _overpaid, exception="overpaid"),
    Fault("late", "after the order expired", "trả sau khi hết hạn", 20, _late, exception="late"),
    Fault("paid_twice", "paid twice", "trả hai lần", 15, _ordered, exception="duplicate"),
    Fault("code_cut", "order code cut off", "mất mã phiếu thu", 150, _cut, fits=_lacks_order_field),
    Fault("out_of_order", "told long after others", "báo muộn", 50, _over_printed, wave=2),
    Fault(
        "account_unknown",
        "to nobody's account",
        "tài khoản không của ai",
        10,
        _to_nobody,
        fits=_names_account,
        state=SUSPENSE,
    ),
    Fault(
        "merchant_closed",
        "to a closed merchant",
        "người bán đã nghỉ",
        5,
        _over_printed,
        state=SUSPENSE,
    ),
    Fault(
        "lost",
        "told by its statement only",
        "chỉ sao kê báo",
        10,
        _over_printed,
        fits=_among("sepay", "casso_v2"),
        is_told=False,
    ),
    Fault("duplicate", "told again", "báo lại", 150, is_extra=True, wave=1),
    Fault(
        "conflict",
        "same id, other amount",
        "cùng mã, khác tiền",
        2,
        _conflicting,
        is_extra=True,
        wave=1,
    ),
    Fault(
        "forged",
        "bad signature",
        "chữ ký sai",
        2,
        answer=REFUSED,
        state="",
        is_extra=True,
    ),
    Fault(
        "stale",
        "an hour old",
        "quá cũ",
        2,
        fits=_is_timed,
        answer=REFUSED,
        state="",
        is_extra=True,
    ),
    Fault(
        "no_address",
        "unknown token",
        "sai địa chỉ",
        2,
        answer=NOT_FOUND,
        state="",
        is_extra=True,
    ),
    Fault(
        "failed",
        "a payment that failed",
        "giao dịch thất bại",
        20,
        fits=_among("ipn_v2"),
        state="",
        is_extra=True,
    ),
    Fault(
        "amount_unreadable",
        "an amount that is no number",
        "số tiền không đọc được",
        1,
        fits=_among("sepay", "payos", "ipn_v2", "static_qr_v1"),
        answer=REFUSED,
        state="",
        is_extra=True,
    ),
)
"""Everything that goes wrong here."""

NOTHING: Final = Fault("", "as it should be", "bình thường", 0)
BY_NAME: Final[Mapping[str, Fault]] = {one.name: one for one in (NOTHING, *FAULTS)}
