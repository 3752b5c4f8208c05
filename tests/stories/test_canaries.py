"""No personal value in a log, an address, an error or a page of the city.

A merchant, people, money and papers whose every value is a canary; then everything that shows
something is walked through, in every role and in none. ``canary_birds.MAY`` is the one table of
where each value may be seen: what is seen elsewhere is a leak.
"""

import base64
import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from cashless import log
from cashless.app import create_app
from cashless.commands import session
from cashless.settings import Settings
from cashless.words import read_amount
from tests.market import KEY, Market, market, market_engine, market_url
from tests.stories import canary_files, canary_server, canary_walks
from tests.stories.canary_birds import BIRDS, MAY, TAKEN, leaks, needless, seen_in
from tests.stories.canary_town import Town, built

__all__ = ["market", "market_engine", "market_url"]


@pytest.fixture
def town(market: Market, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """The town, whose commands use the market's connections and key."""

    @contextmanager
    def shared(_settings: Settings) -> Iterator[object]:
        yield market.engine

    monkeypatch.setattr(session, "opened", shared)
    monkeypatch.setenv("CASHLESS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CASHLESS_VAULT_KEY", base64.urlsafe_b64encode(KEY).decode())
    return built(market, tmp_path)


@contextmanager
def overheard(town: Town) -> Iterator[None]:
    """Keep what the program logs, at every level and in the form in which it logs."""
    said = io.StringIO()
    handler, root = logging.StreamHandler(said), logging.getLogger()
    handler.setFormatter(log.Plain("serve"))
    level, _ = root.level, root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        town.saw("log", said.getvalue())


def test_no_personal_value_is_seen_where_it_is_not_declared(
    town: Town, market_url: str, tmp_path: Path
) -> None:
    app = create_app(town.market.engine, Settings(home=tmp_path, vault_key_given=KEY))
    with overheard(town):
        canary_walks.pages(app, town)
        canary_walks.commands(town)
        canary_walks.mistakes(app, town)
        canary_files.faulty(town)
        canary_server.visit(town, market_url, tmp_path)
    folder = make_url(market_url).query["host"]
    town.saw("log of the database", (Path(str(folder)) / "server.log").read_text())
    found = leaks(town.sights)
    assert not found, "\n".join(found)
    unused = needless(town.sights)
    assert not unused, "\n".join(unused)


def test_every_command_is_walked_or_acts(town: Town) -> None:
    reads = set(canary_walks.reads(town))
    assert reads & canary_walks.ACTS == set()
    assert canary_walks.leaf_commands() == reads | canary_walks.ACTS


def test_the_table_names_no_log_no_address_and_nothing_of_the_city() -> None:
    for kind, places in MAY.items():
        assert kind in BIRDS
        for where in places:
            never = ("log", "address", "header", "error", "cli report", "city ", "nobody city")
            assert not where.startswith(never), f"{kind} {where}"
            assert where != "*"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("xin&nbsp;TRAN+VU%20quyen-XANH", "holder"),
        ("77042081357.92468", "account"),
        ("số 0420813 ở giữa", "account"),
        (
            '{"n": "Ho\\u00e0ng Oanh l\\u1ee5a Ch\\u1ecb", "x": "Ch\\u1ecb Ho\\u00e0ng Oanh L"}',
            None,
        ),
        ("3.141.593\u00a0đ", "taken"),
        (f"Đã nhận {read_amount(TAKEN[0])}.", "taken"),
        ("+84 913 572 468", "phone"),
        ("•••468, tài khoản •••• 2468", None),
    ],
)
def test_a_canary_is_heard_in_every_spelling(text: str, kind: str | None) -> None:
    assert seen_in(text) == ({kind} if kind else set())


def test_a_leak_is_named_by_kind_and_place(town: Town) -> None:
    town.sights.clear()
    town.saw("log", f"called by {BIRDS['phone'][0]}")
    assert leaks(town.sights) == ["phone at log"]
