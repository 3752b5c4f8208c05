"""People for tests: two merchants in two markets, and somebody of each role for the first of them.

Passwords are set directly (one hash for all, made once), so that a hundred sign-ins cost nothing;
the tests of signing in go through the forms.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

import pytest
from sqlalchemy import text

from cashless import vault
from cashless.access import backoff, devices, grants, passwords, people, totp
from cashless.access.contact import read
from cashless.access.credentials import about_totp
from cashless.access.grants import Wish
from cashless.access.people import Card, Person
from cashless.clock import now
from cashless.db.engine import transaction
from merchants import places, register
from merchants.places import Place
from merchants.register import Application, Merchant
from tests.market import KEY, Market, credit

PASSWORD = "gió biển thổi sạp cá"
SECRET = b"twenty invented byte"
BANKS = ("970405:7704205001234", "970405:7704205005678")


@cache
def kept_password() -> str:
    """Hash the password once for all tests."""
    return passwords.made(PASSWORD)


@dataclass
class Crowd:
    """Two markets with a stall and a merchant each, and people around them."""

    market: Market
    merchants: dict[str, Merchant] = field(default_factory=dict)
    everybody: dict[str, Person] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def open_markets(self) -> None:
        """Register one merchant in each of two markets: the own one and the other one."""
        with transaction(self.market.engine) as db:
            for place, name, bank in (("RS", "own", BANKS[0]), ("VT", "other", BANKS[1])):
                places.add(db, [Place(place, "market", f"Chợ {place}")])
                wanted = Application(
                    f"Chị {name}", "seafood", bank, "NGUYEN THI TU", place, f"{place}-01"
                )
                self.merchants[name] = register.add(db, wanted)

    def add(self, name: str, role: str, scope: int | str | None = None) -> Person:
        """Add somebody with a password, and with an app where the role wants one."""
        number = f"09{len(self.everybody):02}345678"
        with transaction(self.market.engine) as db:
            person = people.add(db, Card(name, read(number)), KEY)
            wish = Wish(role, "chú Hùng", "được giao", scope)
            grants.add(db, person.id, wish)
            officer = role in grants.OFFICERS
            sealed = vault.seal(KEY, SECRET, about_totp(person.id)) if officer else None
            keep = text("INSERT INTO credential (person_id, password, totp) VALUES (:p, :w, :t)")
            db.execute(keep, {"p": person.id, "w": kept_password(), "t": sealed})
        self.everybody[name] = person
        return person

    def sign_in(self, name: str, *, short: bool = False) -> str:
        """Sign somebody in on a new device, without the form; return its token."""
        with transaction(self.market.engine) as db:
            token = devices.add(db, self.everybody[name].id, "Android", short=short)
        self.tokens[name] = token
        return token

    def code(self, at: datetime | None = None) -> str:
        """Return what an officer's app shows."""
        return totp.code(SECRET, totp.step_at(at or now()))

    def number_of(self, name: str) -> str:
        """Return the phone number somebody signs in with."""
        return f"09{list(self.everybody).index(name):02}345678"


ROLES = ("owner", "helper", "board", "ward", "city", "partner", "operator", "auditor", "clerk")


def scope_of(crowd: Crowd, role: str, whose: str = "own") -> int | str | None:
    """Return the scope of a role around one of the two merchants."""
    merchant, place = crowd.merchants[whose], {"own": "RS", "other": "VT"}[whose]
    provider = {"own": "agribank", "other": "momo"}[whose]
    return {
        "merchant": merchant.id,
        "place": place,
        "ward": {"own": "30742", "other": "30760"}[whose],
        "provider": provider,
        None: None,
    }[grants.SCOPES[role]]


@pytest.fixture
def crowd(market: Market) -> Crowd:
    """Two markets, and one person of each role around the first merchant."""
    made = Crowd(market)
    made.open_markets()
    for role in ROLES:
        made.add(role, role, scope_of(made, role))
    return made


SUMS = {"own": 44_444, "other": 99_999}
"""What the two merchants took today, each in two payments of a half or so."""


def pay(crowd: Crowd) -> None:
    """Let both merchants take two payments today, and momo tell of one that is nobody's."""
    numbers = {"own": "7704205001234", "other": "7704205005678"}
    said = [
        credit("agribank", number, amount=amount, account=numbers[whose], occurred_at=now())
        for number, (whose, amount) in enumerate(
            [("own", 33_333), ("own", 11_111), ("other", 77_777), ("other", 22_222)], start=1
        )
    ]
    crowd.market.hear("agribank", *said)
    crowd.market.hear("momo", credit("momo", 9, amount=55_555, occurred_at=now()))
    crowd.market.settle()


@pytest.fixture
def long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the first wait be so long that no slow machine sits it out."""
    monkeypatch.setattr(backoff, "_FIRST", timedelta(minutes=10))
