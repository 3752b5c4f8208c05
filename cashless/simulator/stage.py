"""Stage: put an invented market into the database, and say its calls as the providers would.

Registering adds what is missing and nothing twice: a merchant is known by the receiving account, so
a market of the same seed is found again. Connections are made anew for each run, because a token is
shown once and stored nowhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import orjson
from sqlalchemy import Connection, Engine, text

from cashless.db.engine import transaction
from cashless.errors import Conflict
from cashless.ids import new_token
from cashless.simulator import lines
from cashless.simulator.lines import Line
from cashless.simulator.people import Market
from cashless.simulator.shoppers import Account, Asked, Sale, Stallholder
from merchants import accounts, orders, places, register, terminals
from providers._protocol import Delivery, Secrets
from webhooks import connections

_OWNER = text(
    "SELECT m.code FROM receiving_account r JOIN merchant m ON m.id = r.merchant_id"
    " WHERE r.bin = :bin AND r.number = :number AND r.closed_at IS NULL"
)
_BACKDATE = text(
    'UPDATE "order" SET created_at = :created_at, expires_at = :expires_at WHERE code = :code'
)
_OPEN_MINUTES: Final = 60
_LONG_AGO: Final = timedelta(hours=3)
_BEFORE_WINDOW: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Wire:
    """A connection of ours: where to post, and what to sign with (the provider's keys too)."""

    line: Line
    path: str
    secrets: Secrets


@dataclass(slots=True)
class Stage:
    """The codes that the database gave to an invented market.

    ``merchants`` and ``orders`` are by the numbers of the plan, ``wires`` by line and, where the
    receiver is named by a secret, by account number.
    """

    start: datetime
    merchants: dict[int, str] = field(default_factory=dict)
    wires: dict[tuple[Line, str], Wire] = field(default_factory=dict)
    orders: dict[int, str] = field(default_factory=dict)

    def wire(self, account: Account) -> Wire:
        """Return the connection over which payments to that account are told."""
        return self.wires[_place(account)]

    def code_of(self, sale: Sale) -> str | None:
        """Return the code of the order that a sale pays, if any."""
        return self.orders[sale.order.number] if sale.order else None


def prepare(engine: Engine, key: bytes, market: Market, start: datetime) -> Stage:
    """Register a market and connect its providers; ``key`` seals the secrets.

    Raises what ``merchants`` and ``webhooks.connections`` raise.
    """
    stage = Stage(start)
    with transaction(engine) as db:
        places.add(db, [site.place for site in market.sites])
        for one in market.stallholders:
            stage.merchants[one.number] = _registered(db, one)
        register.set_status(db, stage.merchants[market.closed_one.number], "closed")
        for account in _accounts(market.stallholders):
            _connect(db, key, stage.wires, account)
    return stage


def open_orders(engine: Engine, stage: Stage, asked: Iterable[Asked]) -> None:
    """Open the planned orders; those that are to have expired are dated back."""
    with transaction(engine) as db:
        for one in asked:
            merchant = stage.merchants[one.stallholder.number]
            code = orders.add(db, merchant, one.amount, _OPEN_MINUTES).code
            stage.orders[one.number] = code
            if one.expired:
                _date_back(db, code, stage.start - _LONG_AGO)


def spoken(stage: Stage, sale: Sale, at: datetime) -> tuple[Wire, Delivery]:
    """Say a sale as its provider would at that instant, wrong where its fault says so."""
    wire = stage.wire(sale.account)
    said = lines.notification(sale, stage.start, stage.code_of(sale))
    sign = wire.line.spoken.sign
    match sale.fault:
        case "forged":
            return wire, sign(said, lines.forged(wire.line, wire.secrets), at)
        case "stale":
            return wire, sign(said, wire.secrets, at - _BEFORE_WINDOW)
        case "failed" | "amount_unreadable":
            return wire, _sealed_again(wire, sign(said, wire.secrets, at), sale, at)
        case "no_address":
            wire = replace(wire, path=f"/webhooks/{new_token()}")
    return wire, sign(said, wire.secrets, at)


def _registered(db: Connection, one: Stallholder) -> str:
    """Register a merchant, or find the one who has the account already."""
    first = one.accounts[0]
    code = db.execute(_OWNER, {"bin": first.bin, "number": first.number}).scalar_one_or_none()
    if code is not None:
        return str(code)
    merchant = _added(db, one)
    for account in one.accounts[1:]:
        # Our own dialect names an account with its BIN already.
        if account.bin or account.provider == "standard":
            written = account.written if account.bin else account.number
            accounts.add(db, merchant.id, written, one.holder)
        else:
            terminals.add(db, merchant.id, account.provider, account.number)
    return merchant.code


def _added(db: Connection, one: Stallholder) -> register.Merchant:
    """Register a merchant; without a stall where somebody else holds it."""
    application = register.Application(
        name=one.name,
        category=one.category,
        account=one.accounts[0].written,
        holder=one.holder,
        place=one.place,
        stall=one.stall,
        kind=one.kind,
        walking_order=one.walking_order,
    )
    try:
        with db.begin_nested():
            return register.add(db, application)
    except Conflict:
        return register.add(db, replace(application, place=None, stall=None))


def _accounts(stallholders: Iterable[Stallholder]) -> list[Account]:
    return [account for one in stallholders for account in one.accounts]


def _place(account: Account) -> tuple[Line, str]:
    line = Line(account.provider, account.protocol)
    return line, account.number if line.receiver_secret else ""


def _connect(
    db: Connection, key: bytes, wires: dict[tuple[Line, str], Wire], account: Account
) -> None:
    place = _place(account)
    if place in wires:
        return
    line, receiver = place
    secrets = lines.new_secrets(line, receiver)
    ours = {name: secrets[name] for name in line.spoken.secrets}
    opened = connections.add(db, key, line.provider, ours, line.protocol)
    wires[place] = Wire(line, opened.path, secrets)


def _date_back(db: Connection, code: str, created_at: datetime) -> None:
    expires_at = created_at + timedelta(minutes=orders.EXPIRES_MINUTES)
    row = {"code": code, "created_at": created_at, "expires_at": expires_at}
    db.execute(_BACKDATE, row)


def _sealed_again(wire: Wire, delivery: Delivery, sale: Sale, at: datetime) -> Delivery:
    """Change what a genuine message says, and seal it again as the provider would."""
    body = orjson.loads(delivery.body)
    changed = _FAILED if sale.fault == "failed" else _unreadable(body, sale.amount)
    return wire.line.spoken.seal(orjson.dumps({**body, **changed}), wire.secrets, at)


_FAILED: Final[Mapping[str, object]] = {
    "resultCode": 1002,
    "message": "Giao dịch bị từ chối do nhà phát hành tài khoản thanh toán.",
}


def _unreadable(body: Mapping[str, object], amount: int) -> dict[str, object]:
    """Write words where the amount stands, also one level deeper."""
    said = {name: "khong ro" if value == amount else value for name, value in body.items()}
    inner = {name: value for name, value in said.items() if isinstance(value, dict)}
    return said | {name: _unreadable(value, amount) for name, value in inner.items()}
