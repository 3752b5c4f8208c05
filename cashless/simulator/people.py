"""People: invented merchants with invented accounts.

Names are put together from common Kinh, Khmer and Hoa names in the mix of the region; nobody is
meant. Account numbers begin with 99 (or SIM where letters are usual) and belong to nobody. The same
seed and scale give the same market, whatever the day. The last merchant of a market is closed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from cashless.simulator import places
from cashless.simulator.lines import Line, account_number, lines
from cashless.simulator.shoppers import Account, Stallholder

MERCHANTS: Final = 36
"""Merchants of a market at scale 1."""
_MERCHANTS_FEWEST: Final = 12
_MERCHANTS_MOST: Final = 2600  # the points of sale of the whole ward
_SECOND_ACCOUNT_PERCENT: Final = 25
_WOMEN_PERCENT: Final = 70

_KINH: Final = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Đặng", "Bùi", "Dương", "Ngô")
_KHMER: Final = ("Danh", "Thạch", "Sơn", "Kim")
_HOA: Final = ("Lâm", "Quách", "Huỳnh", "Trần")
_WOMEN: Final = ("Loan", "Hương", "Lý", "Bích", "Diễm", "Mỹ Lệ", "Tuyết", "Nga", "Thắm", "Út")
_MEN: Final = ("Hải", "Tài", "Lợi", "Phước", "Sang", "Hiền", "Đức", "Minh", "Tâm", "Út")
_MIDDLE: Final = {True: ("Thị", "Kim", "Ngọc"), False: ("Văn", "Hữu", "Minh")}
_CALLED: Final = {True: ("Chị", "Dì", "Cô"), False: ("Anh", "Chú", "Cậu")}
_BORN: Final = ("Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy", "Tám", "Chín", "Mười", "Út")
_STALLS: Final[Mapping[str, tuple[str, ...]]] = {
    "seafood": ("Hải sản tươi", "Cá biển", "Tôm cua ghẹ", "Cá đồng"),
    "meat": ("Thịt heo", "Gà vịt làm sẵn", "Bò tươi"),
    "vegetables": ("Rau sạch", "Rau củ", "Rau vườn U Minh"),
    "fruit": ("Trái cây", "Trái cây miệt vườn"),
    "dried": ("Khô Rạch Giá", "Nước mắm nhà", "Đặc sản biển"),
    "grocery": ("Tạp hóa", "Gia vị"),
    "rice": ("Gạo trứng", "Vựa gạo"),
    "meals": ("Bún cá", "Bún kèn", "Cơm tấm", "Hủ tiếu", "Bánh mì"),
    "drinks": ("Cà phê", "Nước mía", "Sinh tố", "Trà đá"),
    "clothes": ("Quần áo", "Giày dép", "Vải"),
    "household": ("Gia dụng", "Đồ nhựa"),
    "services": ("Tiệm tóc", "Sửa giày", "May đo"),
    "gold": ("Tiệm vàng",),
    "flowers": ("Hoa tươi", "Đồ cúng"),
    "phones": ("Điện thoại", "Phụ kiện"),
    "other": ("Quà lưu niệm",),
}
_KINDS: Final = {"household": 62, "unregistered": 30, "enterprise": 8}


@dataclass(frozen=True, slots=True)
class Market:
    """An invented market: its places and its stallholders, the closed one last."""

    sites: tuple[places.Site, ...]
    stallholders: tuple[Stallholder, ...]

    @property
    def open_ones(self) -> tuple[Stallholder, ...]:
        """The stallholders who still sell."""
        return self.stallholders[:-1]

    @property
    def closed_one(self) -> Stallholder:
        """The stallholder who has given up; money still comes to an old code."""
        return self.stallholders[-1]


def market(seed: int, scale: float = 1.0) -> Market:
    """Invent a market of ``MERCHANTS`` times ``scale`` merchants, from the seed alone."""
    rng = generator(f"market {seed}")
    known = lines()
    fewest = max(_MERCHANTS_FEWEST, len(known) + 1)
    count = min(max(round(MERCHANTS * scale), fewest), _MERCHANTS_MOST)
    sites = _sites(rng, count)
    here = tuple(_stallholder(rng, number, sites, known) for number in range(count))
    return Market(places.SITES, (*here[:-1], _at_a_bank(here[-1], rng, known)))


def generator(seed: str) -> Random:
    """Return the seeded generator that everything invented is drawn from."""
    return Random(seed)


def full_name(rng: Random) -> tuple[str, bool]:
    """Invent a person: the full name, and whether it is a woman's."""
    woman = rng.randrange(100) < _WOMEN_PERCENT
    given = rng.choice(_WOMEN if woman else _MEN)
    group = rng.choices(("kinh", "khmer", "hoa"), (80, 13, 7))[0]
    if group == "khmer":
        return f"{rng.choice((*_KHMER, 'Thị') if woman else _KHMER)} {given}", woman
    family = rng.choice(_KINH if group == "kinh" else _HOA)
    return f"{family} {rng.choice(_MIDDLE[woman])} {given}", woman


def _sites(rng: Random, count: int) -> list[places.Site]:
    """Give every place somebody, and the rest by weight."""
    weights = [site.weight for site in places.SITES]
    more = max(count - len(places.SITES), 0)
    return [*places.SITES[:count], *rng.choices(places.SITES, weights, k=more)]


def _stallholder(
    rng: Random, number: int, sites: Sequence[places.Site], known: Sequence[Line]
) -> Stallholder:
    site = sites[number]
    category = places.category(site, rng)
    holder, woman = full_name(rng)
    called = f"{rng.choice(_CALLED[woman])} {rng.choice(_BORN)} {holder.split()[-1]}"
    before = sum(one is site for one in sites[:number])
    return Stallholder(
        number=number,
        name=f"{rng.choice(_STALLS[category])} {called}",
        holder=holder,
        category=category,
        kind=rng.choices(tuple(_KINDS), tuple(_KINDS.values()))[0],
        place=site.place.code,
        stall=places.stand(site, rng, before + 1),
        walking_order=before + 1,
        accounts=_accounts(rng, number, known),
    )


def _accounts(rng: Random, number: int, known: Sequence[Line]) -> tuple[Account, ...]:
    """Give one account, or two; the first merchants see to it that every line has somebody."""
    first = known[number] if number < len(known) else _line(rng, known)
    second = _line(rng, known)
    two = rng.randrange(100) < _SECOND_ACCOUNT_PERCENT and second.provider != first.provider
    chosen = (first, second) if two else (first,)
    return tuple(_account(rng, line) for line in _bank_first(rng, chosen, known))


def _bank_first(rng: Random, chosen: tuple[Line, ...], known: Sequence[Line]) -> tuple[Line, ...]:
    """Put a line with a bank account first: a merchant is registered with one."""
    banks = [line for line in chosen if line.bin]
    if banks:
        return (banks[0], *(line for line in chosen if line is not banks[0]))
    return (_line(rng, [line for line in known if line.bin]), *chosen)


def _line(rng: Random, known: Sequence[Line]) -> Line:
    return rng.choices(known, [line.share for line in known])[0]


def _account(rng: Random, line: Line) -> Account:
    digits = f"{rng.randrange(10**10):010d}"
    return Account(line.provider, line.protocol, line.bin, account_number(line, digits))


def _at_a_bank(one: Stallholder, rng: Random, known: Sequence[Line]) -> Stallholder:
    """Let the closed merchant's account be one that a message names by itself."""
    line = next(line for line in known if line.names_account and line.bin)
    return one.with_accounts((_account(rng, line),))
