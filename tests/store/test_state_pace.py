"""The pace of pushes: the first at once, what follows in turn."""

import asyncio

import pytest

from tdd_orchestrator.store.pace import Pace
from tdd_orchestrator.store.state import StateStore
from tdd_orchestrator.store.values import Conflict
from world.git_server import GitServer
from world.state_world import RUN_ID, change, nobody, put, state_store


class Clock:
    """A time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


async def test_the_first_push_goes_at_once_and_the_next_waits_its_turn() -> None:
    clock = Clock()
    pace = Pace(10.0, clock=clock, sleep=clock.sleep)
    assert pace.delay("repository") == 0.0
    await pace.turn("repository")
    assert clock.slept == []
    clock.now += 4.0
    assert pace.delay("repository") == 6.0
    await pace.turn("repository")
    assert clock.slept == [6.0]


async def test_those_who_wait_at_once_go_one_after_the_other() -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    pace = Pace(10.0, clock=lambda: 0.0, sleep=sleep)
    await asyncio.gather(*[pace.turn("repository") for _ in range(4)])
    assert waits == [10.0, 20.0, 30.0]


async def test_repositories_do_not_wait_for_each_other() -> None:
    clock = Clock()
    pace = Pace(10.0, clock=clock, sleep=clock.sleep)
    await pace.turn("one")
    await pace.turn("other")
    assert clock.slept == []


async def test_a_turn_that_was_not_used_delays_nobody(server: GitServer) -> None:
    clock = Clock()
    pace = Pace(10.0, clock=clock, sleep=clock.sleep)
    store, other = StateStore(server.url, nobody, pace=pace), state_store(server.url)
    before = await put(other, "first")
    await put(other, "second")
    with pytest.raises(Conflict):
        await store.save(RUN_ID, change(before, "late"), before)
    await put(store, "late")
    store.close()
    other.close()
    assert clock.slept == []


async def test_runs_of_one_repository_share_its_pace(server: GitServer) -> None:
    clock = Clock()
    store = StateStore(server.url, nobody, pace=Pace(10.0, clock=clock, sleep=clock.sleep))
    for run_id in (RUN_ID, "pr-43", "pr-44"):
        loaded = await store.load(run_id)
        await store.save(run_id, change(loaded, f"{run_id}-first"), loaded)
    store.close()
    assert clock.slept == [10.0, 10.0]
