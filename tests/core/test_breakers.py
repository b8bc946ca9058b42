"""Circuits that outlive a run: when they open, who may probe, what closes them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdd_orchestrator.core.breakers import (
    NEXT_CIRCUIT,
    Circuit,
    CircuitState,
    Limits,
    Outcome,
    closed,
    probed,
    resets,
    system_counted,
    worker_counted,
)

S = CircuitState
LIMITS = Limits(worker=3, system=2, pause_s=100.0)
NEW = Circuit("worker:claude")


def outcome(at: float, good: bool | None, number: int = 1, *, started_at: float = 0.0, is_task: bool = True) -> Outcome:
    return Outcome(number, started_at, at, good, is_task)


def worker(circuit: Circuit, *outcomes: Outcome) -> Circuit:
    for each in outcomes:
        circuit = worker_counted(circuit, each, LIMITS)
    return circuit


OPEN = worker(NEW, *(outcome(at, False, number=int(at)) for at in (1.0, 2.0, 3.0)))


def test_a_row_of_failures_over_several_pull_requests_opens_a_workers_circuit() -> None:
    assert worker(NEW, outcome(1, False), outcome(2, False)).state is S.CLOSED
    assert (OPEN.state, OPEN.since, OPEN.until, OPEN.opened, OPEN.failures) == (S.OPEN, 3.0, 103.0, 1, 3)
    assert OPEN.reason == "The worker claude has failed 3 times in a row, over all pull requests."


@pytest.mark.parametrize(
    "between",
    [outcome(2.5, True), outcome(2.5, True, started_at=2.0)],
)
def test_a_success_between_failures_begins_the_row_anew(between: Outcome) -> None:
    one = worker(NEW, outcome(1, False), outcome(2, False), between, outcome(3, False))
    assert (one.state, one.in_a_row, one.failures) == (S.CLOSED, 1, 3)


def test_lost_runners_plans_and_old_news_say_nothing_about_a_worker() -> None:
    two = worker(NEW, outcome(1, False), outcome(2, False))
    assert worker(two, outcome(3, None)) == two
    assert worker(two, outcome(3, False, is_task=False)) == two
    assert worker(two, outcome(0.5, False)) == two


def test_an_open_circuit_may_be_probed_by_one_after_its_pause() -> None:
    assert probed(OPEN, 7, OPEN.until - 1) is None
    half = probed(OPEN, 7, OPEN.until)
    assert half is not None
    assert (half.state, half.probe) == (S.HALF_OPEN, 7)
    assert probed(half, 7, half.since + 1) == half
    assert probed(half, 8, half.since + 1) is None
    later = probed(half, 8, half.until)  # the first probe never came back
    assert later is not None
    assert later.probe == 8


HALF = replace(OPEN, state=S.HALF_OPEN, since=200.0, probe=7)


@pytest.mark.parametrize(
    ("ended", "state"),
    [
        (outcome(220, True, 7, started_at=200), S.CLOSED),
        (outcome(220, True, 7, started_at=200, is_task=False), S.CLOSED),
        (outcome(220, False, 7, started_at=201), S.OPEN),
        (outcome(220, None, 7, started_at=201), S.OPEN),
        (outcome(220, True, 7, started_at=150), S.HALF_OPEN),
        (outcome(220, True, 8, started_at=201), S.HALF_OPEN),
        (outcome(220, False, 8, started_at=201), S.HALF_OPEN),
    ],
    ids=["good", "a plan", "bad", "lost", "begun before", "another's", "another's failure"],
)
def test_only_the_probe_decides(ended: Outcome, state: CircuitState) -> None:
    after = worker(HALF, ended)
    assert after.state is state
    assert after.failures >= HALF.failures
    assert after.opened == HALF.opened + (state is S.OPEN)


def test_while_it_is_open_a_success_that_had_begun_before_closes_nothing() -> None:
    assert worker(OPEN, outcome(4, True)).state is S.OPEN


def test_jobs_that_are_lost_open_the_system_and_any_end_of_a_probe_closes_it() -> None:
    one = Circuit("system")
    for at, good in ((1.0, None), (2.0, False), (3.0, None), (4.0, None)):
        one = system_counted(one, outcome(at, good), LIMITS)
    assert (one.state, one.since) == (S.OPEN, 4.0)
    assert "2 jobs in a row were lost" in one.reason
    half = probed(one, 1, one.until)
    assert half is not None
    assert system_counted(half, outcome(300, None, started_at=half.since), LIMITS).state is S.OPEN
    assert system_counted(half, outcome(300, False, started_at=half.since), LIMITS).state is S.CLOSED


@pytest.mark.parametrize(
    ("what", "name", "hit"),
    [
        ("all", "system", True),
        ("system", "system", True),
        ("system", "worker:claude", False),
        ("worker:claude", "worker:claude", True),
        ("worker:claude", "worker:claude/opus-5-5", True),
        ("worker:claude/opus-5-5", "worker:claude", False),
        ("worker:claude", "worker:claude-two", False),
    ],
)
def test_a_reset_names_a_circuit_or_a_worker_with_all_its_models(what: str, name: str, hit: bool) -> None:
    assert resets(what, name) is hit


OUTCOMES = st.builds(
    Outcome,
    st.integers(1, 3),
    st.floats(0, 500),
    st.floats(0, 500),
    st.sampled_from([True, False, None]),
    st.booleans(),
)
STEPS = st.lists(st.one_of(OUTCOMES, st.tuples(st.integers(1, 3), st.floats(0, 900)), st.floats(0, 900)), max_size=30)


@given(STEPS)
def test_counters_only_grow_and_steps_keep_to_the_table(steps: list[object]) -> None:
    circuit = NEW
    for each in steps:
        before = circuit
        match each:
            case Outcome():
                circuit = worker_counted(circuit, each, LIMITS)
            case (int() as number, float() as at):
                circuit = probed(circuit, number, at) or circuit
            case float():
                circuit = closed(circuit, each)
            case _:
                raise AssertionError(each)
        assert circuit.failures >= before.failures
        assert circuit.opened >= before.opened
        assert circuit.state is before.state or circuit.state in NEXT_CIRCUIT[before.state]
