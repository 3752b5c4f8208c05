"""Logos of stands: files go into named slots, and only what is a small enough picture."""

from pathlib import Path

import pytest
from PIL import Image

from cashless.errors import Invalid
from cashless.vietqr import matrix, stand_logos
from tests.cashless.web.photos import bomb


def logo(folder: Path, size: tuple[int, int] = (90, 60)) -> Path:
    path = folder / "logo.png"
    Image.new("RGB", size, "#aa0000").save(path)
    return path


def refused(*written: str) -> str:
    with pytest.raises(Invalid) as refusal:
        stand_logos.load(written)
    return refusal.value.code


def test_files_are_opened_into_their_slots(tmp_path: Path) -> None:
    path = logo(tmp_path)
    logos = stand_logos.load([f"{slot}={path}" for slot in ("vietqr", "bank:970436", "network")])
    assert {name: picture.size for name, picture in logos.items()} == dict.fromkeys(
        ("vietqr", "bank:970436", "network"), (90, 60)
    )


def test_a_file_alone_stands_in_the_centre(tmp_path: Path) -> None:
    assert list(stand_logos.load([f"{logo(tmp_path)}"])) == ["centre"]
    assert list(stand_logos.load([f"centre={logo(tmp_path)}"])) == ["centre"]
    assert stand_logos.load([]) == {}


def test_a_large_logo_is_made_small_enough_for_its_slot(tmp_path: Path) -> None:
    logos = stand_logos.load([f"{logo(tmp_path, (3000, 1500))}"])
    assert logos["centre"].size == (480, 240)


@pytest.mark.parametrize("name", ["", "momo", "bank:", "bank:97043", "bank:9704361", "VIETQR"])
def test_an_unknown_slot_is_refused(name: str, tmp_path: Path) -> None:
    assert refused(f"{name}={logo(tmp_path)}") == "logo_slot_unknown"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert refused(f"{tmp_path / 'none.png'}") == "logo_unreadable"
    assert refused(f"{tmp_path}") == "logo_unreadable"


def test_a_drawing_with_scripts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    path.write_text("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")
    assert refused(f"{path}") == "picture_format_unknown"


def test_400_megapixels_in_a_few_kilobytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    path.write_bytes(bomb(20_000))
    assert path.stat().st_size < 60_000
    assert refused(f"{path}") == "picture_too_large"


def test_a_file_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    with path.open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        file.truncate(50_000_000_000)
    assert refused(f"{path}") == "picture_too_heavy"


def test_a_centre_logo_needs_a_code_that_can_carry_it(tmp_path: Path) -> None:
    logos = stand_logos.load([f"{logo(tmp_path)}"])
    stand_logos.require_room(logos, matrix.STAND)
    stand_logos.require_room({"network": logos["centre"]}, matrix.CARD)
    with pytest.raises(Invalid) as refusal:
        stand_logos.require_room(logos, matrix.CARD)
    assert refusal.value.code == "logo_without_room"
