"""Play the invented month: every webhook through verification and inbox, every file the next day.

Webhooks are signed as each provider signs and arrive seconds, minutes or a day later; each call is
received, kept in groups and settled. The next morning the day's statements are imported; webhooks
that were held back a day come after them. Some are told twice or more, some are forged.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from random import Random
from typing import Final

from sqlalchemy import Connection, Engine, text

from bench.month_files import memo, txn, whole, written
from bench.month_plan import BINS, MOMO_ACCOUNT, SHARES, Month, Transfer, accounts
from cashless.clock import VIETNAM, business_date
from cashless.db.batch import rows_json
from cashless.db.engine import transaction
from cashless.ledger import cause, hand, payouts
from merchants import register
from providers import find
from providers._protocol import Delivery, Notification, Secrets
from webhooks import connections, inbox, refusals, settle
from webhooks.receive import Received, Turned, receive
from webhooks.refusals import Refusal
from webhooks.statements.choice import choose
from webhooks.statements.keep import File, Kept, keep
from webhooks.statements.read import read

SECRETS: Final[Mapping[str, Secrets]] = {
    "agribank": {"secret": "invented secret of the month"},
    "kienlongbank": {
        "client": "invented-client",
        "secretKey": "invented seal of the bank",
        "encryptKey": "5A" * 32,
    },
    "momo": {
        "partnerCode": MOMO_ACCOUNT,
        "accessKey": "inventedAccess",
        "secretKey": "inventedSeal",
    },
    "sacombank": {"checksumKey": "invented checksum key"},
    "vietcombank": {"checksumKey": "invented key of the first"},
}
_SECOND: Final = {"checksumKey": "invented key of the second"}
_SECOND_FROM: Final = 500_000_000
_GROUP: Final = 200
_MORNING: Final = time(6)
_PAYDAY: Final = 0
_FEE: Final = 5_000
WHY: Final = cause.reason("bench", "thử nghiệm")
_BOOK = text(
    "SELECT m.code FROM receiving_account r JOIN merchant m ON m.id = r.merchant_id"
    " WHERE r.provider = 'momo' AND r.number = :number"
)
_NAMED = text(
    "SELECT id, provider, provider_txn_id, account, business_date, amount FROM payment"
    " WHERE id = ANY (:ids)"
)
_PAYMENT = text(
    "SELECT id FROM payment WHERE provider = :provider AND provider_txn_id = :id"
    " AND kind = 'credit' AND business_date = :day AND amount = :amount"
)
_ORDERS = text(
    """
INSERT INTO "order" (code, merchant_id, account_id, amount, note, payload, created_at, expires_at)
SELECT o.code, r.merchant_id, r.id, o.amount, '', 'invented', o.at - interval '5 minutes',
  o.at + interval '10 minutes'
FROM json_to_recordset(:rows) AS o (code text, provider text, number text, amount bigint,
  at timestamptz)
JOIN receiving_account r ON r.provider = o.provider AND r.number = o.number
"""
)


@dataclass(frozen=True, slots=True)
class Call:
    """One webhook: when it arrives, over which connection, what is said, whether it is forged."""

    at: datetime
    line: str
    said: Notification
    forged: bool = False


class Stage:
    """The registered market with its connections, on which a month is played."""

    def __init__(self, engine: Engine, key: bytes, month: Month) -> None:
        """Register merchants, connections and orders."""
        self.engine = engine
        self._month = month
        self._rng = Random(month.seed)
        self.copies: Counter[tuple[object, ...]] = Counter()
        self.named: set[tuple[object, ...]] = set()
        with transaction(engine) as db:
            _register(db, month)
            opened = {name: connections.add(db, key, name, SECRETS[name]).id for name in SHARES}
            opened["second"] = connections.add(db, key, "vietcombank", _SECOND).id
            db.execute(_ORDERS, {"rows": rows_json(_order_rows(month))})
            loaded = {one.id: _backdated(one) for one in connections.load(db, key).values()}
        self._lines = {name: loaded[number] for name, number in opened.items()}

    def play(self) -> None:
        """Play every day, then hand in what has been handed in before."""
        held: list[Call] = []
        for day in self._month.days:
            prompt = list(self._calls(day))
            self._tell([*held, *(call for call in prompt if not _is_held(call, day))])
            held = [call for call in prompt if _is_held(call, day)]
            self._file(day)
            if day.weekday() == _PAYDAY:
                self._pay_out(day)
        self._tell(held)
        self._mark()

    def hand_in(self, provider: str, raw: bytes) -> Kept:
        """Import a file and settle what only it knows."""
        layout = choose(raw, "file", provider)
        reading = read(raw, layout)
        if reading.faults:
            raise AssertionError(reading.faults[:3])
        with transaction(self.engine) as db:
            kept = keep(db, File(raw, "file", provider, layout, "bench"), reading)
        settle.drain(self.engine)
        return kept

    def hand_in_again(self) -> list[Kept]:
        """Hand in a whole month that was told day by day, and a file that was told before."""
        first = self._month.days[0]
        again = written(self._month, "agribank", first) or b""
        return [
            self.hand_in("sacombank", whole(self._month, "sacombank")),
            self.hand_in("agribank", again),
        ]

    def _mark(self) -> None:
        """Let merchants say which payments were no sales."""
        for one in self._month.planted("not_sale"):
            with transaction(self.engine) as db:
                asked = {"provider": one.provider, "id": txn(one), "day": one.day}
                payment = db.execute(_PAYMENT, {**asked, "amount": one.amount}).scalar_one()
                hand.not_sale(db, payment, WHY)

    def _pay_out(self, day: date) -> None:
        """Let the wallet pay out what it owes, but for what it leaves out, and find that."""
        left_out = {txn(one) for one in self._month.planted("left_out")}
        with transaction(self.engine) as db:
            book = db.execute(_BOOK, {"number": MOMO_ACCOUNT}).scalar_one()
            owed = payouts.dues(db, book, "momo")
            ids = {one.payment: one for one in owed}
            names = {row.id: row for row in db.execute(_NAMED, {"ids": list(ids)})}
            kept = [ids[id_] for id_, row in names.items() if row.provider_txn_id not in left_out]
            total = sum(one.amount for one in kept)
            if total <= _FEE:
                return
            said = payouts.Payout("momo", total - _FEE, _FEE, day, f"MOMO{day:%d%m}")
            answer = payouts.shortfall_of(db, book, said)
            for id_ in answer.missing(owed):
                row = names[id_]
                self.named.add((row.provider, row.account, row.business_date, row.amount))
            payouts.settle_payout(db, book, said, answer.choices[0], WHY)

    def _file(self, day: date) -> None:
        for provider in SHARES:
            raw = written(self._month, provider, day)
            if raw is not None:
                self.hand_in(provider, raw)

    def _calls(self, day: date) -> Iterator[Call]:
        for one in self._month.transfers:
            if one.day == day and one.is_told:
                yield from self._told(one)

    def _told(self, one: Transfer) -> Iterator[Call]:
        """Give the webhooks of one transfer."""
        delay = min(2 * math.exp(self._rng.gauss(0, 0.85)), 600)
        at = (one.at + timedelta(seconds=delay)).astimezone(UTC)
        if one.planted == "late":
            at = _morning(one.day) + timedelta(hours=2)
        call = Call(at, one.provider, said(one))
        if one.planted == "forged":
            yield replace(call, forged=True)
        yield call
        if one.planted == "repeated":
            copies = 1 if self._rng.randrange(10) else self._rng.randrange(2, 9)
            self.copies[(one.provider,)] += copies
            yield from (replace(call, at=at + timedelta(seconds=5 + n)) for n in range(copies))
        if one.planted == "conflict":
            other = replace(call.said, amount=one.amount + 500)
            yield replace(call, at=at + timedelta(seconds=9), said=other)
        if one.planted == "witnessed":
            number = str(_SECOND_FROM + one.number)
            other = replace(call.said, provider_txn_id=number, balance=None)
            yield replace(call, at=at + timedelta(seconds=20), line="second", said=other)

    def _tell(self, calls: Iterable[Call]) -> None:
        arriving = iter(sorted(calls, key=lambda call: call.at))
        while group := list(islice(arriving, _GROUP)):
            genuine = [self._received(call) for call in group if not call.forged]
            with transaction(self.engine) as db:
                inbox.keep(db, genuine, group[-1].at)
                refusals.count(db, [self._refused(call) for call in group if call.forged])
            settle.drain(self.engine)

    def _received(self, call: Call) -> Received:
        return receive(self._lines[call.line], self._signed(call), "127.0.0.1")

    def _refused(self, call: Call) -> Refusal:
        """Change a sealed call and see that it is turned away."""
        signed = self._signed(call)
        forged = replace(signed, body=signed.body.replace(b"1", b"7", 1) + b" ")
        connection = self._lines[call.line]
        try:
            receive(connection, forged, "127.0.0.1")
        except Turned as turned:
            return Refusal(connection.id, turned.reason, bytes(32), call.at)
        raise AssertionError("a forged call was believed")

    def _signed(self, call: Call) -> Delivery:
        secrets = _SECOND if call.line == "second" else SECRETS[call.line]
        protocol = self._lines[call.line].protocol
        return protocol.sign(call.said, secrets, call.at)


def said(one: Transfer) -> Notification:
    """Return what the provider says of a transfer."""
    carried = find(one.provider).protocols[0].carries
    return Notification(
        provider_txn_id=txn(one),
        kind=one.kind,
        amount=one.amount,
        occurred_at=one.at.astimezone(UTC),
        business_date=business_date(one.at),
        account=one.account,
        virtual_account=None,
        order_ref=None,
        memo=memo(one),
        payer=None,
        reference=one.reference if "reference" in carried else None,
        balance=one.balance if one.provider == "vietcombank" else None,
    )


def _backdated(connection: connections.Connection) -> connections.Connection:
    """Let secrets that were made just now have been valid in the month."""
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    sets = tuple(replace(one, valid_from=begun) for one in connection.secret_sets)
    return replace(connection, secret_sets=sets)


def _register(db: Connection, month: Month) -> None:
    for provider in SHARES:
        closed = [number for name, number in month.closed.items() if name == provider]
        for number in (*accounts(provider), *closed):
            application = register.Application(
                name=f"Sạp {number}",
                category="seafood",
                account=f"{BINS[provider]}:{number}",
                holder="NGUOI BAN SANG TAO",
            )
            merchant = register.add(db, application)
            if number in closed:
                register.set_status(db, merchant.code, "closed")


def _order_rows(month: Month) -> Iterator[dict[str, object]]:
    for one in month.transfers:
        if one.order is not None and one.planted != "second":
            yield {
                "code": one.order,
                "provider": one.provider,
                "number": one.meant or one.account,
                "amount": one.asked,
                "at": one.at,
            }


def _morning(day: date) -> datetime:
    """Return when the files of a day have been imported: the next morning."""
    return datetime.combine(day + timedelta(1), _MORNING, VIETNAM).astimezone(UTC)


def _is_held(call: Call, day: date) -> bool:
    return call.at >= _morning(day)
