"""What the pages to pay on weigh: ``python -m bench.weight`` prints each page with its files.

A stall and an open order are made in a database of their own. Bytes are counted as they are sent by
the application, not compressed: the page, its styles, its scripts and its mark. At most 20,000.
"""

import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Final

from flask.testing import FlaskClient

from cashless import supervisor
from cashless.app import create_app
from cashless.db.engine import connect, transaction
from cashless.settings import Settings, vault_key
from merchants import orders, places, print_run, register
from merchants.print_run import Wish
from merchants.register import Application

BYTES_MAX: Final = 20_000

_FILE: Final = re.compile(r'(?:href|src)="(/static/[^"]+)"')
_SELLER: Final = Application(
    "Cá tươi Bảy Ẩn", "seafood", "970405:7704205001234", "TRAN VAN AN", place="BENCH", stall="A12"
)


def main() -> None:
    """Print the weight of each page; end with 1 if one is too heavy."""
    figures = {f"app links {word}": measure(links=word == "on") for word in ("off", "on")}
    print(json.dumps(figures, indent=2))
    sys.exit(
        any(page["bytes"] > BYTES_MAX for pages in figures.values() for page in pages.values())
    )


def measure(*, links: bool) -> dict[str, dict[str, int]]:
    """Return the bytes of the page of an order and of a stand, and of what belongs to each."""
    with tempfile.TemporaryDirectory(prefix="cashless-bench-") as folder:
        settings = Settings(home=Path(folder), app_links=links)
        with supervisor.database(settings) as url:
            engine = connect(url)
            with transaction(engine) as db:
                places.add(db, [places.Place("BENCH", "market", "Chợ đo cân nặng", 1)])
                merchant = register.add(db, _SELLER)
                order = orders.add(db, merchant.code, 150_000)
                wish = Wish("bench", vault_key(settings), merchant=merchant.code)
                (stand,) = print_run.issue(db, wish)
            client = create_app(engine, settings).test_client()
            paths = {"/p/<order>": f"/p/{order.code}", "/s/<stand>": f"/s/{stand.token}"}
            found = {name: _weighed(client, path) for name, path in paths.items()}
            engine.dispose()
            return found


def _weighed(client: FlaskClient, path: str) -> dict[str, int]:
    page = client.get(path)
    files = dict.fromkeys(_FILE.findall(page.get_data(as_text=True)))
    sizes = [len(client.get(file).data) for file in files]
    return {"page": len(page.data), "files": len(sizes), "bytes": len(page.data) + sum(sizes)}


if __name__ == "__main__":
    main()
