"""What officers see tells nothing beside the public table: differences show nobody.

Two kinds of attack are played: subtracting pages of one day from each other (as equations over all
that is published, solved exactly), and subtracting the page of one day from that of another.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from cashless.db.engine import transaction
from cashless.reports import adoption as room
from cashless.reports.adoption import Adoption, Counts
from cashless.reports.adoption_payments import Heard, published
from cashless.reports.adoption_wards import Located, of_ward, wards
from cashless.reports.suppress import SMALLEST
from merchants import places, register
from tests.cashless.reports.test_adoption import NOON, TODAY, paid, read, settled
from tests.market import Market

Row = list[Fraction]


@dataclass
class Equations:
    """Everything an attacker knows of one column: sums over places, as rows of a matrix."""

    width: int
    rows: list[Row]

    def tells(self, place: int) -> bool:
        """Tell whether the equations give that place's number away."""
        reduced = _reduced([row[: self.width] for row in self.rows])
        unit = [Fraction(int(at == place)) for at in range(self.width)]
        return len(_reduced([*reduced, unit])) == len(reduced)


def _reduced(rows: list[Row]) -> list[Row]:
    """Return the rows without those that follow from the others (Gauss)."""
    left, done = [list(row) for row in rows], []
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((row for row in left if row[column]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        left = [_without(row, pivot, column) for row in left]
        done.append(pivot)
    return done


def _without(row: Row, pivot: Row, column: int) -> Row:
    factor = row[column] / pivot[column]
    return [mine - factor * theirs for mine, theirs in zip(row, pivot, strict=True)]


Towns = st.lists(
    st.tuples(st.integers(0, 14), st.sampled_from(["A", "B", "C"])), min_size=1, max_size=7
)


def told(town: list[tuple[int, str]]) -> tuple[Adoption, list[Located]]:
    """Publish a town of places with that many registered merchants, in wards."""
    numbers = count()
    places = [
        room._Place(f"P{at}", "market", f"Chợ {at}", size, size, size, 0, Heard())
        for at, (size, _) in zip(numbers, town, strict=False)
    ]
    kept, folded = room._fold(places)
    lines, total = room._publish([*kept, *room._together(folded)])
    names = tuple(one.name for one in folded)
    found = Adoption(TODAY, TODAY, NOON, lines, total, names, None)
    located = [Located(f"P{at}", f"Chợ {at}", ward) for at, (_, ward) in enumerate(town)]
    return found, located


def known(town: list[tuple[int, str]]) -> Equations:
    """Write down all that the city's page and every ward's page say of one column."""
    found, located = told(town)
    width, rows = len(town), []
    at = {one.code: number for number, one in enumerate(located)}
    named = {one.name: number for number, one in enumerate(located)}

    def say(places: list[int], value: int | None) -> None:
        if value is not None:
            rows.append([Fraction(int(one in places)) for one in range(width)])

    for line in found.lines:
        folded = [named[name] for name in found.folded]
        say([at[line.code]] if line.code else folded, line.counts.registered)
    say(list(range(width)), found.total.registered)
    for ward, seen in wards(found, located).items():
        mine = [number for number, one in enumerate(located) if one.ward == ward]
        for line in seen.adoption.lines:
            say([at[str(line.code)]], line.counts.registered)
        say(mine, seen.adoption.total.registered)
    return Equations(width, rows)


@settings(max_examples=150)
@given(Towns)
def test_no_page_subtracted_from_another_gives_a_small_place(town: list[tuple[int, str]]) -> None:
    equations = known(town)
    small = [at for at, (size, _) in enumerate(town) if 0 < size < SMALLEST]
    if told(town)[0].total.registered is None:
        return
    assert [at for at in small if equations.tells(at)] == []


def test_the_attack_would_find_a_ward_s_own_hiding() -> None:
    """A ward that folded its places by itself would give the small one away: it is found."""
    rows: list[Row] = [[Fraction(1), Fraction(0)], [Fraction(1), Fraction(1)]]
    assert Equations(2, rows).tells(1)
    assert not Equations(2, rows[1:]).tells(1)


def test_a_ward_with_a_place_that_is_not_published_has_no_total(market: Market) -> None:
    settled(market, "BAC", 9)
    settled(market, "NAM", 6)
    settled(market, "TAY", 2)
    found, places = (
        read(market),
        [
            Located("BAC", "Chợ BAC", "30742"),
            Located("NAM", "Chợ NAM", "30760"),
            Located("TAY", "Chợ TAY", "30760"),
        ],
    )
    own = of_ward(found, places, "30742")
    assert own.adoption.total.registered == 9
    other = of_ward(found, places, "30760")
    assert other.adoption.total == Counts(None, None, None, None, None)
    assert other.unpublished == ("Chợ NAM", "Chợ TAY")
    assert of_ward(found, places, "30769").is_empty


def payments(found: Adoption) -> list[int | None]:
    return [*(line.counts.payments for line in found.lines), found.total.payments]


def test_a_lone_merchant_of_a_quiet_day_is_not_told_by_the_difference(market: Market) -> None:
    """Yesterday all sold; today only one does, who may not be counted by waiting at the page."""
    merchants = settled(market, "BAC", 8)
    paid(market, merchants, days_ago=1)
    assert payments(read(market)) == [8, 8]
    paid(market, merchants[:1])
    paid(market, merchants[:1])
    assert payments(read(market)) == [None, None]
    paid(market, merchants[1:6])
    assert payments(read(market)) == [15, 15]


def test_one_quiet_place_is_not_told_by_the_total(market: Market) -> None:
    north, south = settled(market, "BAC", 8), settled(market, "NAM", 8)
    paid(market, north)
    paid(market, south[:6], days_ago=2)
    paid(market, south[:1])
    assert payments(read(market)) == [8, None, None]


def test_a_place_of_one_great_merchant_is_not_told(market: Market) -> None:
    merchants = settled(market, "BAC", 6)
    paid(market, merchants)
    for _ in range(12):
        paid(market, merchants[:1])
    assert payments(read(market)) == [None, None]


def test_who_is_suspended_takes_no_payments_along(market: Market) -> None:
    """The difference between before and after would be exactly that merchant's payments."""
    merchants = settled(market, "BAC", 9)
    paid(market, merchants)
    paid(market, merchants[:6])
    before = payments(read(market))
    with transaction(market.engine) as db:
        register.set_status(db, merchants[0].code, "suspended")
    assert payments(read(market)) == before == [15, 15]


def test_who_moves_takes_no_payments_along(market: Market) -> None:
    north, south = settled(market, "BAC", 9), settled(market, "NAM", 9)
    paid(market, north, days_ago=2)
    paid(market, south[:6], days_ago=3)
    before = payments(read(market))
    with transaction(market.engine) as db:
        row = {"who": north[0].id, "day": TODAY, "stall": places.stall(db, "NAM", "NAM-99")}
        leave = "UPDATE tenancy SET during = daterange('2026-01-01', :day) WHERE merchant_id = :who"
        db.execute(text(leave), row)
        come = "INSERT INTO tenancy (stall_id, merchant_id, during)"
        db.execute(text(f"{come} VALUES (:stall, :who, daterange(:day, NULL))"), row)
    found = read(market)
    assert [line.counts.registered for line in found.lines] == [8, 10]
    assert payments(found) == before == [9, 6, 15]


@given(
    st.lists(
        st.lists(st.sampled_from([0, 0, 1, 3, 5, 9]), min_size=3, max_size=3),
        min_size=1,
        max_size=5,
    )
)
def test_every_published_number_stands_for_no_day_of_a_few(days: list[list[int]]) -> None:
    parts = [Heard(sum(one), 0, {str(at): n for at, n in enumerate(one)}) for one in days]
    cells, total = published(parts, ())
    hidden = [one for one, cell in zip(days, cells, strict=True) if cell is None]
    for one, cell in zip(days, cells, strict=True):
        assert cell is None or all(n == 0 or n >= SMALLEST for n in one)
    if total is not None and hidden:
        assert len(hidden) > 1
        assert all(n == 0 or n >= SMALLEST for n in map(sum, zip(*hidden, strict=True)))
