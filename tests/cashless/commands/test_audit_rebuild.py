"""``cashless audit rebuild``: an embedded database is made, filled from the deliveries, removed."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cashless.cli import cashless
from cashless.commands import audit_rebuild
from tests.market import KEY, Market, credit


@pytest.mark.whole
def test_the_books_are_built_again_and_the_pace_is_told(
    market: Market, market_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASHLESS_DATABASE_URL", market_url)
    monkeypatch.setenv("CASHLESS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(audit_rebuild, "vault_key", lambda _settings: KEY)
    market.register()
    market.hear("agribank", credit("agribank", 1), credit("agribank", 1), credit("agribank", 2))
    market.settle()
    done = CliRunner().invoke(cashless, ["audit", "rebuild", "--json"], catch_exceptions=False)
    said = json.loads(done.output)
    assert (done.exit_code, said["same"], said["different"]) == (0, True, 0)
    assert (said["deliveries"], said["payments"], said["entries"]) == (3, 2, 2)
    assert said["seconds_per_million"] == said["milliseconds"] * 1000 // 2
    lines = audit_rebuild._lines({**said, "same": False, "where": ["M1#4"]})
    assert "M1#4" in lines
    assert "CÓ CHỖ KHÁC" in lines
