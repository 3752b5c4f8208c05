"""Bearer tokens that we give to a provider, which asks with Basic credentials and calls with one.

Nothing is kept: a token is the second in which it was given, in base64url, and HMAC-SHA256 over
user name, password and that text with a key of ours, in hex. So it ends by itself, a changed
password ends it at once, and no other connection takes it. Its age is judged by the time at which
the call arrived; that is the replay window of the protocols that use it.

A token says who called and covers nothing of what is said.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime

from providers._codecs import write_base64
from providers._protocol import Delivery, Known, Question, Refused, Reply, Secrets, Talk
from providers._replies import json_reply
from providers._seals import hmac_hex, require_equal, require_fresh, secret

AUTHORIZATION = "authorization"
LIFETIME_SECONDS = 300

SECRETS: Mapping[str, str] = {
    "username": "The user name with which the provider asks us for a token.",
    "password": "The password with which the provider asks us for a token.",
    "tokenKey": "Our own key of the tokens; nobody else needs it.",
}
SECRET_FORMS: Mapping[str, str] = {"username": r"[!-9;-~]{1,64}"}

_BEARER = re.compile(r"Bearer ([A-Za-z0-9_-]{16})\.([0-9a-f]{64})")

_DENIED = json_reply(401, {"error": "invalid_client"})


def bearer(secrets: Secrets, at: datetime) -> tuple[str, str]:
    """Return the header of a call with a token that was given at that moment."""
    return (AUTHORIZATION, f"Bearer {_issued(secrets, at)}")


def require_token(
    delivery: Delivery, secrets: Secrets, window: int | None = LIFETIME_SECONDS
) -> None:
    """Refuse a call without a token of ours, or with one given more than ``window`` seconds ago."""
    found = _BEARER.fullmatch(delivery.header(AUTHORIZATION))
    if found is None:
        raise Refused("token_invalid", AUTHORIZATION)
    require_equal(found[2], _mac(found[1], secrets), "token_invalid")
    given = int(urlsafe_b64decode(found[1]))
    require_fresh(str(given), "s", delivery, window)


def token_talk(operation: str) -> Talk:
    """Return the talk in which a provider asks that operation for a token."""

    def speak(_order: str, _amount: int, secrets: Secrets, at: datetime) -> Delivery:
        return Delivery("POST", operation, "", ((AUTHORIZATION, _basic(secrets)),), b"", at)

    return Talk("Give a token to who knows user name and password.", _ask, _tell, _refuse, speak)


def _ask(_delivery: Delivery, _secrets: Secrets) -> Question:
    return Question()


def _tell(delivery: Delivery, secrets: Secrets, _known: Known) -> Reply:
    require_equal(delivery.header(AUTHORIZATION), _basic(secrets), "credentials_wrong")
    said = {
        "access_token": _issued(secrets, delivery.received_at),
        "token_type": "Bearer",
        "expires_in": LIFETIME_SECONDS,
    }
    return json_reply(200, said)


def _refuse(_delivery: Delivery, _secrets: Secrets) -> Reply:
    return _DENIED


def _issued(secrets: Secrets, at: datetime) -> str:
    given = f"{int(at.timestamp()):012d}"  # twelve bytes need no padding in base64
    stamp = urlsafe_b64encode(given.encode()).decode()
    return f"{stamp}.{_mac(stamp, secrets)}"


def _mac(stamp: str, secrets: Secrets) -> str:
    owner = f"{secret(secrets, 'username')}:{secret(secrets, 'password')}"
    return hmac_hex(secret(secrets, "tokenKey"), f"{owner}:{stamp}")


def _basic(secrets: Secrets) -> str:
    owner = f"{secret(secrets, 'username')}:{secret(secrets, 'password')}"
    return f"Basic {write_base64(owner.encode())}"
