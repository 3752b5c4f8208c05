"""``cashless ledger export|receipt|gauge`` and ``cashless audit root|verify``."""

import json
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from click.testing import CliRunner

from cashless.cli import cashless
from cashless.errors import Problem
from tests.market import Market, credit


@pytest.fixture(autouse=True)
def _of_the_market(market_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASHLESS_DATABASE_URL", market_url)
    monkeypatch.setenv("CASHLESS_HOME", str(tmp_path / "home"))


@pytest.fixture
def code(market: Market) -> str:
    """A book of two sales."""
    found = market.register().code
    market.hear("agribank", credit("agribank", 1), credit("agribank", 2))
    market.settle()
    return found


def called(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(cashless, [*map(str, words)], standalone_mode=False)
    if isinstance(done.exception, Problem):
        raise done.exception
    return done.exit_code, done.output


def run(*words: object) -> Any:  # noqa: ANN401  whatever the command answers in JSON
    return json.loads(called(*words, "--json")[1])


@pytest.mark.parametrize(
    ("as_", "period", "begins"),
    [
        ("csv", None, b"\xef\xbb\xbf"),
        ("xlsx", "2026-07", b"PK"),
        ("beancount", "2026-Q3", b"option"),
        ("proof", None, b"{"),
        ("s1a", "2026", b"PK"),
        ("s1a-pdf", "2026-07", b"%PDF"),
        ("s1", "2025-Q4", b"PK"),
        ("s1-pdf", "2025-12", b"%PDF"),
    ],
)
def test_a_book_is_written_in_every_format(
    code: str, tmp_path: Path, as_: str, period: str | None, begins: bytes
) -> None:
    file = tmp_path / "book"
    cut = ("--period", period) if period else ()
    told = run("ledger", "export", code, "--format", as_, *cut, "-o", file)
    assert file.read_bytes().startswith(begins)
    assert told == {"file": str(file), "format": as_, "bytes": file.stat().st_size}


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        (("--format", "s1a"), "period_missing"),
        (("--format", "s1a", "--period", "2025"), "form_not_valid"),
        (("--format", "s1", "--period", "2026-01"), "form_not_valid"),
        (("--format", "csv", "--period", "2026-13"), "period_unreadable"),
        (("--format", "csv", "--period", "0000-01"), "period_unreadable"),
        (("--format", "beancount", "--period", "0001"), "period_unreadable"),
        (("--format", "beancount", "--period", "9999-12"), "period_unreadable"),
        (("--format", "csv", "--period", "tháng bảy"), "period_unreadable"),
        (("--format", "proof", "--root", "3"), "root_missing"),
        (("--format", "s1a", "--period", "2026", "--why", "kê khai"), "personal_datum_missing"),
    ],
)
def test_what_cannot_be_exported_is_refused_and_leaves_no_file(
    code: str, tmp_path: Path, words: tuple[str, ...], refused: str
) -> None:
    file = tmp_path / "book"
    with pytest.raises(Problem, match=refused):
        run("ledger", "export", code, *words, "-o", file)
    assert not file.exists()


def test_the_platform_has_a_book_and_no_tax_book(code: str, tmp_path: Path) -> None:
    assert code
    run("ledger", "export", "platform", "--format", "csv", "-o", tmp_path / "platform.csv")
    with pytest.raises(Problem, match="platform_has_no_tax_book"):
        run("ledger", "export", "platform", "--format", "s1a", "-o", tmp_path / "no.xlsx")


def test_the_tax_code_is_masked_unless_somebody_says_why(code: str, tmp_path: Path) -> None:
    run("personal", "note", code, "--tax-code", "091174001234", "--why", "đăng ký")
    wanted = ("ledger", "export", code, "--format", "s1a-pdf", "--period", "2026", "-o")
    run(*wanted, tmp_path / "masked.pdf")
    run(*wanted, tmp_path / "whole.pdf", "--why", "kê khai quý 3")
    masked, whole = (_text(tmp_path / f"{name}.pdf") for name in ("masked", "whole"))
    assert ("091174001234" in masked, "091174001234" in whole) == (False, True)
    assert [one["act"] for one in run("personal", "looks", code)] == ["noted", "revealed"]


def _text(file: Path) -> str:
    return str(pypdfium2.PdfDocument(file)[0].get_textpage().get_text_range())


def test_a_book_and_a_receipt_are_verified_without_a_database(
    market: Market, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, slip, kept = (tmp_path / name for name in ("book.json", "slip.json", "root.json"))
    key = json.loads(run("audit", "root", "-o", kept)["said"])["key"]
    assert json.loads(run("audit", "root", "--last")["said"])["number"] == 1
    run("ledger", "export", code, "--format", "proof", "-o", book)
    payment = market.rows("SELECT min(id) FROM payment")[0][0]
    assert run("ledger", "receipt", payment, "-o", slip)["seq"] == 1
    monkeypatch.setenv("CASHLESS_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    for file, entries in ((book, 2), (slip, 1)):
        said = run("audit", "verify", file, "--key", key, "--kept", kept)
        assert (said["ok"], said["entries"], said["root"]) == (True, entries, 1)
    assert "Khớp tất cả" in called("audit", "verify", book)[1]


def test_a_file_that_does_not_hold_ends_with_one(code: str, tmp_path: Path) -> None:
    first, second, file = (tmp_path / name for name in ("1.json", "2.json", "book.json"))
    run("audit", "root", "-o", first)
    run("audit", "root", "-o", second)
    run("ledger", "export", code, "--format", "proof", "-o", file)
    status, said = called("audit", "verify", file, "--kept", first)
    assert (status, "root: not the one you kept" in said) == (1, True)
    file.write_text(file.read_text(encoding="utf-8").replace("50000", "50001"), encoding="utf-8")
    status, said = called("audit", "verify", file)
    assert (status, f"{code}#1" in said) == (1, True)


@pytest.mark.parametrize("text", ["", "{", '{"a":1,"a":2}', "[]", '{"format":"x"}', "\udc80"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(Problem, match="evidence_unreadable"):
        called("audit", "verify", file)


def test_a_book_without_a_root_says_so(code: str, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="root_missing"):
        run("audit", "root", "--last")
    file = tmp_path / "book.json"
    run("ledger", "export", code, "--format", "proof", "-o", file)
    said = run("audit", "verify", file)
    assert (said["ok"], said["root"], said["after_root"]) == (True, None, 2)


def test_the_gauge_tells_the_year_the_threshold_and_its_source(code: str) -> None:
    told = run("ledger", "gauge", code, "--year", 2026)
    assert (told["revenue"], told["threshold"], told["percent"]) == (100_000, 1_000_000_000, 0)
    assert "141/2026" in told["source"]
    assert "100 nghìn / ngưỡng 1 tỷ" in called("ledger", "gauge", code, "--year", "2026")[1]
