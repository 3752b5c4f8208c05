"""The data directory of a cluster, its settings, and who may come in.

It is made under another name and renamed when it is whole, so an interrupted
first start leaves nothing that looks like a database.

Nobody reaches the server over the network: it listens on one socket in a
closed folder, and there it asks the kernel who calls (``peer``) and lets in
only root, the owner of the home and the user who started it. There is no
password that could be lost.

What keeps money durable is given on the command line, which neither a file nor
ALTER SYSTEM can overrule. Everything else may be tuned with ALTER SYSTEM. The
log holds no values and no statements, because they name people and amounts.
Texts are ordered by their bytes (locale C), the same on every machine.
"""

import os
import shutil
import stat
from pathlib import Path
from typing import Final

from cashless.db import os_user
from cashless.db.cluster import PORT, ROLE, Cluster
from cashless.errors import Forbidden, Unavailable

DURABLE: Final = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "data_sync_retry": "off",
    "listen_addresses": "",
    "port": str(PORT),
}
_INITDB_SECONDS: Final = 300
_TUNING: Final = """\
# Written by cashless at every start. Tune with ALTER SYSTEM, not here.
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 256MB
wal_compression = on
max_wal_size = 4GB
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_error_verbosity = terse
log_min_error_statement = panic
log_checkpoints = off
idle_in_transaction_session_timeout = 60s
"""


def create(cluster: Cluster) -> None:
    """Make the data directory; Unavailable("database_not_created") says why not."""
    draft = cluster.home / "postgres.new"
    shutil.rmtree(draft, ignore_errors=True)
    _own_folder(draft, cluster.user)
    made = cluster.run(
        "initdb",
        *("-D", draft.name, "-U", ROLE, "--encoding=UTF8", "--locale=C", "--data-checksums"),
        *("--auth-local=peer", "--auth-host=reject", "--no-instructions"),
        seconds=_INITDB_SECONDS,
    )
    if made.returncode:
        reason = (made.stderr or made.stdout).strip()[-600:]
        raise Unavailable(
            "database_not_created",
            f"The database could not be made in {cluster.home}: {reason}",
            f"Không tạo được cơ sở dữ liệu trong {cluster.home}: {reason}",
        )
    with (draft / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("include_if_exists = 'cashless.conf'\n")
    draft.rename(cluster.data)
    _make_durable(cluster.home)


def configure(cluster: Cluster) -> None:
    """Write socket folder, settings and who may enter, as this program wants them now."""
    _own_folder(cluster.home / "run", cluster.user)
    _own_folder(cluster.sockets, cluster.user)
    callers = {os_user.name_of(uid) for uid in (0, os.geteuid(), cluster.home.stat().st_uid)}
    texts = {
        "cashless.conf": _TUNING.format(sockets=cluster.sockets),
        "pg_hba.conf": "local all all peer map=home\n",
        "pg_ident.conf": "".join(f'home "{name}" {ROLE}\n' for name in sorted(callers)),
    }
    for name, text in texts.items():
        _write(cluster.data / name, text, cluster.user)


def _own_folder(folder: Path, user: os_user.OsUser) -> None:
    """Make a folder only the user may enter; refuse one that somebody else put there."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    else:
        _hand_over(folder, user)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != user.uid or found.st_mode & 0o077:
        raise Forbidden(
            "folder_not_ours",
            f"{folder} is not a folder of {user.name} that is closed to others: remove it.",
            f"{folder} không phải thư mục riêng của {user.name}: hãy xóa nó.",
        )


def _write(path: Path, text: str, user: os_user.OsUser) -> None:
    """Put a whole new file in place; the draft is never one that somebody laid there."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        _hand_over(draft, user)
    draft.replace(path)


def _hand_over(path: Path, user: os_user.OsUser) -> None:
    """Give what root has made to the server's user, never through a link."""
    if os.geteuid() == user.uid:
        return
    try:
        os.chown(path, user.uid, user.gid, follow_symlinks=False)
    except OSError as error:
        raise Unavailable(
            "user_unreachable",
            f"PostgreSQL refuses to run as root, and here root cannot hand {path} to {user.name} "
            f"({error.strerror}): run as an ordinary user.",
            f"PostgreSQL không chạy bằng root, và root ở đây không giao được {path} cho "
            f"{user.name} ({error.strerror}): hãy chạy bằng người dùng thường.",
        ) from error


def _make_durable(folder: Path) -> None:
    """Flush a folder, so that a rename in it survives the loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
