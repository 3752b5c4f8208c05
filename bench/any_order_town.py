"""The town of ``bench.any_order``: events done through the real paths, on a real database.

Calls are signed and received as at a door and kept as one group; statements are files; people act
through the rooms that the commands use.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection, TextClause, text

from bench.any_order_facts import (
    HOLDERS,
    Assign,
    Close,
    Correct,
    Event,
    HandIn,
    Join,
    Mark,
    PayOut,
    Separate,
    Settle,
    Tell,
    Transfer,
    Withdraw,
)
from cashless.clock import business_date, now
from cashless.db.engine import transaction
from cashless.errors import NotFound, Problem
from cashless.ledger import cause as cause_room
from cashless.ledger import closing, day_cuts, hand, payouts
from cashless.ledger.closing import Wish
from cashless.ledger.entry import Transfer as Moved
from cashless.ledger.hand import Correction
from cashless.ledger.payouts import Payout
from providers._protocol import Notification
from tests.market import MOMENT, SECRETS, Connected, Market, credit, empty
from webhooks import desk, tellings
from webhooks.statements import layout, withdraw
from webhooks.statements.keep import File, keep
from webhooks.statements.read import read

WHY: Final = cause_room.reason("bench", "thử nghiệm")
BIN: Final = "970405"
PREFIX: Final = {"agribank": "77042000000", "kienlongbank": "77042100000"}
BINS: Final = {"agribank": BIN, "kienlongbank": "970452", "momo": "971025"}
ASKED: Final = 50_000
_IDS: Final = {
    "sepay1": "{0}",
    "sepay2": "{0:06d}9",
    "standard": BIN + ":FT{0:08d}",
    "bank": "KLB{0:09d}",
    "wallet": "{0}",
}
_STANDARD: Final = {"bin": BIN, "secret": "whsec_aW52ZW50ZWQgc2VjcmV0IG9mIHRoZSB0b3duIQ=="}
_PAYMENT: Final = text(
    "SELECT coalesce(w.tells_of, p.id) FROM payment p LEFT JOIN witness w ON w.payment_id = p.id"
    " WHERE p.provider = :provider AND p.provider_txn_id = :id AND p.kind = :kind"
)
_LINED: Final = text(
    "SELECT coalesce(w.tells_of, x.payment_id) FROM statement_line s"
    " JOIN statement_pair x USING (statement_id, line)"
    " LEFT JOIN witness w ON w.payment_id = x.payment_id"
    " WHERE s.memo LIKE :memo LIMIT 1"
)

_AS_ONE: Final = {"Income:Refunds": "Income:Sales"}
_MAY_FAIL: Final = frozenset({"already_not_sale", "not_marked"})
_SUMS: Final = text(
    """
SELECT b.code, d.account, sum(d.debits - d.credits)::bigint AS held
FROM account_day d JOIN book b ON b.id = d.book_id GROUP BY 1, 2
"""
)
Balances = Mapping[str, Mapping[str, int]]

# The memo tells of which transfer a telling is; of several the first is taken.
_WITNESS: Final = text(
    "SELECT p.id FROM witness w JOIN payment p ON p.id = w.payment_id"
    " WHERE p.memo LIKE :mark AND p.kind = :kind ORDER BY p.id LIMIT 1"
)
_SEPARATION: Final = """
FROM separation s JOIN payment p ON p.id = s.payment_id
WHERE p.memo LIKE :mark AND p.kind = :kind
  AND NOT EXISTS (SELECT FROM witness w WHERE w.payment_id = s.payment_id)
ORDER BY s.separated_at LIMIT 1"""
_SEPARATED: Final = text(f"SELECT s.payment_id {_SEPARATION}")
_SEPARATED_FROM: Final = text(f"SELECT s.tells_of {_SEPARATION}")


def number(bank: str, holder: int) -> str:
    """Return the account number of a holder; the wallet has one account."""
    return SECRETS["momo"]["partnerCode"] if bank == "momo" else f"{PREFIX[bank]}{holder}"


def day(place: int) -> date:
    """Return a day of the town."""
    return MOMENT.date() + timedelta(days=place)


class Town:
    """A town that begins empty; ``books`` are the codes of its merchants."""

    def __init__(self, market: Market, url: str) -> None:
        """Empty the database and register merchants, connections, and an order for each."""
        empty(url)
        market.connected.clear()
        self.market = market
        self.books: dict[tuple[str, int], str] = {}
        self.orders: dict[tuple[str, int], str] = {}
        self.files: dict[tuple[Transfer, ...], int] = {}
        for bank, holder in HOLDERS:
            written = f"{BINS[bank]}:{number(bank, holder)}"
            merchant = market.register(f"{bank} {holder}", written)
            self.books[bank, holder] = merchant.code
            self.orders[bank, holder] = market.order(merchant, ASKED).code
        second = {"secret": "invented secret of the second"}
        self.lines: Mapping[str, Connected] = {
            "sepay1": market.connect("agribank"),
            "sepay2": market.connect("agribank", second),
            "standard": market.connect("standard", _STANDARD),
            "bank": market.connect("kienlongbank"),
            "wallet": market.connect("momo"),
        }

    def do(self, event: Event) -> None:
        """Do what happens. Raises ``Problem`` where the platform refuses it."""
        match event:
            case Tell():
                self._tell(event)
            case HandIn():
                self._hand_in(event)
            case Settle():
                self.market.settle(batch=3)
            case _:
                self.market.settle()
                self._act(event)

    def said(self, one: Transfer, line: str) -> Notification:
        """Return what a connection says of a transfer."""
        account = number(one.bank, one.holder)
        is_wallet = line == "wallet"
        at = MOMENT + timedelta(days=one.day, minutes=one.number)
        return replace(
            credit("momo" if is_wallet else "agribank", one.number),
            provider_txn_id=_IDS[line].format(one.number),
            kind=one.kind,
            amount=one.amount,
            occurred_at=at,
            business_date=business_date(at),
            account=f"{BIN}:{account}" if line == "standard" else account,
            order_ref=(self._code(one) or None) if is_wallet else None,
            memo="" if is_wallet else self._memo(one),
            reference=f"FT26{one.number:08d}" if one.bank == "agribank" else None,
            original=_IDS[line].format(one.of.number) if one.of else None,
        )

    def payment(self, one: Transfer) -> int:
        """Return the payment that stands for a transfer now. Raises ``NotFound``."""
        with transaction(self.market.engine) as db:
            for line in one.lines:
                provider = self.lines[line].connection.provider.name
                asked = {"id": _IDS[line].format(one.number), "kind": one.kind}
                found = db.execute(_PAYMENT, {**asked, "provider": provider}).scalar()
                if found is not None:
                    return int(found)
            found = db.execute(_LINED, {"memo": f"%{_mark(one)}%"}).scalar()
        if found is None:
            raise NotFound("payment_unknown", "It is not there yet.", "Chưa có.")
        return int(found)

    def acted(self, acts: Sequence[Event]) -> list[Event]:
        """Try acts in their order; return those that have to wait, and what comes after them."""
        waiting: list[Event] = []
        for act in acts:
            behind = any(set(act.about) & set(other.about) for other in waiting)
            try:
                if not behind:
                    self.do(act)
            except Problem as refused:
                behind = refused.code not in _MAY_FAIL or not isinstance(act, Mark)
            if behind:
                waiting.append(act)
        return waiting

    def held(self) -> Balances:
        """Return what the books hold, each account that is not empty."""
        names = {code: str(place) for place, code in self.books.items()}
        sums: dict[str, Counter[str]] = defaultdict(Counter)
        with transaction(self.market.engine) as db:
            for code, account, amount in db.execute(_SUMS):
                one = _AS_ONE.get(account, account).replace(":Standard", ":Agribank")
                sums[names.get(code, code)][one] += amount
        return {
            book: {account: amount for account, amount in held.items() if amount}
            for book, held in sums.items()
            if any(held.values())
        }

    def _code(self, one: Transfer) -> str:
        return self.orders.get((one.bank, one.holder), "") if one.ordered else ""

    def _memo(self, one: Transfer) -> str:
        return f"{_mark(one)} {self._code(one)}".strip()

    def _tell(self, event: Tell) -> None:
        said = self.said(event.about[0], event.line)
        connected = self.lines[event.line]
        self.market.keep(connected.call(replace(said, amount=said.amount + event.wrong)))

    def _hand_in(self, event: HandIn) -> None:
        bank = event.about[0].bank
        name = {"agribank": "sepay_list", "kienlongbank": "mt940"}[bank]
        raw = (self._sepay if bank == "agribank" else self._mt940)(event.about)
        chosen = layout.find(name)
        reading = read(raw, chosen)
        if reading.faults:
            raise AssertionError(reading.faults[:2])
        with transaction(self.market.engine) as db:
            self.files[event.about] = keep(db, File(raw, "file", bank, chosen, "bench"), reading).id

    def _sepay(self, told: tuple[Transfer, ...]) -> bytes:
        rows = [
            {
                "id": _IDS["sepay1"].format(one.number),
                "transaction_date": f"{day(one.day)} 09:{30 + one.number % 30}:00",
                "account_number": number(one.bank, one.holder),
                "amount_in": one.amount if one.kind == "credit" else 0,
                "amount_out": 0 if one.kind == "credit" else one.amount,
                "transaction_content": self._memo(one),
                "reference_number": f"FT26{one.number:08d}",
            }
            for one in told
        ]
        return json.dumps({"status": 200, "transactions": rows}).encode()

    def _mt940(self, told: tuple[Transfer, ...]) -> bytes:
        at = f"{day(told[0].day):%y%m%d}"
        account = number("kienlongbank", told[0].holder)
        lines = [":20:TOWN", f":25:970452/{account}", ":28C:1/1", f":60F:C{at}VND0,"]
        for one in told:
            lines += [f":61:{at}{at[2:]}C{one.amount},NTRFNONREF", f":86:{self._memo(one)}"]
        return "\n".join([*lines, f":62F:C{at}VND{sum(t.amount for t in told)},", "-"]).encode()

    def _asked(self, db: Connection, question: TextClause, one: Transfer) -> int:
        """Return what is asked for of the tellings of a transfer. Raises ``NotFound``."""
        found = db.execute(question, {"mark": f"{_mark(one)}%", "kind": one.kind}).scalar()
        if found is None:
            raise NotFound("payment_unknown", "There is none.", "Không có.")
        return int(found)

    def _act(self, event: Event) -> None:
        with transaction(self.market.engine) as db:
            match event:
                case Assign(about=(one,), holder=holder):
                    book = self.books["agribank", holder]
                    desk.assign(db, self.payment(one), book, "có biên lai", "bench")
                case Mark(about=(one,), is_sale=is_sale):
                    act = hand.sale_again if is_sale else hand.not_sale
                    act(db, self.payment(one), WHY)
                case PayOut() | Correct() | Close():
                    self._account(db, event)
                case _:
                    self._think_again(db, event)

    def _account(self, db: Connection, event: Event) -> None:
        match event:
            case PayOut(about=told, fee=fee):
                payments = [self.payment(one) for one in told]
                lump = sum(one.amount for one in told) - fee
                name = "-".join(str(one.number) for one in told)
                said = Payout("momo", lump, fee, day(3), f"T{name}")
                payouts.settle_payout(db, self.books["momo", 0], said, payments, WHY)
            case Correct(holder=holder, amount=amount):
                moved = Moved("Expenses:Fees:Agribank", "Assets:Bank:Agribank", amount)
                book = self.books["agribank", holder]
                hand.correct(db, book, Correction(moved, day(0)), WHY)
            case Close(holder=holder, day=place):
                wish = Wish(day(place), "bench", day_cuts.over_at(day(place), "day"))
                closing.close(db, self.books[HOLDERS[holder]], replace(wish, at=now()))

    def _think_again(self, db: Connection, event: Event) -> None:
        match event:
            case Separate(about=(one,)):
                tellings.separate(db, self._asked(db, _WITNESS, one), WHY)
            case Join(about=(one,)):
                joined = self._asked(db, _SEPARATED, one)
                tellings.join(db, joined, self._asked(db, _SEPARATED_FROM, one), WHY)
            case Withdraw(about=told):
                withdraw.withdraw(db, self.files[told], WHY)


def _mark(one: Transfer) -> str:
    """Return the words by which a transfer is known in a memo."""
    return f"so {one.number:05d} day"
