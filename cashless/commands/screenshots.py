"""``cashless screenshots``: pictures of the pages of a running server, for the documentation.

It drives the Chromium of the machine, once as wide as a phone and once as a desk, and saves one PNG
for each page and width. The browser may reach the server and nobody else.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

import click

from cashless.commands.session import answer, json_option
from cashless.errors import Unavailable

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDTHS: Final = {"phone": 360, "desk": 1280}
FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_HEIGHT: Final = 780
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_SETTLED_MS: Final = 400


@click.command()
@click.option("--url", default="http://127.0.0.1:8080", help="Address of the running server.")
@click.option("-o", "folder", default="docs/screenshots", type=click.Path(path_type=Path))
@click.option(
    "--page",
    "pages",
    multiple=True,
    metavar="NAME=PATH",
    help="A page to take besides home and city, such as order=/p/CODE.",
)
@json_option
def screenshots(url: str, folder: Path, pages: tuple[str, ...], as_json: bool) -> None:
    """Save pictures of the pages of a running server."""
    wanted = {"home": "/", "city": "/city", **dict(_page(page) for page in pages)}
    folder.mkdir(parents=True, exist_ok=True)
    with browser() as chromium:
        saved = [
            _save(chromium, urljoin(url, path), width, folder / f"{name}-{device}.png")
            for name, path in wanted.items()
            for device, width in WIDTHS.items()
        ]
    answer([str(one) for one in saved], as_json, "\n".join)


@contextmanager
def browser() -> Iterator["Browser"]:
    """Yield a headless Chromium. Raises ``Unavailable("browser_missing")`` without one."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415  only this command needs it
    except ImportError:
        program = None
    if program is None:
        raise Unavailable(
            "browser_missing",
            "Pictures need Chromium and the extra 'test': apt-get install chromium, make setup.",
            "Cần Chromium và phần bổ sung 'test': apt-get install chromium, make setup.",
        )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield chromium
        chromium.close()


def _page(written: str) -> tuple[str, str]:
    name, sign, path = written.partition("=")
    if not sign or not path.startswith("/") or not name.replace("-", "").isalnum():
        raise click.BadParameter(f"{written!r} is not NAME=/PATH", param_hint="--page")
    return name, path


def _save(chromium: "Browser", address: str, width: int, path: Path) -> Path:
    page = chromium.new_page(
        viewport={"width": width, "height": _HEIGHT}, locale="vi-VN", color_scheme="light"
    )
    try:
        seen = page.goto(address)
        if seen is None or not seen.ok:
            raise Unavailable(
                "page_missing",
                f"The server does not show {address}.",
                f"Máy chủ không hiển thị {address}.",
            )
        return shoot(page, path)
    finally:
        page.close()


def shoot(page: "Page", path: Path) -> Path:
    """Save a picture of an open page, whole, once it has come to rest."""
    page.wait_for_timeout(_SETTLED_MS)
    page.screenshot(path=path, full_page=True)
    return path
