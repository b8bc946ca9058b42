"""A task of a run, its attempts, and the result that waits to be landed."""

from dataclasses import dataclass

from tdd_orchestrator.core.people import Hand, Kept
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.result import Stage, StageReport, Usage
from tdd_orchestrator.core.states import TaskState


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
    """A proven result that waits to be landed: where its bundle is, and what it was proven on. `on` is the task of the
    same pack whose tip that is.
    """

    nonce: str
    workflow_run: int
    base: str
    tip: str
    digest: str = ""
    on: str = ""


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
