"""A whole market printed: time, pages a second and size of ``cashless qr stand --market``.

``python -m bench.stands [--stalls N] [--rounds N] [--layout L]`` registers a market of invented
stalls in a database of its own and runs the command as a person would, in a process of its own:
reading the register, drawing, reading every page back from its rendering, registering, releasing.
Beside it, in the same minute, ReportLab alone draws a bare page with its own QR code for each
stall, which nobody reads back. The load of the machine is printed, because it decides.
"""

import argparse
import io
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.pdfgen.canvas import Canvas

from cashless import supervisor
from cashless.db.engine import connect, transaction
from cashless.settings import Settings
from cashless.vietqr.payload import Transfer, encode
from merchants import places, register
from merchants.register import Application

_PLACE: Final = "BENCH"
_COMMAND: Final = Path(sys.executable).with_name("cashless")
_NAMES: Final = (
    "Tạp hóa Út Lành",
    "Cá tươi Bảy Ẩn",
    "Bún cá Chị Tư",
    "Rau củ quả sạch Đặng Thị Ẵm",
)
_BINS: Final = ("970405", "970436", "970452", "971025")
_BARE_PAGES: Final = 100


def main() -> None:
    """Print the market in rounds and print the figures of each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stalls", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--layout", default="a6")
    given = parser.parse_args()
    print(json.dumps(measure(given.stalls, given.rounds, given.layout), indent=2))


def measure(stalls: int, rounds: int, layout: str) -> dict[str, Any]:
    """Return the figures of each round: the first prints new stands, the others the same again."""
    with tempfile.TemporaryDirectory(prefix="cashless-bench-") as folder:
        settings = Settings(home=Path(folder, "home"))
        with supervisor.database(settings) as url:
            _settle(url, stalls)
            environment = {
                **os.environ,
                "CASHLESS_HOME": str(settings.home),
                "CASHLESS_DATABASE_URL": url,
            }
            done = [_printed(Path(folder), environment, layout) for _ in range(rounds)]
    return {
        "stalls": stalls,
        "layout": layout,
        "rounds": done,
        "bare_reportlab_page_ms": round(_bare_page_ms(), 2),
    }


def _settle(url: str, stalls: int) -> None:
    """Register that many merchants, each with a stall and an account."""
    chance = random.Random(1)
    with transaction(connect(url)) as db:
        places.add(db, [places.Place(_PLACE, "market", "Chợ đo tốc độ", 1)])
        for number in range(stalls):
            account = f"{chance.choice(_BINS)}:{number:05}{chance.randrange(10**8):08}"
            stall = f"{'ABCDEFGH'[number // 125 % 8]}{number + 1}"
            name = f"{chance.choice(_NAMES)} {number}"
            one = Application(name, "seafood", account, "NGUYEN THI BAN", place=_PLACE, stall=stall)
            register.add(db, one)


def _printed(folder: Path, environment: dict[str, str], layout: str) -> dict[str, Any]:
    """Run the command and return what it says beside what was seen from outside."""
    words = [_COMMAND, "qr", "stand", "--market", _PLACE, "-o", folder / "market.pdf"]
    load, cpu, began = os.getloadavg()[0], _cpu_seconds(), time.monotonic()
    done = subprocess.run(
        [*words, "--layout", layout, "--json"], env=environment, capture_output=True, check=True
    )
    wall, said = time.monotonic() - began, json.loads(done.stdout)
    kept = {name: said[name] for name in ("stands", "new", "pages", "bytes", "seconds")}
    return kept | {
        "pages_per_second": said["pages_per_second"],
        "bytes_per_page": round(said["bytes"] / said["pages"]),
        "whole_command_seconds": round(wall, 2),
        "cpu_seconds": round(_cpu_seconds() - cpu, 2),
        "load_before": round(load, 2),
    }


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _bare_page_ms() -> float:
    """Draw pages with nothing but ReportLab's own code on them; milliseconds for each."""
    canvas = Canvas(io.BytesIO(), pageCompression=1)
    began = time.perf_counter()
    for number in range(_BARE_PAGES):
        payload = encode(Transfer("970436", f"{number:013}", terminal=f"A{number}"))
        drawing = Drawing(200, 200)
        drawing.add(QrCodeWidget(payload, barLevel="Q", barWidth=200, barHeight=200))
        renderPDF.draw(drawing, canvas, 50, 50)
        canvas.showPage()
    canvas.save()
    return (time.perf_counter() - began) * 1000 / _BARE_PAGES


if __name__ == "__main__":
    main()
