"""The application over the shared market, and programs that call it with a key."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from cashless.access import devices
from cashless.app import create_app
from cashless.commands.people_key import PERMISSIONS
from cashless.db.engine import transaction
from cashless.settings import Settings
from tests.market import KEY, Market, market, market_engine, market_url
from tests.people import Crowd, crowd

__all__ = ["crowd", "market", "market_engine", "market_url"]


@pytest.fixture
def app(market: Market, tmp_path: Path) -> Flask:
    """The application on the market's database."""
    return create_app(market.engine, Settings(home=tmp_path, vault_key_given=KEY))


def key_of(crowd: Crowd, role: str, *permissions: str) -> str:
    """Make an API key for somebody; with all permissions when none are named."""
    person = crowd.everybody[role].id
    with transaction(crowd.market.engine) as db:
        return devices.add_key(db, person, "kiểm thử", list(permissions or PERMISSIONS), 30)


@dataclass
class Program:
    """A caller with a key (or without one)."""

    app: Flask
    key: str | None

    def get(self, path: str, **headers: str) -> TestResponse:
        """Ask for something below ``/api/v1``."""
        return self.app.test_client().get(f"/api/v1{path}", headers=self._with_key(headers))

    def post(self, path: str, body: Any, name: str = "order-0001") -> TestResponse:  # noqa: ANN401  any JSON
        """Send JSON, or raw text, with an Idempotency-Key."""
        headers = self._with_key({"Idempotency-Key": name})
        sent = {"json": body} if isinstance(body, dict) else {"data": body}
        kind = "application/json"
        return self.app.test_client().post(
            f"/api/v1{path}", headers=headers, content_type=kind, **sent
        )

    def _with_key(self, headers: dict[str, str]) -> dict[str, str]:
        return headers | ({"Authorization": f"Bearer {self.key}"} if self.key else {})
