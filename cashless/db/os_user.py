"""The user of the operating system that runs the embedded server.

An ordinary user runs it as itself. PostgreSQL refuses to run as root, so root
hands it to another user: the one who owns the data already, else the owner of
the home, else ``postgres``, else ``nobody``.

That user may be unable to enter a folder on the way to the programs or to the
data (a folder made by ``mktemp -d``, the home of root). Folders that are not
ours are never opened up for it. Instead the server gets the one capability
that lets it search folders, and keeps the ordinary rules for writing. The
secure bit ``no_setuid_fixup`` goes with it because access(2), by which
PostgreSQL looks at its own programs, forgets the capabilities of everybody
but root without it (capabilities(7)). ``no_new_privs`` makes the change final.
"""

import os
import pwd
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cashless.errors import Unavailable

ROOT: Final = 0
_SERVICE_USERS: Final = ("postgres", "nobody")
# Bits of linux/capability.h, the smaller power first; containers often lack it.
_SEARCHING: Final = (("dac_read_search", 2), ("dac_override", 1))


@dataclass(frozen=True, slots=True)
class OsUser:
    """Who runs the server: numbers and name in the machine's user database."""

    uid: int
    gid: int
    name: str

    def command(self, argv: Iterable[str], reaching: Iterable[Path]) -> list[str]:
        """Return argv so that it runs as this user and can enter the folders given.

        Raises Unavailable("setpriv_missing") or Unavailable("folder_closed")
        where root cannot arrange that.
        """
        if os.geteuid() != ROOT:
            return list(argv)
        closed = next((folder for path in reaching for folder in self._closed(path)), None)
        powers = _powers(self, closed) if closed else []
        identity = ["--reuid", str(self.uid), "--regid", str(self.gid), "--clear-groups"]
        return [_setpriv(), *identity, "--no-new-privs", *powers, *argv]

    def _closed(self, path: Path) -> Iterator[Path]:
        """Yield the folders from the root down to path that this user may not enter."""
        for folder in (*reversed(path.parents), path):
            if folder.is_dir() and not self._may_enter(folder.stat()):
                yield folder

    def _may_enter(self, folder: os.stat_result) -> bool:
        if folder.st_uid == self.uid:
            return bool(folder.st_mode & 0o100)
        return bool(folder.st_mode & (0o010 if folder.st_gid == self.gid else 0o001))


def choose(home: Path, data: Path) -> OsUser:
    """Return the user who shall run the server of this home.

    Raises Unavailable("user_unnamed") for a user without a name, because
    PostgreSQL looks itself up in the user database.
    """
    us = os.geteuid()
    if us != ROOT:
        return _user(us)
    owners = (path.stat().st_uid for path in (data, home) if path.exists())
    return next((_user(uid) for uid in owners if uid != ROOT), None) or _service_user()


def name_of(uid: int) -> str:
    """Return the name of a user number; Unavailable("user_unnamed") without one."""
    return _user(uid).name


def _user(uid: int) -> OsUser:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise Unavailable(
            "user_unnamed",
            f"User number {uid} has no name on this machine, and PostgreSQL needs one: "
            "add the user, or run as another.",
            f"Người dùng số {uid} không có tên trên máy này mà PostgreSQL cần tên: "
            "hãy tạo người dùng đó hoặc chạy bằng người dùng khác.",
        ) from None
    return OsUser(entry.pw_uid, entry.pw_gid, entry.pw_name)


def _service_user() -> OsUser:
    entries = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall()}
    for name in _SERVICE_USERS:
        if name in entries:
            return _user(entries[name])
    raise Unavailable(
        "user_missing",
        "PostgreSQL refuses to run as root, and this machine has neither the user "
        "postgres nor nobody: run as an ordinary user.",
        "PostgreSQL không chạy bằng root, và máy này không có người dùng postgres "
        "hay nobody: hãy chạy bằng người dùng thường.",
    )


def _setpriv() -> str:
    program = shutil.which("setpriv")
    if program is None:
        raise Unavailable(
            "setpriv_missing",
            "PostgreSQL refuses to run as root, and the program setpriv (package util-linux) "
            "that hands it to another user is missing: install it, or run as an ordinary user.",
            "PostgreSQL không chạy bằng root, và máy thiếu chương trình setpriv (gói util-linux) "
            "để giao cho người dùng khác: hãy cài đặt nó hoặc chạy bằng người dùng thường.",
        )
    return program


def _powers(user: OsUser, closed: Path) -> list[str]:
    """Return the options that let the user search folders, by the smallest power we have."""
    ours = _our_capabilities()
    for name, bit in _SEARCHING:
        if ours >> bit & 1:
            fixed = ["--securebits", "+no_setuid_fixup"]
            return [*fixed, "--inh-caps", f"+{name}", "--ambient-caps", f"+{name}"]
    raise Unavailable(
        "folder_closed",
        f"PostgreSQL must run as {user.name} because it refuses root, and {user.name} may not "
        f"enter {closed}: allow that (chmod o+x), or put CASHLESS_HOME and the program elsewhere.",
        f"PostgreSQL phải chạy bằng {user.name} vì từ chối root, mà {user.name} không vào được "
        f"{closed}: hãy cho phép (chmod o+x), hoặc đặt CASHLESS_HOME và chương trình nơi khác.",
    )


def _our_capabilities() -> int:
    """Read which capabilities this process may pass on; none where /proc is missing."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    permitted = [line.split()[1] for line in status.splitlines() if line.startswith("CapPrm:")]
    return int(permitted[0], 16) if permitted else 0
