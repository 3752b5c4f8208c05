"""The talks of the vector files, read: a call that tells of no money, and what we answer to it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from providers import everyone
from providers._protocol import Delivery, Known, OrderFacts, Refused, Reply, Talk
from tests.providers.cases import VECTORS


@dataclass(frozen=True)
class Spoken:
    """One talk of a vector file, with everything needed to judge it."""

    id: str
    operation: str
    talk: Talk
    secrets: dict[str, str]
    delivery: Delivery
    known: Known
    reply: Reply
    refused: str | None

    def __str__(self) -> str:
        return self.id

    def answer(self) -> tuple[str | None, Reply]:
        """Answer as the door does: ask, look it up, tell; or refuse, with the code."""
        try:
            self.talk.ask(self.delivery, self.secrets)
            return None, self.talk.tell(self.delivery, self.secrets, self.known)
        except Refused as error:
            return error.code, self.talk.refuse(self.delivery, self.secrets)


def talks(provider: str, protocol: str) -> tuple[Spoken, ...]:
    """Return the talks in the vector file of a provider, for one protocol."""
    (said,) = [one for one in everyone()[provider].protocols if one.name == protocol]
    document = json.loads((VECTORS / f"{provider}.json").read_text(encoding="utf-8"))
    spoken = document["protocols"][protocol]
    return tuple(_spoken(said.talks, spoken["secrets"], row) for row in spoken["talks"])


def _spoken(known: Mapping[str, Talk], secrets: dict[str, str], row: dict[str, Any]) -> Spoken:
    order = OrderFacts(**row["order"]) if row["order"] else None
    return Spoken(
        id=row["id"],
        operation=row["operation"],
        talk=known[row["operation"]],
        secrets=secrets,
        delivery=Delivery(
            method=row["method"],
            operation=row["operation"],
            query=row["query"],
            headers=tuple((name, value) for name, value in row["headers"]),
            body=row["body"].encode(),
            received_at=datetime.fromisoformat(row["received_at"]),
        ),
        known=Known(order),
        reply=_reply(row["reply"]),
        refused=row["refused"],
    )


def _reply(answer: dict[str, Any]) -> Reply:
    headers = tuple((name, value) for name, value in answer["headers"])
    return Reply(answer["status"], headers, answer["body"].encode())
