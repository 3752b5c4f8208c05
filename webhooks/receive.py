"""Receive: from one HTTP call to what it says, without touching the database.

The pure core that both doors share. ``receive`` either returns a ``Received`` (genuine: verified
with one of the connection's live secret sets, and read) or raises ``Turned`` with the answer to
give and the reason to count. A genuine call that cannot be understood is still a ``Received``: it
is kept whole for a person, with the reason, and no money is posted from it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import orjson

from cashless.ids import new_id
from providers._protocol import (
    Delivery,
    Notification,
    Outcome,
    Refused,
    Reply,
    Result,
    Secrets,
    Unreadable,
    Verified,
)
from webhooks.connections import Connection
from webhooks.sources import is_foreign

_ID_LENGTH_MAX = 200
JSON = (("content-type", "application/json"),)

_WORDS: Mapping[str, tuple[int, str, str]] = {
    "not_found": (404, "There is no such address.", "Không có địa chỉ này."),
    "method_not_allowed": (405, "This address takes another method.", "Sai phương thức gọi."),
    "body_too_large": (413, "The body is too large.", "Nội dung gửi quá lớn."),
    "encoding_not_taken": (
        415,
        "Send the body without Content-Encoding.",
        "Hãy gửi nội dung không nén.",
    ),
    "source_foreign": (
        403,
        "This address may not call here.",
        "Địa chỉ gọi này không được phép.",
    ),
    "content_type_wrong": (
        415,
        "This protocol sends another Content-Type.",
        "Sai Content-Type của giao thức này.",
    ),
    "unavailable": (
        503,
        "Not stored. Please send this again later.",
        "Chưa lưu được. Hãy gửi lại sau.",
    ),
}


@dataclass(frozen=True, slots=True)
class Received:
    """A genuine call: what it was, over which connection, what it says, and why not if nothing.

    ``result`` is how the provider says a payment stands, where it says so at all; ``is_foreign``
    that the call came from an address which the connection does not list.
    """

    id: UUID
    connection: Connection
    secrets: Secrets
    delivery: Delivery
    digest: bytes
    source: str
    notifications: tuple[Notification, ...]
    reason: str | None
    result: Result | None = None
    is_foreign: bool = False

    def acknowledge(self, outcome: Outcome) -> Reply:
        """Answer in the provider's own words."""
        return self.connection.protocol.acknowledge(outcome, self.delivery, self.secrets)


class Turned(Exception):
    """The call is turned away: ``reason`` to count, ``reply`` to give."""

    def __init__(self, reason: str, reply: Reply) -> None:
        """Keep the reason and the reply."""
        super().__init__(reason)
        self.reason = reason
        self.reply = reply


def problem_reply(code: str) -> Reply:
    """Return the answer for a call that no provider's protocol covers, as our own JSON."""
    status, message, message_vi = _WORDS[code]
    body = {"error": {"code": code, "message": message, "message_vi": message_vi}}
    return Reply(status, JSON, orjson.dumps(body))


def unavailable(received: Received) -> Reply:
    """Ask the provider, in its own words, to send the call again: nothing was stored."""
    return received.acknowledge(Outcome.UNAVAILABLE)


def receive(connection: Connection, delivery: Delivery, source: str) -> Received:
    """Verify and read a call. Raises ``Turned`` for one that is not genuine."""
    said = connection.protocol
    if said.operations and delivery.operation not in said.operations:
        raise turned("not_found")
    foreign = admit(connection, delivery, source, said.methods, said.content_types)
    verified, secrets = _verify(connection, delivery)
    notifications: tuple[Notification, ...] = ()
    result: Result | None = None
    reason: str | None = None
    try:
        result = said.result(verified) if said.result is not None else None
        notifications = said.parse(verified)
        _require_storable(notifications, result)
    except Unreadable as error:
        notifications, result, reason = (), None, error.code
    return Received(
        id=new_id(),
        connection=connection,
        secrets=secrets,
        delivery=delivery,
        digest=sha256(delivery.body or delivery.query.encode()).digest(),
        source=source,
        notifications=notifications,
        reason=reason,
        result=result,
        is_foreign=foreign,
    )


def admit(
    connection: Connection,
    delivery: Delivery,
    source: str,
    methods: Sequence[str],
    content_types: Sequence[str],
) -> bool:
    """Look at the outside of a call and tell whether it came from an address not listed.

    Raises ``Turned`` for what no protocol could take, and for such an address where it is blocked.
    """
    if "\x00" in delivery.operation:  # no row can hold it, and no operation is called so
        raise turned("not_found")
    if delivery.method not in methods:
        raise turned("method_not_allowed")
    if len(delivery.body) > connection.protocol.body_limit:
        raise turned("body_too_large")
    _admit_headers(delivery, content_types)
    foreign = is_foreign(connection.sources, source)
    if foreign and connection.source_rule == "block":
        raise turned("source_foreign")
    return foreign


def _admit_headers(delivery: Delivery, content_types: Sequence[str]) -> None:
    names = dict(delivery.headers)
    if names.get("content-encoding", "identity").lower() != "identity":
        raise turned("encoding_not_taken")
    media = names.get("content-type", "").partition(";")[0].strip().lower()
    if content_types and media not in content_types:
        raise turned("content_type_wrong")


def _require_storable(notifications: tuple[Notification, ...], result: Result | None) -> None:
    """Refuse texts that no row can hold: NUL, an id that is empty or longer than an index entry."""
    named = (result.code, result.order_ref, result.provider_txn_id) if result else ()
    if any("\x00" in one or len(one) > _ID_LENGTH_MAX for one in named if one):
        raise Unreadable("character_invalid")
    for said in notifications:
        texts = (
            said.provider_txn_id,
            said.account,
            said.virtual_account,
            said.order_ref,
            said.memo,
            said.original,
            said.reference,
        )
        if not 1 <= len(said.provider_txn_id) <= _ID_LENGTH_MAX:
            raise Unreadable("id_invalid")
        if any("\x00" in one for one in texts if one):
            raise Unreadable("character_invalid")


def turned(code: str) -> Turned:
    """Return what turns a call away before any protocol is asked, for one of our own reasons."""
    return Turned(code, problem_reply(code))


def _verify(connection: Connection, delivery: Delivery) -> tuple[Verified, Secrets]:
    refused = Refused("no_live_secret")
    for secrets in live_secrets(connection, delivery.received_at):
        try:
            verified = connection.protocol.verify(delivery, secrets, connection.window_seconds)
        except Refused as error:
            refused = error
        else:
            return verified, secrets
    newest = connection.secret_sets[-1].secrets
    reply = connection.protocol.acknowledge(Outcome.REFUSED, delivery, newest)
    raise Turned(refused.code, reply)


def live_secrets(connection: Connection, at: datetime) -> list[Secrets]:
    """Return the sets that verify at that moment, newest first: at most two are live."""
    return [one.secrets for one in reversed(connection.secret_sets) if one.is_live(at)]
