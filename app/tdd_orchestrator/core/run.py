"""A run, its tasks and their attempts, and the state machine as tables. Values only; `decide` moves them."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from tdd_orchestrator.core.batch import Batch, Overlap
from tdd_orchestrator.core.ci import Ci
from tdd_orchestrator.core.ledger_view import LedgerView
from tdd_orchestrator.core.people import Escalation, Hand, Kept
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.prd import Fault, Requirement
from tdd_orchestrator.core.result import Stage, StageReport, Step, Usage
from tdd_orchestrator.core.sources import Source


class RunState(StrEnum):
    """Where a run stands. `blocked` waits for somebody, or for what `Run.held` names; the last two are final."""

    PLANNING = "planning"
    AWAITING_APPROVAL = "awaiting_approval"
    RUNNING = "running"
    PAUSED = "paused"
    BLOCKED = "blocked"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class TaskState(StrEnum):
    """Where a task stands. `passing` is proven but not landed yet."""

    PENDING = "pending"
    READY = "ready"
    IN_PROGRESS = "in_progress"
    PASSING = "passing"
    COMPLETE = "complete"
    BLOCKED = "blocked"
    FAILED = "failed"
    SKIPPED = "skipped"


R, T = RunState, TaskState
# The README shows both tables as Mermaid graphs; tests/core/test_run_tables.py compares them.
NEXT_RUN: dict[RunState, frozenset[RunState]] = {
    R.PLANNING: frozenset({R.AWAITING_APPROVAL, R.RUNNING, R.BLOCKED, R.PAUSED, R.CANCELLED}),
    R.AWAITING_APPROVAL: frozenset({R.PLANNING, R.RUNNING, R.BLOCKED, R.PAUSED, R.CANCELLED}),
    R.RUNNING: frozenset({R.AWAITING_APPROVAL, R.COMPLETED, R.BLOCKED, R.PAUSED, R.CANCELLED}),
    R.PAUSED: frozenset({R.PLANNING, R.AWAITING_APPROVAL, R.RUNNING, R.BLOCKED, R.CANCELLED}),
    R.BLOCKED: frozenset({R.PLANNING, R.RUNNING, R.CANCELLED}),
    R.COMPLETED: frozenset({R.PLANNING, R.RUNNING}),
    R.CANCELLED: frozenset({R.PLANNING}),
}
NEXT_TASK: dict[TaskState, frozenset[TaskState]] = {
    T.PENDING: frozenset({T.READY, T.SKIPPED}),
    T.READY: frozenset({T.IN_PROGRESS, T.PENDING, T.SKIPPED}),
    T.IN_PROGRESS: frozenset({T.PASSING, T.READY, T.BLOCKED, T.FAILED, T.SKIPPED}),
    T.PASSING: frozenset({T.COMPLETE, T.READY, T.BLOCKED, T.FAILED, T.SKIPPED}),
    T.BLOCKED: frozenset({T.READY, T.SKIPPED}),
    T.FAILED: frozenset({T.READY, T.SKIPPED}),
    T.COMPLETE: frozenset(),
    T.SKIPPED: frozenset({T.READY, T.PENDING}),
}
STACKED = "stacked-pr"
"""The way of landing in which the pull request's branch is never pushed to: ours is, and has a pull request into it."""
FINAL = frozenset({R.COMPLETED, R.CANCELLED})
SETTLED = frozenset({T.COMPLETE, T.SKIPPED})


@dataclass(frozen=True, slots=True)
class Ref:
    """A branch and the commit it was last seen at."""

    name: str
    sha: str


@dataclass(frozen=True, slots=True)
class Rules:
    """The part of the base branch's configuration that decisions need. Minutes are minutes, money is US dollars."""

    worker: str = "claude"
    max_parallel: int = 4
    attempts: int = 3
    task_minutes: int = 30
    approve_above: float = 5.0
    per_run: float = 20.0
    per_day: float = 100.0
    per_repo: float = 1000.0
    alert_at: float = 0.8
    max_invocations: int = 200
    worker_max_consecutive: int = 5
    system_max_consecutive: int = 10
    pause_minutes: int = 30
    protected: tuple[str, ...] = ()
    tests: tuple[str, ...] = ("tests/**",)
    files: tuple[str, ...] = ("src/**",)
    roles: tuple[tuple[str, str], ...] = ()
    branch_prefix: str = "tdd/"
    batch: int = 8
    landing: str = "same-branch"
    plan_model: str = ""
    models: tuple[str, ...] = ("claude-sonnet-5-5",)
    ci: str = "ignore"
    ci_minutes: int = 60
    ci_tasks: int = 3


class JobState(StrEnum):
    """How a dispatched job stands; `asked` means that GitHub has not confirmed the dispatch yet."""

    ASKED = "asked"
    STARTED = "started"
    DONE = "done"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Job:
    """One dispatched workflow run. `nonce` is its key from dispatch to result; times are in epoch seconds.

    `ended_at` is there when it came to an end by itself, `accepted` when a planning job left a report. `budget_usd` is
    what it may spend (None: its worker calls no paid model). `usage` is what it spent where no attempt says so:
    planning, and reports that came when nobody waited for them any more. `reply` is the id of the command that asked
    for it, where somebody waits for the answer, and `by` who that is. `queued_at` is when it was last seen waiting for
    a runner.
    """

    nonce: str
    step: Step
    asked_at: float
    task: str | None = None
    state: JobState = JobState.ASKED
    workflow_run: int | None = None
    url: str = ""
    reply: str = ""
    by: str = ""
    budget_usd: float | None = None
    ended_at: float | None = None
    accepted: bool | None = None
    usage: tuple[Usage, ...] = ()
    queued_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a task: by which worker, what it was told, how its stages went, why it was sent back.

    `by` is the person whose commit `source` is judged; both are "" where a worker writes.
    """

    number: int
    nonce: str
    started_at: float
    ended_at: float | None = None
    base: str = ""
    accepted: bool | None = None
    feedback: str = ""
    reason: str = ""
    stages: tuple[StageReport, ...] = ()
    by: str = ""
    source: str = ""
    worker: str = ""

    @property
    def usage(self) -> tuple[Usage, ...]:
        return tuple(usage for stage in self.stages for usage in stage.usage)


@dataclass(frozen=True, slots=True)
class Proven:
    """A proven result that waits to be landed: where its bundle is, and what it was proven on."""

    nonce: str
    workflow_run: int
    base: str
    tip: str
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A planned task and what has become of it. `chances` is how many attempts it may use; `/tdd retry` adds to it.

    `outdated` are requirements for whose older text it had landed when they were edited. `asks` is the id of the
    question for whose answer it waits.
    """

    planned: PlannedTask
    state: TaskState = TaskState.PENDING
    attempts: tuple[Attempt, ...] = ()
    chances: int = 3
    proven: Proven | None = None
    landed: str | None = None
    landed_at: float | None = None
    reason: str = ""
    feedback: str = ""
    worker: str = ""
    outdated: tuple[str, ...] = ()
    hand: Hand | None = None
    asks: str = ""
    kept: Kept | None = None

    @property
    def taken_by(self) -> str:
        """The login of who has taken the task over, or ""."""
        return self.hand.by if self.hand else ""

    @property
    def key(self) -> str:
        return self.planned.key

    @property
    def usage(self) -> tuple[Usage, ...]:
        return tuple(usage for attempt in self.attempts for usage in attempt.usage)

    @property
    def usd(self) -> float:
        return sum(usage.usd for usage in self.usage)

    def stage(self) -> Stage | None:
        """The stage that was reached last."""
        stages = self.attempts[-1].stages if self.attempts else ()
        return stages[-1].stage if stages else None


@dataclass(frozen=True, slots=True)
class Quote:
    """What a plan will probably take: money in US dollars and wall minutes, at the median and at nine in ten.

    `runner_minutes` are those of all jobs together. `source` says where the figures are from, for people.
    """

    usd_p50: float
    usd_p90: float
    minutes_p50: float
    minutes_p90: float
    runner_minutes: float = 0.0
    source: str = ""


@dataclass(frozen=True, slots=True)
class Reset:
    """Somebody (`by`) let a circuit go on: `system`, `worker:claude`, or `all` of them."""

    what: str
    at: float
    by: str


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that is known of one pull request's run. `handled` are commands that were carried out or refused.
    `looked_at` is the head at which its PRDs were last read; a landing may know of a newer one before that.

    `stack` is the branch of ours that is stacked on the pull request's, `scratch` the one on which merges are proven.
    `plan_usage` is what the tasks of earlier plans spent. `held` says what keeps a blocked run from going on by itself:
    a cap or a circuit. `closed_at` is when the pull request was closed; `ledger` what is known of the other runs.
    `fork` is a head in another repository, of which `allowed` is the commit that a maintainer approved; `bot` an author
    that is no person. `shown_since` is when the check runs of this head and generation were first shown.
    """

    repo: str
    number: int
    state: RunState
    head: Ref
    base: Ref
    opened_at: float
    seen_at: float = 0.0
    looked_at: str = ""
    shown_since: float = 0.0
    generation: int = 0
    budget: float | None = None
    reset_at: float = 0.0
    rules: Rules = field(default_factory=Rules)
    title: str = ""
    author: str = ""
    requirements: tuple[Requirement, ...] = ()
    planned_from: tuple[tuple[str, str], ...] = ()
    faults: tuple[Fault, ...] = ()
    tasks: tuple[Task, ...] = ()
    jobs: tuple[Job, ...] = ()
    quote: Quote | None = None
    prompt_version: str = ""
    plan_tries: int = 0
    plan_usage: tuple[Usage, ...] = ()
    approved_by: str = ""
    reason: str = ""
    notes: tuple[str, ...] = ()
    batch: Batch | None = None
    overlaps: tuple[Overlap, ...] = ()
    stack: Ref | None = None
    scratch: Ref | None = None
    resume_to: RunState | None = None
    handled: tuple[str, ...] = ()
    fork: bool = False
    bot: bool = False
    allowed: str = ""
    sources: tuple[Source, ...] = ()
    ended_at: float | None = None
    ci: Ci = field(default_factory=Ci)
    escalations: tuple[Escalation, ...] = ()
    closed_at: float | None = None
    held: str = ""
    resets: tuple[Reset, ...] = ()
    ledger: LedgerView = field(default_factory=LedgerView)

    @property
    def id(self) -> str:
        return f"pr-{self.number}"

    @property
    def usage(self) -> tuple[Usage, ...]:
        """All that was spent, whoever spent it."""
        jobs = tuple(usage for job in self.jobs for usage in job.usage)
        return (*(usage for task in self.tasks for usage in task.usage), *jobs, *self.plan_usage)

    @property
    def usd(self) -> float:
        return sum(usage.usd for usage in self.usage)

    def task(self, key: str) -> Task | None:
        return next((task for task in self.tasks if task.key == key), None)

    def job(self, nonce: str) -> Job | None:
        return next((job for job in self.jobs if job.nonce == nonce), None)

    def asked_proofs(self) -> tuple[Job, ...]:
        """Proofs that somebody asked for and waits for; the run itself does not."""
        return tuple(job for job in self.jobs if job.reply and job.state in (JobState.ASKED, JobState.STARTED))

    def open_jobs(self) -> tuple[Job, ...]:
        """Jobs whose result the run waits for."""
        going = (JobState.ASKED, JobState.STARTED)
        return tuple(job for job in self.jobs if job.state in going and not job.reply)

    @property
    def target(self) -> Ref:
        """Where tasks start from and land: the pull request's branch, or ours that is stacked on it."""
        if self.stack is not None:
            return self.stack
        if self.rules.landing == STACKED:
            return Ref(f"{self.rules.branch_prefix}{self.number}/stack", self.head.sha)
        return self.head

    def is_landing(self, key: str) -> bool:
        """Whether the task is on its way to the branch at this moment; while a merge is proven it is not."""
        return self.batch is not None and key in self.batch.tasks and not self.batch.waits

    def with_task(self, changed: Task) -> "Run":
        return replace(self, tasks=tuple(changed if task.key == changed.key else task for task in self.tasks))

    def with_job(self, changed: Job) -> "Run":
        others = tuple(job for job in self.jobs if job.nonce != changed.nonce)
        return replace(self, jobs=(*others, changed))

    def tasks_in(self, *states: TaskState) -> tuple[Task, ...]:
        return tuple(task for task in self.tasks if task.state in states)

    def is_startable(self, task: Task) -> bool:
        """Whether every dependency has landed (or was skipped by somebody)."""
        states = {other.key: other.state for other in self.tasks}
        return all(states.get(key, TaskState.COMPLETE) in SETTLED for key in task.planned.depends_on)
