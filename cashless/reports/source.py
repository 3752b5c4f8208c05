"""Where a page gets its connection from, as a type.

Pages know no engine and no SQL: they are given a function that opens one transaction, and hand the
connection on to a report or to the registry.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import Connection

Transact = Callable[[], AbstractContextManager[Connection]]
"""Opens one durable transaction; raises ``Unavailable`` when the database is away."""

Rows = Connection
"""An open transaction, as pages call it: they hand it on and ask it nothing themselves."""
