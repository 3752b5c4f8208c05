"""Printing: a file appears whole, or the folder is as it was."""

from pathlib import Path

import pypdfium2
import pytest

from cashless.errors import Broken, Invalid
from cashless.vietqr import stand_proof
from cashless.vietqr.stand import print_stands
from cashless.vietqr.stand_layout import LAYOUTS
from tests.cashless.vietqr.stalls import save_pictures, stand, stands


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_printed_and_read_back(layout: str, tmp_path: Path) -> None:
    out = tmp_path / "stands.pdf"
    count = LAYOUTS[layout].stands_per_page + 1
    manifest = print_stands(stands(count), layout, out)
    assert list(tmp_path.iterdir()) == [out]
    assert out.stat().st_size == manifest.size_bytes
    with pypdfium2.PdfDocument(out) as document:
        assert len(document) == manifest.pages == 2
    assert manifest.stands == tuple(stands(count))


def test_progress_counts_pages_drawn_and_pages_read(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    print_stands(
        stands(3),
        "a6",
        tmp_path / "a.pdf",
        progress=lambda done, total: heard.append((done, total)),
    )
    assert heard == [(1, 6), (2, 6), (3, 6), (6, 6)]


def test_a_sheet_that_does_not_read_back_leaves_the_old_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "stands.pdf"
    out.write_bytes(b"yesterday's")
    monkeypatch.setattr(stand_proof, "_read", lambda _drawn, _box: ())
    with pytest.raises(Broken) as refusal:
        print_stands(stands(2), "a6", out)
    assert stand(0).stall in refusal.value.message
    assert list(tmp_path.iterdir()) == [out]
    assert out.read_bytes() == b"yesterday's"


def test_an_interrupted_run_leaves_nothing(tmp_path: Path) -> None:
    def interrupted(done: int, _total: int) -> None:
        if done > 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        print_stands(stands(2), "a6", tmp_path / "stands.pdf", progress=interrupted)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"merchant_name": "Phở 🍜"}, "stand_text_unprintable"),
        ({"merchant_name": "ផ្សារ"}, "stand_text_unprintable"),
        ({"help_line": "gọi \u202e0297"}, "stand_text_unprintable"),
        ({"merchant_name": "W" * 200}, "stand_text_too_long"),
        ({"last_digits": "0000"}, "stand_account_wrong"),
        ({"print_number": 2}, "reprint_reason_missing"),
    ],
)
def test_what_cannot_be_printed_is_refused_by_name(
    changes: dict[str, object], code: str, tmp_path: Path
) -> None:
    with pytest.raises(Invalid) as refusal:
        print_stands([stand(0), stand(7, **changes)], "card", tmp_path / "stands.pdf")
    assert refusal.value.code == code
    assert stand(7).stall in refusal.value.message
    assert stand(7).stall in refusal.value.message_vi
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["<b>Chị</b> & 'Tư'", "=SUM(A1)", "</svg><script>alert(1)", "%PDF ) Tj"]
)
def test_signs_that_mean_something_elsewhere_are_only_letters_here(
    name: str, tmp_path: Path
) -> None:
    out = tmp_path / "stands.pdf"
    print_stands([stand(merchant_name=name)], "a5", out)
    with pypdfium2.PdfDocument(out) as document:
        assert name in " ".join(document[0].get_textpage().get_text_bounded().split())


@pytest.mark.parametrize("place", ["missing/stands.pdf", "."])
def test_a_place_that_cannot_be_written_is_told(place: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refusal:
        print_stands(stands(1), "a6", tmp_path / place)
    assert refusal.value.code == "stand_file_unwritable"
    assert list(tmp_path.iterdir()) == []


def test_pictures_for_the_documentation_are_saved(tmp_path: Path) -> None:
    (saved,) = save_pictures(tmp_path, {"card": 60})
    assert list(tmp_path.iterdir()) == [saved]
    assert saved.stat().st_size < 60_000
