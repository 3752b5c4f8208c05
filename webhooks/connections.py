"""Connections: credentials and endpoint token of one provider, protocol and environment.

The token is the last part of the address a partner posts to. Only its hash is stored, so a database
dump opens no door. Secrets are sealed with the vault key and bound to their connection. A
connection made with secrets that the provider itself published as samples is a sandbox: recorded
deliveries may be replayed there, because the replay window is not enforced (docs/adr/0007).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby

import orjson
from sqlalchemy import Connection as Database
from sqlalchemy import Row, text

from cashless import vault
from cashless.errors import Invalid, Problem
from cashless.ids import new_token, token_hash
from providers import find
from providers._protocol import Protocol, Provider, Secrets
from webhooks.sources import Network, networks

PRODUCTION = "production"
SANDBOX = "sandbox"
STATEMENT = "statement"
"""What stands for the protocol of a connection that files come over."""

_INSERT = text(
    "INSERT INTO connection (token_hash, provider, protocol, environment)"
    " VALUES (:token_hash, :provider, :protocol, :environment) RETURNING id"
)
_INSERT_SECRET = text("INSERT INTO connection_secret (connection_id, sealed) VALUES (:id, :sealed)")
_LOAD = text(
    "SELECT c.id, c.token_hash, c.provider, c.protocol, c.environment, c.sources, c.source_rule,"
    " c.accounts, s.sealed, s.valid_from, s.valid_until"
    " FROM connection c JOIN connection_secret s ON s.connection_id = c.id"
    " WHERE c.closed_at IS NULL AND (CAST(:hash AS bytea) IS NULL OR c.token_hash = :hash)"
    " ORDER BY c.id, s.id"
)
_EVERY = text(
    "SELECT c.id, c.token_hash, c.provider, c.protocol, c.environment, c.sources, c.source_rule,"
    " c.accounts, s.sealed, s.valid_from, s.valid_until"
    " FROM connection c JOIN connection_secret s ON s.connection_id = c.id"
    " ORDER BY c.id, s.id"
)
_LIST = text(
    "SELECT id, provider, protocol, environment, created_at, closed_at FROM connection ORDER BY id"
)


@dataclass(frozen=True, slots=True)
class SecretSet:
    """One set of secrets and the time (UTC) in which it verifies."""

    secrets: Secrets
    valid_from: datetime
    valid_until: datetime | None

    def is_live(self, at: datetime) -> bool:
        """Tell whether this set verifies at that moment."""
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


@dataclass(frozen=True, slots=True)
class Connection:
    """What the door needs to know of one connection."""

    id: int
    provider: Provider
    protocol: Protocol
    environment: str
    secret_sets: tuple[SecretSet, ...]
    # Networks it may call from, and what happens to other calls: record or block. Empty: any.
    sources: tuple[Network, ...] = ()
    source_rule: str = "record"
    # Accounts and terminals it may speak of; empty: any that its provider has.
    accounts: tuple[str, ...] = ()

    @property
    def trust(self) -> str:
        """``signed``, or ``weak`` where the seal does not prove the sender by itself.

        That is so for weak protocols, and in a sandbox, whose secrets are known to everybody.
        """
        return _trust(self.protocol, self.environment)

    @property
    def window_seconds(self) -> int | None:
        """How old a signed timestamp may be, in seconds; None in a sandbox."""
        return None if self.environment == SANDBOX else self.protocol.window_seconds


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection just added: the token is shown this once."""

    id: int
    token: str
    environment: str

    @property
    def path(self) -> str:
        """The path a partner posts to."""
        return f"/webhooks/{self.token}"


def add(
    db: Database, key: bytes, provider: str, secrets: Secrets, protocol: str | None = None
) -> Opened:
    """Add a connection and return its token.

    Raises ``NotFound("provider_unknown")``, ``Invalid("protocol_unknown")`` and
    ``Invalid("secret_missing" | "secret_unknown" | "secret_empty")``.
    """
    spoken = _protocol(find(provider), protocol)
    _check(spoken, secrets)
    token = new_token()
    environment = SANDBOX if _is_sample(spoken, secrets) else PRODUCTION
    row = {
        "token_hash": token_hash(token),
        "provider": provider,
        "protocol": spoken.name,
        "environment": environment,
    }
    number = int(db.execute(_INSERT, row).scalar_one())
    sealed = vault.seal(key, orjson.dumps(dict(secrets)), about(number))
    db.execute(_INSERT_SECRET, {"id": number, "sealed": sealed})
    return Opened(number, token, environment)


def load(db: Database, key: bytes, hash_: bytes | None = None) -> dict[bytes, Connection]:
    """Return the open connections by the hash of their token; one of them when ``hash_`` is given.

    Raises ``Broken("vault_key_wrong")`` when the secrets do not open.
    """
    grouped: dict[bytes, list[Row[tuple[object, ...]]]] = {}
    for row in db.execute(_LOAD, {"hash": hash_}):
        grouped.setdefault(bytes(row.token_hash), []).append(row)
    return {hash_: _connection(rows, key) for hash_, rows in grouped.items()}


def every(db: Database, key: bytes) -> dict[int, Connection]:
    """Return all connections by their id, the closed ones too: old deliveries came over them.

    Raises ``Broken("vault_key_wrong")`` when the secrets do not open.
    """
    rows = groupby(db.execute(_EVERY), key=lambda row: int(row.id))
    return {number: _connection(list(group), key) for number, group in rows}


def opened(db: Database, key: bytes) -> tuple[dict[int, Connection], list[str]]:
    """Return all connections that can be opened by their id, and name those that cannot.

    Raises ``Broken("vault_key_wrong")`` when no seal opens: then it is the key and not a row.
    """
    found: dict[int, Connection] = {}
    unsound: dict[int, Problem] = {}
    for number, group in groupby(db.execute(_EVERY), key=lambda row: int(row.id)):
        try:
            found[number] = _connection(list(group), key)
        except Problem as problem:
            unsound[number] = problem
    if not found and {one.code for one in unsound.values()} == {"vault_key_wrong"}:
        raise next(iter(unsound.values()))
    return found, [f"connection {number}: {one.code}" for number, one in unsound.items()]


def listing(db: Database) -> list[dict[str, object]]:
    """Return every connection without its secrets, oldest first."""
    return [{**row._mapping, "trust": trust_of(row)} for row in db.execute(_LIST)]


def trust_of(row: Row[tuple[object, ...]]) -> str:
    """Return ``signed`` or ``weak`` for a row of a connection; a statement's has no protocol."""
    if row.protocol == STATEMENT:
        return "weak"
    return _trust(_protocol(find(row.provider), row.protocol), row.environment)


def about(number: int) -> str:
    """Name what the sealed secrets of a connection are bound to."""
    return f"connection:{number}"


def require_fit(protocol: Protocol, secrets: Secrets, environment: str) -> None:
    """Refuse secrets that a connection of that environment cannot have.

    Raises ``Invalid`` as ``add`` does, and ``Invalid("secret_published")``.
    """
    _check(protocol, secrets)
    if _is_sample(protocol, secrets) and environment == PRODUCTION:
        raise Invalid(
            "secret_published",
            "This secret was published as a sample: everybody knows it.",
            "Bí mật này là mẫu đã công bố: ai cũng biết.",
        )


def _trust(protocol: Protocol, environment: str) -> str:
    return "weak" if protocol.weak or environment == SANDBOX else "signed"


def _connection(rows: Sequence[Row[tuple[object, ...]]], key: bytes) -> Connection:
    first = rows[0]
    provider = find(first.provider)
    bound_to = about(first.id)
    sets = tuple(
        SecretSet(
            orjson.loads(vault.unseal(key, bytes(row.sealed), bound_to)),
            row.valid_from,
            row.valid_until,
        )
        for row in rows
    )
    spoken = _protocol(provider, first.protocol)
    return Connection(
        id=first.id,
        provider=provider,
        protocol=spoken,
        environment=first.environment,
        secret_sets=sets,
        sources=networks(first.sources),
        source_rule=first.source_rule,
        accounts=tuple(first.accounts),
    )


def _protocol(provider: Provider, name: str | None) -> Protocol:
    if name is None:
        return provider.protocols[0]
    for protocol in provider.protocols:
        if protocol.name == name:
            return protocol
    known = ", ".join(protocol.name for protocol in provider.protocols)
    raise Invalid(
        "protocol_unknown",
        f"{provider.title} speaks {known}; there is no protocol {name!r}.",
        f"{provider.title} dùng giao thức {known}; không có giao thức {name!r}.",
    )


def _check(protocol: Protocol, secrets: Mapping[str, str]) -> None:
    missing = sorted(protocol.secrets.keys() - secrets.keys())
    unknown = sorted(secrets.keys() - protocol.secrets.keys())
    empty = sorted(name for name, value in secrets.items() if not value)
    wanted = ", ".join(protocol.secrets)
    for code, names, word, word_vi in (
        ("secret_missing", missing, "missing", "thiếu"),
        ("secret_unknown", unknown, "unknown", "không có"),
        ("secret_empty", empty, "empty", "để trống"),
    ):
        if names:
            listed = ", ".join(names)
            raise Invalid(
                code,
                f"Secret {word}: {listed}. {protocol.name} wants --secret for: {wanted}.",
                f"Bí mật {word_vi}: {listed}. {protocol.name} cần --secret cho: {wanted}.",
            )
    _check_forms(protocol, secrets)


def _check_forms(protocol: Protocol, secrets: Mapping[str, str]) -> None:
    for name, form in protocol.secret_forms.items():
        if not re.fullmatch(form, secrets[name]):
            raise Invalid(
                "secret_malformed",
                f"Secret {name} does not have its form: {protocol.secrets[name]}",
                f"Bí mật {name} không đúng dạng: {protocol.secrets[name]}",
            )


def _is_sample(protocol: Protocol, secrets: Secrets) -> bool:
    digests = {sha256(value.encode()).hexdigest() for value in secrets.values()}
    return bool(digests & protocol.published_secrets)
