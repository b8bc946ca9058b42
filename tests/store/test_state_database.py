"""The database: what is written is read back, little changes when little happened, and people can read it."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tdd_orchestrator.core.decide import decide
from tdd_orchestrator.core.effect import Effect, Land
from tdd_orchestrator.core.event import Event, Ticked
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.result import Stage, StageReport, StageState, Step, Usage
from tdd_orchestrator.core.run import Job, Run
from tdd_orchestrator.core.shown import Shown
from tdd_orchestrator.core.states import RunState, TaskState
from tdd_orchestrator.core.task import Attempt, Task
from tdd_orchestrator.core.wire import from_wire, to_wire
from tdd_orchestrator.store import database, log
from tdd_orchestrator.store.memory import REMEMBERED, Applied, Memory
from tdd_orchestrator.store.rebuild import Rebuild
from world.arbitrary import any_member, anything
from world.runs import run, task
from world.state_world import SEEN, folded

USAGE = Usage("claude-opus-5-5", calls=2, input_tokens=100, output_tokens=20, usd=0.25)
RED = StageReport(Stage.RED, StageState.ACCEPTED, "Fails on an assertion.", 12.5, "c" * 40, usage=(USAGE, USAGE))
GREEN = StageReport(Stage.GREEN, StageState.REFUSED, "Two tests fail.", 30.0, usage=(USAGE,))


def worked(number: int) -> Task:
    attempts = (
        Attempt(1, f"a{number}", 60.0, 102.5, accepted=False, reason="Two tests fail.", stages=(RED, GREEN)),
        Attempt(2, f"b{number}", 200.0, stages=(RED,)),
    )
    return Task(PlannedTask(f"TASK-{number}", "Add numbers"), TaskState.IN_PROGRESS, attempts)


def at_work(tasks: int) -> Run:
    run, _ = folded(None, SEEN)
    jobs = tuple(Job(f"{kind}{number}", Step.WORK, 1.0, f"TASK-{number}") for number in range(tasks) for kind in "ab")
    return replace(run, state=RunState.RUNNING, tasks=tuple(map(worked, range(tasks))), jobs=jobs, plan_usage=(USAGE,))


def keyed(run: Run) -> Run:
    """Any run, made possible: keys of tasks and nonces of jobs are unique."""
    tasks = [replace(task, planned=replace(task.planned, key=f"TASK-{n}")) for n, task in enumerate(run.tasks)]
    jobs = [replace(job, nonce=f"{n}{job.nonce}") for n, job in enumerate(run.jobs)]
    return replace(run, tasks=tuple(tasks), jobs=tuple(jobs))


def unique(effects: list[Effect]) -> tuple[Effect, ...]:
    return tuple({effect.key: effect for effect in effects}.values())


MEMORIES = st.builds(
    Memory,
    run=anything(Run).map(keyed),
    outbox=st.lists(any_member(Effect), max_size=3).map(unique),
    shown=st.dictionaries(
        st.text(max_size=5), st.builds(Shown, st.integers(0, 2**62), st.text(max_size=5)), max_size=3
    ),
    applied=st.lists(st.text(max_size=5), max_size=4, unique=True).map(
        lambda txns: tuple(Applied(txn, 1.5) for txn in txns)
    ),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MEMORIES, MEMORIES)
def test_what_is_written_is_read_back_whatever_stood_there_before(before: Memory, after: Memory) -> None:
    first = database.written(b"", Memory(), before)
    assert database.read(first) == before
    grown = replace(after, applied=before.applied + tuple(Applied(f"later: {one.txn}", 2.0) for one in after.applied))
    grown = replace(grown, shown={**before.shown, **grown.shown})
    assert database.read(database.written(first, before, grown)) == grown


def test_text_and_numbers_that_sqlite_does_not_hold_do_not_stop_a_run() -> None:
    strange = replace(at_work(1), title="half \ud800 a pair\x00", number=42, plan_usage=(Usage(input_tokens=10**30),))
    memory = Memory(strange)
    assert database.read(database.written(b"", Memory(), memory)) == memory


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(any_member(Event), max_size=5))
def test_a_run_that_is_rebuilt_from_its_log_equals_the_original(events: list[Event]) -> None:
    run, _ = folded(None, SEEN, *events)
    written = b"".join(log.happening(f"txn-{number}", event) for number, event in enumerate([SEEN, *events]))
    lines, fault = log.lines(log.whole(written)[0])
    rebuilt = Rebuild().memory(lines)
    assert fault == ""
    assert rebuilt.run == run
    assert [one.txn for one in rebuilt.applied] == [f"txn-{number}" for number in range(len(events) + 1)]


def test_one_changed_task_of_many_changes_few_pages() -> None:
    before = Memory(at_work(200))
    task = before.run.tasks[100] if before.run else None
    assert task is not None
    assert before.run is not None
    after = replace(before, run=before.run.with_task(replace(task, state=TaskState.BLOCKED, reason="Asked.")))
    first = database.written(b"", Memory(), before)
    second = database.written(first, before, after)
    pages = [at for at in range(0, len(second), 4096) if second[at : at + 4096] != first[at : at + 4096]]
    assert len(first) > 100 * 4096
    assert len(pages) <= 6
    assert database.read(second) == after


def test_order_is_kept_when_one_in_the_middle_moves_to_the_end() -> None:
    run = at_work(3)
    before = Memory(run)
    after = replace(before, run=run.with_job(replace(run.jobs[1], url="https://example.invalid/1")))
    assert database.read(database.written(database.written(b"", Memory(), before), before, after)) == after


def test_the_last_transactions_are_remembered_and_older_ones_forgotten() -> None:
    run = at_work(1)
    memory, content = Memory(), b""
    for batch in range(3):
        new = tuple(Applied(f"txn-{batch}-{number}", 1.0) for number in range(1_500))
        after = memory.then(run, new, asked=(), done=(), shown={})
        content, memory = database.written(content, memory, after), after
    assert len(memory.applied) == REMEMBERED
    assert database.read(content) == memory


@pytest.fixture
def rows() -> Any:
    content = database.written(b"", Memory(), Memory(at_work(2)))
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(content)
        connection.row_factory = sqlite3.Row
        yield lambda query: [dict(row) for row in connection.execute(query)]


def test_people_can_read_how_the_tasks_stand(rows: Any) -> None:
    assert rows("SELECT * FROM v_tasks")[0] == {
        "task": "TASK-0",
        "title": "Add numbers",
        "state": "in_progress",
        "attempts": "2 of 3",
        "stage": "red accepted",
        "seconds": 55.0,
        "tokens": 600,
        "usd": 1.25,
        "landed": None,
        "reason": "",
    }


def test_people_can_read_how_the_attempts_went(rows: Any) -> None:
    told = rows("SELECT attempt, outcome, started, seconds, stages, usd, reason FROM v_attempts WHERE task = 'TASK-1'")
    assert [tuple(row.values()) for row in told] == [
        (1, "sent back", "1970-01-01 00:01:00", 42.5, "red accepted, green refused", 0.75, "Two tests fail."),
        (2, "in progress", "1970-01-01 00:03:20", None, "red accepted", 0.5, ""),
    ]


def test_people_can_read_what_it_cost(rows: Any) -> None:
    told = rows("SELECT task, stage, calls, input_tokens, usd FROM v_costs")
    assert [tuple(row.values()) for row in told] == [
        ("plan", "plan", 2, 100, 0.25),
        ("TASK-0", "green", 2, 100, 0.25),
        ("TASK-0", "red", 8, 400, 1.0),
        ("TASK-1", "green", 2, 100, 0.25),
        ("TASK-1", "red", 8, 400, 1.0),
        ("total", "", 22, 1100, 2.75),
    ]


def test_a_state_from_before_batches_is_read_and_its_landing_begins_again() -> None:
    old = to_wire(run(RunState.RUNNING, task("TASK-1", TaskState.PASSING, tries=1)))
    old["landing"] = "TASK-1"
    for gone in ("batch", "overlaps", "stack"):
        old.pop(gone)
    (known,) = old["tasks"]
    known["proven"] |= {"staged": "d" * 40, "staged_on": "a" * 40, "staged_proof": True}
    one = from_wire(Run, old)
    effect = {"is": "Land", "task": "TASK-1", "branch": "feature", "onto": "a" * 40, "base": "b" * 40, "tip": "c" * 40}
    left = from_wire(Land, effect | {"workflow_run": 5, "staged": None, "staging": "tdd/7/TASK-1"})
    again = decide(one, Ticked(at=50.0))
    asked = [each for each in again.effects if isinstance(each, Land)]
    assert [each.keys for each in asked] == [("TASK-1",)]
    assert left.key not in {each.key for each in asked}, "what an older app asked for is struck off"
