"""What the tests of Viettel share: its result with other values, and our answers, proven."""

import json
import re
from dataclasses import replace
from itertools import product
from typing import Any
from urllib.parse import urlencode

from providers._protocol import Delivery, Refused, Reply
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


def cuts(text: str) -> list[list[str]]:
    """Return the cuts of a text in which the merchant is the fourth value and the orders agree."""
    found, merchant = [], SECRETS["merchant_code"]
    for place in (match.start() for match in re.finditer(f"(?={merchant})", text)):
        head, tail = text[:place], text[place + len(merchant) :]
        ends = range(len(head) + 1)
        fronts = [(head[:a], head[a:b], head[b:]) for a in ends for b in ends if a <= b]
        for bill, payer, error in fronts:
            rest = tail[len(bill) :]
            # Longer codes and statuses have no form; the rest is cut at every place.
            if tail.startswith(bill) and len(error) <= 4:
                found += [
                    [bill, payer, error, merchant, bill, rest[:c], rest[c:d], rest[d:]]
                    for c, d in product(range(4), range(len(rest) + 1))
                    if c <= d
                ]
    return found


def is_proven(values: list[str]) -> bool:
    """Tell whether a result of those values is believed under a genuine seal."""
    given = urlencode(dict(zip(FIELDS, values, strict=True)) | {"check_sum": check_sum(values)})
    try:
        RESULT.protocol.verify(replace(RESULT.delivery, body=given.encode()), SECRETS, None)
    except Refused:
        return False
    return True
