"""Runs and tasks in every state, made with few words."""

from dataclasses import replace

from tdd_orchestrator.core.decide import Decision, decide
from tdd_orchestrator.core.event import Dispatched, Event, PlanReported, WorkReported
from tdd_orchestrator.core.plan import Plan, PlannedTask, TaskKind
from tdd_orchestrator.core.replanning import digests
from tdd_orchestrator.core.result import (
    PlanResult,
    ProofResult,
    Remark,
    Stage,
    StageReport,
    StageState,
    Step,
    Usage,
    WorkResult,
)
from tdd_orchestrator.core.rules import Rules
from tdd_orchestrator.core.run import Job, JobState, Run
from tdd_orchestrator.core.states import RunState, TaskState
from tdd_orchestrator.core.task import Attempt, Proven, Task
from world.imagined import BASE, HEAD, planned, requirement, seen

T = TaskState
TIP = "c" * 40
TEST = "tests/test_it.py::test_it"


def task(key: str = "TASK-1", state: TaskState = T.READY, *needs: str, tries: int = 0, **changes: object) -> Task:
    """A task of so many attempts; what its state needs (a reason, something proven, a landed commit) is there."""
    plan = planned(key, *needs)
    attempts = tuple(attempt(f"{key}.{number}", number) for number in range(1, tries + 1))
    made = Task(plan, state, attempts)
    if state is T.PASSING:
        made = replace(made, proven=Proven(f"{key}.{tries}", 5, HEAD.sha, TIP))
    if state is T.COMPLETE:
        made = replace(made, landed="d" * 40)
    if state in (T.FAILED, T.BLOCKED):
        made = replace(made, reason="It edits a frozen test. (3 attempts)")
    return replace(made, **changes)  # type: ignore[arg-type]


def attempt(nonce: str, number: int = 1, *stages: StageReport, **changes: object) -> Attempt:
    return replace(Attempt(number, nonce, 10.0, base=HEAD.sha, stages=stages), **changes)  # type: ignore[arg-type]


def stage(which: Stage = Stage.RED, state: StageState = StageState.ACCEPTED, sentence: str = "2 fail.") -> StageReport:
    remark = Remark("tests/test_it.py", 3, "failure", "assert 1 == 2", "RED")
    usage = Usage("claude-opus-5-5", 1, 1000, 500, usd=0.25)
    return StageReport(which, state, sentence, 12.0, "e" * 40, (remark,), (usage,))


def run(state: RunState = RunState.RUNNING, *tasks: Task, **changes: object) -> Run:
    """A run of these tasks; every task in progress has its open job, every blocked run a reason."""
    jobs = tuple(work(one) for one in tasks if one.state is T.IN_PROGRESS)
    made = Run("o/r", 7, state, HEAD, BASE, 1.0, 1.0, rules=seen().rules, title="Shop", jobs=jobs, tasks=tasks)
    asked = (requirement("REQ-1"),)
    made = replace(made, requirements=asked, planned_from=digests(asked) if tasks else ())
    if state is RunState.PLANNING:
        made = replace(made, jobs=(Job("plan-1", Step.PLAN, 1.0),))
    return replace(made, **changes)  # type: ignore[arg-type]


def work(one: Task, workflow_run: int | None = 40) -> Job:
    nonce = one.attempts[-1].nonce if one.attempts else f"{one.key}.0"
    return Job(nonce, Step.WORK, 1.0, one.key, workflow_run=workflow_run)


def after(first: Run | None, *events: Event) -> Run:
    """The run once these have happened."""
    for event in events:
        first = decide(first, event).run
    assert first is not None
    return first


def told(first: Run, event: Event) -> Decision:
    return decide(first, event)


def only(one: Run, step: Step) -> Job:
    """The one open job of this step."""
    (found,) = [job for job in one.open_jobs() if job.step is step]
    return found


def plan_of(one: Run, *tasks: PlannedTask, at: float = 3.0) -> PlanReported:
    return PlanReported(at=at, result=PlanResult(only(one, Step.PLAN).nonce, Plan(tasks)))


def started(*tasks: PlannedTask, **rules: object) -> Run:
    """A run whose plan was taken and whose first tasks are with their runners."""
    opened = after(None, seen(rules=replace(seen().rules, **rules)))  # type: ignore[arg-type]
    planning = after(opened, plan_of(opened, *tasks))
    asked = [job for job in planning.open_jobs() if not job.lead]
    confirmed = (Dispatched(at=4.0, nonce=job.nonce, workflow_run=90 + n) for n, job in enumerate(asked))
    return after(planning, *confirmed)


def report(one: Run, key: str = "TASK-1", tip: str | None = TIP, at: float = 9.0, **result: object) -> WorkReported:
    """The report of the task's open job, with a proof of the tip where there is one."""
    (job,) = [job for job in one.open_jobs() if job.task == key and job.step is Step.WORK]
    number = len(one.task(key).attempts)  # type: ignore[union-attr]
    said = WorkResult(job.nonce, key, number, HEAD.sha, tip, (stage(),), "" if tip else "It cheats.")
    proof = ProofResult(job.nonce, tip, holds=True) if tip else None
    return WorkReported(at=at, result=replace(said, **result), proof=proof, workflow_run=5)  # type: ignore[arg-type]


def landed(key: str = "TASK-1", *tests: str, kind: TaskKind = TaskKind.BEHAVIOUR, **changes: object) -> Task:
    """A task on the branch, whose RED brought these tests."""
    red = replace(stage(Stage.RED), commit="1" * 40, tests=tests)
    one = task(key, T.COMPLETE, attempts=(attempt("n", 1, red, accepted=True),))
    return replace(one, planned=replace(one.planned, kind=kind), **changes)  # type: ignore[arg-type]


def edited(one: Run) -> Run:
    """The run after a push that changes its first requirement."""
    return replace(one, requirements=(replace(one.requirements[0], text="another text"),))


def spent(number: int, usd: float = 0.25) -> Run:
    """A run with one refused attempt."""
    stage = StageReport(Stage.RED, StageState.REFUSED, "No.", 30.0, usage=(Usage("claude-opus-5-5", 2, 900, usd=usd),))
    tried = Attempt(1, f"nonce-{number}", 100.0, 190.0 + number, accepted=False, stages=(stage,), worker="claude")
    one = Task(planned("TASK-1"), TaskState.READY, (tried,))
    jobs = (Job(tried.nonce, Step.WORK, 100.0, "TASK-1", JobState.DONE, ended_at=190.0),)
    return replace(run(), tasks=(one,), jobs=jobs, number=number, rules=Rules(worker_max_consecutive=3))
