"""``cashless qr stand``, ``cashless stands``: what is printed is registered, and nothing else."""

import csv
import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from click.testing import CliRunner
from PIL import Image

from cashless.cli import cashless
from cashless.db.engine import transaction
from cashless.errors import Broken, Problem
from cashless.vietqr import stand as drawing
from merchants import places, register
from merchants.places import Place
from merchants.register import Application, Merchant
from tests.cashless.web.photos import bomb
from tests.market import Market
from tests.tools import require

NAMES = ["Chị Tư Cá Biển", '<script>alert("x")</script>', "=SUM(A1)", "X" * 60]


@pytest.fixture
def sellers(market: Market) -> list[Merchant]:
    """Four merchants of a market in walking order, the second and third with troublesome names."""
    with transaction(market.engine) as db:
        places.add(db, [Place("RS", "market", "Chợ Rạch Sỏi", 2)])
        return [
            register.add(
                db,
                Application(
                    name,
                    "seafood",
                    f"970405:770420000000{n}",
                    f"NGUOI BAN {n}",
                    place="RS",
                    stall=f"RS-{n}",
                    walking_order=n,
                ),
            )
            for n, name in enumerate(NAMES)
        ]


@pytest.fixture(autouse=True)
def _of_the_market(market_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASHLESS_DATABASE_URL", market_url)
    monkeypatch.setenv("CASHLESS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CASHLESS_BASE_URL", "https://pay.example.vn")
    monkeypatch.chdir(tmp_path)


def run(*words: str) -> Any:  # noqa: ANN401  whatever the command answers in JSON
    """Run a command; what it prints as JSON, or the problem it raises."""
    done = CliRunner().invoke(cashless, [*words, "--json"], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return json.loads(done.stdout)


def refused(*words: str) -> str:
    with pytest.raises(Problem) as problem:
        run(*words)
    return problem.value.code


def pages(pdf: Path) -> list[str]:
    """Read the one code of each page of a PDF with another program's eyes."""
    subprocess.run([require("pdftoppm"), "-r", "150", "-png", pdf, pdf.with_suffix("")], check=True)
    pictures = sorted(pdf.parent.glob(f"{pdf.stem}-*.png"))
    found = [zxingcpp.read_barcodes(Image.open(picture)) for picture in pictures]
    return [code.text for codes in found for code in codes]


def rows_of(manifest: Path) -> list[list[str]]:
    text = manifest.read_text(encoding="utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_a_market_is_printed_registered_and_listed(sellers: list[Merchant], tmp_path: Path) -> None:
    said = run("qr", "stand", "--market", "RS", "-o", "rs.pdf")
    assert (said["stands"], said["new"], said["revoked"], said["pages"]) == (4, 4, 0, 4)
    assert said["bytes"] == (tmp_path / "rs.pdf").stat().st_size
    listed = run("stands", "list", "--market", "RS")
    assert [one["merchant"] for one in listed] == [one.code for one in sellers]
    assert pages(tmp_path / "rs.pdf") == [one["payload"] for one in listed]
    assert {one["state"] for one in listed} == {"issued"}
    assert sorted(path.name for path in tmp_path.glob("*.*")) == [
        *(f"rs-{n}.png" for n in range(1, 5)),
        *("rs.csv", "rs.pdf"),
    ]


def test_the_manifest_says_what_was_printed_and_holds_no_formula(
    sellers: list[Merchant], tmp_path: Path
) -> None:
    run("qr", "stand", "--market", "RS", "-o", "rs.pdf", "--layout", "a4x2")
    heads, *rows = rows_of(tmp_path / "rs.csv")
    assert len(rows) == 4
    assert {len(row) for row in rows} == {len(heads)}
    assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))] == []
    assert any("SUM(A1)" in cell for row in rows for cell in row)
    numbers = [one["number"] for one in run("stands", "list")]
    assert all(number in row for number, row in zip(numbers, rows, strict=True))


def test_printing_twice_gives_the_same_stands(sellers: list[Merchant]) -> None:
    run("qr", "stand", "--market", "RS", "-o", "one.pdf")
    before = run("stands", "list")
    said = run("qr", "stand", sellers[0].code, "-o", "two.pdf", "--layout", "sticker")
    assert (said["stands"], said["new"]) == (1, 0)
    assert run("stands", "list") == before


def test_printing_again_needs_a_reason_and_revokes(sellers: list[Merchant], tmp_path: Path) -> None:
    code = sellers[0].code
    run("qr", "stand", code, "-o", "one.pdf")
    (first,) = run("stands", "list")
    said = run("qr", "stand", code, "-o", "two.pdf", "--reprint", "--why", "bảng bị ướt")
    assert (said["new"], said["revoked"]) == (1, 1)
    again, old = sorted(run("stands", "list", "--all"), key=lambda one: -one["print_number"])
    assert (old["number"], old["state"], old["revoke_reason"]) == (
        first["number"],
        "revoked",
        "bảng bị ướt",
    )
    assert again["replaces"] == first["number"]
    assert "bảng bị ướt" in (tmp_path / "two.csv").read_text(encoding="utf-8-sig")


def test_a_stand_is_shown_and_revoked_by_the_number_on_the_paper(sellers: list[Merchant]) -> None:
    run("qr", "stand", sellers[0].code, "-o", "one.pdf")
    (stand,) = run("stands", "list")
    shown = run("stands", "show", stand["number"].lower())
    assert shown == stand
    assert shown["page"] == f"https://pay.example.vn/s/{stand['number'].replace('-', '')}"
    assert run("stands", "revoke", stand["number"], "--why", "bị dán đè")["state"] == "revoked"
    assert refused("stands", "revoke", stand["number"], "--why", "lần nữa") == "stand_revoked"
    assert refused("stands", "show", "AAAA") == "stand_unknown"
    assert run("stands", "list") == []


def test_a_sheet_that_does_not_scan_stops_the_run_and_nothing_is_registered(
    sellers: list[Merchant], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise Broken("stand_unreadable", "RS-1", "RS-1")

    monkeypatch.setattr(drawing, "print_stands", fail)
    assert refused("qr", "stand", "--market", "RS", "-o", "rs.pdf") == "stand_unreadable"
    assert run("stands", "list") == []
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_a_register_that_changed_meanwhile_releases_no_sheet(
    sellers: list[Merchant], market: Market, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("qr", "stand", "--market", "RS", "-o", "one.pdf")
    genuine = drawing.print_stands

    def print_slowly(*given: Any, **more: Any) -> Any:  # noqa: ANN401  handed on as it is
        with transaction(market.engine) as db:
            change = "revoked_at = now(), revoked_by = 'x', revoke_reason = 'other'"
            db.exec_driver_sql(f"UPDATE stand SET {change}")  # noqa: S608  the line above
        return genuine(*given, **more)

    monkeypatch.setattr(drawing, "print_stands", print_slowly)
    words = ("qr", "stand", "--market", "RS", "-o", "two.pdf", "--reprint", "--why", "đổi mẫu")
    assert refused(*words) == "stand_changed"
    assert not (tmp_path / "two.pdf").exists()
    assert run("stands", "list") == []


def test_a_market_is_printed_with_the_logos_its_printer_is_licensed_to_use(
    sellers: list[Merchant], tmp_path: Path
) -> None:
    Image.new("RGB", (300, 300), "#aa0000").save("logo.png")
    words = ("--logo", "logo.png", "--logo", "bank:970405=logo.png")
    run("qr", "stand", "--market", "RS", "-o", "rs.pdf", *words)
    assert pages(tmp_path / "rs.pdf") == [one["payload"] for one in run("stands", "list")]
    page = Image.open(tmp_path / "rs-1.png")
    dots = page.get_flattened_data()
    assert sum(red > 150 and green < 30 for red, green, _ in dots) > 3_000


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--logo", "bomb.png"), "picture_too_large"),
        (("--logo", "none.png"), "logo_unreadable"),
        (("--logo", "other=bomb.png"), "logo_slot_unknown"),
        (("--logo", "logo.png", "--layout", "card"), "logo_without_room"),
    ],
)
def test_a_logo_that_cannot_be_printed_stops_the_run(
    sellers: list[Merchant], tmp_path: Path, words: tuple[str, ...], code: str
) -> None:
    Path("bomb.png").write_bytes(bomb())
    Image.new("RGB", (30, 30), "#aa0000").save("logo.png")
    assert refused("qr", "stand", "--market", "RS", "-o", "rs.pdf", *words) == code
    assert not (tmp_path / "rs.pdf").exists()
    assert run("stands", "list") == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--market", "XX"), "place_unknown"),
        (("M0000000",), "merchant_unknown"),
        (("--market", "RS", "--layout", "a3"), "stand_layout_unknown"),
        (("--market", "RS", "--reprint", "--why", " "), "why_missing"),
        (("--market", "RS", "--help-line", "ហាង"), "stand_text_unprintable"),
    ],
)
def test_what_cannot_be_printed_is_refused_and_nothing_is_left(
    sellers: list[Merchant], tmp_path: Path, words: tuple[str, ...], code: str
) -> None:
    assert refused("qr", "stand", *words, "-o", "rs.pdf") == code
    assert run("stands", "list") == []
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


@pytest.mark.parametrize(
    "words",
    [
        ("-o", "rs.pdf"),
        ("M1", "--market", "RS", "-o", "rs.pdf"),
        ("--market", "RS", "-o", "rs.pdf", "--reprint"),
        ("--market", "RS", "-o", "rs.pdf", "--why", "ướt rồi"),
        ("--market", "RS", "-o", "rs.csv"),
        ("--market", "RS"),
    ],
)
def test_words_that_do_not_go_together_are_a_wrong_usage(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(cashless, ["qr", "stand", *words])
    assert done.exit_code == 2
    assert "Usage" in done.stderr


def test_a_file_that_cannot_be_written_is_told(sellers: list[Merchant]) -> None:
    words = ("qr", "stand", "--market", "RS", "-o", "no/such/folder/rs.pdf")
    assert refused(*words) == "stand_file_unwritable"
    assert run("stands", "list") == []


def test_the_lines_for_people_name_the_file_and_who_was_left_out(
    sellers: list[Merchant], market: Market
) -> None:
    with transaction(market.engine) as db:
        last = "right(number, 1) = '3'"
        db.exec_driver_sql(f"UPDATE receiving_account SET closed_at = now() WHERE {last}")  # noqa: S608  the line above
    done = CliRunner().invoke(cashless, ["qr", "stand", "--market", "RS", "-o", "rs.pdf"])
    assert done.exit_code == 0, done.output
    for wanted in ("rs.pdf", "3 bảng", "rs.csv", f"no account: {NAMES[3]} (RS-3)"):
        assert wanted in done.stdout
