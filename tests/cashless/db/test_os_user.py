"""The server runs as the right user: root hands it over, everybody else runs it as itself."""

import errno
import os
import pwd
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cashless.db import binaries, cluster, embedded, os_user
from cashless.errors import Unavailable
from cashless.settings import Settings
from tests.cashless.db.programs import Launcher, answers, kept, on, server_pid

as_root = pytest.mark.root_only
as_user = pytest.mark.user_only
REFUSED = """
from cashless import errors, settings
from cashless.db import embedded
try:
    with embedded.running(settings.load()):
        pass
except errors.Problem as problem:
    print(problem.code)
"""


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """A folder as ``mktemp -d`` makes it: nobody else may enter."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    return folder


@as_user
def test_an_ordinary_user_runs_the_server_as_itself(home: Settings) -> None:
    with embedded.running(home) as url:
        assert kept(url) == []
        assert Path(f"/proc/{server_pid(home.home)}").stat().st_uid == os.geteuid()


@as_root
def test_root_hands_the_server_to_another_user_in_a_closed_folder(
    closed: Path, postgres_bin: Path | None
) -> None:
    modes = {folder: folder.stat().st_mode for folder in (closed, *closed.parents)}
    settings = Settings(home=closed / "home", postgres_bin=postgres_bin or package_in(closed))
    with embedded.running(settings) as url:
        assert answers(url)
        server = Path(f"/proc/{server_pid(settings.home)}")
        assert pwd.getpwuid(server.stat().st_uid).pw_name in {"postgres", "nobody"}
        lines = (server / "status").read_text().splitlines()
        status = dict(line.split(":\t") for line in lines)
        assert int(status["CapEff"], 16) in {1 << 1, 1 << 2}
        assert status["NoNewPrivs"] == "1"
        owners = {path.stat().st_uid for path in (settings.home / "postgres").rglob("*")}
        assert owners == {server.stat().st_uid}
        with on(url) as there:
            there.execute("CREATE EXTENSION btree_gist")
    assert not answers(url)
    assert {folder: folder.stat().st_mode for folder in modes} == modes


@as_root
def test_the_server_gets_no_capability_where_it_needs_none(tmp_path: Path) -> None:
    user = os_user.choose(tmp_path, tmp_path / "postgres")
    assert "--ambient-caps" not in user.command(["postgres"], (Path("/usr/bin"),))


@as_root
def test_root_without_capabilities_says_which_folder_is_closed(
    closed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os_user, "_our_capabilities", lambda: 0)
    settings = Settings(home=closed / "home")
    with pytest.raises(Unavailable) as refusal, embedded.running(settings):
        pass
    assert refusal.value.code == "folder_closed"
    assert "chmod o+x" in refusal.value.message


@as_root
def test_root_in_a_container_uses_the_capability_it_has(
    closed: Path, postgres_bin: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os_user, "_our_capabilities", lambda: 1 << 1)
    settings = Settings(home=closed / "home", postgres_bin=postgres_bin)
    with embedded.running(settings) as url:
        assert answers(url)
        status = Path(f"/proc/{server_pid(settings.home)}/status").read_text()
    assert "CapEff:\t0000000000000002" in status


@as_root
def test_root_without_setpriv_is_told_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = os_user.choose(tmp_path, tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable) as refusal:
        user.command(["true"], ())
    assert refusal.value.code == "setpriv_missing"


@as_root
def test_a_root_that_cannot_hand_over_is_told_to_be_a_user(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr(os, "chown", refuse)
    with pytest.raises(Unavailable) as refusal, embedded.running(settings):
        pass
    assert refusal.value.code == "user_unreachable"
    assert "Invalid argument" in refusal.value.message


@as_root
def test_another_user_of_the_machine_is_not_let_in(home: Settings) -> None:
    with embedded.running(home) as url:
        asking = (sys.executable, "-c", f"import psycopg; psycopg.connect({url!r})")
        user = cluster.at(home).user
        python = Path(sys.executable)
        asked = subprocess.run(
            user.command(asking, (python.parent, python.resolve().parent, home.home)),
            capture_output=True,
            check=False,
            cwd="/",
        )
    assert b'Peer authentication failed for user "cashless"' in asked.stderr


@as_root
def test_an_ordinary_user_runs_the_server_as_itself_when_root_steps_down(
    home: Settings, launch: Launcher
) -> None:
    subprocess.run(["chown", "-R", "nobody:", home.home], check=True)
    program = launch(home, prefix=stepping_down(home))
    url = program.line()
    assert Path(f"/proc/{server_pid(home.home)}").stat().st_uid == nobody().uid
    # Root may join the server of the user, and leaves it running.
    with embedded.running(home) as joined:
        assert joined == url
        assert kept(url) == []
    assert answers(url)
    program.end()
    assert not answers(url)


@as_root
def test_the_home_of_a_user_started_by_root_stays_the_users(
    new_home: Settings, launch: Launcher
) -> None:
    new_home.home.mkdir()
    os.chown(new_home.home, nobody().uid, nobody().gid)
    with embedded.running(new_home) as url:
        assert answers(url)
    program = launch(new_home, prefix=stepping_down(new_home))
    assert program.line() == url
    program.end()


@as_root
@pytest.mark.parametrize(
    ("owner", "code"), [("root", "home_not_writable"), ("nobody", "home_not_yours")]
)
def test_a_home_of_somebody_else_is_refused(
    home: Settings, launch: Launcher, owner: str, code: str
) -> None:
    shutil.chown(home.home, owner)
    shutil.chown(home.home / "postgres", "root")
    program = launch(home, REFUSED, prefix=stepping_down(home))
    assert program.line() == code


@as_root
def test_a_lock_of_somebody_else_is_refused(settings: Settings, launch: Launcher) -> None:
    with embedded.serving(settings):
        shutil.chown(settings.home, "nobody")
    program = launch(settings, REFUSED, prefix=stepping_down(settings))
    assert program.line() == ""
    program.end()
    serving = REFUSED.replace("running", "serving")
    assert launch(settings, serving, prefix=stepping_down(settings)).line() == "home_not_yours"


def test_a_user_without_a_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000)
    with pytest.raises(Unavailable) as refusal:
        os_user.choose(Path("/nowhere"), Path("/nowhere"))
    assert refusal.value.code == "user_unnamed"
    assert "4000000" in refusal.value.message


def test_root_on_a_machine_without_service_users_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os_user, "_SERVICE_USERS", ("no-such-user",))
    with pytest.raises(Unavailable) as refusal:
        os_user.choose(Path("/nowhere"), Path("/nowhere"))
    assert refusal.value.code == "user_missing"


@pytest.mark.parametrize(
    ("mode", "owner", "group", "may"),
    [
        (0o700, 7, 0, True),
        (0o077, 7, 7, False),
        (0o710, 0, 7, True),
        (0o701, 0, 7, False),
        (0o701, 0, 0, True),
        (0o776, 0, 0, False),
    ],
)
def test_who_may_enter_a_folder_follows_the_rules_of_unix(
    mode: int, owner: int, group: int, *, may: bool
) -> None:
    folder = os.stat_result((stat.S_IFDIR | mode, 0, 0, 0, owner, group, 0, 0, 0, 0))
    assert os_user.OsUser(7, 7, "seven")._may_enter(folder) is may


def nobody() -> os_user.OsUser:
    """Somebody on every machine who owns nothing."""
    entry = pwd.getpwnam("nobody")
    return os_user.OsUser(entry.pw_uid, entry.pw_gid, entry.pw_name)


def stepping_down(home: Settings, *argv: str) -> tuple[str, ...]:
    """Run argv as nobody, who may still read Python and the packages, and find the home."""
    python = Path(sys.executable)
    return tuple(nobody().command(argv, (python.parent, python.resolve().parent, home.home)))


def package_in(folder: Path) -> Path:
    """Copy the package's programs into a folder, as an environment made there would hold them."""
    found = binaries.find(Settings(home=folder)).folder.parents[1]
    for name in (found.name, f"{found.name}.libs"):
        shutil.copytree(found.parent / name, folder / "lib" / name, symlinks=True)
    return folder / "lib" / found.name / "pginstall" / "bin"
