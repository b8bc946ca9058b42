"""Money: caps of the run, the day and the repository, what a job is given, and how a run that waits goes on."""

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdd_orchestrator.core.breakers import Circuit, CircuitState
from tdd_orchestrator.core.command import Verb
from tdd_orchestrator.core.decide import decide
from tdd_orchestrator.core.effect import Dispatch, Reply
from tdd_orchestrator.core.event import Event, LedgerSeen, PlanReported, Ticked, WorkReported
from tdd_orchestrator.core.jobs import assignment
from tdd_orchestrator.core.ledger import Ledger, noted, view
from tdd_orchestrator.core.ledger_view import DAY_S, LedgerView
from tdd_orchestrator.core.plan import Plan
from tdd_orchestrator.core.result import PlanResult, Stage, StageReport, StageState, Step, Usage, WorkResult
from tdd_orchestrator.core.rules import Rules
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.spending import caps, left, share
from tdd_orchestrator.core.states import RunState, TaskState
from world.imagined import command, planned, seen
from world.runs import after, only, plan_of, report, run, started, task

R, T = RunState, TaskState
CLAUDE = Rules(worker="claude", approve_above=1000.0)


def looked(usd: float = 0.0, at: float = 5.0, **more: object) -> LedgerSeen:
    """Others spent so much today."""
    return LedgerSeen(at=at, view=replace(LedgerView(at=at, day_usd=usd, repo_usd=usd), **more))  # type: ignore[arg-type]


def given_to(one: Run) -> list[float]:
    return [assignment(one, job).budget_usd for job in one.open_jobs() if job.step is Step.WORK]


# What a job is given


def test_tasks_side_by_side_share_what_is_left_and_one_alone_has_all_of_it() -> None:
    three = started(*(planned(f"TASK-{n}") for n in (1, 2, 3)), worker="claude")
    assert given_to(three) == pytest.approx([20 / 3] * 3, abs=0.001)
    assert left(three, 5.0) == pytest.approx(0.0, abs=0.001)
    chain = started(planned("TASK-1"), planned("TASK-2", "TASK-1"), worker="claude")
    assert given_to(chain) == [20.0]


def test_nobody_is_given_so_little_that_nothing_can_be_done_with_it() -> None:
    poor = started(*(planned(f"TASK-{n}") for n in (1, 2, 3)), worker="claude", per_run=3.0)
    assert given_to(poor) == [2.0, 1.0]  # the third waits until one of them has ended
    assert poor.state is R.RUNNING
    after_one = after(poor, report(poor))
    assert given_to(after_one) == [1.0, 1.75]


@pytest.mark.parametrize(
    ("rules", "view", "given"),
    [
        ({"per_run": 9.0}, {}, 9.0),
        ({"per_day": 7.0}, {}, 7.0),
        ({"per_day": 7.0}, {"day_usd": 3.0}, 4.0),
        ({"per_repo": 50.0}, {"repo_usd": 45.0}, 5.0),
        ({"per_day": 7.0}, {"day_usd": 3.0, "reserved_usd": 1.5}, 2.5),
        ({"per_day": 7.0}, {"at": 5.0 - DAY_S, "day_usd": 7.0}, 7.0),
    ],
    ids=["run", "day", "day with others", "repository", "others' jobs in progress", "others spent yesterday"],
)
def test_a_job_is_given_the_least_of_what_run_day_and_repository_have_left(
    rules: dict[str, float], view: dict[str, float], given: float
) -> None:
    at = DAY_S + 5.0
    known = LedgerView(**{"at": at, **{k: (at - DAY_S if k == "at" else v) for k, v in view.items()}})  # type: ignore[arg-type]
    one = run(R.RUNNING, task(), rules=replace(CLAUDE, **rules), ledger=known)  # type: ignore[arg-type]
    assert share(one, "TASK-1", at) == given


def test_workers_that_cost_nothing_set_nothing_aside() -> None:
    two = started(planned("TASK-1"), planned("TASK-2"), worker="script")
    assert [job.budget_usd for job in two.open_jobs()] == [None, None]
    assert left(two, 5.0) == 20.0


# Caps


@pytest.mark.parametrize(
    ("rules", "seen_usd", "by", "words"),
    [
        ({"per_run": 0.25}, 0.0, "run", ("spent $0.25 of its $0.25", "`/tdd budget +5`")),
        ({"per_day": 5.0}, 4.75, "day", ("Today", "$5.00 of its $5.00", "00:00 UTC", "`budget.per_day`")),
        ({"per_repo": 5.0}, 4.75, "repository", ("$5.00 of its $5.00", "`budget.per_repo`")),
    ],
)
def test_at_a_cap_what_is_proven_lands_the_rest_waits_and_the_reason_says_what_to_do(
    rules: dict[str, float], seen_usd: float, by: str, words: tuple[str, ...]
) -> None:
    one = started(planned("TASK-1"), planned("TASK-2", "TASK-1"), worker="claude")
    one = replace(one, rules=replace(one.rules, **rules))  # type: ignore[arg-type]
    proven = after(one, looked(seen_usd), report(one))
    assert proven.state is R.RUNNING
    assert proven.is_landing("TASK-1")
    waits = scheduled_after_landing(proven)
    assert [t.state for t in waits.tasks] == [T.COMPLETE, T.READY]
    assert (waits.state, waits.held) == (R.BLOCKED, by)
    assert all(word in waits.reason for word in words), waits.reason


def scheduled_after_landing(one: Run) -> Run:
    landed = replace(one.tasks[0], state=T.COMPLETE, proven=None)
    return after(replace(one.with_task(landed), batch=None), Ticked(at=20.0))


def test_jobs_of_other_pull_requests_may_take_the_rest_and_then_this_one_waits_for_them() -> None:
    one = run(R.RUNNING, task(), rules=replace(CLAUDE, per_day=10.0))
    held = after(one, looked(4.0, reserved_usd=6.0))
    assert (held.state, held.held) == (R.BLOCKED, "day")
    assert "may take the other $6.00" in held.reason
    assert after(held, looked(5.0, at=6.0)).tasks[0].state is T.IN_PROGRESS


def held_by_the_day() -> Run:
    return after(run(R.RUNNING, task(), rules=replace(CLAUDE, per_day=5.0)), looked(5.0, at=DAY_S - 5))


@pytest.mark.parametrize(
    "event",
    [Ticked(at=DAY_S + 1), looked(0.0, at=DAY_S + 1), looked(1.0, at=DAY_S - 1), seen(DAY_S - 1, rules=CLAUDE)],
    ids=["the next day", "the next day, seen", "the ledger was mended", "the cap was raised"],
)
def test_a_run_that_waits_for_a_cap_goes_on_by_itself(event: Event) -> None:
    held = held_by_the_day()
    assert (held.state, held.tasks[0].state) == (R.BLOCKED, T.READY)
    assert after(held, Ticked(at=DAY_S - 1)) == held
    gone_on = after(held, event)
    assert (gone_on.state, gone_on.reason, gone_on.held) == (R.RUNNING, "", "")
    assert gone_on.tasks[0].state is T.IN_PROGRESS


def test_no_plan_is_made_at_a_cap_and_it_is_made_when_there_is_money_again() -> None:
    poor = replace(CLAUDE, per_day=5.0)
    opened = after(None, seen(DAY_S - 9, rules=poor, ledger=LedgerView(at=DAY_S - 9, day_usd=5.0)))
    assert (opened.state, opened.held, opened.jobs) == (R.BLOCKED, "day", ())
    assert "00:00 UTC" in opened.reason
    tomorrow = after(opened, Ticked(at=DAY_S + 1))
    assert tomorrow.state is R.PLANNING
    assert assignment(tomorrow, only(tomorrow, Step.PLAN)).budget_usd == 5.0


def test_what_waits_for_a_person_does_not_go_on_by_itself() -> None:
    stuck = after(run(R.RUNNING, task(state=T.FAILED, tries=3)), Ticked(at=5.0))
    assert (stuck.state, stuck.held) == (R.BLOCKED, "")
    assert after(stuck, looked(0.0, at=DAY_S), Ticked(at=DAY_S)).state is R.BLOCKED


def test_an_older_look_at_the_ledger_changes_nothing() -> None:
    one = after(run(R.PAUSED, task()), looked(3.0, at=9.0))
    assert after(one, looked(1.0, at=8.0)) == one


# Circuits of the repository

OPEN = Circuit("worker:claude", CircuitState.OPEN, 100.0, 5, 5, 1, 100.0, 0, 600.0, "The worker claude has failed.")


def half_open(probe: int) -> LedgerSeen:
    return looked(at=701.0, circuits=(replace(OPEN, state=CircuitState.HALF_OPEN, since=701.0, probe=probe),))


def kept_back() -> Run:
    return after(run(R.RUNNING, task(), task("TASK-2"), rules=CLAUDE), looked(at=200.0, circuits=(OPEN,)))


def test_a_workers_circuit_keeps_its_tasks_back_and_lets_those_of_others_go() -> None:
    held = kept_back()
    assert (held.state, held.held) == (R.BLOCKED, "worker:claude")
    assert "One job tries it again at 00:11 UTC" in held.reason
    assert "`/tdd reset worker:claude`" in held.reason
    other = run(R.RUNNING, task(), task("TASK-2", worker="script"), rules=CLAUDE)
    assert [t.state for t in after(other, looked(at=200.0, circuits=(OPEN,))).tasks] == [T.READY, T.IN_PROGRESS]


def test_the_probe_is_one_job_and_all_go_on_when_it_ended_well() -> None:
    assert after(kept_back(), half_open(probe=8)).state is R.BLOCKED
    trying = after(kept_back(), half_open(probe=7))
    assert [t.state for t in trying.tasks] == [T.IN_PROGRESS, T.READY]
    good = after(trying, report(trying, at=800.0))
    assert good.tasks[1].state is T.IN_PROGRESS
    bad = after(trying, report(trying, tip=None, at=800.0))
    assert [t.state for t in bad.tasks] == [T.READY, T.READY]
    assert (bad.state, bad.held) == (R.BLOCKED, "worker:claude")


@pytest.mark.parametrize("what", ["worker:claude", "all", ""])
def test_a_reset_lets_it_go_on_at_once_and_is_kept_for_the_ledger(what: str) -> None:
    scope = {"scope": "all"} if not what else {"subject": what}
    after_reset = after(kept_back(), command(Verb.RESET, at=300.0, **scope))
    assert [t.state for t in after_reset.tasks] == [T.IN_PROGRESS, T.IN_PROGRESS]
    assert [(r.what, r.at) for r in after_reset.resets] == [(what or "all", 300.0)]


def test_a_reset_of_a_circuit_that_is_not_there_is_refused_by_name() -> None:
    (reply,) = [
        e for e in decide(kept_back(), command(Verb.RESET, subject="worker:other")).effects if isinstance(e, Reply)
    ]
    assert "no circuit worker:other" in reply.text
    assert "system, worker:claude" in reply.text


def test_an_open_system_starts_nothing_and_plans_nothing() -> None:
    system = replace(OPEN, name="system", reason="10 jobs in a row were lost.")
    held = after(run(R.RUNNING, task(), rules=CLAUDE), looked(at=200.0, circuits=(system,)))
    assert (held.state, held.held) == (R.BLOCKED, "system")
    opened = after(None, seen(200.0, rules=CLAUDE, ledger=LedgerView(at=200.0, circuits=(system,))))
    assert (opened.state, opened.held, opened.jobs) == (R.BLOCKED, "system", ())


# All together


@dataclass
class Town:
    """Several pull requests on one ledger; every job spends as much as it may, and some are late or lost."""

    rules: Rules
    runs: dict[int, Run] = field(default_factory=dict)
    book: Ledger = field(default_factory=Ledger)
    now: float = 100.0

    def tell(self, number: int, event: Event) -> None:
        self.now += 1
        known = self.runs.get(number)
        looked_at = LedgerSeen(at=self.now, view=view(self.book, number, self.now))
        before = (known,) if known is None else (decide(known, looked_at).run,)
        told = decide(before[0], replace(event, at=self.now)).run
        assert told is not None
        self.runs[number] = told
        self.book = noted(self.book, told)

    def open(self, number: int) -> None:
        event = seen(rules=self.rules, number=number, ledger=view(self.book, number, self.now))
        self.tell(number, event)

    def end(self, number: int, job_place: int, part: float, *, good: bool) -> None:
        jobs = self.runs[number].open_jobs()
        if not jobs:
            return self.tell(number, Ticked(at=0.0))
        job = jobs[job_place % len(jobs)]
        spent = (Usage("claude-opus-5-5", 1, usd=assignment(self.runs[number], job).budget_usd * part),)
        if job.step is Step.PLAN:
            tasks = tuple(planned(f"TASK-{n}") for n in (1, 2, 3))
            return self.tell(number, PlanReported(at=0, result=PlanResult(job.nonce, Plan(tasks), usage=spent)))
        stage = StageReport(Stage.GREEN, StageState.REFUSED, "said", usage=spent)
        result = WorkResult(job.nonce, job.task or "", 1, "", None, (stage,), "it cheats")
        return self.tell(number, WorkReported(at=0, result=result, proof=None, workflow_run=1))


MOVES = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 3), st.floats(0, 1)), max_size=40)


@settings(max_examples=80, deadline=None)
@given(MOVES, st.floats(1, 30), st.floats(1, 40), st.floats(1, 60))
def test_no_cap_is_ever_exceeded_while_no_call_exceeds_what_its_job_was_given(
    moves: list[tuple[int, int, float]], per_run: float, per_day: float, per_repo: float
) -> None:
    rules = replace(CLAUDE, per_run=per_run, per_day=per_day, per_repo=per_repo, worker_max_consecutive=1000)
    town = Town(rules)
    for number in (1, 2, 3):
        town.open(number)
    for number, place, part in moves:
        town.end(number, place, part, good=False)
        spent = sum(each.usd for each in town.runs.values())
        promised = sum(job.budget_usd or 0 for each in town.runs.values() for job in each.open_jobs())
        assert spent + promised <= min(per_day, per_repo) + 0.01
        assert all(each.usd <= per_run + 0.01 for each in town.runs.values())
    assert town.book.usd() == pytest.approx(sum(each.usd for each in town.runs.values()), abs=1e-4)


def test_a_dispatch_says_what_was_set_aside_however_often_it_is_asked() -> None:
    opened = after(None, seen(rules=CLAUDE))
    effects = decide(opened, plan_of(opened, planned("TASK-1"), planned("TASK-2"))).effects
    assert [e.assignment.budget_usd for e in effects if isinstance(e, Dispatch)] == [10.0, 10.0]


def test_the_caps_name_what_they_are_of() -> None:
    one = after(run(R.RUNNING, task(state=T.COMPLETE, tries=1)), looked(3.0))
    assert [(c.name, c.limit, c.spent) for c in caps(one, 6.0)] == [
        ("run", 20.0, 0),
        ("day", 100.0, 3.0),
        ("repository", 1000.0, 3.0),
    ]
