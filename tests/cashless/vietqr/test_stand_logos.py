"""Logos of stands: files go into named slots, and only what is a small enough picture."""

from pathlib import Path

import pytest
from PIL import Image

from cashless.errors import Invalid
from cashless.vietqr import stand_logos


def logo(folder: Path, size: tuple[int, int] = (90, 60)) -> Path:
    path = folder / "logo.png"
    Image.new("RGB", size, "#aa0000").save(path)
    return path


def test_files_are_opened_into_their_slots(tmp_path: Path) -> None:
    path = logo(tmp_path)
    logos = stand_logos.load({"vietqr": path, "bank:970436": path, "centre": path, "network": path})
    assert {name: picture.size for name, picture in logos.items()} == dict.fromkeys(
        ("vietqr", "bank:970436", "centre", "network"), (90, 60)
    )


def test_a_large_logo_is_made_small_enough_for_its_slot(tmp_path: Path) -> None:
    logos = stand_logos.load({"centre": logo(tmp_path, (3000, 1500))})
    assert logos["centre"].size == (480, 240)


@pytest.mark.parametrize("name", ["", "momo", "bank:", "bank:97043", "bank:9704361", "VIETQR"])
def test_an_unknown_slot_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refusal:
        stand_logos.load({name: logo(tmp_path)})
    assert refusal.value.code == "logo_slot_unknown"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refusal:
        stand_logos.load({"centre": tmp_path / "none.png"})
    assert refusal.value.code == "logo_unreadable"


def test_a_drawing_with_scripts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    path.write_text("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")
    with pytest.raises(Invalid) as refusal:
        stand_logos.load({"centre": path})
    assert refusal.value.code == "picture_format_unknown"
