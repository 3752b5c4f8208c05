"""The manifest: a spreadsheet opens it, no cell is a formula, every stand is where it says."""

import csv
import hashlib
import io

import pytest

from cashless.vietqr.stand_manifest import Manifest
from tests.cashless.vietqr.stalls import stand, stands


def rows_of(manifest: Manifest) -> list[list[str]]:
    content = manifest.csv()
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    assert text.count("\r\n") == text.count("\n")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def test_every_stand_stands_on_its_page_and_place() -> None:
    head, *rows = rows_of(Manifest("a4x4", tuple(stands(6)), 4, 2, 1))
    assert all(len(row) == len(head) for row in rows)
    assert [row[:3] for row in rows] == [
        ["1", "1", "1"],
        ["2", "1", "2"],
        ["3", "1", "3"],
        ["4", "1", "4"],
        ["5", "2", "1"],
        ["6", "2", "2"],
    ]
    one, row = stand(4), rows[4]
    for cell in (one.place_name, one.stall, one.merchant_name, one.holder_name, one.bank_bin):
        assert cell in row
    assert f"****{one.last_digits}" in row
    assert {one.check_word, one.public_token, "23/11/2026"} <= set(row)
    assert row[-1] == hashlib.sha256(one.payload.encode()).hexdigest()


def test_the_account_number_is_not_in_it() -> None:
    content = Manifest("a6", tuple(stands(9)), 1, 9, 1).csv().decode()
    for one in stands(9):
        assert one.payload not in content
        assert one.payload[40:50] not in content


def test_a_second_print_keeps_its_number_and_reason() -> None:
    again = stand(print_number=3, reason="mưa làm mờ; rách góc")
    _, row = rows_of(Manifest("a6", (again,), 1, 1, 1))
    assert row[-3:-1] == ["3", "mưa làm mờ; rách góc"]


@pytest.mark.parametrize(
    "name", ["=1+1", "+84", "-2", "@SUM(A1)", "＝1+1", "=cmd|' /C calc'!A0", '"=1"', "a;b\nc"]
)
def test_no_cell_begins_like_a_formula(name: str) -> None:
    wrong = stand(merchant_name=name, reason=name, place_name=name)
    _, row = rows_of(Manifest("a6", (wrong,), 1, 1, 1))
    assert not any(cell.startswith(("=", "+", "-", "@", "＝", "\t", "\r")) for cell in row)
    assert row[5].removeprefix("'") == " ".join(name.split())
