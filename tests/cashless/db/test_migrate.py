"""A database comes to its newest tables once, whoever asks and however often."""

import re
import shutil
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import ProgrammingError

from cashless.db import engine as ways
from cashless.db import migrate
from cashless.errors import Unavailable
from tests.cashless.db.programs import on

FIRST = """
from alembic import op
revision, down_revision, branch_labels, depends_on = "0001", None, None, None
def upgrade() -> None:
    op.execute("CREATE TABLE first (id int)")
"""
BROKEN = """
from alembic import op
revision, down_revision, branch_labels, depends_on = "0002", "0001", None, None
def upgrade() -> None:
    op.execute("CREATE TABLE second (id int)")
    op.execute("SELECT nonsense")
"""


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A history of our own making, of one good and one broken change."""
    folder = tmp_path / "100% mine"
    (folder / "versions").mkdir(parents=True)
    shutil.copy(migrate._FOLDER / "env.py", folder)
    (folder / "versions" / "0001_first.py").write_text(FIRST)
    (folder / "versions" / "0002_broken.py").write_text(BROKEN)
    monkeypatch.setattr(migrate, "_FOLDER", folder)
    return folder


def revision(url: str) -> str | None:
    made = ways.connect(url, app_role=False)
    try:
        return migrate.current(made)
    finally:
        made.dispose()


def test_an_empty_database_gets_all_tables_and_then_nothing_more(empty_database_url: str) -> None:
    assert revision(empty_database_url) is None
    for _ in range(2):
        migrate.upgrade(empty_database_url)
        assert revision(empty_database_url) == migrate.head()


_NAMED = re.compile(r'^(revision|down_revision) = "?(\w+)"?$', re.MULTILINE)


def test_every_file_is_a_step_of_one_chain_that_ends_at_the_newest_revision() -> None:
    """Numbers are given out before steps are done, so the chain is what counts, not their order."""
    steps = {}
    for file in sorted((migrate._FOLDER / "versions").glob("[0-9]*.py")):
        told = dict(_NAMED.findall(file.read_text()))
        assert file.name.startswith(f"{told['revision']}_")
        steps[told["down_revision"]] = told["revision"]
    chain = ["None"]
    while chain[-1] in steps:
        chain.append(steps[chain[-1]])
    assert len(chain) == len(list((migrate._FOLDER / "versions").glob("[0-9]*.py"))) + 1
    assert chain[-1] == migrate.head()


def test_programs_that_start_together_do_not_collide(empty_database_url: str) -> None:
    failed: list[Exception] = []

    def start() -> None:
        try:
            migrate.upgrade(empty_database_url)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must see it
            failed.append(error)

    starters = [threading.Thread(target=start) for _ in range(4)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert failed == []
    assert revision(empty_database_url) == migrate.head()


def test_a_change_that_fails_leaves_the_database_as_it_was(
    empty_database_url: str, history: Path
) -> None:
    with pytest.raises(ProgrammingError, match="nonsense"):
        migrate.upgrade(empty_database_url)
    made = ways.connect(empty_database_url)
    assert inspect(made).get_table_names() == []
    made.dispose()
    (history / "versions" / "0002_broken.py").unlink()
    migrate.upgrade(empty_database_url)
    assert revision(empty_database_url) == "0001"


def test_a_database_of_a_newer_release_is_refused(owner_engine: Engine, database_url: str) -> None:
    with on(database_url) as there:
        there.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Unavailable, match=r"database_newer: .*9999"):
        migrate.upgrade(database_url)
    with pytest.raises(Unavailable, match=r"database_newer: .*9999"):
        migrate.require_head(owner_engine)


def test_the_programs_own_role_may_read_the_revision(engine: Engine) -> None:
    assert migrate.current(engine) == migrate.head()


def test_a_database_that_is_away_is_unavailable() -> None:
    with pytest.raises(Unavailable) as refusal:
        migrate.upgrade("postgresql://cashless@127.0.0.1:1/cashless")
    assert refusal.value.code == "database_unavailable"
