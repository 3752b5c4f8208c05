"""A file of stands read again from its rendered pages before anybody may print it.

Each page is rendered at 200 dpi by another program's engine (PDFium) and each
place where a stand belongs is read by zxing-cpp without its helps for crooked
or inverted pictures: exactly the code of that stand must be there and no other,
and nothing where no stand belongs. A market is read by two processes.
"""

import math
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import pypdfium2
import zxingcpp

from cashless.errors import Broken
from cashless.vietqr.stand import Stand
from cashless.vietqr.stand_face import Box
from cashless.vietqr.stand_layout import Layout

DPI: Final = 200

_PAGES_AT_ONCE: Final = 20
# Below that, starting processes costs more than they save.
_PAGES_FOR_PROCESSES: Final = 60
_PROCESSES_MAX: Final = 4
_QR: Final = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_INCH_MM: Final = 25.4
_INCH_POINTS: Final = 72
_GREY: Final = zxingcpp.ImageFormat.Lum
_LIGHT: Final = b"\xff"

Texts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """Some pages of a file, and the boxes (mm) to read on each."""

    path: Path
    pages: range
    boxes: tuple[Box, ...]


def require_readable(
    path: Path, pages: Sequence[Sequence[Stand]], layout: Layout, progress: Callable[[int], None]
) -> None:
    """Read all pages of a file; ``progress`` hears how many are done.

    Raises Broken("stand_unreadable"), naming the stand whose place shows
    anything else than its code.
    """
    boxes = tuple(place.box for places in layout.places for place in places)
    steps = [
        Task(path, range(start, min(start + _PAGES_AT_ONCE, len(pages))), boxes)
        for start in range(0, len(pages), _PAGES_AT_ONCE)
    ]
    done = 0
    for task, seen in _all_seen(steps, len(pages)):
        for number, texts in zip(task.pages, seen, strict=True):
            _require_page(number, pages[number], layout, texts)
        done += len(task.pages)
        progress(done)


def see(task: Task) -> list[list[Texts]]:
    """Return, for each page of a task and each box, the codes that are read there."""
    with pypdfium2.PdfDocument(task.path) as document:
        return [_seen(document[number], task.boxes) for number in task.pages]


def _all_seen(steps: Sequence[Task], pages: int) -> Iterator[tuple[Task, list[list[Texts]]]]:
    processes = min(os.cpu_count() or 1, _PROCESSES_MAX)
    if pages < _PAGES_FOR_PROCESSES or processes == 1:
        yield from ((task, see(task)) for task in steps)
        return
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"))
    try:
        started = {pool.submit(see, task): task for task in steps}
        for future in as_completed(started):
            yield started[future], future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _seen(page: pypdfium2.PdfPage, boxes: Sequence[Box]) -> list[Texts]:
    drawn = page.render(scale=DPI / _INCH_POINTS, grayscale=True)
    seen = [_read(drawn, box) for box in boxes]
    drawn.close()
    page.close()
    return seen


def _read(drawn: pypdfium2.PdfBitmap, box: Box) -> Texts:
    """Read a part of the rendered page where it lies; a view does not keep its rows alive."""
    left, top, right, bottom = _pixels(box, drawn)
    rows = _rows(drawn, left, top, bottom)
    view = zxingcpp.ImageView(rows, right - left, bottom - top, _GREY, drawn.stride, 1)
    found = zxingcpp.read_barcodes(
        view,
        _QR,
        try_rotate=False,
        try_downscale=False,
        try_invert=False,
    )
    return tuple(one.text for one in found)


def _rows(drawn: pypdfium2.PdfBitmap, left: int, top: int, bottom: int) -> memoryview:
    """Return rows from a column on, without copying them unless they end behind the page."""
    start, size = top * drawn.stride + left, (bottom - top) * drawn.stride
    rows = memoryview(drawn.buffer).cast("B")[start : start + size]
    return rows if len(rows) == size else memoryview(bytes(rows).ljust(size, _LIGHT))


def _pixels(box: Box, drawn: pypdfium2.PdfBitmap) -> tuple[int, int, int, int]:
    scale = DPI / _INCH_MM
    left, top = math.floor(box.x * scale), math.floor(box.y * scale)
    right, bottom = math.ceil(box.right * scale), math.ceil(box.bottom * scale)
    return left, top, min(right, drawn.width), min(bottom, drawn.height)


def _require_page(number: int, page: Sequence[Stand], layout: Layout, seen: list[Texts]) -> None:
    wanted = [
        ((stand.payload,) if stand else (), stand)
        for stand, places in zip(_filled(page, len(layout.places)), layout.places, strict=True)
        for _ in places
    ]
    for (texts, stand), found in zip(wanted, seen, strict=True):
        if found != texts:
            raise _unreadable(number + 1, stand)


def _filled(page: Sequence[Stand], places: int) -> list[Stand | None]:
    return [*page, *(None for _ in range(places - len(page)))]


def _unreadable(page: int, stand: Stand | None) -> Broken:
    title = stand.title if stand else "—"
    return Broken(
        "stand_unreadable",
        f"The code of {title} does not read back from page {page}; no file was released.",
        f"Mã của {title} không đọc lại được từ trang {page}; chưa xuất tệp nào.",
    )
