"""The check `TDD / PRD`: its table while the run goes on, its conclusion and its lines at the end."""

from dataclasses import replace

import pytest

from tdd_orchestrator.core.content import CheckContent
from tdd_orchestrator.core.effect import PRD, Retire, ShowPrd
from tdd_orchestrator.core.plan import TaskKind
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import FINAL, RunState, TaskState
from tdd_orchestrator.report import rendered
from tdd_orchestrator.report.prd_check import MOST_NOTED, prd_check
from world.imagined import HEAD, requirement
from world.runs import TEST, edited, landed, run, task

R, T = RunState, TaskState


def shown(one: Run) -> CheckContent:
    return prd_check(one, HEAD.sha, 0)


def test_the_board_while_the_run_goes_on() -> None:
    told = shown(run(R.RUNNING, landed("TASK-1", TEST), task("TASK-2")))
    assert (told.name, told.external_id) == ("TDD / PRD", "tdd1:pr-7:prd:aaaaaaaaaaaa:g0")
    assert (told.status, told.conclusion, told.annotations) == ("in_progress", None, ())
    assert told.title == "0 of 1 requirement held by tests"
    assert told.summary == (
        "`░░░░░░░░░░░░░░░░░░░░` 0/1 requirements held\n\n"
        "The lines of the PRD are annotated when the run ends; until then this table is kept up to date."
    )
    assert told.text == (
        "| State | Requirement | Tasks and commits | Held by | Cost |\n"
        "|---|---|---|---|---|\n"
        "| 🔵 in progress | **REQ-1** title REQ-1<br><sub>prds/x.md:1</sub> "
        "| TASK-1 complete<br>TASK-2 ready<br>`1111111` | tests/test_it.py:<br>test_it | $0.25 |"
    )


def test_the_board_at_the_end_speaks_on_the_lines_of_the_prd() -> None:
    told = shown(run(R.COMPLETED, landed("TASK-1", TEST), ended_at=9.0))
    assert (told.status, told.conclusion, told.completed_at) == ("completed", "success", 9.0)
    (remark,) = told.annotations
    assert (remark.path, remark.line, remark.level, remark.title) == ("prds/x.md", 1, "notice", "REQ-1 · held")
    assert remark.message == (
        "Tasks: TASK-1 complete\nTests:\n  tests/test_it.py:\n  test_it\nCommits: 1111111\nCost: $0.25"
    )


@pytest.mark.parametrize(
    ("one", "title", "says"),
    [
        (
            run(R.COMPLETED, landed("TASK-1")),
            "0 of 1 requirement held by tests: 1 without a test",
            "- ❌ **REQ-1** title REQ-1: no test holds it. Its tasks landed without a new test",
        ),
        (
            run(R.COMPLETED, task(state=T.SKIPPED)),
            "0 of 1 requirement held by tests: 1 without a test",
            "- ❌ **REQ-1** title REQ-1: no task covers it. `/tdd plan`",
        ),
        (
            edited(run(R.COMPLETED, landed("TASK-1", TEST))),
            "0 of 1 requirement held by tests: 1 without a test",
            "- ❌ **REQ-1** title REQ-1: edited after the end. `/tdd plan` plans what changed.",
        ),
        (
            run(R.COMPLETED, landed("TASK-1", TEST), requirements=(), planned_from=()),
            "0 of 0 requirements held by tests: 1 test without a requirement",
            "- ❌ tests/test_it.py::test_it of TASK-1 covers no requirement of the PRD",
        ),
    ],
)
def test_what_fails_the_board(one: Run, title: str, says: str) -> None:
    told = shown(one)
    assert (told.conclusion, told.title) == ("failure", title)
    assert says in told.summary
    assert [remark.level for remark in told.annotations] == ["failure"]


def test_a_stray_test_is_shown_at_its_file() -> None:
    (remark,) = shown(run(R.COMPLETED, landed("TASK-1", TEST), requirements=(), planned_from=())).annotations
    assert (remark.path, remark.line) == ("tests/test_it.py", 1)


@pytest.mark.parametrize("state", sorted(RunState))
def test_it_is_concluded_when_the_run_is_over_and_never_before(state: RunState) -> None:
    told = shown(run(state, landed("TASK-1", TEST)))
    assert (told.conclusion is not None) is (state in FINAL)
    assert told.conclusion in (None, "success", "failure", "cancelled")


def test_docs_need_no_test() -> None:
    assert shown(run(R.COMPLETED, landed("TASK-1", kind=TaskKind.DOCS))).conclusion == "success"


def test_an_edit_says_what_is_planned_again_and_what_no_longer_counts() -> None:
    told = shown(edited(run(R.RUNNING, landed("TASK-1", TEST))))
    assert (
        "🔁 Being planned again after an edit: REQ-1.\n"
        "- TASK-1 had landed in ddddddd for an older text of REQ-1: it no longer counts."
    ) in told.summary
    assert "| 🔁 being planned again |" in told.text
    assert "| TASK-1 for an older text |" in told.text


def test_many_requirements_and_long_words_stay_within_githubs_limits() -> None:
    many = tuple(replace(requirement(f"REQ-{n}"), title="t" * 5_000, line=n) for n in range(1, 501))
    one = run(R.COMPLETED, landed("TASK-1", *(f"tests/{'x' * 400}{n}.py::t" for n in range(300))), requirements=many)
    told = shown(replace(one, planned_from=()))
    assert len(told.annotations) == MOST_NOTED == 500
    assert all(len(remark.message) < 16_000 and len(remark.title) <= 255 for remark in told.annotations)
    assert all(len(text) < 65_535 for text in (told.summary, told.text, told.title))
    assert "- … and 488 more" in told.summary


def test_each_effect_of_the_board_has_its_text() -> None:
    one = run(R.RUNNING, landed("TASK-1", TEST))
    assert rendered(one, ShowPrd(HEAD.sha)) == shown(one)
    retired = rendered(one, Retire(HEAD.sha, "1" * 40, PRD))
    assert isinstance(retired, CheckContent)
    assert (retired.name, retired.external_id) == ("TDD / PRD", shown(one).external_id)
    assert (retired.conclusion, retired.title) == ("neutral", "Goes on at 1111111")


def test_a_tasks_money_is_shared_among_its_requirements() -> None:
    one = landed("TASK-1", TEST)
    both = replace(one, planned=replace(one.planned, requirements=("REQ-1", "REQ-2")))
    told = shown(run(R.RUNNING, both, one, requirements=(requirement("REQ-1"), requirement("REQ-2"))))
    assert [row.split("|")[-2].strip() for row in told.text.splitlines()[2:]] == ["$0.38", "$0.12"]
