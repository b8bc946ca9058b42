"""The end of a run and its CI as tables: what is waited for, what becomes work, what holds, and who may let go."""

from dataclasses import replace

import pytest

from tdd_orchestrator.core.ci import Ci, CiCheck, CiState, telling_lines
from tdd_orchestrator.core.command import Verb
from tdd_orchestrator.core.decide import decide, pending
from tdd_orchestrator.core.effect import LookAtCi
from tdd_orchestrator.core.event import CiSeen, Ticked
from tdd_orchestrator.core.plan import TaskKind
from tdd_orchestrator.core.rules import Rules
from tdd_orchestrator.core.run import Ref, Run
from tdd_orchestrator.core.states import RunState, TaskState
from world.imagined import HEAD, command, seen
from world.runs import after, run, task

R, T = RunState, TaskState
RED = CiCheck("build", CiState.FAILED, "https://ci.example.com/7", "a.py:3: E501")
GREEN, GOING = replace(RED, state=CiState.PASSED, lines=""), replace(RED, state=CiState.PENDING, lines="")
HELD = replace(RED, state=CiState.HELD, lines="")
NEW = "f" * 40


def settled(ci: str = "work", **rules: object) -> Run:
    """A run whose work is done, and whose CI has not been asked about yet."""
    said = replace(seen().rules, ci=ci, **rules)  # type: ignore[arg-type]
    return after(run(R.RUNNING, task(state=T.COMPLETE), rules=said, ci=Ci(first=HEAD.sha)), Ticked(at=100.0))


def told(one: Run, *checks: CiCheck, at: float = 110.0, known: bool = False) -> Run:
    return after(one, CiSeen(at=at, head=one.head.sha, checks=checks, known=known))


def test_the_end_asks_github_once() -> None:
    before = run(R.RUNNING, task(state=T.COMPLETE), rules=Rules(ci="work"), ci=Ci(first="1" * 40))
    decision = decide(before, Ticked(at=100.0))
    assert LookAtCi(HEAD.sha, "1" * 40) in decision.effects
    assert decision.run is not None
    assert decision.run.state is R.RUNNING
    again = decide(told(decision.run, GOING), Ticked(at=120.0))
    assert not any(isinstance(effect, LookAtCi) for effect in again.effects)


@pytest.mark.parametrize(
    ("ci", "checks", "known", "state"),
    [
        ("work", (), False, R.COMPLETED),
        ("work", (), True, R.RUNNING),
        ("work", (GREEN,), False, R.COMPLETED),
        ("work", (GOING,), False, R.RUNNING),
        ("work", (GREEN, GOING), False, R.RUNNING),
        ("work", (RED, GOING), False, R.RUNNING),
        ("work", (HELD,), False, R.BLOCKED),
        ("block", (RED,), False, R.BLOCKED),
        ("block", (GREEN,), False, R.COMPLETED),
    ],
)
def test_what_a_look_leads_to(ci: str, checks: tuple[CiCheck, ...], known: bool, state: RunState) -> None:
    assert told(settled(ci), *checks, known=known).state is state


def test_ignored_ci_is_neither_waited_for_nor_believed() -> None:
    assert settled("ignore").state is R.COMPLETED
    assert LookAtCi(HEAD.sha, HEAD.sha) not in pending(settled("ignore"))


def test_a_failure_becomes_one_task_however_often_it_is_seen() -> None:
    worked = told(told(settled(), RED), RED, at=120.0)
    assert [one.key for one in worked.tasks] == ["TASK-1", "TASK-2"]
    made = worked.tasks[1]
    assert (made.planned.kind, made.state) == (TaskKind.REFACTOR, T.IN_PROGRESS)
    assert "a.py:3: E501" in made.feedback
    assert made.planned.files == worked.rules.files
    assert worked.ci.tasks == 1


def test_a_task_that_is_skipped_excuses_its_failure_on_this_head_only() -> None:
    worked = told(settled(), RED)
    skipped = after(worked, command(Verb.SKIP, "TASK-2", at=130.0))
    assert skipped.state is R.COMPLETED
    assert not after(settled("block"), command(Verb.SKIP, "TASK-2", at=130.0)).ci.worked


def test_the_limit_counts_tasks_whatever_happens_between() -> None:
    one = told(settled(ci_tasks=2), RED)
    for number, head in enumerate("ef", 2):
        landed = replace(one.tasks[-1], state=T.COMPLETE, landed=head * 40)
        one = after(replace(one.with_task(landed), head=Ref("feature", head * 40), jobs=()), Ticked(at=130.0))
        green = told(one, GOING, at=140.0)
        one = told(green, RED, at=150.0)
        assert one.ci.tasks == 2, number
    assert one.state is R.BLOCKED
    assert "after 2 tasks" in one.reason
    assert RED.url in one.reason


def test_a_push_wakes_a_run_that_its_ci_holds_and_nothing_else_does() -> None:
    held = told(settled("block"), RED)
    assert after(held, Ticked(at=140.0)) == held
    pushed = after(held, seen(150.0, Ref("feature", NEW), held.rules))
    assert (pushed.state, pushed.ci.looked, pushed.ci.head) == (R.RUNNING, False, NEW)
    other = replace(held, ci=replace(held.ci, holding=False))
    assert after(other, seen(150.0, Ref("feature", NEW), held.rules)).state is R.BLOCKED


def test_time_runs_out_for_ci_that_does_not_end_and_a_person_may_end_without_it() -> None:
    waiting = told(settled(ci_minutes=5), GOING)
    assert after(waiting, Ticked(at=399.0)).state is R.RUNNING
    late = after(waiting, Ticked(at=401.0))
    assert late.state is R.BLOCKED
    assert "/tdd resume" in late.reason
    resumed = after(late, command(Verb.RESUME, at=410.0))
    assert LookAtCi(HEAD.sha, HEAD.sha) in pending(resumed)
    assert told(resumed, GOING, at=411.0).state is R.COMPLETED
    assert told(resumed, RED, at=411.0).state is R.RUNNING, "red is work, whoever resumed"


def test_resume_does_not_make_red_green() -> None:
    held = told(settled("block"), RED)
    resumed = after(held, command(Verb.RESUME, at=130.0))
    assert resumed.state is R.RUNNING
    assert told(resumed, RED, at=131.0).state is R.BLOCKED


def test_ci_that_never_appears_is_told() -> None:
    waiting = told(settled(), known=True)
    assert after(waiting, Ticked(at=200.0)).state is R.RUNNING
    over = after(waiting, Ticked(at=300.0))
    assert over.state is R.COMPLETED
    assert "GITHUB_TOKEN" in over.notes[-1]


def test_a_look_at_an_old_head_changes_nothing() -> None:
    waiting = settled()
    assert after(waiting, CiSeen(at=110.0, head=NEW, checks=(RED,))) == waiting


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a.py:3: E501 line too long", "a.py:4: E501 line  too long", True),
        ("at 0x7f00aa: 12.3 s", "at 0x7fffff: 99.1 s", True),
        ("E501", "E502", False),
    ],
)
def test_a_fingerprint_forgets_what_changes_each_time(one: str, other: str, same: bool) -> None:
    prints = [replace(RED, lines=lines).fingerprint for lines in (one, other)]
    assert (prints[0] == prints[1]) is same
    assert replace(RED, name="lint").fingerprint != RED.fingerprint


def test_the_telling_lines_of_a_log_are_few() -> None:
    log = "\n".join(
        [
            "\ufeff2026-11-20T10:00:00.1234567Z ##[group]Run make",
            *(f"2026-11-20T10:00:01.0000000Z quiet {number}" for number in range(500)),
            "2026-11-20T10:00:02.0000000Z \x1b[31mFAILED tests/test_a.py::test_b - assert 1 == 2\x1b[0m",
            "2026-11-20T10:00:03.0000000Z ##[error]Process completed with exit code 1.",
        ]
    )
    lines = telling_lines(log).splitlines()
    assert lines[-2:] == [
        "FAILED tests/test_a.py::test_b - assert 1 == 2",
        "##[error]Process completed with exit code 1.",
    ]
    assert len(lines) == 4
    assert len(telling_lines("error " * 100_000)) < 5_000
    assert telling_lines("all\nis\nquiet") == "all\nis\nquiet"
