"""``cashless keys`` on the command line: listed, exchanged and ended, the secret shown once."""

import json
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cashless.access.api_keys import is_key
from cashless.cli import cashless
from cashless.errors import NotFound, Problem
from tests.market import KEY, Market
from tests.people import Crowd, crowd

__all__ = ["crowd"]


@pytest.fixture(autouse=True)
def _of_the_market(market_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASHLESS_DATABASE_URL", market_url)
    monkeypatch.setenv("CASHLESS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CASHLESS_VAULT_KEY", urlsafe_b64encode(KEY).decode())


def run(*words: str) -> Any:  # noqa: ANN401  whatever the command answers in JSON
    done = CliRunner().invoke(cashless, [*words, "--json"], standalone_mode=False)
    if isinstance(done.exception, Problem):
        raise done.exception
    assert done.exception is None, done.output
    return json.loads(done.output)


def test_keys_are_listed_exchanged_and_ended(crowd: Crowd, market: Market) -> None:
    code = crowd.everybody["owner"].code
    first = run("people", "key", code, "--name", "quầy 1", "--permission", "propose")["key"]
    (listed,) = run("keys", "list", "--person", code)
    assert listed["permissions"] == ["changes", "propose", "registry"]
    assert (listed["person"], listed["used_at"], listed["earlier_until"]) == (code, None, None)
    assert run("keys", "list", "--person", crowd.everybody["board"].code) == []
    number = str(listed["id"])
    second = run("keys", "rotate", number, "--overlap", "1")
    assert is_key(second["key"])
    assert second["key"] != first
    assert second["earlier_until"] is not None
    assert run("keys", "revoke", number)["revoked_at"] is not None
    assert run("keys", "list") == []
    assert [one["id"] for one in run("keys", "list", "--ended")] == [listed["id"]]
    for act in ("rotate", "revoke"):
        with pytest.raises(NotFound, match="key_unknown"):
            run("keys", act, number)
    shown = json.dumps([run("keys", "list", "--ended"), run("people", "show", code)])
    assert first not in shown
    assert second["key"] not in shown
    acts = [one["act"] for one in run("people", "show", code)["acts"]]
    assert acts[:2] == ["key revoked", "key exchanged"]
