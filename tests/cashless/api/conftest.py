"""The application over the shared market, and programs that call it with a key."""

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from cashless.access import api_keys
from cashless.app import create_app
from cashless.commands.people_key import PERMISSIONS
from cashless.db.engine import transaction
from cashless.settings import Settings
from tests.market import KEY, market, market_engine, market_url
from tests.people import Crowd, crowd

__all__ = ["crowd", "market", "market_engine", "market_url"]


@pytest.fixture(scope="session")
def app(market_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application on the database that the tests of this folder share; it keeps no state."""
    home = tmp_path_factory.mktemp("home")
    return create_app(market_engine, Settings(home=home, vault_key_given=KEY))


def key_of(crowd: Crowd, role: str, *permissions: str) -> str:
    """Make an API key for somebody; with all permissions when none are named."""
    person = crowd.everybody[role].id
    with transaction(crowd.market.engine) as db:
        return api_keys.add(db, person, "kiểm thử", permissions or PERMISSIONS, 30)


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
        return self.send("POST", path, body, **{"Idempotency-Key": name})

    def patch(self, path: str, body: Any, mark: str | None = None) -> TestResponse:  # noqa: ANN401  any JSON
        """Change something, of that version when a mark is given."""
        return self.send("PATCH", path, body, **({"If-Match": mark} if mark else {}))

    def send(self, method: str, path: str, body: Any, **headers: str) -> TestResponse:  # noqa: ANN401  any JSON
        """Send JSON, or raw text, with headers."""
        sent = {"json": body} if isinstance(body, dict) else {"data": body}
        return self.app.test_client().open(
            f"/api/v1{path}",
            method=method,
            headers=self._with_key(headers),
            content_type="application/json",
            **sent,
        )

    def _with_key(self, headers: dict[str, str]) -> dict[str, str]:
        return headers | ({"Authorization": f"Bearer {self.key}"} if self.key else {})


def said(answer: TestResponse) -> tuple[int, str]:
    """Return the status of a problem and its code."""
    assert answer.json is not None
    return answer.status_code, answer.json.get("code", "")


def document(answer: TestResponse) -> dict[str, Any]:
    """Return what an answer says."""
    assert answer.json is not None, answer.data
    found: dict[str, Any] = answer.json
    return found
