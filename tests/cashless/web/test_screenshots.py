"""The pictures of the documentation are taken by a command of the project."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from cashless.commands import screenshots
from cashless.errors import Unavailable
from tests.cashless.web.conftest import page_of
from tests.market import Market
from tests.tools import require


def take(live: str, folder: Path, *more: str) -> list[Path]:
    require("chromium")
    run = CliRunner().invoke(
        screenshots.screenshots,
        ["--url", live, "-o", str(folder), *more],
        catch_exceptions=False,
    )
    assert run.exit_code == 0, run.output
    return [Path(line) for line in run.output.splitlines()]


def _width(path: Path) -> int:
    with Image.open(path) as picture:
        return picture.width


@pytest.mark.browser
def test_each_page_is_taken_as_wide_as_a_phone_and_as_a_desk(
    live: str, market: Market, tmp_path: Path
) -> None:
    page = page_of(market.register())
    saved = take(live, tmp_path, "--page", f"merchant={page}")
    names = {f"{page}-{device}.png" for page in ("home", "city", "merchant") for device in "ab"}
    assert {path.name.replace("phone", "a").replace("desk", "b") for path in saved} == names
    assert {_width(path) for path in saved} == {360, 1280}


@pytest.mark.browser
def test_a_page_that_is_not_there_is_told(live: str, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="page_missing"):
        take(live, tmp_path, "--page", "order=/p/none")


@pytest.mark.parametrize("written", ["order", "order=p", "../x=/p", "=/p"])
def test_a_page_is_written_name_and_path(written: str) -> None:
    run = CliRunner().invoke(screenshots.screenshots, ["--page", written])
    assert run.exit_code == 2


def test_without_a_browser_the_missing_package_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="apt-get install chromium"), screenshots.browser():
        pass
