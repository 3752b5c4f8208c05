"""One home's database: where it is, who runs it, and with which programs.

| in the home | what | owner |
|---|---|---|
| postgres/ | the data directory, made by initdb with checksums | the server's user |
| run/ | socket and server.log; nobody else may enter | the server's user |
| start.lock, users.lock, serve.lock | who uses the home (``home_lock``) | the home's owner |

The socket stands in run/. Where the home's path is too long for a socket, or
has signs in it that an address would have to escape, it stands in a folder of
the temporary directory that is named after a digest of the home.
"""

import hashlib
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cashless.db import binaries, os_user
from cashless.errors import Conflict, Forbidden, Unavailable
from cashless.settings import Settings

ROLE: Final = "cashless"
DATABASE: Final = "cashless"
PORT: Final = 5432
# A socket's whole path fits in 107 bytes (unix(7)); a comma or blank would end its name.
_SOCKET_BYTES: Final = 107
_PLAIN_PATH: Final = re.compile(r"[A-Za-z0-9/._-]+")
_PASSED_ON: Final = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")


@dataclass(frozen=True, slots=True)
class Cluster:
    """One home's database: where it is, who runs it, and with which programs."""

    home: Path
    sockets: Path
    user: os_user.OsUser
    binaries: binaries.Binaries

    @property
    def data(self) -> Path:
        """Return the data directory."""
        return self.home / "postgres"

    @property
    def lock_files(self) -> tuple[Path, Path]:
        """Return the files in which a server names its process: of the data, of the socket."""
        return self.data / "postmaster.pid", self.sockets / f".s.PGSQL.{PORT}.lock"

    @property
    def log(self) -> Path:
        """Return the file the server writes its messages to."""
        return self.home / "run" / "server.log"

    @property
    def url(self) -> str:
        """Return the address for SQLAlchemy, libpq and psql."""
        return f"postgresql://{ROLE}@/{DATABASE}?host={self.sockets}&port={PORT}"

    def run(self, name: str, *args: str, seconds: float) -> subprocess.CompletedProcess[str]:
        """Run one PostgreSQL program as the server's user, inside the home.

        Paths are given relative to the home, because pg_ctl passes them
        through a shell. The environment is a short list: PG* variables would
        change what is started, and secrets are none of the server's business.
        """
        argv = [self.binaries.program(name), *args]
        passed_on = {key: os.environ[key] for key in _PASSED_ON if key in os.environ}
        try:
            return subprocess.run(
                self.user.command(argv, (self.binaries.folder, self.home, self.sockets)),
                check=False,
                capture_output=True,
                cwd=self.home,
                env={**passed_on, "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                text=True,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired as late:
            return subprocess.CompletedProcess(argv, 1, "", f"no end after {late.timeout:.0f} s")


def at(settings: Settings) -> Cluster:
    """Return the cluster of the home, whose folder is made if it is missing.

    Raises Forbidden("home_not_writable"), Forbidden("home_not_yours"),
    Conflict("database_other_version") and what binaries and os_user raise.
    """
    home = prepared(settings.home)
    found = binaries.find(settings)
    user = os_user.choose(home, home / "postgres")
    cluster = Cluster(home, _sockets(home), user, found)
    _require_same_version(cluster)
    return cluster


def prepared(home: Path) -> Path:
    """Make the home where needed; refuse one that we cannot write."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        writable = os.access(home, os.W_OK | os.X_OK)
    except OSError:
        writable = False
    if not writable:
        raise Forbidden(
            "home_not_writable",
            f"{home} cannot be written by {os_user.name_of(os.geteuid())}: "
            "set CASHLESS_HOME to a folder of yours.",
            f"{os_user.name_of(os.geteuid())} không ghi được vào {home}: "
            "hãy đặt CASHLESS_HOME là một thư mục của bạn.",
        )
    return home.resolve()


def _require_same_version(cluster: Cluster) -> None:
    """Refuse data that another user owns or another major version has written."""
    if not cluster.data.exists():
        return
    if cluster.data.stat().st_uid != cluster.user.uid:
        raise Forbidden(
            "home_not_yours",
            f"The database in {cluster.home} belongs to another user than {cluster.user.name}: "
            "run as its owner, or set another CASHLESS_HOME.",
            f"Cơ sở dữ liệu trong {cluster.home} thuộc về người dùng khác, không phải "
            f"{cluster.user.name}: hãy chạy bằng chủ của nó, hoặc đặt CASHLESS_HOME khác.",
        )
    theirs = (cluster.data / "PG_VERSION").read_text(encoding="ascii").strip()
    ours = str(cluster.binaries.major)
    if theirs != ours:
        folder = cluster.binaries.folder
        raise Conflict(
            "database_other_version",
            f"The database in {cluster.home} was made by PostgreSQL {theirs}, but {folder} holds "
            f"PostgreSQL {ours}: set CASHLESS_POSTGRES_BIN to the programs of version {theirs}, "
            f"or move the data with pg_dump of version {theirs} into a new CASHLESS_HOME.",
            f"Cơ sở dữ liệu trong {cluster.home} do PostgreSQL {theirs} tạo, còn {folder} chứa "
            f"PostgreSQL {ours}: hãy đặt CASHLESS_POSTGRES_BIN tới bản {theirs}, "
            f"hoặc chuyển dữ liệu bằng pg_dump bản {theirs} sang CASHLESS_HOME mới.",
        )


def _sockets(home: Path) -> Path:
    """Return run/ of the home, or a short folder elsewhere if its name does not serve."""
    usual = home / "run"
    if _fits(usual):
        return usual
    mark = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"cashless-{mark}"
    if _fits(short):
        return short
    raise Unavailable(
        "socket_path_too_long",
        f"Neither {home} nor the temporary folder is short enough for a socket: "
        "set CASHLESS_HOME to a shorter path.",
        f"Cả {home} lẫn thư mục tạm đều quá dài cho socket: "
        "hãy đặt CASHLESS_HOME là đường dẫn ngắn hơn.",
    )


def _fits(folder: Path) -> bool:
    whole = f"{folder}/.s.PGSQL.{PORT}"
    return _PLAIN_PATH.fullmatch(whole) is not None and len(whole) <= _SOCKET_BYTES
