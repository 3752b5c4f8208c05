"""``cashless personal`` and ``cashless areas`` on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cashless.cli import cashless
from cashless.errors import Problem
from tests.market import Market


@pytest.fixture(autouse=True)
def _of_the_market(market_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASHLESS_DATABASE_URL", market_url)
    monkeypatch.setenv("CASHLESS_HOME", str(tmp_path / "home"))


def run(*words: str) -> Any:  # noqa: ANN401  whatever the command answers in JSON
    done = CliRunner().invoke(cashless, [*words, "--json"], standalone_mode=False)
    if isinstance(done.exception, Problem):
        raise done.exception
    assert done.exception is None, done.output
    return json.loads(done.output)


def test_numbers_are_kept_shown_opened_and_forgotten(market: Market) -> None:
    code = market.register().code
    shown = run("personal", "note", code, "--phone", "0912 345 678", "--why", "đăng ký mới")
    assert shown["numbers"] == {"phone": "•••678"}
    assert run("personal", "show", code)["same_person"] == []
    opened = run("personal", "reveal", code, "phone", "--why", "gọi lại người bán")
    assert opened == {"kind": "phone", "number": "+84912345678"}
    assert [one["act"] for one in run("personal", "looks", code)] == ["noted", "revealed"]
    assert run("personal", "export", code, "--why", "người bán xin")["numbers"]
    assert run("personal", "forget", code, "--why", "người bán xin")["forgotten"] == ["phone"]
    assert run("personal", "show", code)["numbers"] == {}


def test_a_note_without_a_number_says_what_to_give(market: Market) -> None:
    with pytest.raises(Problem, match="personal_datum_missing"):
        run("personal", "note", market.register().code, "--why", "đăng ký")


def test_a_consent_is_written_and_shown(market: Market) -> None:
    code = market.register().code
    assert run("personal", "consent", code) == []
    run("personal", "consent", code, "--purpose", "contact", "--witness", "cô Lan")
    (said,) = run("personal", "consent", code, "--purpose", "contact", "--withdrawn")
    assert (said["purpose"], said["is_given"]) == ("contact", False)


def test_people_read_lines_without_json(market: Market) -> None:
    code = market.register().code
    words = ["personal", "note", code, "--phone", "0912345678", "--why", "đăng ký mới"]
    said = CliRunner().invoke(cashless, words, standalone_mode=False).output
    assert "điện thoại / phone" in said
    assert "0912345678" not in said


def test_an_old_ward_is_found_and_a_code_has_lives() -> None:
    assert run("areas", "find", "Rạch Sỏi")["full_name"] == "Phường Rạch Giá, Tỉnh An Giang"
    names = [one["name"] for one in run("areas", "lives", "30742")]
    assert names == ["Phường Vĩnh Bảo", "Phường Vĩnh Thanh Vân", "Phường Rạch Giá"]
