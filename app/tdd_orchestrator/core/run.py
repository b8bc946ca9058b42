"""A pull request's run and the jobs it waits for. Values only; `decide` moves them."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from tdd_orchestrator.core.batch import Batch, Overlap
from tdd_orchestrator.core.ci import Ci
from tdd_orchestrator.core.ledger_view import LedgerView
from tdd_orchestrator.core.people import Escalation
from tdd_orchestrator.core.prd import Fault, Requirement
from tdd_orchestrator.core.result import Step, Usage
from tdd_orchestrator.core.rules import STACKED, Rules
from tdd_orchestrator.core.sources import Source
from tdd_orchestrator.core.states import SETTLED, RunState, TaskState
from tdd_orchestrator.core.task import Task


@dataclass(frozen=True, slots=True)
class Ref:
    """A branch and the commit it was last seen at."""

    name: str
    sha: str


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
    `pack` are the tasks that its runner takes after its own, each with a job for the books that is never dispatched;
    `lead` is, in those, the nonce of the job on which they ride.
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
    pack: tuple[str, ...] = ()
    lead: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it has neither ended nor been given up."""
        return self.state in (JobState.ASKED, JobState.STARTED)

    def given_up(self) -> "Job":
        """The job as one that nobody waits for; one that has ended stays as it is."""
        return replace(self, state=JobState.LOST) if self.is_open else self


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
    `read_heads` are the heads at which the PRDs are as they were last read: the one that people left, and those that
    our landings made of it; a landing may know of a newer head before its PRDs are read.

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
    read_heads: tuple[str, ...] = ()
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
        return tuple(job for job in self.jobs if job.reply and job.is_open)

    def open_jobs(self) -> tuple[Job, ...]:
        """Jobs whose result the run waits for."""
        return tuple(job for job in self.jobs if job.is_open and not job.reply)

    @property
    def busy(self) -> int:
        """How many runners work on tasks; a pack has one."""
        riders = sum(1 for job in self.open_jobs() if job.lead)
        return len(self.tasks_in(TaskState.IN_PROGRESS)) - riders

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
