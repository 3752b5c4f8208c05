"""A small market for tests: merchants, connections with known secrets, what providers say.

Everything is invented. ``credit`` says what a provider would say, ``Market`` registers and keeps
in a real database that the tests of a folder share and each of them finds empty.
"""

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, make_url, text

from cashless.clock import business_date, now
from cashless.db.engine import connect, transaction
from cashless.ledger.balance import balances
from cashless.reports.invariants import check
from merchants import orders, register
from merchants.register import Application, Merchant
from providers import find
from providers._protocol import Delivery, Notification, Protocol, Secrets
from tests.conftest import TEMPLATE
from webhooks import connections, inbox, settle
from webhooks.receive import Received, receive

KEY = bytes(range(32))
MOMENT = datetime(2026, 7, 1, 2, 30, tzinfo=UTC)
PROVIDERS = ("agribank", "kienlongbank", "momo", "sacombank")
SECRETS: Mapping[str, Secrets] = {
    "agribank": {"secret": "invented secret of the market"},
    "kienlongbank": {
        "client": "invented-client",
        "secretKey": "invented seal of the bank",
        "encryptKey": "5A" * 32,
    },
    "momo": {
        "partnerCode": "MOMOCHO",
        "accessKey": "inventedAccess",
        "secretKey": "inventedSeal",
    },
    "sacombank": {"checksumKey": "invented checksum key"},
}
_IDS = {
    "agribank": "{0}",
    "kienlongbank": "KLB{0:09d}",
    "momo": "{0}",
    "sacombank": "LINK{0}:FT{0}",
}
_ACCOUNTS = {provider: f"77042{n}9001234" for n, provider in enumerate(PROVIDERS)}
_ACCOUNTS["momo"] = SECRETS["momo"]["partnerCode"]
_numbers = itertools.count(1)
_EMPTY = """
SET LOCAL session_replication_role = replica;
LOCK TABLE arrival;
DELETE FROM delivery; DELETE FROM refusal; DELETE FROM payment; DELETE FROM arrival;
DELETE FROM day_close; DELETE FROM published_root;
DELETE FROM confirmation; DELETE FROM poll; DELETE FROM unpaired; DELETE FROM terminal;
DELETE FROM statement_pair_told; DELETE FROM statement_span; DELETE FROM statement_line_told;
DELETE FROM statement_withdrawal; DELETE FROM statement_told; DELETE FROM separation;
DELETE FROM witness_told; DELETE FROM late_telling;
DELETE FROM proposal_end; DELETE FROM proposal; DELETE FROM conflict_decision;
DELETE FROM conflict; DELETE FROM match; DELETE FROM message; DELETE FROM transfer;
DELETE FROM entry; DELETE FROM account_day; DELETE FROM "order"; DELETE FROM connection_secret;
DELETE FROM connection; DELETE FROM stand;
DELETE FROM account_change_step; DELETE FROM account_change;
DELETE FROM provider_check; DELETE FROM merchant_category;
DELETE FROM receiving_account; DELETE FROM tenancy;
DELETE FROM stall; DELETE FROM zone; DELETE FROM place;
DELETE FROM book WHERE merchant_id IS NOT NULL;
DELETE FROM passkey; DELETE FROM spent_challenge;
DELETE FROM personal_datum; DELETE FROM look; DELETE FROM consent;
DELETE FROM person_act; DELETE FROM merchant_change; DELETE FROM kept_reply;
DELETE FROM key_budget; DELETE FROM invitation; DELETE FROM role_grant; DELETE FROM device;
DELETE FROM backoff; DELETE FROM credential; DELETE FROM person_contact; DELETE FROM person;
DELETE FROM registration_step; DELETE FROM registration_draft; DELETE FROM registration;
DELETE FROM merchant;
DELETE FROM rule_switch WHERE seq > 1; DELETE FROM rule_rehearsal;
DELETE FROM rule_set WHERE number > 1;
UPDATE book SET last_seq = 0, head = decode(repeat('00', 32), 'hex'), closed_through = NULL,
  posted_at = NULL
"""


def account(provider: str) -> str:
    """Return the one receiving account of the market at that provider, as ``BIN:NUMBER``."""
    return f"{find(provider).bins[0]}:{_ACCOUNTS[provider]}"


def credit(provider: str, number: int, **said: object) -> Notification:
    """Say that 50,000 đồng came to the market's account; the number makes the id."""
    usual: dict[str, Any] = {
        "provider_txn_id": _IDS[provider].format(number),
        "kind": "credit",
        "amount": 50_000,
        "occurred_at": MOMENT,
        "account": _ACCOUNTS[provider],
        "virtual_account": None,
        "order_ref": None,
        "memo": "",
        "payer": None,
    }
    wanted = usual | said
    return Notification(**wanted, business_date=business_date(wanted["occurred_at"]))


@dataclass(frozen=True)
class Connected:
    """A connection with its token and secrets; it can speak as the provider."""

    connection: connections.Connection
    token: str
    secrets: Secrets

    @property
    def protocol(self) -> Protocol:
        return self.connection.protocol

    def sign(self, said: Notification, at: datetime | None = None) -> Delivery:
        """Sign what is said, now or at that moment."""
        return self.protocol.sign(said, self.secrets, at or now())

    def call(self, said: Notification) -> Received:
        """Sign what is said and receive it, as a door does before it keeps."""
        return receive(self.connection, self.sign(said), "127.0.0.1")


@dataclass
class Market:
    """A market in a database: what a test registers, keeps and looks at."""

    engine: Engine
    key: bytes = KEY
    connected: dict[str, Connected] = field(default_factory=dict)

    def register(
        self, name: str = "Chị Tư", written: str | None = None, *, stall: str | None = None
    ) -> Merchant:
        """Register a merchant with the market's account at Agribank, or the one written."""
        wanted = Application(name, "seafood", written or account("agribank"), name, stall=stall)
        with transaction(self.engine) as db:
            return register.add(db, wanted)

    def connect(
        self, provider: str, secrets: Secrets | None = None, protocol: str | None = None
    ) -> Connected:
        """Add a connection; without secrets the market's one of that provider."""
        if secrets is None and provider in self.connected:
            return self.connected[provider]
        given = secrets or SECRETS[provider]
        with transaction(self.engine) as db:
            opened = connections.add(db, self.key, provider, given, protocol)
            loaded = connections.load(db, self.key)
        (connection,) = (one for one in loaded.values() if one.id == opened.id)
        made = Connected(connection, opened.token, given)
        if secrets is None:
            self.connected[provider] = made
        return made

    def order(self, merchant: Merchant, amount: int, minutes: int = 15) -> orders.Order:
        """Ask for an amount."""
        with transaction(self.engine) as db:
            return orders.add(db, merchant.code, amount, minutes)

    def find_order(self, code: str) -> orders.Order:
        """Read an order again."""
        with transaction(self.engine) as db:
            return orders.find(db, code)

    def keep(self, *calls: Received) -> list[str]:
        """Keep calls as one group and return the outcome written for each."""
        with transaction(self.engine) as db:
            inbox.keep(db, calls, now())
        outcomes = dict(self.rows("SELECT id, outcome FROM delivery"))
        return [str(outcomes[call.id]) for call in calls]

    def hear(self, provider: str, *said: Notification) -> list[str]:
        """Keep what a provider says over the market's connection, as one group."""
        connected = self.connect(provider)
        return self.keep(*(connected.call(one) for one in said))

    def settle(self, batch: int = settle.BATCH) -> settle.Settled:
        """Settle all that waits."""
        return settle.drain(self.engine, batch)

    def balances(self, book: str) -> dict[str, int]:
        """Return the balances of a book."""
        with transaction(self.engine) as db:
            return balances(db, book)

    def rows(self, question: str, **values: object) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with transaction(self.engine) as db:
            return [tuple(row) for row in db.execute(text(question), values)]

    def count(self, *tables: str) -> tuple[int, ...]:
        """Count the rows of tables."""
        return tuple(int(self.rows(f"SELECT count(*) FROM {name}")[0][0]) for name in tables)  # noqa: S608  names of tables

    def broken(self) -> dict[str, Any]:
        """Return the invariants that do not hold, with their figures."""
        with transaction(self.engine) as db:
            found = check(db)
        return {number: dict(one.figures) for number, one in found.items() if not one.ok}


@pytest.fixture(scope="session")
def market_url(server_url: str) -> str:
    """Address of a database that the tests of a folder share, each finding it empty."""
    name = f"shared_{next(_numbers)}"
    with psycopg.connect(server_url, autocommit=True) as owner:
        owner.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(TEMPLATE)
            )
        )
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def market_engine(market_url: str) -> Iterator[Engine]:
    """Engine on ``market_url`` in the program's own role."""
    made = connect(market_url, pool_size=20)
    yield made
    made.dispose()


@pytest.fixture
def market(market_url: str, market_engine: Engine) -> Market:
    """Give an empty market."""
    empty(market_url)
    return Market(market_engine)


def empty(url: str) -> None:
    """Empty a market's database; it takes the owner, and triggers that are told to look away."""
    with psycopg.connect(url) as owner:
        owner.execute(_EMPTY)


def until(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until something holds; fail when it does not come."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"{holds} did not come true in {seconds} s"
        time.sleep(0.02)


def at_once(number: int, work: Callable[[int], Any]) -> list[Any]:
    """Do the same work in that many threads that start together; return the results in order."""
    gate, done = threading.Barrier(number), [None] * number
    faults: list[BaseException] = []

    def run(place: int) -> None:
        try:
            gate.wait(10)
            done[place] = work(place)
        except BaseException as fault:  # noqa: BLE001  it is raised again below
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if faults:
        raise faults[0]
    return done
