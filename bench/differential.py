"""Our reader of payment codes beside public ones: 10,000 sound payloads, 10,000 mutants.

``python -m bench.differential --packages DIR`` compares with what is installed in the folder DIR,
outside of the project: ``npm install --prefix DIR vietnam-qr-pay vietqr-ts`` (run by node) and
``pip install --target DIR/python vietqr-emvco``. None of them is needed by anything else, and what
is absent is left out. Each answer is put into one class, seen from our verdict:

    same            both accept, and bank, account, amount and content are the same
    other FIELD     both accept, and that field differs
    no VietQR       both accept, but they show a bank account in a code of another scheme
    both refuse
    only theirs     they accept what we refuse; the second table says why we refuse
    money changed   the same, and the account or amount they show is not that of the payload
                    the mutant was made from
    only ours       they refuse what we accept; the third table says what is in it
    thrown          they end with an exception on what we accept (on what we refuse: both refuse)
"""

import argparse
import importlib
import importlib.metadata
import importlib.util
import json
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.payloads import mutants, sound
from cashless.vietqr.payload import Decoded, decode

_SECONDS: Final = 600
_MONEY: Final = ("bin", "account", "amount", "purpose")
_PAID: Final = ("bin", "account", "amount")
_WHY_SHOWN: Final = 12
# One JSON string a line comes in, one answer a line goes out: null for "refused".
_NODE: Final = """
const readline = require("node:readline");
const READERS = {
  "vietnam-qr-pay": (QR => text => {
    const code = new QR.QRPay(text);
    return code.isValid ? {bin: code.consumer.bankBin, account: code.consumer.bankNumber,
      amount: code.amount, purpose: code.additionalData.purpose} : null;
  }),
  "vietqr-ts": (QR => text => {
    const read = QR.parse(text);
    if (!read.success || !QR.validate(read.data, text).isValid) return null;
    return {bin: read.data.bankCode, account: read.data.accountNumber,
      amount: read.data.amount, purpose: read.data.message};
  }),
};
const read = READERS[process.argv[1]](require(process.argv[1]));
readline.createInterface({input: process.stdin}).on("line", line => {
  let answer;
  try { answer = read(JSON.parse(line)); } catch (error) { answer = "thrown"; }
  console.log(JSON.stringify(answer));
});
"""

Answer = dict[str, str | None] | str | None
Reader = Callable[[list[str]], list[Answer]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How often each class came up, and why where one side refuses."""

    classes: Counter[str]
    only_theirs: Counter[str]
    only_ours: Counter[str]


def main() -> None:
    """Compare with every reader that is installed and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", type=Path, required=True, help="where they are installed")
    parser.add_argument("--count", type=int, default=10_000, help="payloads of each kind")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    whole = sound(chance, given.count)
    kinds = {"generated": whole, "mutants": mutants(chance, whole)}
    for name, reader in _readers(given.packages):
        for kind, payloads in kinds.items():
            found = compare(payloads, reader(payloads), whole)
            _print(f"{name}, {kind} ({len(payloads)})", found)


def compare(payloads: list[str], answers: list[Answer], origins: list[str]) -> Comparison:
    """Put each answer into its class."""
    found = Comparison(Counter(), Counter(), Counter())
    for payload, answer, origin in zip(payloads, answers, origins, strict=True):
        ours = decode(payload)
        if ours.valid and isinstance(answer, dict):
            found.classes[_agreement(ours, answer)] += 1
        elif ours.valid:
            found.classes["thrown" if answer == "thrown" else "only ours"] += 1
            found.only_ours[_content(payload)] += 1
        elif isinstance(answer, dict):
            is_kept = all(_pairs(decode(origin), answer)[name] for name in _PAID)
            found.classes["only theirs" if is_kept else "money changed"] += 1
            found.only_theirs.update({one.code for one in ours.errors})
        else:
            found.classes["both refuse"] += 1
    return found


def _readers(packages: Path) -> Iterator[tuple[str, Reader]]:
    for name in ("vietnam-qr-pay", "vietqr-ts"):
        about = packages / "node_modules" / name / "package.json"
        if shutil.which("node") and about.is_file():
            yield (
                f"{name} {json.loads(about.read_bytes())['version']}",
                _node_reader(name, packages),
            )
    sys.path.append(str(packages / "python"))
    if importlib.util.find_spec("vietqr_emvco"):
        yield f"vietqr-emvco {importlib.metadata.version('vietqr-emvco')}", _python_reader


def _node_reader(name: str, packages: Path) -> Reader:
    def read(payloads: list[str]) -> list[Answer]:
        done = subprocess.run(
            [shutil.which("node") or "node", "-e", _NODE, name],
            cwd=packages,
            input="\n".join(json.dumps(one) for one in payloads),
            capture_output=True,
            encoding="utf-8",
            timeout=_SECONDS,
            check=True,
        )
        return [json.loads(line) for line in done.stdout.splitlines()]

    return read


def _python_reader(payloads: list[str]) -> list[Answer]:
    reader = importlib.import_module("vietqr_emvco.parser").VietQRParser
    return [_asked(reader, payload) for payload in payloads]


def _asked(reader: Any, payload: str) -> Answer:  # noqa: ANN401 - an optional package without types
    try:
        if not reader.verify_checksum(payload):
            return None
        read = reader.parse(payload)
    except Exception:  # noqa: BLE001 - whatever it throws is what we count
        return "thrown"
    return {
        "bin": read["bank_bin"],
        "account": read["account_number"],
        "amount": read["amount"],
        "purpose": read["memo"],
    }


def _money(fields: dict[str, Any]) -> dict[str, Any]:
    napas = fields.get("napas") or {}
    return {
        "bin": napas.get("bin"),
        "account": napas.get("account"),
        "amount": fields.get("amount"),
        "purpose": fields.get("additional", {}).get("purpose"),
    }


def _agreement(ours: Decoded, theirs: dict[str, Any]) -> str:
    if ours.scheme != "vietqr" and theirs.get("account"):
        return "no VietQR"
    differing = [name for name, is_same in _pairs(ours, theirs).items() if not is_same]
    return f"other {differing[0]}" if differing else "same"


def _pairs(ours: Decoded, theirs: dict[str, Any]) -> dict[str, bool]:
    money = _money(ours.fields)
    return {name: _plain(money[name]) == _plain(theirs.get(name)) for name in _MONEY}


def _plain(value: object) -> str:
    """Write an amount or text in one way: no float's ``.0``, no closing point, absent is empty."""
    text = "" if value is None else str(value)
    return text.removesuffix(".0").removesuffix(".")


def _content(payload: str) -> str:
    """Say in a word what a sound payload has that others may not take."""
    found = decode(payload)
    napas: Any = found.fields.get("napas") or {}
    reasons = {
        found.scheme: found.scheme != "vietqr",
        "accents": not payload.isascii(),
        "service absent": napas.get("service") is None,
        "letters in the account": not str(napas.get("account")).isdigit(),
        "amount ending in a point": str(found.fields.get("amount", "")).endswith("."),
        "lower-case check sum": payload[-4:] != payload[-4:].upper(),
        "static with an amount": any(one.code == "static_with_amount" for one in found.warnings),
        "dynamic without one": any(one.code == "dynamic_without_amount" for one in found.warnings),
        "a bank unknown to us": any(one.code == "unknown_bin" for one in found.warnings),
        f"service {napas.get('service')}": True,
    }
    return next(reason for reason, holds in reasons.items() if holds)


def _print(title: str, found: Comparison) -> None:
    print(f"\n{title}")
    tables = {"": found.classes, "only theirs": found.only_theirs, "only ours": found.only_ours}
    for name, counter in tables.items():
        for what, count in counter.most_common(_WHY_SHOWN):
            print(f"  {count:7,}  {name and name + ': '}{what}")


if __name__ == "__main__":
    main()
