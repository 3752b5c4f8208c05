"""``cashless qr image``: a payload as a picture, with a logo only where the code can lose it."""

from pathlib import Path

import pytest
import zxingcpp
from click.testing import CliRunner, Result
from PIL import Image

from cashless.cli import cashless
from cashless.errors import Invalid
from cashless.vietqr.payload import Transfer, encode
from tests.cashless.web.photos import bomb

PAYLOAD = encode(Transfer("970452", "1234567890", 50_000, "ca kho"))


@pytest.fixture
def logo(tmp_path: Path) -> Path:
    path = tmp_path / "logo.png"
    Image.new("RGB", (300, 300), "#aa0000").save(path)
    return path


def run(*words: object) -> Result:
    return CliRunner().invoke(cashless, ["qr", "image", PAYLOAD, *map(str, words)])


def refused(*words: object) -> str:
    done = run(*words)
    assert isinstance(done.exception, Invalid)
    return done.exception.code


def test_a_picture_is_read_back_with_and_without_a_logo(tmp_path: Path, logo: Path) -> None:
    plain, marked = tmp_path / "plain.png", tmp_path / "marked.png"
    assert run("-o", plain).exit_code == 0
    assert run("-o", marked, "--logo", logo).exit_code == 0
    for path in (plain, marked):
        picture = Image.open(path).convert("RGB")
        assert [one.text for one in zxingcpp.read_barcodes(picture)] == [PAYLOAD]
        middle = picture.getpixel((picture.width // 2, picture.height // 2))
        assert (middle == (170, 0, 0)) == (path == marked)


def test_a_drawing_takes_no_logo(tmp_path: Path, logo: Path) -> None:
    assert run("-o", tmp_path / "code.svg").exit_code == 0
    done = run("-o", tmp_path / "other.svg", "--logo", logo)
    assert (done.exit_code, (tmp_path / "other.svg").exists()) == (2, False)
    assert "A logo goes into a .png" in done.stderr


def test_a_bomb_is_no_logo(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(bomb())
    assert path.stat().st_size < 60_000
    assert refused("-o", tmp_path / "code.png", "--logo", path) == "picture_too_large"
    assert refused("-o", tmp_path / "code.png", "--logo", tmp_path / "no") == "logo_unreadable"
    assert not (tmp_path / "code.png").exists()


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    assert refused("-o", tmp_path / "code.gif") == "image_format_unknown"
