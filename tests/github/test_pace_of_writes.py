"""Writes go one at a time, a second apart, and creations under eighty a minute and five hundred an hour."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from tdd_orchestrator.github.pace import WritePace
from world.patient import Clock


async def _take(pace: WritePace, clock: Clock, starts: list[float], creates: bool) -> None:
    async with pace.turn(creates=creates):
        starts.append(clock.now)


async def test_writes_are_serial_and_a_second_apart() -> None:
    clock, starts = Clock(), list[float]()
    pace = WritePace(1.0, clock=clock, sleep=clock.sleep)
    await asyncio.gather(*(_take(pace, clock, starts, creates=False) for _ in range(4)))
    assert [start - starts[0] for start in starts] == [0, 1, 2, 3]


async def test_an_interval_of_nought_waits_for_nothing() -> None:
    clock, starts = Clock(), list[float]()
    pace = WritePace(0, clock=clock, sleep=clock.sleep)
    for _ in range(1000):
        await _take(pace, clock, starts, creates=True)
    assert clock.naps == []


async def test_a_write_that_fails_passes_its_turn_on() -> None:
    clock = Clock()
    pace = WritePace(1.0, clock=clock, sleep=clock.sleep)
    try:
        async with pace.turn(creates=True):
            raise RuntimeError
    except RuntimeError:
        pass
    await asyncio.wait_for(_take(pace, clock, [], creates=True), 1)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.floats(0, 5)), min_size=150, max_size=700), st.floats(0.05, 1))
def test_no_window_holds_more_creations_than_github_allows(turns: list[tuple[bool, float]], interval: float) -> None:
    clock, created = Clock(), list[float]()
    pace = WritePace(interval, clock=clock, sleep=clock.sleep)

    async def go() -> None:
        for creates, idle in turns:
            clock.now += idle if idle > 4.5 else 0
            await _take(pace, clock, created if creates else [], creates)

    asyncio.run(go())
    for start in created:
        assert sum(start <= other < start + 60 for other in created) <= 80
        assert sum(start <= other < start + 3600 for other in created) <= 500
