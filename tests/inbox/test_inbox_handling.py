"""How the inbox hands deliveries over: order, batches, retries, the end of what cannot be handled."""

import asyncio
import logging
from functools import partial

import pytest

from tdd_orchestrator.inbox import Buried, Delivery, Inbox
from world.inbox_work import OpenInbox, Recorder, running, until, work_off


async def fill(inbox: Inbox, lane: str, *guids: str) -> None:
    for guid in guids:
        await inbox.accept(guid, "push", lane, guid.encode())


async def test_a_lane_comes_as_one_batch_in_order_of_arrival(url: str, open_inbox: OpenInbox) -> None:
    inbox = await open_inbox(url)
    handler = Recorder()
    await fill(inbox, "a/b#1", "g1", "g3", "g2")
    await fill(inbox, "a/b#2", "h1")
    await work_off(inbox, handler)
    assert sorted(handler.batches) == [("a/b#1", ["g1", "g3", "g2"]), ("a/b#2", ["h1"])]


async def test_a_batch_is_fifty_deliveries_at_most(url: str, open_inbox: OpenInbox) -> None:
    inbox = await open_inbox(url)
    handler = Recorder()
    await asyncio.gather(*(inbox.accept(f"g{n:03}", "push", "a/b", b"{}") for n in range(120)))
    await work_off(inbox, handler)
    assert [len(batch) for _, batch in handler.batches] == [50, 50, 20]
    assert handler.order("a/b") == [f"g{n:03}" for n in range(120)]


async def test_a_batch_of_large_bodies_is_cut_by_their_size(
    sqlite_url: str, open_inbox: OpenInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tdd_orchestrator.inbox.leasing.BATCH_BYTES", 25)
    inbox = await open_inbox(sqlite_url)
    handler = Recorder()
    for n in range(3):
        await inbox.accept(f"g{n}", "push", "a/b", b"0123456789")
    await inbox.accept("g3", "push", "a/b", b"x" * 100)
    await work_off(inbox, handler)
    assert [batch for _, batch in handler.batches] == [["g0", "g1"], ["g2"], ["g3"]]


async def test_the_handler_gets_the_bytes_as_they_came(url: str, open_inbox: OpenInbox) -> None:
    got: list[Delivery] = []

    async def handler(_: str, deliveries: tuple[Delivery, ...]) -> None:
        got.extend(deliveries)

    inbox = await open_inbox(url, clock=lambda: 77.0)
    await inbox.accept("g1", "issue_comment", "a/b", b'\x00\xff{"a": 1}')
    await work_off(inbox, handler)
    assert got == [Delivery("g1", "issue_comment", b'\x00\xff{"a": 1}', 77.0, attempts=0)]


async def test_lanes_are_handled_side_by_side_and_one_lane_never_is(url: str, open_inbox: OpenInbox) -> None:
    inbox = await open_inbox(url)
    at_work: list[str] = []
    both = asyncio.Event()

    async def handler(lane: str, deliveries: tuple[Delivery, ...]) -> None:
        assert lane not in at_work
        at_work.append(lane)
        if len(at_work) == 2:
            both.set()
        await asyncio.wait_for(both.wait(), 5)
        at_work.remove(lane)

    async with running(inbox, handler, workers=2):
        await fill(inbox, "a/b#1", "g1")
        await fill(inbox, "a/b#2", "h1")
        await fill(inbox, "a/b#1", "g2", "g3")
        await asyncio.wait_for(inbox.idle(), 10)
    assert (await inbox.stats()).dead == 0


async def test_one_poison_delivery_dies_alone_and_the_order_stays(
    url: str, open_inbox: OpenInbox, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = await open_inbox(url, max_attempts=3)
    handler = Recorder(poison={"g2"})
    await fill(inbox, "a/b", "g1", "g2", "g3", "g4")
    with caplog.at_level(logging.ERROR):
        await work_off(inbox, handler)
    assert handler.order("a/b") == ["g1", "g3", "g4"]
    assert [batch for _, batch in handler.batches] == [["g1", "g2", "g3", "g4"], ["g1"], ["g2"], ["g2"], ["g3"], ["g4"]]
    assert "delivery g2 (push) of a/b is given up after 3 tries: RuntimeError: g2 cannot be handled" in caplog.text
    stats = await inbox.stats()
    assert (stats.waiting, stats.dead) == (0, 1)


async def is_settled(inbox: Inbox, handler: Recorder, guid: str) -> bool:
    """Whether `guid` is handled and no lane is in work, whatever waits for its retry."""
    return any(guid == done for _, done in handler.done) and not (await inbox.stats()).leased


async def test_a_retry_waits_longer_each_time_and_holds_up_its_own_lane_only(url: str, open_inbox: OpenInbox) -> None:
    now = [1_000.0]
    inbox = await open_inbox(url, clock=lambda: now[0], backoff_s=4.0)
    handler = Recorder(poison={"bad"})
    await fill(inbox, "a/b#1", "bad")
    tries_at = []
    async with running(inbox, handler):
        for second in (1_000, 1_003, 1_004, 1_015, 1_016, 1_051, 1_052):
            now[0] = second
            seen = len(handler.batches)
            await fill(inbox, "a/b#2", f"good-{second}")
            await until(partial(is_settled, inbox, handler, f"good-{second}"))
            tries_at += [second] * sum(lane == "a/b#1" for lane, _ in handler.batches[seen:])
    assert tries_at == [1_000, 1_004, 1_016, 1_052]


async def test_a_dead_delivery_can_be_driven_again(url: str, open_inbox: OpenInbox) -> None:
    inbox = await open_inbox(url, max_attempts=1)
    await fill(inbox, "a/b", "g1")
    await work_off(inbox, Recorder(poison={"g1"}))
    assert await inbox.dead() == (Buried("g1", "push", "a/b", 1, "RuntimeError: g1 cannot be handled"),)
    assert await inbox.redrive("g1")
    assert await inbox.dead() == ()
    assert not await inbox.redrive("g1")
    assert not await inbox.redrive("unknown")
    handler = Recorder()
    await work_off(inbox, handler)
    assert handler.batches == [("a/b", ["g1"])]


async def test_what_is_stopped_half_way_is_given_back_and_the_try_does_not_count(
    url: str, open_inbox: OpenInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tdd_orchestrator.inbox.workers.STOP_S", 0.01)
    inbox = await open_inbox(url)
    begun = asyncio.Event()
    attempts: list[int] = []

    async def slow(_: str, deliveries: tuple[Delivery, ...]) -> None:
        begun.set()
        await asyncio.Event().wait()

    async def quick(_: str, deliveries: tuple[Delivery, ...]) -> None:
        attempts.extend(delivery.attempts for delivery in deliveries)

    await fill(inbox, "a/b", "g1", "g2")
    async with running(inbox, slow):
        await begun.wait()
    assert (await inbox.stats()).leased == 0
    await work_off(inbox, quick)
    assert attempts == [0, 0]


async def test_a_handler_that_cancels_itself_has_failed(url: str, open_inbox: OpenInbox) -> None:
    inbox = await open_inbox(url, max_attempts=2)

    async def handler(_: str, deliveries: tuple[Delivery, ...]) -> None:
        raise asyncio.CancelledError

    await fill(inbox, "a/b", "g1")
    await work_off(inbox, handler)
    assert (await inbox.stats()).dead == 1
