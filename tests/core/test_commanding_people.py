"""Every command in the states where it matters: who may, what it changes, and the one sentence of a refusal."""

from dataclasses import replace
from typing import Any

import pytest

from tdd_orchestrator.core.batch import Batch
from tdd_orchestrator.core.command import ROLE_NEEDED, Verb
from tdd_orchestrator.core.effect import CancelJob, React, Reply
from tdd_orchestrator.core.event import CommandMisread, Dispatched, Rerequested
from tdd_orchestrator.core.forks import fork_told
from tdd_orchestrator.core.roles import Role
from tdd_orchestrator.core.rules import Rules
from tdd_orchestrator.core.run import JobState, Quote, Run
from tdd_orchestrator.core.states import FINAL, RunState, TaskState
from world.imagined import HEAD, command
from world.runs import after, attempt, run, stage, task, told, work

R, T = RunState, TaskState
DOING = task(state=T.IN_PROGRESS, tries=1)
FAILED = task("TASK-1", T.FAILED, tries=3)
DONE = task("TASK-1", T.COMPLETE, tries=1)
WAITS = run(R.AWAITING_APPROVAL, task())
STUCK = run(R.BLOCKED, FAILED, task("TASK-2", T.PENDING, "TASK-1"), reason="TASK-1 failed")
LANDING = run(R.RUNNING, task(state=T.PASSING, tries=1), batch=Batch(("TASK-1",)))


def answer(first: Run, verb: Verb, *keys: str, **more: Any) -> str:
    replies = [effect for effect in told(first, command(verb, *keys, **more)).effects if isinstance(effect, Reply)]
    return replies[0].text if replies else ""


def obeyed(first: Run, verb: Verb, *keys: str, **more: Any) -> Run:
    decision = told(first, command(verb, *keys, **more))
    assert React(1, "+1") in decision.effects
    assert decision.run is not None
    return decision.run


@pytest.mark.parametrize("verb", Verb)
@pytest.mark.parametrize("role", Role)
def test_a_command_is_carried_out_from_its_role_on(verb: Verb, role: Role) -> None:
    said = answer(run(R.RUNNING, DOING), verb, "TASK-1", role=role.word)
    assert ("needs the role" in said) is (role < ROLE_NEEDED[verb])


def test_the_configuration_may_ask_for_another_role() -> None:
    strict = run(R.RUNNING, DOING, rules=Rules(roles=(("pause", "admin"), ("cancel", "nonsense"))))
    sentence = "@writer `/tdd pause` needs the role admin in this repository; yours is write."
    assert answer(strict, Verb.PAUSE) == sentence
    assert obeyed(strict, Verb.CANCEL).state is R.CANCELLED


@pytest.mark.parametrize("role", ["", "owner of the universe"])
def test_a_role_that_nobody_knows_is_no_role(role: str) -> None:
    assert "needs the role write" in answer(run(R.RUNNING, DOING), Verb.CANCEL, role=role)


@pytest.mark.parametrize(
    ("first", "verb", "keys", "more", "sentence"),
    [
        (run(R.RUNNING, DOING), Verb.APPROVE, (), {}, "Nothing waits for approval: the run is running."),
        (
            WAITS,
            Verb.APPROVE,
            (),
            {"subject": "0123abcdef"},
            "The head is aaaaaaa now, not 0123abc: look at the plan again, then approve.",
        ),
        (run(R.PAUSED, DOING), Verb.PAUSE, (), {}, "There is nothing to pause: the run is paused."),
        (run(R.COMPLETED, DONE), Verb.PAUSE, (), {}, "There is nothing to pause: the run is completed."),
        (
            STUCK,
            Verb.PAUSE,
            (),
            {},
            "Nothing starts while the run is blocked: there is nothing to pause. `/tdd status` says what it needs.",
        ),
        (WAITS, Verb.RESUME, (), {}, "The run is not paused: it is awaiting approval."),
        (
            STUCK,
            Verb.RESUME,
            (),
            {},
            "TASK-1 is failed and nothing else can start: `/tdd retry TASK-1` tries again, "
            "`/tdd skip TASK-1` goes on without it.",
        ),
        (run(R.BLOCKED, fork=True), Verb.RESUME, (), {}, fork_told(run(R.BLOCKED, fork=True))),
        (run(R.BLOCKED, fork=True), Verb.PLAN, (), {}, fork_told(run(R.BLOCKED, fork=True))),
        (run(R.CANCELLED, DONE), Verb.CANCEL, (), {}, "The run is over: it is cancelled."),
        (
            run(R.RUNNING, DOING),
            Verb.PLAN,
            (),
            {},
            "Work has started on this plan: `/tdd cancel` first, then `/tdd plan` makes a new one.",
        ),
        (run(R.PLANNING), Verb.PLAN, (), {}, "The plan is being made now; its check shows when it is there."),
        (STUCK, Verb.RETRY, ("TASK-9",), {}, "There is no TASK-9 in this run. Its tasks: TASK-1, TASK-2."),
        (run(R.PLANNING), Verb.SKIP, ("TASK-1",), {}, "There is no TASK-1 in this run. Its tasks: none yet."),
        (STUCK, Verb.RETRY, (), {}, "Which task? For example `/tdd retry TASK-1`."),
        (
            STUCK,
            Verb.RETRY,
            ("TASK-1", "TASK-2"),
            {},
            "TASK-2 is pending; only a failed, blocked or skipped task can be tried again.",
        ),
        (WAITS, Verb.RETRY, (), {"scope": "all failed"}, "No task is in that state."),
        (
            run(R.CANCELLED, FAILED),
            Verb.RETRY,
            ("TASK-1",),
            {},
            "The run is cancelled: `/tdd plan` starts it anew.",
        ),
        (
            STUCK,
            Verb.RETRY,
            ("TASK-1",),
            {"options": (("from", "green"),)},
            "No RED of TASK-1 is left to keep: `/tdd retry TASK-1` starts it anew.",
        ),
        (
            run(R.RUNNING, DONE, task("TASK-2", T.IN_PROGRESS, tries=1)),
            Verb.SKIP,
            ("TASK-1",),
            {},
            "TASK-1 has landed already; revert its commits if it is not wanted.",
        ),
        (
            LANDING,
            Verb.SKIP,
            ("TASK-1",),
            {},
            "TASK-1 is being landed right now; revert its commits if it is not wanted.",
        ),
        (
            run(R.CANCELLED, FAILED),
            Verb.SKIP,
            ("TASK-1",),
            {},
            "The run is cancelled: `/tdd plan` starts it anew.",
        ),
        (STUCK, Verb.EXPLAIN, ("TASK-9",), {}, "There is no TASK-9 in this run. Its tasks: TASK-1, TASK-2."),
        (
            STUCK,
            Verb.EXPLAIN,
            (),
            {"subject": "ESC-1"},
            "There is no ESC-1: nothing was asked yet.",
        ),
    ],
)
def test_a_refusal_is_one_sentence_and_changes_nothing(
    first: Run, verb: Verb, keys: tuple[str, ...], more: dict[str, Any], sentence: str
) -> None:
    decision = told(first, command(verb, *keys, **more))
    assert decision.effects == (React(1, "eyes"), Reply("1:1", f"@writer {sentence}"), React(1, "confused"))
    assert decision.run == replace(first, handled=("1:1",))


@pytest.mark.parametrize("verb", Verb)
def test_a_command_acts_once_however_often_it_is_told(verb: Verb) -> None:
    for first in (WAITS, STUCK, run(R.RUNNING, DOING)):
        once = told(first, command(verb, "TASK-1"))
        assert once.run is not None
        assert once.effects
        assert told(once.run, command(verb, "TASK-1")).effects == ()


def test_a_button_has_no_comment_to_react_to() -> None:
    effects = told(WAITS, replace(command(Verb.PAUSE), comment=0)).effects
    assert not [effect for effect in effects if isinstance(effect, React)]


def test_help_names_every_verb_that_works() -> None:
    text = answer(WAITS, Verb.HELP)
    assert all(verb in text for verb in set(Verb) - {Verb.HELP})
    assert "later" not in text


def test_status_and_explain_say_what_there_is_to_say() -> None:
    assert answer(STUCK, Verb.STATUS).splitlines() == [
        "The run is **blocked**. TASK-1 failed",
        "- TASK-1 failed: title TASK-1",
        "- TASK-2 pending: title TASK-2",
    ]
    assert answer(STUCK, Verb.EXPLAIN) == answer(STUCK, Verb.STATUS)
    assert "attempt 3" in answer(STUCK, Verb.EXPLAIN, "TASK-1")


def test_answers_carry_no_ping_and_no_html_of_anybody() -> None:
    evil = replace(
        FAILED, planned=replace(FAILED.planned, title="@org/team <img src=x>"), reason="see #12 [x](http://e)"
    )
    for verb in (Verb.STATUS, Verb.EXPLAIN):
        said = answer(run(R.BLOCKED, evil), verb, "TASK-1")
        assert "@org" not in said
        assert "<img" not in said
        assert "[x](" not in said.replace("\\[", "")
    misread = CommandMisread(at=2.0, id="9:1", comment=9, author="writer", reason="`x` @org/team is not a command.")
    (seen, reply, reaction, *_) = told(STUCK, misread).effects
    assert reply == Reply("9:1", "@writer `x` @\u200borg/team is not a command.")
    assert (seen, reaction) == (React(9, "eyes"), React(9, "confused"))


@pytest.mark.parametrize("subject", ["", HEAD.sha[:7], HEAD.sha])
def test_approval_starts_the_work_and_is_remembered(subject: str) -> None:
    approved = obeyed(WAITS, Verb.APPROVE, subject=subject)
    assert (approved.state, approved.approved_by) == (R.RUNNING, "writer")
    assert approved.tasks[0].state is T.IN_PROGRESS


def test_pause_holds_what_is_new_and_resume_goes_on_where_it_was() -> None:
    for first in (run(R.PLANNING), WAITS, run(R.RUNNING, DOING)):
        paused = obeyed(first, Verb.PAUSE)
        assert paused.state is R.PAUSED
        assert paused.reason.endswith("`/tdd resume` goes on.")
        again = obeyed(paused, Verb.RESUME, id="2:1")
        assert (again.state, again.reason, again.resume_to) == (first.state, "", None)


def test_cancel_gives_up_runners_and_keeps_what_landed() -> None:
    first = run(R.RUNNING, DONE, replace(task("TASK-2", T.IN_PROGRESS, tries=1)))
    decision = told(first, command(Verb.CANCEL))
    assert CancelJob("TASK-2.1", 40) in decision.effects
    assert decision.run is not None
    assert decision.run.state is R.CANCELLED
    assert [one.state for one in decision.run.tasks] == [T.COMPLETE, T.READY]
    assert decision.run.tasks[1].attempts[0].ended_at == 2.0
    assert decision.run.reason == "Cancelled by @writer. `/tdd plan` starts anew."


def test_retry_adds_attempts_and_takes_the_reason_of_the_block_away() -> None:
    again = obeyed(STUCK, Verb.RETRY, "TASK-1", options=(("worker", "script"),))
    assert (again.state, again.reason) == (R.RUNNING, "")
    assert (again.tasks[0].state, again.tasks[0].chances, again.tasks[0].worker) == (T.IN_PROGRESS, 6, "script")
    assert obeyed(STUCK, Verb.RETRY, scope="all failed").tasks[0].state is T.IN_PROGRESS


def test_a_skipped_task_that_is_tried_again_still_waits_for_its_dependencies() -> None:
    first = run(R.RUNNING, DOING, task("TASK-2", T.SKIPPED, "TASK-1"))
    assert obeyed(first, Verb.RETRY, "TASK-2").tasks[1].state is T.PENDING


def test_what_depends_on_a_skipped_task_waits_again_when_that_is_tried_again() -> None:
    busy = task("TASK-3", T.IN_PROGRESS, tries=1)
    first = run(R.RUNNING, task("TASK-1", T.SKIPPED), task("TASK-2", T.READY, "TASK-1"), busy)
    first = replace(first, rules=replace(first.rules, max_parallel=1))
    assert [one.state for one in obeyed(first, Verb.RETRY, "TASK-1").tasks] == [T.READY, T.PENDING, T.IN_PROGRESS]


def test_skip_goes_on_without_the_task_and_stops_its_runner() -> None:
    skipped = obeyed(STUCK, Verb.SKIP, "TASK-1")
    assert [one.state for one in skipped.tasks] == [T.SKIPPED, T.IN_PROGRESS]
    assert (skipped.state, skipped.reason) == (R.RUNNING, "")
    decision = told(run(R.RUNNING, DOING, task("TASK-2")), command(Verb.SKIP, "TASK-1"))
    assert CancelJob("TASK-1.1", 40) in decision.effects
    assert decision.run is not None
    assert decision.run.tasks[0].attempts[0].reason == "Skipped by @writer."


def test_a_run_whose_every_task_is_skipped_is_over() -> None:
    assert obeyed(run(R.RUNNING, DOING), Verb.SKIP, "TASK-1").state is R.COMPLETED


def test_a_new_plan_after_the_end_keeps_count_of_the_money() -> None:
    over = obeyed(run(R.RUNNING, task(state=T.IN_PROGRESS, attempts=(attempt("n", 1, stage()),))), Verb.CANCEL)
    anew = obeyed(over, Verb.PLAN, id="2:1", at=9.0)
    assert (anew.state, anew.tasks, anew.usd) == (R.PLANNING, (), 0.25)


def rerun(key: str | None = None, role: str = "write") -> Rerequested:
    return Rerequested(at=5.0, id="r1", author="writer", role=role, task=key)


@pytest.mark.parametrize("key", [None, "TASK-1"])
def test_a_rerun_tries_failed_tasks_again_on_new_check_runs(key: str | None) -> None:
    again = after(STUCK, rerun(key))
    assert (again.state, again.generation, again.tasks[0].state) == (R.RUNNING, 1, T.IN_PROGRESS)
    assert after(again, rerun(key)) == again


def test_a_rerun_by_a_reader_does_nothing() -> None:
    assert after(STUCK, rerun(role="read")) == replace(STUCK, handled=("r1",))


@pytest.mark.parametrize("state", sorted(FINAL))
def test_a_rerun_of_what_is_over_only_shows_it_again(state: RunState) -> None:
    over = run(state, FAILED, ended_at=4.0)
    assert after(over, rerun()) == replace(over, handled=("r1",), generation=1, shown_since=5.0)


def test_a_rerun_of_a_run_without_a_plan_plans_again() -> None:
    again = after(run(R.BLOCKED, reason="There is no plan."), rerun())
    assert again.state is R.PLANNING
    assert [job.state for job in again.jobs] == [JobState.ASKED]
    assert after(run(R.BLOCKED, fork=True), rerun()).state is R.BLOCKED


def test_a_job_that_was_confirmed_after_it_was_given_up_is_stopped_too() -> None:
    unconfirmed = run(R.RUNNING, DOING, jobs=(work(DOING, None),))
    decision = told(unconfirmed, command(Verb.CANCEL))
    assert not [effect for effect in decision.effects if isinstance(effect, CancelJob)]
    assert decision.run is not None
    confirmed = Dispatched(at=3.0, nonce="TASK-1.1", workflow_run=8)
    assert CancelJob("TASK-1.1", 8) in told(decision.run, confirmed).effects
    assert told(after(decision.run, confirmed), confirmed).effects == ()


def test_a_plan_whose_quote_is_over_the_limit_is_approved_by_a_maintainer() -> None:
    dear = replace(WAITS, quote=Quote(25.0, 40.0, 10.0, 20.0), rules=replace(WAITS.rules, per_run=20.0))
    said = answer(dear, Verb.APPROVE)
    assert "needs the role maintain in this repository: the quote of $25.00 is over the run's limit of $20.00" in said
    assert obeyed(dear, Verb.APPROVE, role="maintain").state is R.RUNNING
    lax = replace(dear, rules=replace(dear.rules, roles=(("approve", "write"),)))
    assert obeyed(lax, Verb.APPROVE).state is R.RUNNING


@pytest.mark.parametrize("head", ["c" * 40, ""])
def test_an_approval_is_of_the_commit_that_was_looked_at(head: str) -> None:
    said = told(WAITS, replace(command(Verb.APPROVE), head=head))
    assert said.run is not None
    assert said.run.state is R.AWAITING_APPROVAL
    why = "@writer The head has moved; it is aaaaaaa now: look at the plan again, then approve."
    assert Reply("1:1", why) in said.effects


def test_a_landing_of_ours_takes_no_approval_back_and_a_push_by_somebody_does() -> None:
    seen, landed, pushed = WAITS.head.sha, "b" * 40, "c" * 40
    moved = replace(WAITS, head=replace(WAITS.head, sha=landed), read_heads=(seen, landed))
    assert after(moved, replace(command(Verb.APPROVE), head=seen)).state is R.RUNNING
    assert after(moved, replace(command(Verb.APPROVE, subject=seen[:8]), head=landed)).state is R.RUNNING
    for theirs in (replace(moved, read_heads=(landed,)), replace(moved, head=replace(WAITS.head, sha=pushed))):
        assert after(theirs, replace(command(Verb.APPROVE), head=seen)).state is R.AWAITING_APPROVAL
