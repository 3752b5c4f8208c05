"""The bank apps a shopper may have on the phone, and the links that open them.

The list is data with provenance (``apps.json`` beside this file): which apps the service
dl.vietqr.io can open, and since when each fills in what the link says. Such a link tells that
service account, amount and content, so it is made on a tap only, and only where the operator has
switched links on. The receiving bank is named there by a code of that service; where we know none
there is no link.
"""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from cashless.errors import NotFound

SERVICE: Final = "https://dl.vietqr.io/pay"
_FILE: Final = Path(__file__).with_name("apps.json")


@dataclass(frozen=True, slots=True)
class App:
    """A bank's app; ``autofill_since`` is None where the app opens and no more."""

    id: str
    name: str
    bin: str
    autofill_since: date | None


@dataclass(frozen=True, slots=True)
class Payee:
    """Where a link leads: bank and account; amount in đồng and content, if asked for.

    The holder's name is not told: the payer's bank looks it up itself.
    """

    bin: str
    account: str
    amount: int | None = None
    content: str | None = None


def every_app() -> tuple[App, ...]:
    """Return all apps: those that fill in first, then by name."""
    return tuple(_by_id().values())


def checked() -> str:
    """Return the month in which the list was last compared with its sources, yyyy-mm."""
    return str(_data()["checked"])


def link(app_id: str, payee: Payee) -> str:
    """Return the address that opens the app. Raises ``NotFound("app_unknown")``."""
    code = _data()["receivers"].get(payee.bin)
    if app_id not in _by_id() or code is None:
        raise NotFound(
            "app_unknown",
            "There is no link to this app.",
            "Không có liên kết mở ứng dụng này.",
        )
    told = {
        "app": app_id,
        "ba": f"{payee.account}@{code}",
        "am": payee.amount,
        "tn": payee.content,
    }
    return f"{SERVICE}?{urlencode({name: said for name, said in told.items() if said})}"


@cache
def _by_id() -> dict[str, App]:
    rows = _data()["apps"]
    return {row["id"]: App(**row | {"autofill_since": _day(row["autofill_since"])}) for row in rows}


@cache
def _data() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return read


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
