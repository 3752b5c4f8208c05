"""Our seals and those of the specification's own library, standardwebhooks, checked both ways.

It reads more leniently than we do, so it is an oracle for well-formed calls only; what it takes
and we refuse stands in test_standard.py. It knows v1 alone and judges age by its own clock, so
calls that it shall read are sealed now.
"""

import base64
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from cashless.clock import now
from providers._protocol import Delivery, Refused, Secrets
from tests.providers.cases import CASES, read, with_header

CASE = next(one for one in CASES if one.id == "standard-v1-credit")
SPOKEN = CASE.protocol
WORDS = ("mua cá lóc", "JX7K2M9QW4ET", "tiền rau", "\u0301", "🐟", "a.b.c", '"', "\\", "</script>")


def rounds() -> Iterator[tuple[Secrets, str, str]]:
    """Give keys of all allowed lengths, ids and bodies."""
    chance = random.Random(4)
    for size in range(24, 65):
        key = base64.b64encode(chance.randbytes(size)).decode()
        id_ = "".join(chance.choices("abcXYZ019_-", k=chance.randint(1, 64)))
        data = json.loads(CASE.plain)["data"] | {
            "id": f"FT{chance.randrange(10**12)}",
            "memo": " ".join(chance.choices(WORDS, k=3)),
        }
        body = {"type": "payment.credit", "data": data}
        text = json.dumps(body, ensure_ascii=chance.random() < 0.5, indent=chance.choice((None, 2)))
        yield CASE.secrets | {"secret": f"whsec_{key}"}, id_, text


def theirs(secrets: Secrets, id_: str, text: str, at: datetime) -> Delivery:
    """Let the library seal a call."""
    seal = Webhook(secrets["secret"]).sign(id_, at, text)
    headers = {
        "webhook-id": id_,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": seal,
    }
    return Delivery("POST", "", "", tuple(headers.items()), text.encode(), at)


def test_what_the_library_seals_is_proven_here() -> None:
    for secrets, id_, text in rounds():
        (heard,) = read(SPOKEN, theirs(secrets, id_, text, CASE.delivery.received_at), secrets)
        assert heard.provider_txn_id == f"970999:{json.loads(text)['data']['id']}"
        assert heard.memo == json.loads(text)["data"]["memo"]


def test_what_we_seal_is_proven_by_the_library() -> None:
    for secrets, _, text in rounds():
        ours = SPOKEN.seal(text.encode(), secrets, now())
        assert Webhook(secrets["secret"]).verify(ours.body, dict(ours.headers)) == json.loads(text)


def test_we_and_the_library_write_the_same_seal() -> None:
    for secrets, _, text in rounds():
        ours = SPOKEN.seal(text.encode(), secrets, CASE.delivery.received_at)
        same = theirs(secrets, ours.header("webhook-id"), text, CASE.delivery.received_at)
        assert ours.header("webhook-signature") == same.header("webhook-signature")


def test_neither_takes_what_was_changed_on_the_way() -> None:
    for secrets, _, text in rounds():
        ours = SPOKEN.seal(text.encode(), secrets, now())
        for changed in (
            replace(ours, body=ours.body.replace(b"50000", b"50001")),
            with_header(ours, "webhook-id", "msg_other"),
            with_header(ours, "webhook-timestamp", str(int(ours.header("webhook-timestamp")) + 1)),
        ):
            with pytest.raises(Refused, match="signature"):
                read(SPOKEN, changed, secrets)
            with pytest.raises(WebhookVerificationError):
                Webhook(secrets["secret"]).verify(changed.body, dict(changed.headers))


def test_the_published_vector_is_the_library_s_own() -> None:
    published = next(one for one in CASES if one.id == "standard-published")
    seal = Webhook(published.secrets["secret"]).sign(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        '{"test": 2432232314}',
    )
    assert seal == published.delivery.header("webhook-signature")
