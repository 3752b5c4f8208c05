"""The banks: one row for each BIN, and where the row comes from."""

import json
from pathlib import Path

import pytest

from cashless.errors import NotFound
from cashless.vietqr import banks

RAW = json.loads(Path(banks.__file__).with_name("banks.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("bin_", "short_name"),
    [
        ("970452", "KienLongBank"),
        ("970405", "Agribank"),
        ("970403", "Sacombank"),
        ("970436", "Vietcombank"),
        ("970415", "VietinBank"),
        ("970418", "BIDV"),
        ("970422", "MBBank"),
        ("970438", "BaoVietBank"),
        ("970454", "BVBank"),
        ("971005", "ViettelMoney"),
        ("971011", "VNPTMoney"),
        ("971025", "MoMo"),
    ],
)
def test_a_bank_is_found_by_its_bin(bin_: str, short_name: str) -> None:
    found = banks.bank(bin_)
    assert found.short_name.casefold() == short_name.casefold()
    assert found.bin == bin_
    assert banks.is_known(bin_)


@pytest.mark.parametrize("bin_", ["", "000000", "BVB", "97045", "970452 ", "None"])
def test_what_is_not_a_bin_of_the_list_is_not_found(bin_: str) -> None:
    assert not banks.is_known(bin_)
    with pytest.raises(NotFound) as problem:
        banks.bank(bin_)
    assert problem.value.code == "bank_unknown"


def test_there_are_seventy_rows_and_no_bin_twice() -> None:
    bins = [one.bin for one in banks.every_bank()]
    assert len(bins) == len(set(bins)) == len(RAW["banks"]) == 70
    assert bins == sorted(bins)
    assert all(len(one) == 6 and one.isdigit() for one in bins)


def test_each_row_says_where_it_comes_from() -> None:
    known = set(RAW["sources"])
    assert all(one.sources and set(one.sources) <= known for one in banks.every_bank())
    assert known == {name for one in banks.every_bank() for name in one.sources}
    assert RAW["fresh_to"] == "2026-09"


def test_a_renamed_bank_keeps_its_old_name_beside_the_new_one() -> None:
    assert banks.bank("970406").short_name == "Vikki"
    assert any("DongA" in name for name in banks.bank("970406").former_names)
