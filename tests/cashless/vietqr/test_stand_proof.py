"""The proof: a page that does not show each stand's own code, and no other, is not let through."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from cashless.errors import Broken
from cashless.vietqr import stand_proof, stand_sheet
from cashless.vietqr.stand import Stand
from cashless.vietqr.stand_layout import layout
from tests.cashless.vietqr.stalls import stands

QUIET = lambda _done: None  # noqa: E731 - a name for "tell nobody"


def pages_of(count: int, name: str) -> list[Sequence[Stand]]:
    return list(stand_sheet.pages(stands(count), layout(name)))


def printed(folder: Path, shown: Sequence[Stand], name: str) -> Path:
    path = folder / "draft.pdf"
    path.write_bytes(stand_sheet.draw(shown, layout(name), {}, QUIET))
    return path


@pytest.mark.parametrize("name", ["a6", "a4x8", "tent", "card"])
def test_a_genuine_file_is_let_through(name: str, tmp_path: Path) -> None:
    heard: list[int] = []
    path = printed(tmp_path, stands(9), name)
    stand_proof.require_readable(path, pages_of(9, name), layout(name), heard.append)
    assert heard[-1] == len(pages_of(9, name))


@pytest.mark.parametrize("name", ["a6", "a4x4", "tent"])
def test_two_codes_that_were_swapped_are_found_and_named(name: str, tmp_path: Path) -> None:
    shown = stands(8)
    shown[5], shown[6] = shown[6], shown[5]
    path = printed(tmp_path, shown, name)
    with pytest.raises(Broken) as refusal:
        stand_proof.require_readable(path, pages_of(8, name), layout(name), QUIET)
    assert refusal.value.code == "stand_unreadable"
    assert stands(8)[5].merchant_name in refusal.value.message
    assert stands(8)[5].stall in refusal.value.message_vi


def test_a_code_that_was_spoilt_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = stand_sheet.matrix.bars
    monkeypatch.setattr(stand_sheet.matrix, "bars", lambda symbol: list(genuine(symbol))[::2])
    path = printed(tmp_path, stands(1), "a6")
    with pytest.raises(Broken):
        stand_proof.require_readable(path, pages_of(1, "a6"), layout("a6"), QUIET)


def test_a_code_where_no_stand_belongs_is_found(tmp_path: Path) -> None:
    path = printed(tmp_path, stands(4), "a4x4")
    with pytest.raises(Broken) as refusal:
        stand_proof.require_readable(path, pages_of(3, "a4x4"), layout("a4x4"), QUIET)
    assert "page 1" in refusal.value.message


def test_one_side_of_a_tent_without_code_is_found(tmp_path: Path) -> None:
    path = printed(tmp_path, stands(1), "a6")
    with pytest.raises(Broken):
        stand_proof.require_readable(path, pages_of(1, "tent"), layout("tent"), QUIET)


def test_two_processes_see_what_one_sees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stand_proof, "_PAGES_FOR_PROCESSES", 3)
    monkeypatch.setattr(stand_proof, "_PAGES_AT_ONCE", 2)
    monkeypatch.setattr(stand_proof.os, "cpu_count", lambda: 2)
    path, pages, heard = printed(tmp_path, stands(6), "a6"), pages_of(6, "a6"), []
    stand_proof.require_readable(path, pages, layout("a6"), heard.append)
    assert heard == [2, 4, 6]
    pages[4], pages[5] = pages[5], pages[4]
    with pytest.raises(Broken):
        stand_proof.require_readable(path, pages, layout("a6"), QUIET)
