"""A town whose every personal value is a canary; built over the command line where people do so."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from cashless.access import api_keys, devices, grants, invitations, people
from cashless.access.contact import read
from cashless.access.grants import Wish
from cashless.access.page_seal import seal
from cashless.access.people import Card
from cashless.cli import cashless
from cashless.clock import now
from cashless.commands.people_key import PERMISSIONS
from cashless.db.engine import transaction
from cashless.errors import Problem
from merchants import print_run, register
from merchants.print_run import Wish as Printing
from merchants.register import Application
from tests.market import KEY, Market, credit
from tests.merchants.registering import Office
from tests.people import ROLES
from tests.stories.canary_birds import (
    ACCOUNT,
    ASKED,
    BIRDS,
    NEW_ACCOUNT,
    STRAY,
    TAKEN,
    Sight,
)
from tests.webhooks.statements import files

MARKET = "RS"
NAMES: Mapping[str, str] = {"owner": BIRDS["person"][0], "helper": BIRDS["helper"][0]}
CONTACTS = dict(zip(("owner", "helper", "auditor"), BIRDS["contact"], strict=True))


@dataclass
class Town:
    """The market, what is in it by name, and everything that was seen so far."""

    market: Market
    folder: Path
    sights: list[Sight] = field(default_factory=list)
    things: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def saw(self, where: str, text: str) -> None:
        """Remember what was shown somewhere."""
        self.sights.append(Sight(where, text))

    def run(self, command: str, *words: str) -> None:
        """Run a command for a person and with --json; remember what it prints either way."""
        for as_json in ([], ["--json"]):
            done = CliRunner().invoke(
                cashless, [*command.split(), *words, *as_json], standalone_mode=False
            )
            self.saw(f"cli {command}", done.output + _told(done.exception))

    def ask(self, command: str, *words: str) -> Any:  # noqa: ANN401  whatever the command answers
        """Run a command once, remember what it prints, and read its JSON."""
        words = (*command.split(), *words, "--json")
        done = CliRunner().invoke(cashless, words, standalone_mode=False)
        assert done.exception is None, done.output + _told(done.exception)
        self.saw(f"cli {command}", done.output)
        return json.loads(done.output)


def built(market: Market, folder: Path) -> Town:
    """Build the town: its merchant, people, money, statement, and what waits for officers."""
    town = Town(market, folder)
    _sells(town)
    _comes_in(town)
    _takes(town)
    _waits(town)
    _registers(town)
    return town


def _registers(town: Town) -> None:
    """Let a registration lie at the office, in which only the first step is taken."""
    name, stall, phone, card = BIRDS["draft"]
    office = Office(town.market, place=MARKET)
    town.things["registration"] = str(office.start().id)
    office.save("who", name=name, stall_name=stall, phone=phone, id_card=card)


def _sells(town: Town) -> None:
    (tax, old, card, phone, paper) = (
        BIRDS[kind][0] for kind in ("tax_code", "old_tax_code", "id_card", "phone", "certificate")
    )
    town.ask("markets add", MARKET, "--name", "Chợ Rạch Sỏi")
    said = town.ask(
        "merchants add",
        *("--name", BIRDS["name"][0], "--category", "seafood", "--market", MARKET),
        *("--stall", "RS-01", "--account", f"970405:{ACCOUNT}", "--holder", BIRDS["holder"][0]),
    )
    code = town.things["merchant"] = said["code"]
    numbers = ("--tax-code", tax, "--old-tax-code", old, "--id-card", card, "--phone", phone)
    why = ("--why", "đăng ký mới")
    town.ask("personal note", code, *numbers, "--registration-number", paper, *why)
    with transaction(town.market.engine) as db:
        for number in range(11):
            stall = f"RS-{number + 10}"
            account = f"970405:77042000{number:04d}"
            register.add(db, Application("Sạp", "seafood", account, "TU", MARKET, stall))
        (stand,) = print_run.issue(db, Printing("chú Hùng", KEY, merchant=code))
        found = register.find(db, code)
    town.things |= {"stand": stand.token, "seal": seal(KEY, code, found.page_version)}
    town.things |= {"merchant_id": str(found.id)}


def _comes_in(town: Town) -> None:
    scopes = {"merchant": int(town.things["merchant_id"]), "place": MARKET}
    scopes |= {"ward": "30742", "provider": "agribank"}
    with transaction(town.market.engine) as db:
        for number, role in enumerate((*ROLES, "second")):
            granted = "board" if role == "second" else role
            written = CONTACTS.get(role, f"09{number:02}111222")
            one = people.add(db, Card(NAMES.get(role, f"Cán bộ {number}"), read(written)), KEY)
            scope = scopes.get(grants.SCOPES[granted] or "")
            grants.add(db, one.id, Wish(granted, "chú Hùng", "được giao", scope))
            town.tokens[role] = devices.add(db, one.id, "Android", short=False)
            town.keys[role] = api_keys.add(db, one.id, "máy tính", PERMISSIONS, 30)
            town.things[role] = one.code
            town.things[f"{role}_id"] = str(one.id)


def _takes(town: Town) -> None:
    market, at = town.market, now()
    memo = BIRDS["memo"][0]
    usual = {"account": ACCOUNT, "occurred_at": at, "memo": memo}
    said = [credit("agribank", n, amount=amount, **usual) for n, amount in enumerate(TAKEN, 1)]
    stray = credit("agribank", 3, amount=STRAY, **usual | {"account": "7704200999999"})
    market.hear("agribank", *said, stray)
    market.connect("momo")
    market.settle()
    code = town.things["merchant"]
    order = town.ask("qr order", code, str(ASKED), "--note", BIRDS["note"][0])
    town.things["order"] = order["code"]
    file = town.folder / "sepay.json"
    row = {"account_number": ACCOUNT, "transaction_content": memo, "amount_in": f"{TAKEN[0]}.00"}
    file.write_bytes(files.sepay({**row, "transaction_date": f"{at:%Y-%m-%d} 09:30:00"}))
    told = town.ask("statements import", str(file), "--provider", "agribank")
    ids = town.market.rows("SELECT id FROM payment ORDER BY amount DESC")
    ((connection, delivery),) = market.rows("SELECT connection_id, id FROM delivery LIMIT 1")
    town.things |= {"payment": str(ids[0][0]), "statement": str(told["statement"])}
    town.things |= {"connection": str(connection), "delivery": str(delivery)}


def _waits(town: Town) -> None:
    code, why = town.things["merchant"], BIRDS["why"][0]
    holder = ("--holder", BIRDS["new_holder"][0], "--why", why)
    asked = town.ask("accounts change", code, f"970405:{NEW_ACCOUNT}", *holder)
    with transaction(town.market.engine) as db:
        person = int(town.things["owner_id"])
        number = invitations.open_recovery(db, person, town.things["second"], why)
    town.things |= {"change": str(asked["id"]), "recovery": str(number), "market": MARKET}


def _told(error: BaseException | None) -> str:
    """Say what the command line would write to stderr."""
    return f"{error.message} {error.message_vi}" if isinstance(error, Problem) else str(error or "")
