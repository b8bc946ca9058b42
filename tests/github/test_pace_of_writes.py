"""Writes go a second apart and stay under eighty a minute and five hundred an hour; people are answered first."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdd_orchestrator.github.pace import Crowded, Urgency, WritePace
from world.patient import Clock

TURNS = st.tuples(st.sampled_from(Urgency), st.integers(1, 10), st.floats(0, 5))


async def _take(
    pace: WritePace, clock: Clock, starts: list[float], urgency: Urgency = Urgency.WORK, weight: int = 1
) -> None:
    async with pace.turn(urgency=urgency, weight=weight):
        starts.extend([clock.now] * weight)


async def test_writes_are_serial_and_a_second_apart() -> None:
    clock, starts = Clock(), list[float]()
    pace = WritePace(1.0, clock=clock, sleep=clock.sleep)
    await asyncio.gather(*(_take(pace, clock, starts) for _ in range(4)))
    assert [start - starts[0] for start in starts] == [0, 1, 2, 3]


async def test_an_interval_of_nought_waits_for_nothing() -> None:
    clock, starts = Clock(), list[float]()
    pace = WritePace(0, clock=clock, sleep=clock.sleep)
    for _ in range(1000):
        await _take(pace, clock, starts)
    assert clock.naps == []


async def test_a_write_that_fails_passes_its_turn_on() -> None:
    clock = Clock()
    pace = WritePace(1.0, clock=clock, sleep=clock.sleep)
    try:
        async with pace.turn():
            raise RuntimeError
    except RuntimeError:
        pass
    await asyncio.wait_for(_take(pace, clock, []), 1)


@settings(max_examples=20, deadline=None)
@given(st.lists(TURNS, min_size=150, max_size=500), st.floats(0.05, 1))
def test_no_window_holds_more_writes_than_github_allows(
    turns: list[tuple[Urgency, int, float]], interval: float
) -> None:
    clock, written = Clock(), list[float]()
    pace = WritePace(interval, clock=clock, sleep=clock.sleep)

    async def go() -> None:
        for urgency, weight, idle in turns:
            clock.now += idle if idle > 4.5 else 0
            try:
                await _take(pace, clock, written, urgency, weight)
            except Crowded as crowded:
                clock.now += crowded.seconds

    asyncio.run(go())
    assert written
    for start in written:
        assert sum(start <= other < start + 60 for other in written) <= 80
        assert sum(start <= other < start + 3600 for other in written) <= 500


async def test_checks_that_wait_for_room_do_not_keep_an_answer_waiting() -> None:
    """Ten repositories of one installation show what they can; a person's command is answered within two seconds."""
    clock, shown, answered = Clock(), list[float](), list[float]()
    pace = WritePace(1.0, clock=clock, sleep=clock.sleep)
    put_off = 0
    for _ in range(1000):
        try:
            await _take(pace, clock, shown, Urgency.SHOW)
        except Crowded:
            put_off += 1
    asked = clock.now
    await _take(pace, clock, answered, Urgency.ANSWER)
    assert len(shown) == 400
    assert put_off == 600
    assert answered[0] - asked <= 2


async def test_a_short_wait_is_slept_through_and_a_long_one_is_said() -> None:
    clock, shown = Clock(), list[float]()
    pace = WritePace(0.1, clock=clock, sleep=clock.sleep)
    await _take(pace, clock, shown, Urgency.SHOW, 60)
    with pytest.raises(Crowded) as crowded:
        await _take(pace, clock, shown, Urgency.SHOW)
    assert 59 <= crowded.value.seconds <= 60
    clock.now += 35
    await _take(pace, clock, shown, Urgency.SHOW)
    assert shown[-1] - shown[0] >= 60


async def test_the_last_tenth_of_the_hour_is_kept_for_work_and_answers() -> None:
    clock, starts = Clock(), list[float]()
    pace = WritePace(1.0, clock=clock, sleep=clock.sleep)
    told = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "400", "x-ratelimit-reset": "1600"}
    pace.saw({**told, "x-ratelimit-resource": "core"}, 1000.0)
    with pytest.raises(Crowded) as crowded:
        await _take(pace, clock, starts, Urgency.SHOW)
    assert crowded.value.seconds == pytest.approx(600)
    await _take(pace, clock, starts, Urgency.WORK)
    pace.saw({**told, "x-ratelimit-remaining": "50"}, 1000.0)
    with pytest.raises(Crowded):
        await _take(pace, clock, starts, Urgency.WORK)
    await _take(pace, clock, starts, Urgency.ANSWER)
    clock.now += 601
    await _take(pace, clock, starts, Urgency.SHOW)


async def test_an_answer_without_figures_says_nothing_of_the_limit() -> None:
    clock, starts = Clock(), list[float]()
    pace = WritePace(1.0, clock=clock, sleep=clock.sleep)
    pace.saw({"x-ratelimit-limit": "0", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "9"}, 0.0)
    pace.saw({"date": "today"}, 0.0)
    await _take(pace, clock, starts, Urgency.SHOW)
    assert len(starts) == 1
