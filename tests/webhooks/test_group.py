"""Group commit and its traps: nobody waits for ever, nobody is answered before it is durable."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

import psycopg
import pytest
from sqlalchemy import Connection

from cashless.clock import now
from providers._protocol import Outcome, Reply
from tests.market import Market, credit
from webhooks import group, inbox
from webhooks.group import CHANNEL, GroupWriter
from webhooks.receive import Received
from webhooks.refusals import Refusal

T = TypeVar("T")
GOOD = b'{"success":true}'
AGAIN = 503


def calls(market: Market, numbers: Sequence[int]) -> list[Received]:
    """Signed and received calls of Agribank, one for each number."""
    bank = market.connect("agribank")
    return [bank.call(credit("agribank", number)) for number in numbers]


@asynccontextmanager
async def writing(market: Market):
    """Run a writer for as long as the block lasts."""
    writer = GroupWriter(market.engine)
    running = asyncio.create_task(writer.run())
    try:
        yield writer
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def wrote(market: Market, work: Callable[[GroupWriter], Awaitable[T]]) -> T:
    """Let a writer do something and return what came of it."""

    async def run() -> T:
        async with writing(market) as writer, asyncio.timeout(60):
            return await work(writer)

    return asyncio.run(run())


def keep_all(received: Sequence[Received]) -> Callable[[GroupWriter], Awaitable[list[Reply]]]:
    async def work(writer: GroupWriter) -> list[Reply]:
        return await asyncio.gather(*(writer.keep(one) for one in received))

    return work


def test_a_thousand_calls_one_after_another_lose_no_wake_up(market: Market) -> None:
    received = calls(market, range(1, 1001))

    async def one_by_one(writer: GroupWriter) -> list[Reply]:
        return [await writer.keep(one) for one in received]

    replies = wrote(market, one_by_one)
    assert {reply.body for reply in replies} == {GOOD}
    assert market.count("delivery", "payment", "arrival") == (1000, 1000, 1000)


def test_a_thousand_calls_at_odd_moments_lose_no_wake_up(market: Market) -> None:
    received = calls(market, range(1, 1001))
    chance = random.Random(7)

    async def late(writer: GroupWriter, one: Received, seconds: float) -> Reply:
        await asyncio.sleep(seconds)
        return await writer.keep(one)

    def work(writer: GroupWriter) -> Awaitable[list[Reply]]:
        return asyncio.gather(*(late(writer, one, chance.random() / 2) for one in received))

    assert {reply.body for reply in wrote(market, work)} == {GOOD}
    assert market.count("payment") == (1000,)


def test_calls_that_wait_share_a_commit(market: Market) -> None:
    received = calls(market, range(1, 401))
    wrote(market, keep_all(received))
    ((commits,),) = market.rows("SELECT count(DISTINCT kept_at) FROM payment")
    assert commits < 20


def test_duplicates_inside_a_group_are_one_payment_and_all_are_answered(market: Market) -> None:
    received = calls(market, [number for number in range(1, 21) for _ in range(10)])
    random.Random(3).shuffle(received)
    assert {reply.body for reply in wrote(market, keep_all(received))} == {GOOD}
    assert market.count("payment", "delivery") == (20, 200)


def test_two_writers_of_the_same_payments_in_opposite_order_never_lock_each_other_out(
    market: Market,
) -> None:
    numbers = list(range(1, 601))

    async def work() -> list[Reply]:
        async with writing(market) as one, writing(market) as other, asyncio.timeout(60):
            forth = (one.keep(call) for call in calls(market, numbers))
            back = (other.keep(call) for call in calls(market, numbers[::-1]))
            return await asyncio.gather(*forth, *back)

    before = _deadlocks(market)
    assert {reply.body for reply in asyncio.run(work())} == {GOOD}
    assert market.count("payment", "arrival", "delivery") == (600, 600, 1200)
    outcomes = dict(market.rows("SELECT outcome, count(*) FROM delivery GROUP BY outcome"))
    assert outcomes == {"stored": 600, "duplicate": 600}
    assert _deadlocks(market) == before


@pytest.mark.parametrize("poison", [{"memo": "\x00"}, {"amount": 10**12 + 1}, {"memo": "\ud800"}])
def test_a_poison_row_fails_alone(market: Market, poison: dict[str, Any]) -> None:
    received = calls(market, range(1, 21))
    said = replace(received[7].notifications[0], **poison)
    received[7] = replace(received[7], notifications=(said,))
    replies = wrote(market, keep_all(received))
    assert [reply.status for reply in replies] == [200] * 7 + [AGAIN] + [200] * 12
    assert market.count("payment", "delivery") == (19, 19)


def test_a_fault_of_ours_answers_again_and_the_writer_lives_on(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = calls(market, [1, 2])
    real = inbox.keep

    def fault_once(db: Connection, kept: Sequence[Received], at: datetime) -> tuple[Reply, ...]:
        monkeypatch.setattr(inbox, "keep", real)
        raise KeyError(len(kept))

    monkeypatch.setattr(inbox, "keep", fault_once)

    async def work(writer: GroupWriter) -> list[Reply]:
        return [await writer.keep(one) for one in (first, second, first)]

    assert [reply.status for reply in wrote(market, work)] == [AGAIN, 200, 200]
    assert market.count("payment") == (2,)


def test_a_caller_that_goes_away_stops_nobody_and_its_call_is_kept(market: Market) -> None:
    received = calls(market, range(1, 51))

    async def work(writer: GroupWriter) -> list[Reply]:
        waiting = [asyncio.create_task(writer.keep(one)) for one in received]
        await asyncio.sleep(0)
        for task in waiting[::2]:
            task.cancel()
        done = await asyncio.gather(*waiting, return_exceptions=True)
        return [reply for reply in done if isinstance(reply, Reply)]

    assert {reply.body for reply in wrote(market, work)} == {GOOD}
    assert market.count("payment") == (50,)


def test_a_lost_connection_answers_again_and_the_next_call_is_kept(
    market: Market, market_url: str
) -> None:
    first, second = calls(market, [1, 2])

    async def work(writer: GroupWriter) -> list[Reply]:
        with psycopg.connect(market_url) as owner:
            owner.execute("LOCK TABLE payment IN EXCLUSIVE MODE")
            waiting = asyncio.create_task(writer.keep(first))
            await asyncio.to_thread(_end_who_waits, market_url)
            lost = await waiting
        return [lost, await writer.keep(second), await writer.keep(first)]

    assert [reply.status for reply in wrote(market, work)] == [AGAIN, 200, 200]
    assert market.count("payment", "delivery") == (2, 2)


def test_a_database_that_is_too_slow_answers_again_and_the_repeat_is_a_duplicate(
    market: Market, market_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group, "PATIENCE_SECONDS", 0.3)
    (call,) = calls(market, [1])

    async def work(writer: GroupWriter) -> tuple[Reply, Reply]:
        with psycopg.connect(market_url) as owner:
            owner.execute("LOCK TABLE payment IN EXCLUSIVE MODE")
            slow = await writer.keep(call)
        monkeypatch.setattr(group, "PATIENCE_SECONDS", 10)
        (fresh,) = calls(market, [1])
        return slow, await writer.keep(fresh)

    slow, again = wrote(market, work)
    assert (slow.status, again.status) == (AGAIN, 200)
    assert market.rows("SELECT outcome FROM delivery ORDER BY received_at") == [
        ("stored",),
        ("duplicate",),
    ]


def test_what_waits_when_the_writer_is_stopped_is_still_written_and_answered(
    market: Market,
) -> None:
    received = calls(market, range(1, 301))

    async def work() -> tuple[list[Reply], float]:
        writer = GroupWriter(market.engine)
        running = asyncio.create_task(writer.run())
        waiting = [asyncio.create_task(writer.keep(one)) for one in received]
        await asyncio.sleep(0.005)
        running.cancel()
        began = time.monotonic()
        replies = await asyncio.gather(*waiting)
        with suppress(asyncio.CancelledError):
            await running
        return replies, time.monotonic() - began

    replies, took = asyncio.run(work())
    assert {reply.body for reply in replies} == {GOOD}
    assert took < group.PATIENCE_SECONDS / 2
    assert market.count("payment") == (300,)


def test_an_answer_is_given_after_the_commit_and_not_before(market: Market) -> None:
    received = calls(market, range(1, 51))

    async def work(writer: GroupWriter) -> list[int]:
        seen = []
        for one in received:
            await writer.keep(one)
            seen.append(await asyncio.to_thread(market.count, "payment"))
        return [number for (number,) in seen]

    assert wrote(market, work) == list(range(1, 51))


def test_refusals_are_summed_and_a_flood_of_them_is_bounded(market: Market) -> None:
    bank = market.connect("agribank").connection.id

    async def work(writer: GroupWriter) -> None:
        for number in range(15_000):
            writer.count(Refusal(bank, "signature", bytes([number % 256]) * 32, now()))
        await writer.keep(calls(market, [1])[0])

    wrote(market, work)
    assert market.rows("SELECT reason, count FROM refusal") == [("signature", 10_000)]


def test_the_settler_is_woken_for_the_first_call_and_for_the_last_of_a_burst(
    market: Market, market_url: str
) -> None:
    def rung(ears: psycopg.Connection) -> list[str]:
        return [heard.channel for heard in ears.notifies(timeout=5, stop_after=1)]

    async def work(writer: GroupWriter) -> list[str]:
        with psycopg.connect(market_url, autocommit=True) as ears:
            ears.execute(f"LISTEN {CHANNEL}")
            heard = []
            for one in calls(market, [1, 2, 3]):
                await writer.keep(one)
                heard += await asyncio.to_thread(rung, ears)
            return heard

    assert wrote(market, work) == [CHANNEL] * 3


def test_the_answer_of_a_group_is_the_answer_of_its_protocol(market: Market) -> None:
    received = [market.connect(name).call(credit(name, 1)) for name in ("momo", "kienlongbank")]
    assert wrote(market, keep_all(received)) == [
        one.acknowledge(Outcome.STORED) for one in received
    ]


def _deadlocks(market: Market) -> int:
    return int(
        market.rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")[0][
            0
        ]
    )


def _end_who_waits(url: str) -> None:
    """Wait until somebody waits for a lock, then end that connection."""
    end = time.monotonic() + 10
    with psycopg.connect(url, autocommit=True) as owner:
        while time.monotonic() < end:
            ended = owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE wait_event_type = 'Lock' AND datname = current_database()"
            ).rowcount
            if ended:
                return
            time.sleep(0.02)
    raise AssertionError
