"""What the tests of Viettel share: its result with other values, and our answers, proven."""

import json
from typing import Any
from urllib.parse import urlencode

from providers._protocol import Delivery, Reply
from providers._seals import hmac_base64
from tests.providers.cases import CASES, Case


def case(name: str) -> Case:
    """Return the delivery of that name in the vector files."""
    return next(one for one in CASES if one.id == name)


RESULT = case("viettel-result-001")
SECRETS = RESULT.secrets
FIELDS = dict(pair.split("=") for pair in RESULT.plain.decode().split("&"))


def form(**changes: str) -> bytes:
    """Return the form of the result with other values, without a seal."""
    return urlencode(FIELDS | changes).encode()


def said(**changes: str) -> Delivery:
    """Seal the result with other values."""
    return RESULT.sealed(form(**changes))


def check_sum(values: list[str]) -> str:
    """Seal values as the sample pack does."""
    return hmac_base64(SECRETS["hash_key"], SECRETS["access_code"] + "".join(values), "sha1")


def spoken_of(heard: Reply) -> dict[str, Any]:
    """Read an answer of ours and prove its seal as Viettel does."""
    body: dict[str, Any] = json.loads(heard.body)
    names = ("billcode", "error_code", "merchant_code", "order_id", "trans_amount")
    assert body["check_sum"] == check_sum([body[name] for name in names if name in body])
    return body
