"""The address of a database, and the session that is asked for there.

Every session of the program says the same about itself: who it is, in which
time zone it speaks, and how long it waits. Without these limits one lost lock
or one forgotten transaction would hold the whole path of a payment.
"""

from typing import Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from cashless.errors import Invalid

APP_ROLE: Final = "cashless_app"
_SESSION: Final = {
    "TimeZone": "UTC",
    "statement_timeout": "60s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
}
# Seconds (tcp_user_timeout: milliseconds) after which a silent network counts as broken.
_NETWORK: Final = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "application_name": "cashless",
    "client_encoding": "utf8",
}


def parse(url: str) -> URL:
    """Read a postgresql:// address for psycopg; else Invalid("setting_invalid")."""
    try:
        address = make_url(url)
    except ArgumentError:
        address = None
    if address is None or address.get_backend_name() != "postgresql":
        raise Invalid(
            "setting_invalid",
            "CASHLESS_DATABASE_URL must be an address that begins with postgresql://.",
            "CASHLESS_DATABASE_URL phải là địa chỉ bắt đầu bằng postgresql://.",
        )
    return address.set(drivername="postgresql+psycopg")


def session(address: URL, **more: str) -> dict[str, object]:
    """Return the driver's arguments for our session, ``more`` settings included.

    Options the operator wrote into the address stay, and ours come after them.
    """
    theirs = address.query.get("options", ())
    given = [theirs] if isinstance(theirs, str) else list(theirs)
    ours = [f"-c {name}={value}" for name, value in {**_SESSION, **more}.items()]
    network = {name: value for name, value in _NETWORK.items() if name not in address.query}
    return {**network, "options": " ".join([*given, *ours])}
