"""``kill -9`` of everything while money comes in: nothing acknowledged is lost, nothing doubled.

3,000 deliveries of four providers, five in a hundred of them repeats, over twelve connections. On
the way the whole server group is killed, then PostgreSQL, both, PostgreSQL again. What was
not acknowledged is posted again, as providers do.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cashless.db.engine import opened
from cashless.settings import Settings, vault_key
from tests.campaigns.post_office import Journal, Letter, mixed, post_all, written
from tests.market import PROVIDERS, Market, account, credit, until
from tests.webhooks.doors.served import Served

DELIVERIES, UNIQUE = 3_000, 2_850
MERCHANTS = 12
KILLS = ("server", "database", "both", "database")
SECONDS = 60


@dataclass
class Campaign:
    """A served home, what is posted to it, and what the providers have noted."""

    settings: Settings
    served: Served
    letters: list[Letter]
    journal: Journal

    def strike(self, what: str) -> None:
        """Kill one thing or both; start the server again when it was among them."""
        if what in {"database", "both"}:
            os.kill(postmaster(self.settings.home), signal.SIGKILL)
        if what in {"server", "both"}:
            self.served.kill()
            self.served.start()


@pytest.fixture
def campaign(
    tmp_path: Path, postgres_bin: Path | None, request: pytest.FixtureRequest
) -> Iterator[Campaign]:
    settings = Settings(home=tmp_path / "home", postgres_bin=postgres_bin)
    letters = prepared(settings, request.config.getoption("--seed"))
    environ = {"CASHLESS_HOME": str(settings.home)}
    if postgres_bin:
        environ["CASHLESS_POSTGRES_BIN"] = str(postgres_bin)
    served = Served(environ, tmp_path / "serve.log")
    served.start()
    served.options = ("--port", str(served.port))
    try:
        yield Campaign(settings, served, letters, Journal())
    finally:
        served.stop()


def test_nothing_acknowledged_is_lost_and_nothing_doubled(campaign: Campaign) -> None:
    began = time.monotonic()
    journal = campaign.journal
    posting = post_all(campaign.letters, campaign.served.port, journal)
    for number, what in enumerate(KILLS, start=1):
        due = number * DELIVERIES // (len(KILLS) + 1)
        until(lambda due=due: journal.answers >= due, SECONDS)
        campaign.strike(what)
    posting.join(SECONDS)
    assert not posting.is_alive()
    took = time.monotonic() - began
    assert journal.answers == DELIVERIES
    with opened(campaign.settings) as engine:
        market = Market(engine)
        until(lambda: market.count("arrival") == (0,), 20)
        judged(market, campaign)
        tell(market, campaign, took)
    assert took < SECONDS


def judged(market: Market, campaign: Campaign) -> None:
    """Compare the providers' journal with the rows."""
    kept = {(name, txn): (amount, times) for name, txn, amount, times in market.rows(_KEPT)}
    assert set(campaign.journal.acknowledged) <= set(kept), "an acknowledged payment is lost"
    assert kept == {letter.key: (letter.amount, 1) for letter in campaign.letters}
    answered = Counter(dict(market.rows("SELECT outcome, count(*) FROM delivery GROUP BY 1")))
    assert set(answered) == {"stored", "duplicate"}
    assert answered["stored"] == UNIQUE
    assert answered.total() >= campaign.journal.answers
    assert market.count("match", "entry") == (UNIQUE, UNIQUE)
    assert market.broken() == {}


_KEPT = """
SELECT p.provider, p.provider_txn_id, p.amount,
       (SELECT count(*) FROM entry e WHERE e.payment_id = p.id)
FROM payment p
"""


def tell(market: Market, campaign: Campaign, took: float) -> None:
    """Print the figures of the campaign."""
    deliveries, payments, entries = market.count("delivery", "payment", "entry")
    failed = dict(campaign.journal.failed)
    print(  # noqa: T201  a campaign tells its figures
        f"\nkill campaign: {DELIVERIES} deliveries, {len(KILLS)} kills ({', '.join(KILLS)}),"
        f" {took:.1f} s; {campaign.journal.answers} acknowledged, 0 lost, 0 doubled;"
        f" {deliveries} delivery rows, {payments} payments, {entries} entries;"
        f" failed tries {failed}"
    )


def prepared(settings: Settings, seed: int) -> list[Letter]:
    """Register merchants and connections in a new home, and write what will be posted."""
    chance = random.Random(seed)
    with opened(settings) as engine:
        market = Market(engine, vault_key(settings))
        known = registered(market)
        connected = {name: market.connect(name) for name in PROVIDERS}
        letters = []
        for number in range(1, UNIQUE + 1):
            name = chance.choice(PROVIDERS)
            said = credit(
                name,
                number,
                amount=chance.randrange(1_000, 900_000, 500),
                account=chance.choice(known[name]),
            )
            letters.append(written(said, connected[name]))
    return mixed(letters, DELIVERIES, seed)


def registered(market: Market) -> dict[str, list[str]]:
    """Register merchants; return the accounts that are paid, unknown ones among them."""
    paid = {name: [account(name).split(":")[1]] for name in PROVIDERS}
    for name in PROVIDERS:
        market.register(f"Chủ {name}", account(name))
    for number in range(MERCHANTS):
        own = f"77050000{number:04d}"
        market.register(f"Người bán {number}", f"970405:{own}")
        paid["agribank"].append(own)
    for name in ("agribank", "kienlongbank", "sacombank"):
        paid[name].append("990000000001")
    return paid


def postmaster(home: Path) -> int:
    """Return the process of the home's own database server."""
    return int((home / "postgres" / "postmaster.pid").read_text().splitlines()[0])
