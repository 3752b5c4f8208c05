"""A market's list whose rows share a stall by shift, and rows that clash there."""

from collections.abc import Sequence

from cashless.db.engine import transaction
from merchants import imports
from tests.market import Market
from tests.merchants.test_imports import HUNG, Line, excel, line, rach_soi, read, told

__all__ = ["rach_soi"]


def write_new(market: Market, lines: Sequence[Line]) -> int:
    with transaction(market.engine) as db:
        checked = imports.check(db, read(excel(lines)).applicants)
        assert checked.faults == ()
        imports.write(db, checked, HUNG, lambda _done: None)
    return len(checked.new)


def test_two_rows_may_share_a_stall_whose_shifts_do_not_overlap(rach_soi: Market) -> None:
    lines = [[*line(1), "sáng"], [*line(2), "tối"], [*line(3), ""]]
    lines[1][1] = lines[0][1]
    assert write_new(rach_soi, lines) == 3
    assert write_new(rach_soi, lines) == 0
    lines[1][11] = "10h-12h"
    assert told(read(excel(lines)).faults) == {
        (2, "Sạp", "import_repeated"),
        (3, "Sạp", "import_repeated"),
    }
    lines[1][11] = "tối 18:00-22:00"
    lines[0][11] = ""
    lines[2][11] = "nửa đêm"
    found = read(excel(lines))
    assert (4, "Ca", "shift_invalid") in told(found.faults)
    lines[2][11], lines[0][1] = "chiều", "RS-0009"
    with transaction(rach_soi.engine) as db:
        checked = imports.check(db, read(excel(lines)).applicants)
    assert told(checked.faults) == {
        (3, "Ca", "shift_differs"),
        (4, "Ca", "shift_differs"),
    }


def test_two_thousand_rows_of_one_stall_are_told_and_each_sentence_stays_short() -> None:
    lines = [[*line(number), ""] for number in range(1, 2_001)]
    for one in lines:
        one[1] = "RS-0001"
    found = read(excel(lines)).faults
    assert len(found) == len(lines)
    assert all(len(one.message) < 200 for one in found)
