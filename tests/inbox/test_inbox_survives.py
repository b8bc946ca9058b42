"""What is accepted is handled, whatever becomes of the processes: killed, dead for good, or frozen and thawed."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

import world.inbox_child
from tdd_orchestrator.inbox import Delivery, leasing
from tdd_orchestrator.inbox.delivery import Lease
from tdd_orchestrator.inbox.tables import lane as held
from tdd_orchestrator.inbox.writer import Writer
from world.inbox_child import LANES, LEASE_S
from world.inbox_work import OpenInbox, Recorder, running, until, work_off

Start = Callable[..., Awaitable[Process]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts children, and ends those that the test left alive."""
    children: list[Process] = []

    async def started(*arguments: str) -> Process:
        program = str(world.inbox_child.__file__)
        child = await asyncio.create_subprocess_exec(sys.executable, program, *arguments, stdout=PIPE)
        children.append(child)
        return child

    yield started
    for child in children:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def line(child: Process) -> str:
    assert child.stdout
    return (await asyncio.wait_for(child.stdout.readline(), 15)).decode().strip()


async def killed(child: Process) -> list[str]:
    """kill -9; what the child had still said."""
    os.kill(child.pid, signal.SIGKILL)
    assert child.stdout
    rest = await child.stdout.read()
    assert await child.wait() == -signal.SIGKILL
    return [word.decode() for word in rest.splitlines(keepends=False)]


async def has_lines(file: Path, enough: int) -> bool:
    return file.read_text().count("\n") >= enough


async def test_nothing_accepted_is_lost_when_the_process_is_killed(
    url: str, start: Start, open_inbox: OpenInbox
) -> None:
    child = await start("accept", url)
    said = [await line(child) for _ in range(200)]
    said += await killed(child)
    handler = Recorder()
    await work_off(await open_inbox(url), handler)
    done = [guid for _, guid in handler.done]
    assert set(said) <= set(done)
    assert len(done) - len(said) <= LANES, "at most what was on its way to the caller"
    for lane in range(LANES):
        assert handler.order(f"a/b#{lane}") == sorted(handler.order(f"a/b#{lane}"))


async def test_a_handler_killed_in_the_middle_repeats_effects_at_most(
    sqlite_url: str, start: Start, open_inbox: OpenInbox, tmp_path: Path
) -> None:
    effects = tmp_path / "effects"
    effects.touch()
    inbox = await open_inbox(sqlite_url)
    accepted = [(f"a/b#{n % LANES}", f"{n:04}") for n in range(300)]
    await asyncio.gather(*(inbox.accept(guid, "push", lane, b"{}") for lane, guid in accepted))
    await inbox.close()

    for enough in (40, 120):
        child = await start("handle", sqlite_url, str(effects))
        assert await line(child) == "ready"
        await until(partial(has_lines, effects, enough))
        await killed(child)
    handler = Recorder()
    await work_off(await open_inbox(sqlite_url), handler)

    seen = [(lane, guid) for lane, guid in (row.split() for row in effects.read_text().splitlines())] + handler.done
    assert set(seen) == set(accepted)
    for lane in {lane for lane, _ in accepted}:
        first_seen = list(dict.fromkeys(guid for key, guid in seen if key == lane))
        assert first_seen == sorted(first_seen), "order within a lane"


async def test_a_dead_replica_s_lane_is_taken_over_when_its_lease_ends(
    url: str, start: Start, open_inbox: OpenInbox
) -> None:
    inbox = await open_inbox(url, shared=True, lease_s=LEASE_S)
    await inbox.accept("g1", "push", "a/b", b"{}")
    child = await start("freeze", url)
    assert await line(child) == "handling"
    await killed(child)
    assert (await inbox.stats()).leased == 1
    handler = Recorder()
    await work_off(inbox, handler)
    assert handler.done == [("a/b", "g1")]


async def test_a_frozen_replica_finds_itself_fenced_when_it_wakes(
    url: str, start: Start, open_inbox: OpenInbox
) -> None:
    inbox = await open_inbox(url, shared=True, lease_s=LEASE_S)
    await inbox.accept("g1", "push", "a/b", b"{}")
    child = await start("freeze", url)
    assert await line(child) == "handling"
    entered, leave = asyncio.Event(), asyncio.Event()

    async def handler(lane: str, deliveries: tuple[Delivery, ...]) -> None:
        entered.set()
        await leave.wait()

    async with running(inbox, handler):
        await asyncio.wait_for(entered.wait(), 10)
        os.kill(child.pid, signal.SIGCONT)
        assert await line(child) == "was stopped"
        assert (await inbox.stats()).waiting == 1, "the thawed replica has settled nothing"
        leave.set()
        await asyncio.wait_for(inbox.idle(), 10)


async def test_a_lease_is_renewed_while_the_handler_runs(url: str, open_inbox: OpenInbox) -> None:
    now = [1_000.0]
    first = await open_inbox(url, shared=True, lease_s=0.15, clock=lambda: now[0])
    second = await open_inbox(url, shared=True, lease_s=0.15, clock=lambda: now[0])
    await first.accept("g1", "push", "a/b", b"{}")

    async def is_fresh() -> bool:
        fresh = select(held.c.key).where(held.c.until >= now[0] + 0.15)
        return await second._writer.do(lambda c, _: c.execute(fresh).first()) is not None

    async def is_leased() -> int:
        return (await second.stats()).leased

    async def slow(lane: str, deliveries: tuple[Delivery, ...]) -> None:
        """Run for five leases; time goes on by the better part of a lease, but only when it has been renewed."""
        for _ in range(8):
            await until(is_fresh)
            now[0] += 0.1

    handler = Recorder()
    async with running(first, slow):
        await until(is_leased)
        await work_off(second, handler)
    assert handler.batches == []


async def test_every_write_of_a_worker_that_lost_its_lane_is_refused(url: str, open_inbox: OpenInbox) -> None:
    now = [1_000.0]
    inbox = await open_inbox(url, clock=lambda: now[0])
    writer: Writer = inbox._writer

    async def claim(owner: str) -> Lease:
        leases, _ = await writer.do(lambda c, at: leasing.claim(c, at, owner, 60, 1, 8))
        return leases[0]

    await inbox.accept("g1", "push", "a/b", b"{}")
    lost = await claim("sleeper")
    assert await writer.do(lambda c, at: leasing.renew(c, at, lost, 60))
    now[0] += 61
    held = await claim("waker")
    assert (held.fence, held.deliveries[0].attempts) == (2, 1)
    assert not await writer.do(lambda c, at: leasing.renew(c, at, lost, 60))
    assert not await writer.do(lambda c, at: leasing.complete(c, at, lost))
    assert await writer.do(lambda c, at: leasing.fail(c, at, lost, "late", 1, 8)) == (False, False)
    await writer.do(lambda c, at: leasing.give_back(c, at, [lost]))
    assert await writer.do(lambda c, at: leasing.complete(c, at, held))
    assert (await inbox.stats()).waiting == 0


async def test_a_delivery_that_takes_the_process_with_it_is_given_up_in_the_end(
    url: str, open_inbox: OpenInbox, caplog: pytest.LogCaptureFixture
) -> None:
    now = [1_000.0]
    inbox = await open_inbox(url, clock=lambda: now[0], max_attempts=3)
    await inbox.accept("killer", "push", "a/b", b"{}")
    await inbox.accept("next", "push", "a/b", b"{}")
    for _ in range(4):  # claimed, and never heard of again
        await inbox._writer.do(lambda c, at: leasing.claim(c, at, "mortal", 60, 1, 3))
        now[0] += 61
    handler = Recorder()
    await work_off(inbox, handler)
    assert handler.done == [("a/b", "next")]
    assert "delivery killer (push) of a/b is given up" in caplog.text
