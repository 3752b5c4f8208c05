"""The shopper scans a code of 50,000 đồng; Chị Tư hears năm mươi nghìn đồng.

One payment from the stall to the city, through the command line and a running server, as people
use it: nothing here looks into the database.
"""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from cashless.cli import cashless
from cashless.clock import business_date, now
from providers import find
from providers._protocol import Delivery, Notification, Outcome
from tests.market import until
from tests.webhooks.doors.served import Served, serving

SECRET = "bí mật của chị Tư"
ACCOUNT = "7704205001234"
NEIGHBOURS = 11


@dataclass
class Stall:
    """The market's server, and the commands and pages people use."""

    served: Served

    def run(self, *words: str) -> Any:  # noqa: ANN401  whatever the command prints
        """Run a command and read its JSON."""
        done = CliRunner().invoke(cashless, [*words, "--json"], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def read(self, path: str) -> tuple[int, bytes]:
        """Open a page."""
        line = http.client.HTTPConnection("127.0.0.1", self.served.port, timeout=10)
        with closing(line):
            line.request("GET", path)
            answer = line.getresponse()
            return answer.status, answer.read()


@pytest.fixture
def stall(
    tmp_path: Path, postgres_bin: Path | None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stall]:
    environ = {"CASHLESS_HOME": str(tmp_path / "home")}
    if postgres_bin:
        environ["CASHLESS_POSTGRES_BIN"] = str(postgres_bin)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with serving(environ, tmp_path / "serve.log") as served:
        yield Stall(served)


def registered(stall: Stall, name: str, place: str, account: str) -> dict[str, Any]:
    return stall.run(
        *("merchants", "add", "--name", name, "--category", "thủy hải sản"),
        *("--market", "Chợ Nhà Lồng", "--stall", place, "--account", f"970405:{account}"),
        *("--holder", name.upper()),
    )


def transfer(number: int, account: str, amount: int, memo: str) -> Delivery:
    """What Agribank's reader posts when money has arrived."""
    at = now().replace(microsecond=0)
    said = Notification(
        str(number), "credit", amount, at, business_date(at), account, None, None, memo, None
    )
    return find("agribank").protocols[0].sign(said, {"secret": SECRET}, at)


def test_chi_tu_hears_fifty_thousand(stall: Stall) -> None:
    tu = registered(stall, "Chị Tư", "NL-01", ACCOUNT)
    for number in range(NEIGHBOURS):
        registered(stall, f"Sạp {number}", f"NL-{number + 10}", f"77042000{number:04d}")
    bank = stall.run("connections", "add", "agribank", "--secret", f"secret={SECRET}")
    assert bank["environment"] == "production"

    # Five neighbours have been paid today; then a shopper asks Chị Tư for two kilos of crab.
    for number in range(5):
        paid = transfer(number + 1, f"77042000{number:04d}", 30_000, "mua ca")
        assert stall.served.post(bank["token"], paid).status == 200
    order = stall.run("qr", "order", tu["code"], "50.000 đ", "--note", "2 kg ghẹ")
    assert (order["status"], order["amount"]) == ("open", 50_000)
    assert order["code"] in order["payload"]
    status, page = stall.read(f"/p/{order['code']}")
    assert status == 200
    assert "50.000" in page.decode()

    # The shopper scans; the bank mangles the memo on its way, and tells it three times.
    call = transfer(1001, ACCOUNT, 50_000, f"MBVCB.123.{order['code'].lower()}.CT tu 0011 toi")
    answers = [stall.served.post(bank["token"], call) for _ in range(3)]
    stored = find("agribank").protocols[0].acknowledge(Outcome.STORED, call, {})
    assert answers == [stored] * 3

    until(lambda: stall.run("orders", "show", order["code"])["status"] == "paid")
    hears(stall, tu, order)
    knows(stall, tu, order)
    counts(stall)


def hears(stall: Stall, tu: dict[str, Any], order: dict[str, Any]) -> None:
    """Chị Tư's page tells the amount in words, and the shopper's page turns to paid."""
    page = urlsplit(tu["page"]).path
    status, raw = stall.read(f"{page}/messages")
    assert status == 200
    (message,) = json.loads(raw)
    assert (message["words"], message["amount"]) == ("năm mươi nghìn đồng", 50_000)
    assert (message["order"], message["provider"]) == (order["code"], "Agribank")
    today = json.loads(stall.read(f"{page}/today")[1])
    assert (today["amount"], today["count"], today["words"]) == (50_000, 1, "năm mươi nghìn đồng")
    state = json.loads(stall.read(f"/p/{order['code']}/status")[1])
    assert (state["status"], state["paid"], state["exception"]) == ("paid", 50_000, "none")


def knows(stall: Stall, tu: dict[str, Any], order: dict[str, Any]) -> None:
    """The book, the list of payments and the story say the same, and nothing was doubled."""
    book = stall.run("ledger", "show", tu["code"])
    assert book["accounts"] == {"Assets:Bank:Agribank": 50_000, "Income:Sales": -50_000}
    assert [entry["kind"] for entry in book["entries"]] == ["sale"]
    (payment,) = [one for one in stall.run("payments", "list") if one["provider_txn_id"] == "1001"]
    assert (payment["state"], payment["rule"]) == ("posted", "reference")
    assert (payment["merchant"], payment["order"]) == (tu["code"], order["code"])
    told = " ".join(line["vi"] for line in stall.run("story", str(payment["id"]))["story"])
    for words in ("50.000 đ", "2 lần", "Chị Tư", order["code"], "Ghi sổ", "Đã báo"):
        assert words in told
    assert stall.run("suspense", "list") == []


def counts(stall: Stall) -> None:
    """The city sees six of twelve merchants paid, no takings, and every invariant holds."""
    lines = stall.run("report", "adoption")
    (market,) = [line for line in lines if line["name"] == "Chợ Nhà Lồng"]
    assert (market["registered"], market["paid"], market["payments"]) == (12, 6, 6)
    assert not {"amount", "takings"} & set(market)
    audit = stall.run("audit")
    assert audit["ok"]
    assert audit["invariants"]["I3"]["figures"]["arrived"] == 200_000
