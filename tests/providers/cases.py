"""The vector files, read: what each provider sent, and what it must mean to us.

One file per provider, tests/vectors/providers/<name>.json: for every protocol the secrets, the
expected answers to the first delivery, and deliveries with their origin (published by somebody
else, constructed by the documented rule, unproven because the key is not public) and their result:
notifications (perhaps none), refused or unreadable, the latter two with a code.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from providers import everyone
from providers._protocol import (
    Delivery,
    Known,
    Notification,
    OrderFacts,
    Outcome,
    Protocol,
    Refused,
    Reply,
    Talk,
    Unreadable,
)
from tests.providers.documents import differing

VECTORS = Path(__file__).parents[1] / "vectors" / "providers"
TURNED = (Refused, Unreadable)
UNCOVERED = frozenset({"S1", "S2", "S16"})  # families whose proof covers nothing of the message

Row = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One delivery of a vector file, with everything needed to judge it."""

    id: str
    protocol: Protocol
    secrets: dict[str, str]
    speaking: dict[str, str]
    origin: str
    delivery: Delivery
    plain: bytes
    seal: str | None
    result: str
    code: str | None
    notifications: tuple[Notification, ...]
    replies: Mapping[Outcome, Reply] | None

    def __str__(self) -> str:
        return self.id

    def read(self, delivery: Delivery | None = None) -> tuple[Notification, ...]:
        """Verify and parse, with the protocol's own replay window."""
        given = delivery or self.delivery
        return read(self.protocol, given, self.secrets)

    def sealed(self, plain: bytes) -> Delivery:
        """Let the provider say something else, genuinely, at the same moment."""
        return seal(self.protocol, plain, self.secrets | self.speaking, self.delivery)

    @property
    def is_published(self) -> bool:
        """Tell whether one of its secrets was published by the provider, which makes a sandbox."""
        known = {sha256(value.encode()).hexdigest() for value in self.secrets.values()}
        return bool(known & self.protocol.published_secrets)

    def declares(self, changed: Delivery) -> bool:
        """Tell whether a change lies only in what a weak protocol declares as unsigned."""
        if self.protocol.weak and self.protocol.axes.family in UNCOVERED:
            return True
        paths = differing(self.delivery, changed)
        unsigned = set(self.protocol.unsigned)
        return bool(self.protocol.weak and paths and all(set(path) & unsigned for path in paths))


@dataclass(frozen=True)
class TalkCase:
    """One call of a vector file that tells of no money, what we know, and what it is told."""

    id: str
    protocol: Protocol
    operation: str
    secrets: dict[str, str]
    speaking: dict[str, str]
    delivery: Delivery
    order: OrderFacts | None
    known: Known
    reply: Reply | None
    refused: str | None

    def __str__(self) -> str:
        return self.id

    @property
    def talk(self) -> Talk:
        """The talk itself."""
        return self.protocol.talks[self.operation]

    def tell(
        self, delivery: Delivery | None = None, secrets: Mapping[str, str] | None = None
    ) -> Reply:
        """Ask and tell as the door does, knowing what the vector says."""
        given, known = delivery or self.delivery, secrets or self.secrets
        self.talk.ask(given, known)
        return self.talk.tell(given, known, self.known)


def read(
    protocol: Protocol, delivery: Delivery, secrets: Mapping[str, str]
) -> tuple[Notification, ...]:
    """Verify and parse as the door does."""
    return protocol.parse(protocol.verify(delivery, secrets, protocol.window_seconds))


def seal(protocol: Protocol, plain: bytes, secrets: Mapping[str, str], like: Delivery) -> Delivery:
    """Let the provider say that at the same moment, to the same operation."""
    sealed = protocol.seal(plain, secrets, like.received_at)
    return replace(sealed, operation=like.operation)


def with_header(delivery: Delivery, name: str, *values: str) -> Delivery:
    """Return the call with that header replaced by none, one or several values."""
    kept = tuple(header for header in delivery.headers if header[0] != name)
    return replace(delivery, headers=(*kept, *((name, value) for value in values)))


def load() -> tuple[Case, ...]:
    """Return every delivery of every vector file."""
    return tuple(case for name in everyone() for case in _provider(name))


def _provider(name: str) -> Iterator[Case]:
    document = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
    for protocol in everyone()[name].protocols:
        spoken = document["protocols"][protocol.name]
        for number, row in enumerate(spoken["deliveries"]):
            yield _case(protocol, spoken, row, is_first=number == 0)


def load_talks() -> tuple[TalkCase, ...]:
    """Return every talk of every vector file."""
    return tuple(_talks())


def _talks() -> Iterator[TalkCase]:
    for name, one in everyone().items():
        document = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
        for protocol in one.protocols:
            spoken = document["protocols"][protocol.name]
            yield from (_talk(protocol, spoken, row) for row in spoken.get("talks", []))


def _talk(protocol: Protocol, spoken: Row, row: Row) -> TalkCase:
    order = OrderFacts(**row["order"]) if row["order"] else None
    answered = _reply(row["answered"]) if row["answered"] else None
    return TalkCase(
        id=row["id"],
        protocol=protocol,
        operation=row["operation"],
        secrets=spoken["secrets"],
        speaking=spoken.get("speaking", {}),
        delivery=_delivery(row),
        order=order,
        known=Known(order, answered),
        reply=_reply(row["reply"]) if row["reply"] else None,
        refused=row["refused"],
    )


def _delivery(row: Row) -> Delivery:
    return Delivery(
        method=row["method"],
        operation=row.get("operation", ""),
        query=row["query"],
        headers=_headers(row),
        body=row["body"].encode(),
        received_at=datetime.fromisoformat(row["received_at"]),
    )


def _case(protocol: Protocol, spoken: Row, row: Row, *, is_first: bool) -> Case:
    body = row["body"].encode()
    answers = {Outcome(name): _reply(answer) for name, answer in spoken["replies"].items()}
    return Case(
        id=row["id"],
        protocol=protocol,
        secrets=spoken["secrets"],
        speaking=spoken.get("speaking", {}),
        origin=row["origin"],
        delivery=_delivery(row),
        plain=body if row["plain"] is None else row["plain"].encode(),
        seal=row["seal"],
        result=row["result"],
        code=row.get("code"),
        notifications=tuple(_notification(said) for said in row.get("notifications", [])),
        replies=answers if is_first else None,
    )


def _notification(said: Row) -> Notification:
    return Notification(
        **said
        | {
            "occurred_at": datetime.fromisoformat(said["occurred_at"]),
            "business_date": date.fromisoformat(said["business_date"]),
        }
    )


def _reply(answer: Row) -> Reply:
    return Reply(answer["status"], _headers(answer), answer["body"].encode())


def _headers(row: Row) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in row["headers"])


CASES = load()
TALKS = load_talks()
GENUINE = tuple(case for case in CASES if case.result == "notifications")
MONEY = tuple(case for case in GENUINE if case.notifications)
