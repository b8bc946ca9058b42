"""What each check and comment says, for every state of a run and of a task."""

from dataclasses import replace

import pytest

from tdd_orchestrator.core.batch import Batch
from tdd_orchestrator.core.effect import CancelJob, React, Reply, Retire, ShowComment, ShowRun, ShowTask
from tdd_orchestrator.core.fault import Fault
from tdd_orchestrator.core.result import Stage, StageState
from tdd_orchestrator.core.run import Quote, Run
from tdd_orchestrator.core.states import FINAL, RunState, TaskState
from tdd_orchestrator.core.task import Task
from tdd_orchestrator.report import rendered
from tdd_orchestrator.report.comment import run_comment
from tdd_orchestrator.report.document import document
from tdd_orchestrator.report.run_check import run_check
from tdd_orchestrator.report.task_check import task_check
from world.imagined import HEAD
from world.runs import attempt, run, stage, task

R, T = RunState, TaskState
DONE = task("TASK-1", T.COMPLETE, attempts=(attempt("n", 1, stage(), stage(Stage.LAND, sentence="Pushed.")),))
DOING = task("TASK-2", T.IN_PROGRESS, "TASK-1", tries=1)
LATER = task("TASK-3", T.PENDING, "TASK-1", "TASK-2")
FAILED = task("TASK-2", T.FAILED, tries=3)
FAULT = Fault("prds/x.md", 4, "REQ-1 is there twice.", "Give one of them another id.")
PLAN = (task("TASK-1"), task("TASK-2", T.PENDING, "TASK-1"))
WAITS = run(R.AWAITING_APPROVAL, *PLAN, quote=Quote(6.0, 13.2, 12.0, 26.4))

RUNS = [
    (run(R.PLANNING), "in_progress", None, "Planning 1 requirement", ()),
    (WAITS, "completed", "action_required", "2 tasks planned: waits for approval", ("approve-plan",)),
    (run(R.RUNNING, DONE, DOING, LATER), "in_progress", None, "1 of 3 tasks landed", ("pause",)),
    (
        run(R.PAUSED, DONE, DOING, reason="Paused by @writer; nothing new starts. `/tdd resume` goes on."),
        "completed",
        "action_required",
        "Paused: Paused by @writer; nothing new starts",
        ("resume",),
    ),
    (
        run(R.BLOCKED, DONE, FAILED, reason="TASK-2 failed: it cheats. `/tdd retry TASK-2` tries again."),
        "completed",
        "action_required",
        "Blocked: TASK-2 failed: it cheats",
        ("retry:TASK-2", "take:TASK-2", "skip:TASK-2"),
    ),
    (run(R.BLOCKED, reason="There is no plan: no key."), "completed", "action_required", None, ("resume",)),
    (run(R.BLOCKED, fork=True, reason="The head is in a fork: push it."), "completed", "action_required", None, ()),
    (run(R.BLOCKED, faults=(FAULT,), reason="Mend it."), "completed", "action_required", "Blocked: Mend it.", ()),
    (run(R.COMPLETED, DONE), "completed", "success", "1 task landed, each proven from git", ()),
    (
        run(R.COMPLETED, DONE, task("TASK-2", T.SKIPPED)),
        "completed",
        "success",
        "1 task landed, each proven from git; 1 skipped",
        (),
    ),
    (run(R.COMPLETED, task("TASK-1", T.SKIPPED)), "completed", "success", "0 tasks landed; 1 skipped", ()),
    (run(R.CANCELLED, DONE, reason="Cancelled."), "completed", "cancelled", "Cancelled: Cancelled.", ()),
]


@pytest.mark.parametrize(("one", "status", "conclusion", "title", "buttons"), RUNS)
def test_the_check_of_a_run(
    one: Run, status: str, conclusion: str | None, title: str | None, buttons: tuple[str, ...]
) -> None:
    shown = run_check(one, HEAD.sha, 0)
    assert (shown.name, shown.external_id) == ("TDD", "tdd1:pr-7:run:aaaaaaaaaaaa:g0")
    assert (shown.status, shown.conclusion) == (status, conclusion)
    assert title in (None, shown.title)
    assert tuple(button.identifier for button in shown.buttons) == buttons
    assert shown.summary


def test_every_state_of_a_run_is_among_them() -> None:
    assert {one.state for one, *_ in RUNS} == set(RunState)


def test_the_summary_of_a_plan_that_waits() -> None:
    assert run_check(WAITS, HEAD.sha, 0).summary == (
        "✋ **Awaiting approval** `░░░░░░░░░░░░░░░░░░░░` 0/2\n\n"
        "Write `/tdd approve` or press **Approve plan** to start the work.\n\n"
        "Quote: $6.00 (nine in ten: $13.20), 12 min (26 min). Spent $0.00 of at most $20.00."
    )


def test_the_text_of_a_run_is_a_table_and_the_same_as_a_graph() -> None:
    busy = run(R.RUNNING, DONE, DOING, LATER, approved_by="maintainer")
    busy = replace(busy, jobs=(replace(busy.jobs[0], url="https://github.test/run/4"),))
    shown, _, costs = run_check(busy, HEAD.sha, 0).text.partition("\n\n<details>")
    assert costs.startswith("<summary>Where $0.50 went</summary>")
    assert shown == (
        "### What waits for whom\n\n"
        "- 🤖 [TASK-2 attempt 1](https://github.test/run/4) is asked for.\n"
        "- ⏳ TASK-3 waits for TASK-2.\n\n"
        "### Tasks\n\n"
        "| State | Task | Requirements | Now | Attempts | Cost |\n"
        "|---|---|---|---|---|---|\n"
        "| ✅ complete | **TASK-1** title TASK-1 | REQ-1 | landed in ddddddd | 1 | $0.50 |\n"
        "| 🔵 in progress | **TASK-2** title TASK-2 | REQ-1 | [attempt 1](https://github.test/run/4) "
        "| [1](https://github.test/run/4) | $0.00 |\n"
        "| ⚪ pending | **TASK-3** title TASK-3 | REQ-1 | waits for TASK-2 | 0 | $0.00 |\n"
        "\n"
        "Approved by maintainer.\n"
        "\n"
        "```mermaid\n"
        "graph LR\n"
        '  TASK1["TASK-1 title TASK-1"]:::done\n'
        '  TASK2["TASK-2 title TASK-2"]:::active\n'
        '  TASK3["TASK-3 title TASK-3"]:::todo\n'
        "  TASK1 --> TASK2\n"
        "  TASK1 --> TASK3\n"
        "  TASK2 --> TASK3\n"
        "  classDef todo fill:#eaeef2,stroke:#8c959f,color:#24292f\n"
        "  classDef active fill:#ddf4ff,stroke:#218bff,color:#0a3069\n"
        "  classDef done fill:#dafbe1,stroke:#2da44e,color:#116329\n"
        "  classDef stuck fill:#ffebe9,stroke:#cf222e,color:#82071e\n"
        "```"
    )


def test_faults_of_a_prd_are_annotations_on_their_lines() -> None:
    (remark,) = run_check(run(R.BLOCKED, faults=(FAULT,)), HEAD.sha, 0).annotations
    assert (remark.path, remark.line, remark.level) == ("prds/x.md", 4, "failure")
    assert remark.message == "REQ-1 is there twice. Give one of them another id."


CHEATS = "It edits a frozen test."
TASKS = [
    (task(), "queued", None, "Waits for its turn"),
    (task(state=T.PENDING), "queued", None, "Waits for its turn"),
    (task(state=T.READY, tries=1, reason=CHEATS), "queued", None, f"Sent back: {CHEATS}"),
    (task(state=T.IN_PROGRESS, tries=1), "in_progress", None, "Attempt 1"),
    (
        task(state=T.IN_PROGRESS, attempts=(attempt("a", 1, reason=CHEATS), attempt("b", 2))),
        "in_progress",
        None,
        f"Attempt 2: {CHEATS}",
    ),
    (task(state=T.PASSING, tries=1), "in_progress", None, "Proven; landing"),
    (DONE, "completed", "success", "Proven and landed after 1 attempt"),
    (FAILED, "completed", "failure", f"{CHEATS} (3 attempts)"),
    (task(state=T.BLOCKED, tries=1), "completed", "action_required", f"{CHEATS} (3 attempts)"),
    (task(state=T.SKIPPED, reason="Skipped by @writer."), "completed", "skipped", "Skipped by @writer."),
    (task(state=T.SKIPPED), "completed", "skipped", "Skipped"),
]


@pytest.mark.parametrize(("one", "status", "conclusion", "title"), TASKS)
def test_the_check_of_a_task(one: Task, status: str, conclusion: str | None, title: str) -> None:
    shown = task_check(run(R.RUNNING, one), one, HEAD.sha, 2)
    assert shown.name == f"TDD / {one.key} · title {one.key}"
    assert shown.external_id == f"tdd1:pr-7:{one.key}:aaaaaaaaaaaa:g2"
    assert (shown.status, shown.conclusion, shown.title) == (status, conclusion, title)
    helps = one.state in (T.FAILED, T.BLOCKED)
    assert [button.identifier for button in shown.buttons] == [
        f"{each}:{one.key}" for each in ("retry", "take", "skip") if helps
    ]
    assert (f"`/tdd retry {one.key}` gives it more attempts" in shown.summary) is helps


def test_every_state_of_a_task_is_among_them() -> None:
    assert {one.state for one, *_ in TASKS} == set(TaskState)


@pytest.mark.parametrize("state", sorted(FINAL))
@pytest.mark.parametrize("one", [task(state=T.READY, tries=1), task(state=T.PASSING, tries=1)])
def test_no_check_of_a_run_that_is_over_stays_open(one: Task, state: RunState) -> None:
    shown = task_check(run(state, one, reason="Cancelled by @writer."), one, HEAD.sha, 0)
    assert (shown.status, shown.conclusion) == ("completed", "cancelled")
    assert shown.title == "Stopped after 1 attempt: Cancelled by @writer."


def test_the_text_of_a_task_is_its_attempts_the_newest_first() -> None:
    tries = (
        attempt("a", 1, stage(), stage(Stage.GREEN, StageState.REFUSED, "It edits | a test."), reason=CHEATS),
        attempt("b", 2, feedback="Leave the tests alone."),
    )
    one = task(state=T.IN_PROGRESS, attempts=tries)
    shown = task_check(run(R.RUNNING, one), one, HEAD.sha, 0)
    assert shown.text == (
        "### Attempt 2\n\nIt was told: Leave the tests alone.\n\nIn progress.\n\n"
        "### Money by stage and model\n\n"
        "| Stage | Model | Calls | Tokens | Cost |\n"
        "|---|---|---|---|---|\n"
        "| RED | claude-opus-5-5 | 1 | 1,500 | $0.25 |\n"
        "| GREEN | claude-opus-5-5 | 1 | 1,500 | $0.25 |\n\n"
        "### Attempt 1 · 24 s · $0.50\n\n"
        "|  | Stage | What happened | Timeline | Time | Cost | Commit |\n"
        "|---|---|---|---|---|---|---|\n"
        "| ✅ | RED | 2 fail. | `████████········` | 12 s | $0.25 | `eeeeeee` |\n"
        "| ❌ | GREEN | It edits \\| a test. | `········████████` | 12 s | $0.25 | `eeeeeee` |"
    )
    facts = "24 s of work, 3,000 tokens, $0.50"
    assert shown.summary == f"**In progress** · behaviour · REQ-1\n\n{facts}\n\n- [ ] it works"


def test_annotations_are_those_of_the_last_attempt_each_once() -> None:
    (remark,) = task_check(run(R.RUNNING, DONE), DONE, HEAD.sha, 0).annotations
    assert (remark.path, remark.line, remark.message) == ("tests/test_it.py", 3, "assert 1 == 2")


@pytest.mark.parametrize(("one", "asks"), [(WAITS, "`/tdd plan` plans anew"), (run(R.COMPLETED, DONE), "`tdd prove`")])
def test_the_comment_says_what_can_be_done(one: Run, asks: str) -> None:
    shown = run_comment(one)
    assert shown.marker == "<!-- tdd-orchestrator: pr-7 -->"
    assert shown.body.startswith("### TDD\n\n")
    assert asks in shown.body
    assert shown.body.endswith("<sub>Details in the Checks tab at aaaaaaa · state in `tdd-state/pr-7`</sub>")


def test_what_landing_is_doing_is_said_in_the_table() -> None:
    passing = run(R.RUNNING, task(state=T.PASSING, tries=1))
    assert "| landing |" in run_comment(passing).body
    proving = replace(passing, batch=Batch(("TASK-1",), staged="1" * 40))
    assert "| proving the merge |" in run_comment(proving).body


def test_a_skipped_dependency_is_not_waited_for() -> None:
    body = run_comment(run(R.PAUSED, task("TASK-1", T.SKIPPED), DOING, LATER)).body
    assert "waits for TASK-2 |" in body


def test_each_effect_shows_its_own_text() -> None:
    one = run(R.RUNNING, DONE, DOING)
    head, new = HEAD.sha, "1" * 40
    assert rendered(one, ShowRun(head)) == run_check(one, head, 0)
    assert rendered(one, ShowTask("TASK-1", head)) == task_check(one, DONE, head, 0)
    assert rendered(one, ShowComment()) == run_comment(one)
    assert rendered(one, React(1, "+1")) is None
    assert rendered(one, CancelJob("n", 1)) is None
    reply = rendered(one, Reply("9:1", "@writer Done."))
    assert reply is not None
    assert "Done." in str(reply)
    titles = [
        getattr(rendered(one, effect), "title", "")
        for effect in (Retire(head, new, "TASK-1"), Retire(head, head), ShowTask("TASK-9", head))
    ]
    assert titles == ["Goes on at 1111111", "Goes on in a newer check run", "Goes on in a newer check run"]


def test_the_document_tells_of_every_requirement_and_attempt() -> None:
    text = document(run(R.COMPLETED, DONE))
    assert text.startswith("# Shop\n\n✅ **Completed**")
    assert "| REQ-1 | title REQ-1 | prds/x.md:1 | TASK-1 complete |" in text
    assert "## TASK-1 · title TASK-1\n\n### Attempt 1" in text
