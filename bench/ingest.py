"""Acknowledged-and-posted payments per second, next to pgbench doing the same writes.

A mixed stream of the four providers goes over HTTP into a running ``cashless serve``, generator,
server, settle process and PostgreSQL sharing the machine. The clock runs until the last payment is
posted, not only acknowledged. Rounds alternate with the baseline, and the medians are compared.
"""

import secrets as random_secrets
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, TextClause, text

from bench.baseline import Baseline
from bench.generator import send
from cashless import supervisor
from cashless.clock import business_date, now
from cashless.db.engine import connect, transaction
from cashless.settings import Settings, vault_key
from merchants import places, register
from providers import find
from providers._protocol import Delivery, Notification
from webhooks import connections

_SECRETS = {
    "momo": {"partnerCode": "BENCH001", "accessKey": "bench-access", "secretKey": "bench-secret"},
    "agribank": {"secret": random_secrets.token_hex(16)},
    "sacombank": {"checksumKey": random_secrets.token_hex(16)},
    "kienlongbank": {
        "client": "bench-client",
        "secretKey": random_secrets.token_hex(32),
        "encryptKey": random_secrets.token_hex(32),
    },
}
_BINS = {"momo": "971025", "agribank": "970405", "sacombank": "970403", "kienlongbank": "970452"}
_MERCHANTS_EACH = 50
_LEFT = text("SELECT count(*) FROM arrival")
_POSTED = text("SELECT count(*) FROM entry WHERE payment_id IS NOT NULL AND kind = 'sale'")


def measure(rounds: int = 3, payments: int = 12_000, seconds: int = 4) -> dict[str, Any]:
    """Return the medians of both rates, payments per second, and their ratio."""
    with tempfile.TemporaryDirectory(prefix="cashless-bench-") as folder:
        settings = Settings(home=Path(folder))
        with supervisor.database(settings) as url, supervisor.bind("127.0.0.1", 0) as listening:
            market = _Market(settings, url)
            baseline = Baseline(settings, url)
            with supervisor.children(settings, listening, url, 1):
                port = listening.getsockname()[1]
                market.warm_up(port)
                pairs = [
                    (baseline.rate(seconds), market.rate(port, payments)) for _ in range(rounds)
                ]
            return market.report(pairs)


class _Market:
    """Merchants with an account at each of the four providers, and their deliveries."""

    def __init__(self, settings: Settings, url: str) -> None:
        key = vault_key(settings)
        self._engine = connect(url)
        self._count = 0
        with transaction(self._engine) as db:
            places.add(db, [places.Place("BENCH", "market", "Chợ đo tốc độ", 1)])
            self._paths = {
                name: connections.add(db, key, name, given).path for name, given in _SECRETS.items()
            }
            self._accounts = {name: _accounts(db, name) for name in _SECRETS}

    def warm_up(self, port: int) -> None:
        """Wait until the door answers, and let every process load its code."""
        for _attempt in range(100):
            try:
                self.rate(port, 400)
            except OSError:
                time.sleep(0.2)
            else:
                return
        raise RuntimeError("the server did not start")

    def rate(self, port: int, payments: int) -> float:
        """Send that many payments and return payments per second, posting included."""
        calls = [self._call() for _ in range(payments)]
        before = self._number(_POSTED)
        begun = time.perf_counter()
        tally = send(calls, port, 64)
        while self._number(_LEFT):
            time.sleep(0.01)
        took = time.perf_counter() - begun
        posted = self._number(_POSTED) - before
        if posted != payments:
            raise RuntimeError(f"{posted} of {payments} payments were posted: {tally.statuses}")
        return payments / took

    def report(self, pairs: list[tuple[float, float]]) -> dict[str, Any]:
        """Return medians, ratio and whether every invariant holds after it all."""
        base = statistics.median(pair[0] for pair in pairs)
        ours = statistics.median(pair[1] for pair in pairs)
        return {
            "pgbench_one_transaction_each_per_second": round(base),
            "acknowledged_and_posted_per_second": round(ours),
            "ratio": round(ours / base, 2),
            "rounds": [[round(a), round(b)] for a, b in pairs],
        }

    def _number(self, question: TextClause) -> int:
        with transaction(self._engine) as db:
            return int(db.execute(question).scalar_one())

    def _call(self) -> bytes:
        self._count += 1
        name = tuple(_SECRETS)[self._count % 4]
        at = now()
        said = Notification(
            provider_txn_id=f"{int(at.timestamp() * 1000)}{self._count % 100:02}"[-15:],
            kind="credit",
            amount=1_000 + self._count % 200_000,
            occurred_at=at.replace(microsecond=0),
            business_date=business_date(at),
            account=self._accounts[name][self._count // 4 % _MERCHANTS_EACH],
            virtual_account=None,
            order_ref=None,
            memo="MBVCB.3278907687 thanh toan tien hang",
            payer=None,
        )
        delivery = find(name).protocols[0].sign(said, _SECRETS[name], at)
        return _http(self._paths[name], delivery)


def _accounts(db: Connection, name: str) -> list[str]:
    """Register the merchants of a provider and return their account numbers.

    MoMo names its merchant account in the credentials, so all of MoMo's payments go to one
    merchant: the bench has a hot book in it.
    """
    hot = name == "momo"
    numbers = ["BENCH001"] if hot else [f"99{n:08}" for n in range(_MERCHANTS_EACH)]
    for number in numbers:
        register.add(
            db,
            register.Application(
                name=f"Sạp đo {name} {number}",
                category="other",
                account=f"{_BINS[name]}:{number}",
                holder="SAP DO TOC DO",
                place="BENCH",
                stall=f"BENCH-{_BINS[name]}-{number}",
            ),
        )
    return numbers * (_MERCHANTS_EACH if hot else 1)


def _http(path: str, delivery: Delivery) -> bytes:
    lines = [f"{delivery.method} {path} HTTP/1.1", "host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in delivery.headers]
    lines += [f"content-length: {len(delivery.body)}", "", ""]
    return "\r\n".join(lines).encode() + delivery.body
