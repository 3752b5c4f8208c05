"""Our seals beside those of public SDKs: theirs read by us, ours by them, and spoilt by both.

``python -m bench.sdks --packages DIR`` compares with what is installed in the folder DIR, outside
of the project: ``npm install --prefix DIR vnpay @payos/node standardwebhooks`` (run by node) and
``pip install --target DIR/python payos standardwebhooks``. What is absent is left out. For each
SDK, over seeded messages:

    ours taken      a call that we sealed, and the SDK takes it
    theirs taken    a text that the SDK sealed, and we take it
    spoilt refused  our call with one sign of its message changed, and the SDK refuses it

MoMo, ZaloPay, ShopeePay, Viettel, VNPT and the banks have no SDK in a registry; their seals are
proven by the published vectors alone.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cashless.clock import business_date, now
from providers import everyone
from providers._codecs import read_object
from providers._protocol import Delivery, Notification, Protocol, Refused

_SECONDS: Final = 300
_WORDS: Final = ("mua ca", "tien cho", "ban 5 & 6", "cà phê sữa", "a~b*c (d)!", "50% + 1")
# A call comes in on each line; true or false goes out, or the text that the SDK has sealed.
_NODE: Final = """
const readline = require("node:readline");
const sdk = require(process.argv[1]);
const quiet = {loggerFn: sdk.ignoreLogger, enableLog: false};
const DOERS = {
  "vnpay": async ask => {
    const shop = new sdk.VNPay({tmnCode: ask.secrets.tmnCode, testMode: true,
      hashAlgorithm: "SHA512", secureSecret: ask.secrets.hashSecret, ...quiet});
    if (ask.query === undefined) return shop.buildPaymentUrl({vnp_Amount: ask.amount,
      vnp_IpAddr: "127.0.0.1", vnp_TxnRef: ask.order, vnp_OrderInfo: ask.memo,
      vnp_ReturnUrl: "http://127.0.0.1/return"}).split("?")[1];
    return shop.verifyIpnCall(Object.fromEntries(new URLSearchParams(ask.query))).isVerified;
  },
  "@payos/node": async ask => {
    const shop = new sdk.PayOS({clientId: "c", apiKey: "k", checksumKey: ask.secrets.checksumKey});
    if (ask.body === undefined)
      return await shop.crypto.createSignatureFromObj(ask.data, ask.secrets.checksumKey);
    await shop.webhooks.verify(JSON.parse(ask.body));
    return true;
  },
  "standardwebhooks": async ask => {
    const hook = new sdk.Webhook(ask.secrets.secret);
    if (ask.headers === undefined) return hook.sign(ask.id, new Date(ask.at * 1000), ask.plain);
    hook.verify(ask.body, ask.headers);
    return true;
  },
};
readline.createInterface({input: process.stdin}).on("line", line => {
  const answered = DOERS[process.argv[1]](JSON.parse(line));
  answered.catch(() => false).then(answer => process.stdout.write(JSON.stringify(answer) + "\\n"));
});
"""

Ask = dict[str, Any]
Answer = bool | str
Doer = Callable[[list[Ask]], list[Answer]]


@dataclass(frozen=True, slots=True)
class Figures:
    """How many of the messages each side took, and how many spoilt ones the SDK refused."""

    sdk: str
    messages: int
    ours_taken: int
    theirs_taken: int
    spoilt_refused: int


def main() -> None:
    """Compare with every SDK that is installed and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", type=Path, required=True)
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sys.stdout.write("| SDK | messages | ours taken | theirs taken | spoilt refused |\n")
    sys.stdout.write("|---|---|---|---|---|\n")
    for name, doer in doers(given.packages):
        found = compared(name, doer, given.count, given.seed)
        cells = (found.sdk, found.messages, found.ours_taken, found.theirs_taken)
        sys.stdout.write(f"| {' | '.join(map(str, cells))} | {found.spoilt_refused} |\n")


def doers(packages: Path) -> Iterator[tuple[str, Doer]]:
    """Give every SDK that is installed in that folder, with what runs it."""
    for name in ("vnpay", "@payos/node", "standardwebhooks"):
        if shutil.which("node") and (packages / "node_modules" / name).is_dir():
            yield f"npm {name}", _node(packages, name)
    for name, doer in (("payos", _payos), ("standardwebhooks", _standard)):
        if (packages / "python" / name).is_dir():
            yield f"PyPI {name}", _python(packages / "python", doer)


def compared(name: str, doer: Doer, count: int, seed: int) -> Figures:
    """Let an SDK and us seal and read the same messages."""
    speaker = _SPEAKERS[name.rpartition(" ")[2].rpartition("/")[0] or name.rpartition(" ")[2]]
    chance = random.Random(seed)
    calls = [speaker(chance, number) for number in range(count)]
    ours = doer([one.asked() for one in calls])
    spoilt = doer([one.spoilt(chance) for one in calls])
    theirs = doer([one.to_be_sealed() for one in calls])
    taken = sum(one.takes(str(seal)) for one, seal in zip(calls, theirs, strict=True))
    return Figures(name, count, ours.count(True), taken, spoilt.count(False))


@dataclass(frozen=True, slots=True)
class Call:
    """One message, sealed by us, and how it is put to an SDK."""

    protocol: Protocol
    secrets: Mapping[str, str]
    delivery: Delivery

    def asked(self) -> Ask:
        """Return the question whether the SDK takes our call."""
        return {
            "secrets": dict(self.secrets),
            "query": self.delivery.query,
            "body": self.delivery.body.decode(),
            "headers": dict(self.delivery.headers),
        }

    def spoilt(self, chance: random.Random) -> Ask:
        """Return the same question with one digit of the amount changed."""
        place = "query" if self.delivery.query else "body"
        asked = self.asked()
        text = asked[place]
        at = text.index(str(_AMOUNT)) + chance.randrange(len(str(_AMOUNT)))
        digit = chance.choice([one for one in "0123456789" if one != text[at]])
        return asked | {place: text[:at] + digit + text[at + 1 :]}

    def to_be_sealed(self) -> Ask:
        """Return what the SDK is to seal by itself."""
        asked: Ask = {"secrets": dict(self.secrets)}
        if self.delivery.query:
            return asked | {"amount": _AMOUNT, "order": "DH 1~*", "memo": "mua cá & tôm (2)"}
        body = read_object(self.delivery.body)
        if "signature" in body:
            return asked | {"data": body["data"]}
        headers = dict(self.delivery.headers)
        stamp, id_ = int(headers["webhook-timestamp"]), headers["webhook-id"]
        return asked | {"id": id_, "at": stamp, "plain": self.delivery.body.decode()}

    def takes(self, seal: str) -> bool:
        """Tell whether we take what the SDK has sealed."""
        try:
            self.protocol.verify(self._under(seal), self.secrets, None)
        except Refused:
            return False
        return True

    def _under(self, seal: str) -> Delivery:
        """Return the call under the seal of the SDK; of a query it is the whole query."""
        if self.delivery.query:
            return replace(self.delivery, query=seal)
        if "webhook-id" in dict(self.delivery.headers):
            kept = [one for one in self.delivery.headers if one[0] != "webhook-signature"]
            return replace(self.delivery, headers=(*kept, ("webhook-signature", seal)))
        body = {**read_object(self.delivery.body), "signature": seal}
        return replace(self.delivery, body=json.dumps(body, ensure_ascii=False).encode())


_AMOUNT: Final = 1_234_567
_AT: Final = datetime(2026, 7, 1, 2, 30, tzinfo=UTC)


def _said(chance: random.Random, number: int, txn: str) -> Notification:
    at = _AT + timedelta(seconds=number)
    return Notification(
        provider_txn_id=txn,
        kind="credit",
        amount=_AMOUNT,
        occurred_at=at,
        business_date=business_date(at),
        account="990000000001",
        virtual_account=None,
        order_ref=str(chance.randrange(1, 10**9)),
        memo=chance.choice(_WORDS),
        payer=None,
    )


def _spoken(provider: str, secrets: Mapping[str, str], said: Notification) -> Call:
    protocol = everyone()[provider].protocols[0]
    return Call(protocol, secrets, protocol.sign(said, secrets, now()))


def _vnpay_call(chance: random.Random, number: int) -> Call:
    secrets = {"tmnCode": "TESTTMN1", "hashSecret": "invented secret"}
    return _spoken("vnpay", secrets, _said(chance, number, str(number + 1)))


def _payos_call(chance: random.Random, number: int) -> Call:
    txn = f"{number:032x}:FT{number:012d}"
    return _spoken("sacombank", {"checksumKey": "invented key"}, _said(chance, number, txn))


def _standard_call(chance: random.Random, number: int) -> Call:
    secrets = {"bin": "970999", "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}
    return _spoken("standard", secrets, _said(chance, number, f"FT{number:08d}"))


_SPEAKERS: Final[Mapping[str, Callable[[random.Random, int], Call]]] = {
    "vnpay": _vnpay_call,
    "@payos": _payos_call,
    "payos": _payos_call,
    "standardwebhooks": _standard_call,
}


def _node(packages: Path, name: str) -> Doer:
    def do(asks: list[Ask]) -> list[Answer]:
        node = shutil.which("node") or "node"
        lines = "".join(json.dumps(ask) + "\n" for ask in asks)
        done = subprocess.run(
            [node, "-e", _NODE, name],
            input=lines,
            capture_output=True,
            text=True,
            cwd=packages,
            timeout=_SECONDS,
            check=True,
        )
        return [json.loads(line) for line in done.stdout.splitlines()]

    return do


def _python(packages: Path, answer: Callable[[Ask], Answer]) -> Doer:
    def do(asks: list[Ask]) -> list[Answer]:
        sys.path.insert(0, str(packages))
        try:
            return [_answered(answer, ask) for ask in asks]
        finally:
            sys.path.remove(str(packages))

    return do


def _answered(answer: Callable[[Ask], Answer], ask: Ask) -> Answer:
    try:
        return answer(ask)
    except Exception:  # noqa: BLE001  each SDK has errors of its own; all of them refuse
        return False


def _payos(ask: Ask) -> Answer:
    from payos import PayOS  # noqa: PLC0415  it may be absent

    shop = PayOS("c", "k", ask["secrets"]["checksumKey"])
    if "body" not in ask:
        key = ask["secrets"]["checksumKey"]
        return str(shop.crypto.create_signature_from_object(ask["data"], key))
    shop.webhooks.verify(json.loads(ask["body"]))
    return True


def _standard(ask: Ask) -> Answer:
    from standardwebhooks.webhooks import Webhook  # noqa: PLC0415  it may be absent

    hook = Webhook(ask["secrets"]["secret"])
    if "body" not in ask:
        at = datetime.fromtimestamp(ask["at"], UTC)
        return str(hook.sign(ask["id"], at, ask["plain"]))
    hook.verify(ask["body"], ask["headers"])
    return True


if __name__ == "__main__":
    main()
