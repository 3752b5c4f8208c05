"""Alive is not ready: without a database nobody should send us money."""

from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import create_engine

from cashless.app import create_app
from cashless.settings import Settings
from tests.market import KEY

NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/none"


def test_a_working_server_is_alive_and_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"ok": True}
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()) == (200, {"ok": True, "append_only": True})


def test_without_a_database_it_is_alive_and_not_ready(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, vault_key_given=KEY)
    client = create_app(create_engine(NOWHERE), settings).test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["error"]["code"] == "database_unavailable"
    page = client.get("/city")
    assert page.status_code == 503
    assert page.headers["Retry-After"] == "5"
    assert "Cơ sở dữ liệu" in page.get_data(as_text=True)
