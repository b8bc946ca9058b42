"""The ledger: rows follow from runs, twice is once, other runs see the money and the circuits."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdd_orchestrator.core.breakers import SYSTEM, CircuitState
from tdd_orchestrator.core.event import Dispatched, JobLost, JobQueued, PullRequestClosed
from tdd_orchestrator.core.figures import ENOUGH, figures, quantile
from tdd_orchestrator.core.ledger import MOST_WORKERS, Ledger, noted, probed, view
from tdd_orchestrator.core.ledger_rows import joined, rows, size_of, summary
from tdd_orchestrator.core.ledger_view import DAY_S
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.result import Step
from tdd_orchestrator.core.rules import Rules
from tdd_orchestrator.core.run import Job, JobState, Reset, Run
from tdd_orchestrator.core.states import RunState, TaskState
from world.imagined import Imagined, finish, planned, seen
from world.runs import after, attempt, only, report, run, stage, started, task

S = CircuitState
RULES = Rules(worker="claude", worker_max_consecutive=2, system_max_consecutive=3, pause_minutes=10)
MINUTES = 60.0
Said = tuple[int, list[tuple[float, bool | None]]]


def worked(number: int, *outcomes: tuple[float, bool | None], worker: str = "claude") -> Run:
    """A run with one task whose attempts ended at these times so (None: lost), after a minute, for 25 cents each."""
    tries = tuple(
        attempt(
            f"{number}.{n}",
            n,
            *(() if accepted is None else (stage(),)),
            started_at=at - MINUTES,
            ended_at=at,
            accepted=bool(accepted),
            worker=worker,
        )
        for n, (at, accepted) in enumerate(outcomes, 1)
    )
    jobs = tuple(Job(t.nonce, Step.WORK, t.started_at, "TASK-1", JobState.DONE, ended_at=t.ended_at) for t in tries)
    one = replace(task(state=TaskState.COMPLETE), attempts=tries)
    return replace(run(RunState.RUNNING, one, rules=replace(RULES, worker=worker), number=number), jobs=jobs)


def ledger(*runs: Run) -> Ledger:
    found = Ledger()
    for each in runs:
        found = noted(found, each)
    return found


# Rows


def test_an_ended_attempt_is_a_row_and_one_in_progress_is_not() -> None:
    one = started(planned("TASK-1"))
    (plan,) = rows(one)
    assert (plan.task, plan.kind, plan.accepted, plan.number) == ("", "plan", True, 7)
    _, row = rows(after(one, report(one, tip=None, at=63.0)))
    assert (row.task, row.kind, row.size, row.worker) == ("TASK-1", "behaviour", "small", "script")
    assert (row.model, row.stage, row.usd, row.tokens, row.calls) == ("claude-opus-5-5", "red", 0.25, 1500, 1)
    assert (row.seconds, row.runner_seconds, row.accepted, row.lost, row.at) == (60.0, 12.0, False, False, 63.0)


def test_a_lost_runner_is_a_row_that_says_so_and_one_given_up_is_not_called_lost() -> None:
    one = started(planned("TASK-1"))
    lost = after(one, JobLost(at=9.0, nonce=only(one, Step.WORK).nonce, reason="gone"))
    assert [(row.accepted, row.lost) for row in rows(lost)] == [(True, False), (None, True)]
    closed = after(one, PullRequestClosed(at=9.0, merged=False))
    assert [(row.accepted, row.lost) for row in rows(closed)] == [(True, False), (None, False)]
    assert summary(closed).closed_at == 9.0


@pytest.mark.parametrize(
    ("criteria", "files", "size"), [(0, 1, "small"), (3, 1, "medium"), (1, 5, "medium"), (6, 0, "large")]
)
def test_a_task_is_as_large_as_what_it_must_show(criteria: int, files: int, size: str) -> None:
    names = tuple(f"src/{n}.py" for n in range(files))
    assert size_of(PlannedTask("TASK-1", "t", acceptance=("it works",) * criteria, files=names)) == size


def test_a_row_only_grows_and_keeps_the_words_it_has() -> None:
    (row,) = rows(worked(1, (70.0, True)))
    late, bare = replace(row, usd=0.5, calls=2), replace(row, kind="", size="", worker="", usd=0.25)
    assert joined(row, late) == late
    assert joined(late, row) == late
    assert joined(row, bare) == row


OUTCOMES = st.tuples(st.floats(100, 9e5), st.sampled_from([True, False, None]))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 3), st.lists(OUTCOMES, max_size=4))), st.randoms())
def test_whatever_is_noted_again_changes_nothing(said: list[Said], chance: Random) -> None:
    runs = {number: worked(number, *outcomes) for number, outcomes in said}
    book = ledger(*runs.values())
    again = list(runs.values()) * 2
    chance.shuffle(again)
    for each in again:
        assert noted(book, each) == book
    assert book.usd() == pytest.approx(sum(each.usd for each in runs.values()))


def test_the_money_of_a_whole_run_is_that_of_its_rows() -> None:
    world = Imagined((planned("TASK-1"), planned("TASK-2", "TASK-1")), Rules(approve_above=100.0, worker="script"))
    done = finish(world)
    assert ledger(done).usd() == done.usd
    assert {row.task for row in rows(done)} == {"", "TASK-1", "TASK-2"}
    assert ledger(done).runs[7].state == "completed"


# What other runs see


def test_a_run_sees_what_the_others_spent_today_and_ever_and_may_still_spend() -> None:
    busy = after(started(planned("TASK-1"), worker="claude"), Dispatched(at=4.0, nonce="x", workflow_run=1))
    busy = replace(busy, number=2)
    book = ledger(worked(1, (DAY_S + 100, True)), worked(3, (100, True), (DAY_S + 200, True)), busy)
    seen_by_1 = view(book, 1, DAY_S + 300)
    assert (seen_by_1.day_usd, seen_by_1.repo_usd) == (0.25, 0.5)
    assert view(book, 1, 300.0).reserved_usd == 20.0  # the one task of a run may have all that the run has
    assert view(book, 2, 300.0).reserved_usd == 0.0


def test_what_was_set_aside_for_a_job_is_free_again_when_nobody_can_be_spending_it() -> None:
    book = ledger(started(planned("TASK-1"), worker="claude"))
    (asked_at,) = [job.asked_at for job in started(planned("TASK-1"), worker="claude").open_jobs()]
    latest = asked_at + 30 * 60 + 3600
    assert view(book, 1, latest).reserved_usd == 20.0
    assert view(book, 1, latest + 1).reserved_usd == 0.0


def test_a_job_that_waits_for_its_runner_keeps_what_was_set_aside_for_it() -> None:
    (job,) = (one := started(planned("TASK-1"), worker="claude")).open_jobs()
    seen_waiting = job.asked_at + 5 * 3600
    waited = ledger(after(one, JobQueued(at=seen_waiting, nonce=job.nonce)))
    assert view(waited, 1, seen_waiting + 30 * 60 + 3600).reserved_usd == 20.0
    assert view(waited, 1, seen_waiting + 30 * 60 + 3601).reserved_usd == 0.0


def test_on_another_day_only_what_was_ever_spent_is_seen() -> None:
    book = ledger(worked(1, (DAY_S + 100, True)))
    assert view(book, 9, 2 * DAY_S).day_usd == 0.0


# Circuits


def states(book: Ledger) -> dict[str, str]:
    return {name: circuit.state.value for name, circuit in book.circuits.items()}


def test_two_pull_requests_open_a_workers_circuit_and_every_step_is_a_row() -> None:
    book = ledger(worked(1, (100, False)), worked(2, (200, False)))
    assert states(book) == {"worker:claude": "open", "system": "closed"}
    assert [(t.circuit, t.before, t.after, t.at) for t in book.transitions] == [
        ("worker:claude", S.CLOSED, S.OPEN, 200.0)
    ]
    (circuit,) = view(book, 3, 300.0).circuits
    assert (circuit.name, circuit.until) == ("worker:claude", 800.0)


def test_a_probe_is_taken_by_one_and_its_end_closes_the_circuit() -> None:
    book = ledger(worked(1, (100, False)), worked(2, (200, False)))
    assert probed(book, ("worker:claude",), 3, 700.0) == book
    half = probed(book, (SYSTEM, "worker:claude"), 3, 800.0)
    assert states(half)["worker:claude"] == "half_open"
    assert probed(half, ("worker:claude",), 4, 801.0) == half
    healed = noted(half, worked(3, (900, True)))
    assert states(healed)["worker:claude"] == "closed"
    assert [t.after for t in healed.transitions] == [S.OPEN, S.HALF_OPEN, S.CLOSED]
    assert noted(healed, worked(2, (200, False))) == healed


def test_a_reset_in_any_run_closes_what_was_open_before_it_and_nothing_later() -> None:
    reset = replace(worked(1, (100, False)), resets=(Reset("worker:claude", 250.0, "maintainer"),))
    book = ledger(worked(1, (100, False)), worked(2, (200, False)), reset)
    assert states(book)["worker:claude"] == "closed"
    assert book.transitions[-1].why == "Reset by @maintainer."
    later = noted(book, worked(3, (300, False), (400, False)))
    assert states(later)["worker:claude"] == "open"
    assert states(noted(later, reset))["worker:claude"] == "open"


def test_lost_runners_over_all_runs_open_the_system() -> None:
    book = ledger(*(worked(n, (100.0 * n, None)) for n in (1, 2, 3)))
    assert states(book) == {"system": "open", "worker:claude": "closed"}


def test_the_system_is_open_while_most_of_several_workers_are() -> None:
    failing = (worked(1, (100, False), (110, False)), worked(2, (200, False), (210, False), worker="other"))
    book = ledger(*failing, worked(3, (300, True), worker="third"))
    assert states(book)["system"] == "open"
    assert book.circuits["system"].reason == MOST_WORKERS
    half = probed(book, (SYSTEM, "worker:other"), 4, 2000.0)
    assert (states(half)["system"], states(half)["worker:other"]) == ("half_open", "half_open")
    assert states(noted(half, worked(4, (2100, True), worker="other")))["system"] == "closed"


# Figures


def done(count: int) -> Ledger:
    runs = [worked(n, (1000.0 * n, False), (1000.0 * n + 100, True)) for n in range(1, count + 1)]
    return ledger(*runs)


def test_figures_are_of_whole_tasks_and_only_of_enough_of_them() -> None:
    assert figures(done(ENOUGH - 1).rows.values()) == ()
    every, small = figures(done(ENOUGH).rows.values())
    assert (every.size, small.size, small.kind, small.worker, small.tasks) == (
        "",
        "small",
        "behaviour",
        "claude",
        ENOUGH,
    )
    assert (small.usd_p50, small.usd_p90, small.minutes_p50, small.runner_minutes) == (0.5, 0.5, 2.0, 0.4)
    assert view(done(ENOUGH), 99, 1.0).figures == ()
    assert view(done(ENOUGH), 99, 1.0, with_figures=True).figures == (every, small)


@pytest.mark.parametrize(("share", "value"), [(0.5, 6), (0.9, 10), (0.0, 1), (1.0, 10)])
def test_quantiles_are_values_that_there_were(share: float, value: float) -> None:
    assert quantile(list(range(10, 0, -1)), share) == value


def test_the_view_of_an_empty_ledger_is_that_of_a_run_that_has_seen_none() -> None:
    assert view(Ledger(), 1, 0.0) == after(None, seen()).ledger
