"""Settings: what the operator decides, read from CASHLESS_* variables only.

CASHLESS_HOME
    Folder of the embedded database and the generated keys. Absent: the data
    folder of the platform, /var/lib/cashless for root.
CASHLESS_DATABASE_URL
    postgresql://... of a server to use. Absent: the embedded database.
CASHLESS_BASE_URL
    How shoppers' phones reach the pages. Absent: http://127.0.0.1:8080.
CASHLESS_POSTGRES_BIN
    Folder of PostgreSQL programs for the embedded database. Absent: those of
    the package.
CASHLESS_VAULT_KEY
    32 bytes in base64url that encrypt secrets at rest. Absent: made once in
    the home.
CASHLESS_APP_LINKS
    on or off: may the pay pages offer links that open a bank's app. Such a
    link tells dl.vietqr.io account, amount and content. Absent: off.
CASHLESS_FOUR_EYES_DONG
    From how many đồng on an act at the suspense or conflicts desk needs a
    second person; 1 is always. Absent: 5000000.
CASHLESS_TRUSTED_PROXIES
    Addresses, with commas between, of proxies before us whose word about the
    caller's address is believed. Absent: nobody's.

A variable that is unknown, empty or wrong stops the start with a sentence: a
misspelt CASHLESS_DATABASE_URL must not lead into an empty embedded database.
"""

import base64
import binascii
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from platformdirs import user_data_path

from cashless.errors import Broken, Invalid

_PREFIX: Final = "CASHLESS_"
_DEFAULT_BASE_URL: Final = "http://127.0.0.1:8080"
_KEY_BYTES: Final = 32
_DATABASE_URL: Final = re.compile(r"postgresql://[^\s]+")
_NOT_A_BASE: Final = re.compile(r"[\s?#@\\]")


@dataclass(frozen=True)
class Settings:
    """The operator's decisions; secrets are kept out of its printed form."""

    home: Path
    database_url: str | None = field(default=None, repr=False)
    base_url: str = _DEFAULT_BASE_URL
    postgres_bin: Path | None = None
    vault_key_given: bytes | None = field(default=None, repr=False)
    app_links: bool = False
    trusted_proxies: tuple[str, ...] = ()
    four_eyes_dong: int = 5_000_000


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment (or the mapping given instead).

    Raises Invalid("setting_unknown") for a CASHLESS_* name that means nothing,
    Invalid("setting_invalid") for a value that cannot be used.
    """
    given = os.environ if environ is None else environ
    values: dict[str, Any] = {"home": _default_home()}
    for name in sorted(name for name in given if name.startswith(_PREFIX)):
        attribute, read = _known(name)
        values[attribute] = _read(name, given[name], read)
    return Settings(**values)


def vault_key(settings: Settings) -> bytes:
    """Return the 32 bytes that encrypt secrets at rest.

    They come from CASHLESS_VAULT_KEY, or from ``keys/vault.key`` in the home,
    which is made on first use and readable by its owner only. Raises
    Broken("vault_key_damaged") or Broken("vault_key_exposed") for a file that
    is not a key or that others may read.
    """
    if settings.vault_key_given is not None:
        return settings.vault_key_given
    path = settings.home / "keys" / "vault.key"
    if not path.exists():
        _make_key(path)
    return _stored_key(path)


def root_key(settings: Settings) -> bytes:
    """Return the 32 bytes with which roots over the books are signed (Ed25519 seed).

    They lie in ``keys/root.key`` of the home, made on first use and readable by its owner only;
    the database never sees them. Raises as ``vault_key`` does.
    """
    path = settings.home / "keys" / "root.key"
    if not path.exists():
        _make_key(path)
    return _stored_key(path)


def trusted_roots(settings: Settings) -> frozenset[str]:
    """Return public keys (hex) of former homes that may have signed roots: ``keys/root.trusted``.

    One key a line; the file is there only where a home was replaced.
    """
    path = settings.home / "keys" / "root.trusted"
    return frozenset(path.read_text(encoding="ascii").split()) if path.exists() else frozenset()


def _make_key(path: Path) -> None:
    """Write a new key beside its place and link it there, so that one maker wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{secrets.token_hex(8)}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _stored_key(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        raise Broken(
            "vault_key_exposed",
            f"Others may read {path}: make it readable by its owner only (chmod 600).",
            f"Người khác có thể đọc {path}: hãy chỉ cho chủ sở hữu quyền đọc (chmod 600).",
        )
    try:
        return _key(path.read_text(encoding="ascii").strip())
    except ValueError as error:
        raise Broken(
            "vault_key_damaged",
            f"{path} does not hold a key of {_KEY_BYTES} bytes: restore it from a backup.",
            f"{path} không chứa khóa {_KEY_BYTES} byte: hãy khôi phục từ bản sao lưu.",
        ) from error


def _default_home() -> Path:
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return Path("/var/lib/cashless") if is_root else user_data_path("cashless")


def _known(name: str) -> tuple[str, Callable[[str], object]]:
    try:
        return _READERS[name]
    except KeyError:
        names = ", ".join(_READERS)
        raise Invalid(
            "setting_unknown",
            f"{name} is not a setting; the settings are {names}.",
            f"Không có thiết lập {name}; các thiết lập là {names}.",
        ) from None


def _read(name: str, value: str, read: Callable[[str], object]) -> object:
    try:
        return read(value)
    except ValueError:
        wanted, wanted_vi = _WANTED[name]
        raise Invalid(
            "setting_invalid",
            f"{name} must be {wanted}.",
            f"{name} phải là {wanted_vi}.",
        ) from None


def _absolute(value: str) -> Path:
    path = Path(value)
    if not path.is_absolute():
        raise ValueError(value)
    return path


def _programs(value: str) -> Path:
    path = _absolute(value)
    if not (path / "postgres").is_file():
        raise ValueError(value)
    return path


def _database_url(value: str) -> str:
    if not _DATABASE_URL.fullmatch(value):
        raise ValueError(value)
    return value


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    known = parts.scheme in {"http", "https"} and bool(parts.hostname)
    # Reading the port checks it: one that is no number up to 65535 raises ValueError.
    if not known or parts.port == 0 or _NOT_A_BASE.search(value):
        raise ValueError(value)
    return value.rstrip("/")


def _addresses(value: str) -> tuple[str, ...]:
    return tuple(str(ip_address(one.strip())) for one in value.split(","))


def _dong(value: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,12}", value):
        raise ValueError(value)
    return int(value)


def _switch(value: str) -> bool:
    if value not in {"on", "off"}:
        raise ValueError(value)
    return value == "on"


def _key(value: str) -> bytes:
    try:
        key = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError from error
    if len(key) != _KEY_BYTES:
        raise ValueError
    return key


_READERS: Final[dict[str, tuple[str, Callable[[str], object]]]] = {
    "CASHLESS_HOME": ("home", _absolute),
    "CASHLESS_DATABASE_URL": ("database_url", _database_url),
    "CASHLESS_BASE_URL": ("base_url", _base_url),
    "CASHLESS_POSTGRES_BIN": ("postgres_bin", _programs),
    "CASHLESS_VAULT_KEY": ("vault_key_given", _key),
    "CASHLESS_APP_LINKS": ("app_links", _switch),
    "CASHLESS_TRUSTED_PROXIES": ("trusted_proxies", _addresses),
    "CASHLESS_FOUR_EYES_DONG": ("four_eyes_dong", _dong),
}
_WANTED: Final = {
    "CASHLESS_HOME": ("an absolute path", "đường dẫn tuyệt đối"),
    "CASHLESS_DATABASE_URL": (
        "an address that begins with postgresql://",
        "địa chỉ bắt đầu bằng postgresql://",
    ),
    "CASHLESS_BASE_URL": (
        "an http or https address without query, such as https://pay.example.vn",
        "địa chỉ http hoặc https không có phần truy vấn, ví dụ https://pay.example.vn",
    ),
    "CASHLESS_POSTGRES_BIN": (
        "the absolute path of a folder that holds the program postgres",
        "đường dẫn tuyệt đối của thư mục chứa chương trình postgres",
    ),
    "CASHLESS_VAULT_KEY": (
        f"{_KEY_BYTES} bytes written in base64url",
        f"{_KEY_BYTES} byte viết bằng base64url",
    ),
    "CASHLESS_APP_LINKS": ("on or off", "on hoặc off"),
    "CASHLESS_FOUR_EYES_DONG": (
        "a whole number of đồng from 1, such as 5000000",
        "số đồng nguyên từ 1, ví dụ 5000000",
    ),
    "CASHLESS_TRUSTED_PROXIES": (
        "addresses with commas between, such as 127.0.0.1,10.0.0.7",
        "các địa chỉ cách nhau bằng dấu phẩy, ví dụ 127.0.0.1,10.0.0.7",
    ),
}
