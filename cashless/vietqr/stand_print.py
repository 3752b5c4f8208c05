"""Stands printed into a file that appears whole, read back, or not at all.

All stands are checked before the first is drawn. The file is written beside its
place under a hidden name, proven there page by page, and only then renamed.
"""

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cashless.errors import Invalid
from cashless.vietqr import stand_font, stand_proof, stand_sheet
from cashless.vietqr.stand import Progress, Stand, few, require_true
from cashless.vietqr.stand_layout import layout as find_layout
from cashless.vietqr.stand_logos import Logos, require_room
from cashless.vietqr.stand_manifest import Manifest

_SIGNS_SHOWN_MAX: Final = 8


def run(
    stands: Sequence[Stand],
    layout: str,
    out: Path,
    *,
    logos: Logos | None = None,
    progress: Progress | None = None,
) -> Manifest:
    """Do what ``stand.print_stands`` says."""
    sheet, logos = find_layout(layout), logos or {}
    require_room(logos, sheet.face.use)
    require_true(stands)
    _require_printable(stands)
    pages = list(stand_sheet.pages(stands, sheet))
    tell, total = progress or _nothing, 2 * len(pages)
    drawn = stand_sheet.draw(stands, sheet, logos, lambda done: tell(done, total))
    with _released(out, drawn) as draft:
        stand_proof.require_readable(
            draft, pages, sheet, lambda done: tell(len(pages) + done, total)
        )
    return Manifest(layout, tuple(stands), sheet.stands_per_page, len(pages), len(drawn))


def _require_printable(stands: Sequence[Stand]) -> None:
    wrong = {one.title: signs for one in stands if (signs := _unprintable(one))}
    if wrong:
        signs = "".join(dict.fromkeys("".join(wrong.values())))
        shown = ", ".join(f"U+{ord(sign):04X}" for sign in signs[:_SIGNS_SHOWN_MAX])
        raise Invalid(
            "stand_text_unprintable",
            f"The font has no picture for {shown}; write the text without: {few([*wrong])}.",
            f"Phông chữ không có ký tự {shown}; hãy viết lại: {few([*wrong])}.",
        )


def _unprintable(stand: Stand) -> str:
    texts = (
        *(stand.merchant_name, stand.stall, stand.place_name, stand.bank_name, stand.help_line),
        *(stand.holder_name, stand.check_word, stand.public_token, stand.last_digits),
    )
    return stand_font.unprintable(" ".join(texts))


@contextmanager
def _released(out: Path, content: bytes) -> Iterator[Path]:
    """Yield a draft of the file; it takes its place if nothing is raised, else it is gone."""
    draft = out.with_name(f".{out.name}.{secrets.token_hex(4)}.part")
    try:
        with _writing(out), draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield draft
        with _writing(out):
            draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Invalid(
            "stand_file_unwritable",
            f"{out} cannot be written: {error.strerror}.",
            f"Không ghi được {out}: {error.strerror}.",
        ) from error


def _nothing(_done: int, _total: int) -> None:
    """Take progress and tell nobody."""
