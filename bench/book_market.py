"""A seeded market whose books have everything in them: what the campaigns about books start from.

Payments of four providers come as signed deliveries through receive and keep, some twice, some for
accounts nobody holds; they are settled in small batches; people claim, mark, correct, open and take
payouts in between. Everything is invented and drawn from the seed.
"""

import random
import secrets as random_secrets
from base64 import b64encode
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import orjson
from sqlalchemy import Engine, text

from cashless.clock import business_date, now
from cashless.db.engine import transaction
from cashless.ledger import closing, day_cuts, hand, payouts, publishing
from cashless.ledger.cause import reason
from cashless.ledger.closing import Wish
from cashless.ledger.entry import Transfer
from cashless.ledger.hand import Correction, Opening
from cashless.ledger.payouts import Payout
from merchants import accounts, orders, register
from merchants.register import Application
from providers import find
from providers._protocol import Notification
from webhooks import connections, desk, inbox, settle
from webhooks.connections import Connection
from webhooks.receive import Received, receive
from webhooks.statements import layout as layouts
from webhooks.statements.keep import keep
from webhooks.statements.read import read
from webhooks.statements.rows import File

WHY = reason("bench", "thử nghiệm")
_KNOWN_SHARE, _TWICE_SHARE = 0.9, 0.05
_PROVIDERS = ("agribank", "kienlongbank", "momo", "sacombank", "standard")
_BIN, _OWN = "970416", "970416:9900000007"
_FORMS = {
    "momo": "{0}",
    "kienlongbank": "KLB{0:09d}",
    "agribank": "{0}",
    "standard": f"{_BIN}:FT{{0}}",
}
# What takes money back: its kind, and how much of the credit in hundredths.
_TAKERS = (("refund", 40), ("refund", 60), ("reversal", 100), ("reversal", 30), ("refund", 120))
_ORDERS = text('SELECT code, merchant_id, amount FROM "order" ORDER BY code')


def _secrets(provider: str) -> dict[str, str]:
    return {
        "momo": {"partnerCode": "BENCH01", "accessKey": "a-key", "secretKey": "a-secret"},
        "agribank": {"secret": random_secrets.token_hex(16)},
        "sacombank": {"checksumKey": random_secrets.token_hex(16)},
        "kienlongbank": {
            "client": "bench-client",
            "secretKey": random_secrets.token_hex(32),
            "encryptKey": random_secrets.token_hex(32),
        },
        "standard": {
            "bin": _BIN,
            "secret": f"whsec_{b64encode(random_secrets.token_bytes(32)).decode()}",
        },
    }[provider]


@dataclass
class BookMarket:
    """The market in a migrated database; ``books`` are the merchants' codes by provider."""

    engine: Engine
    key: bytes
    seed: int = 1
    batch: int = 25
    books: dict[str, list[str]] = field(default_factory=dict)
    accounts: dict[str, list[str]] = field(default_factory=dict)
    connected: dict[str, tuple[Connection, dict[str, str]]] = field(default_factory=dict)
    number: int = 0

    def __post_init__(self) -> None:
        """Connect the providers and register three merchants at each bank, one at the wallet.

        The bank without a protocol of its own knows one of them by a terminal.
        """
        self.draw = random.Random(self.seed)
        for provider in _PROVIDERS:
            self._connect(provider)
        for provider in _PROVIDERS[:-1]:
            numbers = ["BENCH01"] if provider == "momo" else [f"99{n:08d}" for n in range(3)]
            self.accounts[provider] = numbers
            self.books[provider] = [self._register(provider, number) for number in numbers]
        self.accounts["standard"] = [_OWN]
        self.books["standard"] = self.books["agribank"][1:2]
        with transaction(self.engine) as db:
            merchant = register.find(db, self.books["standard"][0])
            accounts.add(db, merchant.id, _OWN, merchant.name)

    def play(self, payments: int, root_seed: bytes | None = None) -> None:
        """Let payments come, people act, days be closed; then more payments come late.

        With the seed of a key a root is published before and after.
        """
        self._come(payments * 3 // 4)
        self._take_back()
        self._people()
        self._import()
        self._close()
        self._publish(root_seed)
        self._come(payments - payments * 3 // 4)
        self._publish(root_seed)

    def _come(self, payments: int) -> None:
        for start in range(0, payments, self.batch):
            self._hear([self._said() for _ in range(min(self.batch, payments - start))])
            settle.drain(self.engine, self.batch)

    def _import(self) -> None:
        """Import a list of a bank's day: two payments nobody told, and money that left."""
        day, account = business_date(now()), self.accounts["agribank"][0]
        told = [
            {
                "id": f"{9_000_000 + number}",
                "transaction_date": f"{day} 00:00:{number:02}",
                "account_number": account,
                "amount_in": f"{max(amount, 0)}",
                "amount_out": f"{max(-amount, 0)}",
                "transaction_content": "mua ca",
                "reference_number": f"FT99{number:08}",
            }
            for number, amount in enumerate((41_000, 42_000, -7_000))
        ]
        raw, layout = orjson.dumps({"transactions": told}), layouts.find("sepay_list")
        file = File(raw, "ngay.json", "agribank", layout, "bench")
        with transaction(self.engine) as db:
            keep(db, file, read(raw, layout))
        settle.drain(self.engine, self.batch)

    def _close(self) -> None:
        today = business_date(now())
        wish = Wish(today, "bench", day_cuts.over_at(today, "day"))
        with transaction(self.engine) as db:
            for provider in ("agribank", "momo"):
                closing.close(db, self.books[provider][0], wish)

    def _publish(self, root_seed: bytes | None) -> None:
        if root_seed is not None:
            with transaction(self.engine) as db:
                publishing.publish(db, root_seed, now())

    def _connect(self, provider: str) -> None:
        given = _secrets(provider)
        with transaction(self.engine) as db:
            opened = connections.add(db, self.key, provider, given)
            loaded = connections.load(db, self.key)
        connection = next(one for one in loaded.values() if one.id == opened.id)
        self.connected[provider] = (connection, given)

    def _register(self, provider: str, number: str) -> str:
        wanted = Application(
            f"Sạp {provider} {number}", "seafood", f"{find(provider).bins[0]}:{number}", "NGUYEN AN"
        )
        with transaction(self.engine) as db:
            code = register.add(db, wanted).code
            orders.add(db, code, 70_000)
        return code

    def _said(self) -> tuple[str, Notification]:
        provider = self.draw.choice(_PROVIDERS)
        self.number += 1
        known = self.draw.random() < _KNOWN_SHARE or provider in {"momo", "standard"}
        account = self.draw.choice(self.accounts[provider]) if known else "9900009999"
        at = now().replace(microsecond=0) - timedelta(seconds=self.draw.randrange(60))
        form = _FORMS.get(provider, "LINK{0}:FT{0}")
        return provider, Notification(
            provider_txn_id=form.format(self.number),
            kind="credit",
            amount=self.draw.randrange(5, 400) * 1000,
            occurred_at=at,
            business_date=business_date(at),
            account=account,
            virtual_account=None,
            order_ref=None,
            memo=self.draw.choice(["", "mua ca", "CHUYEN TIEN", "tien rau"]),
            payer=None,
        )

    def _take_back(self) -> None:
        """Let the bank give back parts and wholes of payments, one before it comes and one twice.

        What takes more than is left goes to a person; what nobody knows waits.
        """
        known = [self._of_the_bank() for _ in _TAKERS]
        early = self._of_the_bank()
        self._hear([("standard", self._taker(early, "reversal", 100))])
        self._hear([("standard", one) for one in (*known, early)])
        settle.drain(self.engine, 10)
        for credit, (kind, share) in zip(known, _TAKERS, strict=True):
            self._hear([("standard", self._taker(credit, kind, share))])
        self._hear([("standard", self._taker(known[0], "refund", 60))])
        settle.drain(self.engine, 10)

    def _of_the_bank(self) -> Notification:
        return replace(self._said()[1], **self._of_standard())

    def _of_standard(self) -> dict[str, Any]:
        self.number += 1
        return {
            "provider_txn_id": _FORMS["standard"].format(self.number),
            "account": _OWN,
            "amount": self.draw.randrange(5, 400) * 1000,
        }

    def _taker(self, credit: Notification, kind: str, share: int) -> Notification:
        amount = credit.amount * share // 100
        named = {"kind": kind, "amount": amount, "original": credit.provider_txn_id}
        return replace(credit, **{**self._of_standard(), **named})

    def _hear(self, told: list[tuple[str, Notification]]) -> None:
        """Keep what is said; one in twenty is sent twice."""
        calls = [self._call(*one) for one in told]
        calls += [self._call(*one) for one in told if self.draw.random() < _TWICE_SHARE]
        with transaction(self.engine) as db:
            inbox.keep(db, calls, now())

    def _call(self, provider: str, said: Notification) -> Received:
        connection, given = self.connected[provider]
        signed = connection.protocol.sign(said, given, now())
        return receive(connection, signed, "127.0.0.1")

    def _people(self) -> None:
        """Claim, mark, take a mark back, open, correct, and take a payout in."""
        today = business_date(now())
        book = self.books["agribank"][0]
        with transaction(self.engine) as db:
            listed = desk.listing(db)
            out = [row for row in listed if row["kind"] == "refund"][:1]
            waiting = [row for row in listed if row["kind"] == "credit"]
            for row in (*out, *waiting[: max(1, len(waiting) // 2)]):
                desk.assign(db, row["id"], book, "quen mặt", "bench")
            for payment in self._sales(db, book)[:3]:
                hand.not_sale(db, payment, WHY)
            hand.sale_again(db, self._sales(db, book)[0], WHY)
            hand.open_balance(db, book, Opening("Assets:Bank:Agribank", 500_000, today), WHY)
            moved = Transfer("Expenses:Fees:Agribank", "Assets:Bank:Agribank", 1_100)
            hand.correct(db, book, Correction(moved, today, 1), WHY)
            self._pay_out(db, today)

    def _pay_out(self, db: Any, today: date) -> None:  # noqa: ANN401  a connection
        book = self.books["momo"][0]
        owed = payouts.dues(db, book, "momo")[:5]
        total = sum(one.amount for one in owed)
        if owed:
            said = Payout("momo", total - 1_000, 1_000, today, f"T{self.number}")
            payouts.settle_payout(db, book, said, [one.payment for one in owed], WHY)

    def _sales(self, db: Any, book: str) -> list[int]:  # noqa: ANN401  a connection
        rows = db.execute(
            text(
                "SELECT e.payment_id FROM entry e JOIN book b ON b.id = e.book_id"
                " WHERE b.code = :book AND e.kind = 'sale' ORDER BY e.seq"
            ),
            {"book": book},
        )
        return list(rows.scalars())
