"""The live feed of a stall that waits for its first payment, spoken to as a server does."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from cashless.access.page_seal import seal
from cashless.web.feed import Feed
from tests.cashless.web.visitors import COOKIE
from tests.market import KEY, Market
from tests.merchants.registering import Office, open_market

SECONDS = 20


@dataclass
class Ear:
    """Somebody who listens: what was told, and leaving when enough was heard."""

    told: list[bytes] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self) -> dict[str, str]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        self.told.append(message.get("body") or str(message.get("status", "")).encode())
        self.heard.set()

    @property
    def proofs(self) -> list[dict[str, Any]]:
        """What was told of the proof."""
        said = [one.partition(b"data: ")[2] for one in self.told if b"event: proof" in one]
        return [json.loads(one) for one in said]

    async def until(self, proofs: int) -> None:
        """Wait until that much was told."""
        while len(self.proofs) < proofs:
            await asyncio.wait_for(self.heard.wait(), SECONDS)
            self.heard.clear()


def scope(path: str) -> dict[str, Any]:
    return {"type": "http", "path": path, "headers": []}


async def listen(office: Office, path: str) -> list[dict[str, Any]]:
    """Listen while the payment comes."""
    feed, ear = Feed(office.market.engine, KEY, COOKIE), Ear()
    listening = asyncio.create_task(feed(scope(path), ear.receive, ear.send))
    await ear.until(1)
    await asyncio.to_thread(office.pay)
    await asyncio.to_thread(feed.tell, asyncio.get_running_loop(), "")
    await ear.until(2)
    ear.left.set()
    await asyncio.wait_for(listening, SECONDS)
    return ear.proofs


async def status(market: Market, path: str) -> bytes:
    """Knock, and return the status of the answer."""
    ear = Ear()
    await Feed(market.engine, KEY, COOKIE)(scope(path), ear.receive, ear.send)
    return ear.told[0]


def test_whoever_waits_is_told_when_the_payment_comes(market: Market) -> None:
    open_market(market)
    office = Office(market)
    office.fill()
    office.confirm()
    path = f"/proof/{office.number}/{seal(KEY, f'proof:{office.number}', 1)}/feed"
    before, after = asyncio.run(listen(office, path))
    assert (before["account"], before["said"]) == (False, None)
    assert (after["account"], after["stand"], after["sound"]) == (True, True, False)
    assert after["said"]["words"] == "một nghìn đồng"


def test_a_wrong_seal_and_a_draft_are_nowhere(market: Market) -> None:
    open_market(market)
    office = Office(market)
    office.fill()
    genuine = seal(KEY, f"proof:{office.number}", 1)
    for address in (f"{office.number}/{genuine}", f"{office.number}/{'x' * 22}", f"99/{genuine}"):
        assert asyncio.run(status(market, f"/proof/{address}/feed")) == b"404"
