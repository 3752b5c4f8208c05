"""Another tool asks the API everything: ``python -m bench.api_fuzz --examples 300``.

Schemathesis reads the description and calls the real server over HTTP, with all of its checks and
in all of its phases: examples, the edges of each field, chance, and chains in which one answer's
code goes into the next call. Each answer must be one that is described, in its shape, and none a
fault of ours. It prints what the tool prints, then one line of figures; exit 1 if anything failed.

One thing it calls valid is left out, because JSON Schema cannot say it: ``1.0`` is an integer there
and no amount of đồng here (tests/cashless/api/test_operations.py).
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from sqlalchemy import Engine

from cashless import supervisor
from cashless.access import api_keys, contact, grants, key_budget, people
from cashless.access.grants import Wish
from cashless.access.people import Card
from cashless.asgi import Server
from cashless.commands.people_key import PERMISSIONS
from cashless.db.engine import connect, transaction
from cashless.settings import Settings, vault_key
from merchants import account_changes, orders, places, print_run, register
from merchants.account_changes import Actor
from merchants.places import Place
from merchants.print_run import Wish as Print
from merchants.register import Application

PHASES = "examples,coverage,fuzzing,stateful"
_WAIT_SECONDS = 20
CONFIG = """\
[auth.openapi.key]
bearer = "{key}"
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "412"]
[checks.missing_required_header]
expected-statuses = ["401", "422", "428"]
"""
_MANY = 10**9
_WHY = "thử nghiệm"


def people_and_things(engine: Engine, key: bytes) -> tuple[str, dict[str, str]]:
    """Make an invented market; return a key of its owner and board, and what codes are there."""
    with transaction(engine) as db:
        places.add(db, [Place("RS", "market", "Chợ RS")])
        wanted = Application(
            "Chị Tư", "seafood", "970405:7704200000001", "NGUYEN THI TU", "RS", "RS-01"
        )
        merchant = register.add(db, wanted)
        (stand,) = print_run.issue(db, Print("bench", key, merchant=merchant.code))
        order = orders.add(db, merchant.code, 20_000)
        asked = "970405:7704200000002"
        change = account_changes.request(db, merchant, asked, "NGUYEN THI TU", Actor("bench", _WHY))
        person = people.add(db, Card("Thử", contact.read("thu@example.vn")), key)
        for role, scope in (("owner", merchant.id), ("board", "RS")):
            grants.add(db, person.id, Wish(role, "bench", _WHY, scope))
        there = {
            "merchants": merchant.code,
            "places": "RS",
            "stands": stand.token,
            "orders": order.code,
            "account-changes": str(change.id),
            "bins": "970405",
        }
        return api_keys.add(db, person.id, "bench", PERMISSIONS, 1), there


@contextmanager
def serving(settings: Settings, url: str) -> Iterator[str]:
    """Serve in this process, with a budget that nobody uses up; give the address."""
    key_budget.CALLS = _MANY  # type: ignore[misc]  # the campaign is not about the budget
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(Server(settings, url), log_level="error", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    end = time.monotonic() + _WAIT_SECONDS
    while not server.started and time.monotonic() < end:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(_WAIT_SECONDS)


def run(
    address: str, known: tuple[str, dict[str, str]], folder: Path, given: argparse.Namespace
) -> int:
    """Let the tool ask everything with a key about what is there; return how it ended."""
    key, there = known
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", _config(folder, key)),
        *("run", f"{address}/api/openapi.json"),
        *("--checks", "all", "--phases", given.phases, "--mode", "all"),
        *("--max-examples", str(given.examples), "--seed", str(given.seed)),
        *("--suppress-health-check", "all", "--continue-on-failure", "--request-timeout", "20"),
        *("--workers", "1", "--no-color"),
    ]
    root = str(Path(__file__).parents[1])
    hooks = {
        "SCHEMATHESIS_HOOKS": "bench.api_hooks",
        "PYTHONPATH": root,
        "CASHLESS_BENCH_THERE": json.dumps(there),
    }
    done = subprocess.run(command, env=os.environ | hooks, cwd=folder, check=False)
    return done.returncode


def _config(folder: Path, key: str) -> str:
    """Write down the key, and that a change of another version may be refused."""
    path = folder / "schemathesis.toml"
    path.write_text(CONFIG.format(key=key), encoding="utf-8")
    return str(path)


def main() -> None:
    """Make a database and a server, and let the tool ask."""
    parser = argparse.ArgumentParser(prog="python -m bench.api_fuzz", description=__doc__)
    parser.add_argument("--examples", type=int, default=100, help="of each operation and kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--phases", default=PHASES)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cashless-bench-") as folder:
        settings = Settings(home=Path(folder))
        with supervisor.database(settings) as url:
            engine = connect(url)
            known = people_and_things(engine, vault_key(settings))
            with serving(settings, url) as address:
                status = run(address, known, Path(folder), given)
            engine.dispose()
    sys.exit(status)


if __name__ == "__main__":
    main()
