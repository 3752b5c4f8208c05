"""The directory of connections that a door keeps in memory.

Looking a connection up and opening its secrets for every call would cost more than verifying it.
The database tells every change on a channel (a trigger on the tables), and the door then reads the
directory anew. A token that is not known is looked up once more in the database before it is
refused, so a connection works from the moment it was added.
"""

from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from cashless.db.engine import transaction
from cashless.errors import Unavailable
from cashless.ids import token_hash
from webhooks.connections import Connection, load

CHANNEL = "cashless_connection"


@dataclass(slots=True)
class Directory:
    """Connections by the hash of their token; ``key`` opens their secrets."""

    engine: Engine
    key: bytes
    _known: dict[bytes, Connection] = field(default_factory=dict)

    def reload(self) -> None:
        """Read every open connection anew; closed ones are forgotten."""
        with transaction(self.engine) as db:
            self._known = load(db, self.key)

    def known(self, token: str) -> Connection | None:
        """Return the connection if it is in memory."""
        return self._known.get(token_hash(token))

    def find(self, token: str) -> Connection | None:
        """Return the connection, asking the database when it is not in memory."""
        return self.known(token) or self._look_up(token_hash(token))

    def fresh(self, token: str) -> Connection | None:
        """Return the connection as it is now: for a door that nobody tells of changes.

        While the database is away it is the connection as it was last known.
        """
        try:
            return self._look_up(token_hash(token))
        except (DBAPIError, Unavailable):
            known = self.known(token)
            if known is None:
                raise
            return known

    def _look_up(self, hash_: bytes) -> Connection | None:
        with transaction(self.engine) as db:
            found = load(db, self.key, hash_)
        self._known.pop(hash_, None)
        self._known |= found
        return found.get(hash_)
