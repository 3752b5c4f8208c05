"""Another list of banks: what differs has a word, and only what is new or renamed is written."""

import json
from pathlib import Path
from typing import Any

import pytest

from cashless.errors import Forbidden, Invalid
from cashless.vietqr import bank_list, banks
from cashless.vietqr.bank_list import Difference, Listed, compare

OURS = banks.every_bank()
ALL = tuple(Listed(one.bin, one.short_name, one.name) for one in OURS)
SOURCE = ("market-2026", "the list of a market")


def with_(*rows: Listed) -> tuple[Listed, ...]:
    """Return our own list with these rows instead of those of the same BIN."""
    changed = {row.bin for row in rows}
    return (*(row for row in ALL if row.bin not in changed), *rows)


def test_our_own_list_differs_in_nothing() -> None:
    assert compare(OURS, bank_list.read(banks.FILE.read_bytes())) == ()


@pytest.mark.parametrize(
    ("row", "difference"),
    [
        (Listed("970999", "Chợ", "Ngân hàng Chợ"), ("new", None, "Chợ", None)),
        (Listed("970452", "Sun", "Mặt Trời"), ("renamed", "KienLongBank", "Sun", None)),
        (Listed("970406", "DongABank", "Đông Á"), ("outdated", "Vikki", "DongABank", None)),
        (Listed("970459", "CIMB", "CIMB"), ("conflict", None, "CIMB", "422589")),
        (
            Listed("971005", "VNPT Money", "VNPT"),
            ("conflict", "ViettelMoney", "VNPT Money", "971011"),
        ),
        (
            Listed("970436", "VCB", "NGAN HANG TMCP NGOAI THUONG VIET NAM"),
            ("other_name", "Vietcombank", "VCB", None),
        ),
        (
            Listed("970416", "acb", "Á Châu"),
            ("other_name", "Ngân hàng TMCP Á Châu", "Á Châu", None),
        ),
        (Listed("97045", "Short", "Short"), ("unreadable", None, "Short", None)),
        (Listed("٩٧٠٤٥٢", "Digits", "Digits"), ("unreadable", None, "Digits", None)),
    ],
)
def test_a_difference_has_its_word(
    row: Listed, difference: tuple[str, str | None, str | None, str | None]
) -> None:
    kind, ours, theirs, other = difference
    assert compare(OURS, with_(row)) == (Difference(kind, row.bin, ours, theirs, other),)


def test_a_bin_with_two_names_is_a_conflict_and_one_named_twice_alike_is_none() -> None:
    twice = with_(Listed("970999", "One", "One"), Listed("970999", "Two", "Two"))
    assert [(one.kind, one.theirs) for one in compare(OURS, twice)] == [
        *(("conflict", "One"), ("conflict", "Two")),
    ]
    assert compare(OURS, (*ALL, *ALL)) == ()


def test_a_bank_that_the_list_does_not_have_is_missing() -> None:
    assert compare(OURS, ALL[1:]) == (Difference("missing", "422589", "CIMB", None),)


@pytest.mark.parametrize("wrap", ["{}", '{{"data": {}}}', '{{"banks": {}}}'])
def test_the_usual_shapes_of_lists_are_read(wrap: str) -> None:
    rows = [{"bin": "970452", "shortName": " KLB ", "name": "Kiên Long"}, 3, {"bin": 970452}]
    found = bank_list.read(wrap.format(json.dumps(rows)).encode())
    assert found == (Listed("970452", "KLB", "Kiên Long"), Listed("", "", ""), Listed("", "", ""))


@pytest.mark.parametrize("raw", [b"", b"{}", b"3", b'{"data": 1}', b"\xff", b'{"a":1,"a":2}'])
def test_what_is_no_list_is_refused(raw: bytes) -> None:
    with pytest.raises(Invalid) as refusal:
        bank_list.read(raw)
    assert refusal.value.code == "bank_list_unreadable"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "banks.json"
    path.write_bytes(banks.FILE.read_bytes())
    return path


def rows(file: Path) -> dict[str, dict[str, Any]]:
    return {row["bin"]: row for row in json.loads(file.read_text(encoding="utf-8"))["banks"]}


def test_only_what_is_new_or_renamed_is_written(file: Path) -> None:
    theirs = (
        Listed("970999", "Chợ", "Ngân hàng Chợ"),
        Listed("970452", "Sun", "Mặt Trời"),
        Listed("970459", "CIMB", "CIMB"),
        Listed("970406", "DongABank", "Đông Á"),
        Listed("970436", "VCB", "Ngân hàng TMCP Ngoại Thương Việt Nam"),
        Listed("970416", "ACB", "Ngân hàng TMCP Á Châu"),
        Listed("97", "?", "?"),
    )
    before = rows(file)
    assert bank_list.write(file, theirs, SOURCE, "2026-11") == 2
    after = rows(file)
    assert after.keys() - before.keys() == {"970999"}
    assert before.keys() <= after.keys()
    assert after["970999"]["sources"] == ["market-2026"]
    assert after["970452"]["short_name"] == "Sun"
    assert after["970452"]["former_names"] == ["KienLongBank"]
    changed = {bin_ for bin_ in before if before[bin_] != after[bin_]}
    assert changed == {"970452", "970436", "970416"}
    assert after["970436"] == before["970436"] | {
        "sources": [*before["970436"]["sources"], "market-2026"]
    }
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert (kept["fresh_to"], kept["sources"]["market-2026"]) == ("2026-11", SOURCE[1])


def test_writing_twice_changes_nothing_the_second_time(file: Path) -> None:
    theirs = (Listed("970999", "Chợ", "Ngân hàng Chợ"), Listed("970452", "Sun", "Mặt Trời"))
    bank_list.write(file, theirs, SOURCE, "2026-11")
    once = file.read_text(encoding="utf-8")
    assert bank_list.write(file, theirs, SOURCE, "2025-01") == 0
    assert file.read_text(encoding="utf-8") == once


def test_a_list_of_nothing_leaves_every_bank_on_its_line(file: Path) -> None:
    before = file.read_text(encoding="utf-8").splitlines()
    bank_list.write(file, (), SOURCE, "2020-01")
    after = file.read_text(encoding="utf-8").splitlines()
    assert [line for line in before if '"bin"' in line] == [
        line for line in after if '"bin"' in line
    ]


def test_a_file_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "banks.json"
    folder.mkdir()
    with pytest.raises(Forbidden) as refusal:
        bank_list._replace(folder, "text")
    assert refusal.value.code == "bank_list_closed"
    assert list(tmp_path.iterdir()) == [folder]


def test_every_note_is_in_both_languages() -> None:
    noted = [one for one in OURS if one.notes]
    assert {"422589", "970406", "970438", "970454", "971005", "977777"} <= {x.bin for x in noted}
    assert all(en and vi and en != vi for one in noted for en, vi in one.notes)


def test_every_renamed_bank_says_so() -> None:
    assert [one.bin for one in OURS if one.former_names and not one.notes] == []


def test_a_bank_is_found_by_a_bin_that_transfers_do_not_go_by() -> None:
    assert banks.bank_with("970459").bin == "422589"
    assert banks.bank_with("970452").bin == "970452"
    assert not banks.is_known("970459")
