"""What holds each requirement: every way in which one can stand, and the tests that belong to none."""

from dataclasses import replace

import pytest

from tdd_orchestrator.core.coverage import FAULTS, Holding, Stray, board, new_tests_of
from tdd_orchestrator.core.plan import TaskKind
from tdd_orchestrator.core.replanning import digests
from tdd_orchestrator.core.result import Stage, StageReport, StageState
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import FINAL, RunState, TaskState
from world.imagined import planned, requirement
from world.runs import TEST, attempt, edited, landed, run, stage, task

R, T = RunState, TaskState


@pytest.mark.parametrize(
    ("one", "holding"),
    [
        (run(R.PLANNING), Holding.UNPLANNED),
        (run(R.RUNNING, task()), Holding.OPEN),
        (run(R.RUNNING, task(state=T.PENDING), task("TASK-2", T.SKIPPED)), Holding.OPEN),
        (run(R.RUNNING, task(state=T.IN_PROGRESS, tries=1)), Holding.WORKED),
        (run(R.RUNNING, task(state=T.PASSING, tries=1)), Holding.WORKED),
        (run(R.RUNNING, landed("TASK-1", TEST), task("TASK-2")), Holding.WORKED),
        (run(R.BLOCKED, landed("TASK-1", TEST), task("TASK-2", T.FAILED)), Holding.STUCK),
        (run(R.BLOCKED, task(state=T.BLOCKED)), Holding.STUCK),
        (run(R.COMPLETED, landed("TASK-1", TEST)), Holding.HELD),
        (run(R.COMPLETED, landed("TASK-1", TEST), landed("TASK-2")), Holding.HELD),
        (run(R.COMPLETED, landed("TASK-1", kind=TaskKind.DOCS)), Holding.HELD),
        (run(R.COMPLETED, landed("TASK-1", kind=TaskKind.REFACTOR)), Holding.HELD),
        (run(R.COMPLETED, landed("TASK-1")), Holding.UNTESTED),
        (run(R.COMPLETED, landed("TASK-1", kind=TaskKind.DOCS), landed("TASK-2")), Holding.UNTESTED),
        (run(R.COMPLETED, task(state=T.SKIPPED)), Holding.UNCOVERED),
        (run(R.RUNNING, replace(task(), planned=planned("TASK-1", kind="REQ-9"))), Holding.UNCOVERED),
        (edited(run(R.RUNNING, landed("TASK-1", TEST))), Holding.REPLANNED),
        (edited(run(R.COMPLETED, landed("TASK-1", TEST))), Holding.OUTDATED),
        (run(R.COMPLETED, landed("TASK-1", TEST, outdated=("REQ-1",))), Holding.UNCOVERED),
        (run(R.RUNNING, landed("TASK-1", TEST, outdated=("REQ-1",)), task("TASK-2")), Holding.OPEN),
        (run(R.COMPLETED, landed("TASK-1", TEST, outdated=("REQ-1",)), landed("TASK-2")), Holding.UNTESTED),
    ],
)
def test_how_a_requirement_stands(one: Run, holding: Holding) -> None:
    shown = board(one)
    (row,) = shown.rows
    assert row.holding is holding
    assert bool(shown.faults) is (holding in FAULTS)
    assert shown.over is (one.state in FINAL)


def test_what_holds_a_requirement_is_named() -> None:
    (row,) = board(run(R.RUNNING, landed("TASK-1", TEST), landed("TASK-2", "tests/b.py::test_b"), task("TASK-3"))).rows
    assert row.tasks == ("TASK-1", "TASK-2", "TASK-3")
    assert row.tests == (TEST, "tests/b.py::test_b")
    assert row.commits == ("1" * 40,)


def test_finished_work_that_an_edit_makes_invalid_is_named_and_no_longer_counts() -> None:
    (row,) = board(edited(run(R.RUNNING, landed("TASK-1", TEST)))).rows
    assert (row.outdated, row.tests, row.commits) == (("TASK-1",), (), ())


def test_the_proof_says_more_of_the_tests_than_the_work() -> None:
    proof = StageReport(Stage.PROVE, StageState.ACCEPTED, "Proven.", tests=("proven",))
    refused = attempt("a", 1, replace(stage(), tests=("refused",)), accepted=False)
    work = attempt("b", 2, replace(stage(), tests=("worked",)), proof, accepted=True)
    assert new_tests_of(task(attempts=(refused, work))) == ("proven",)
    assert new_tests_of(task(attempts=(refused,))) == ()


def test_a_test_of_a_requirement_that_is_gone_is_a_stray() -> None:
    gone = run(R.COMPLETED, landed("TASK-1", TEST), requirements=(requirement("REQ-2"),))
    gone = replace(gone, planned_from=digests(gone.requirements))
    assert board(gone).strays == (Stray("TASK-1", TEST),)
    assert board(replace(gone, requirements=(requirement("REQ-1"), requirement("REQ-2")))).strays == ()
    unfinished = replace(gone, tasks=(replace(gone.tasks[0], state=T.SKIPPED),))
    assert board(unfinished).strays == ()
