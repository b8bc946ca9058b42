"""Who writes the code: one protocol for every worker, found by the entry points group `tdd_orchestrator.workers`.

A worker only edits files in the work tree it is given. It never judges, commits or runs the proof.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Protocol

from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.plan import Finding, Plan, PlannedTask
from tdd_orchestrator.core.requirements import PlanHints, Requirement
from tdd_orchestrator.core.result import Answered, Question, Stage, Usage
from tdd_orchestrator.core.settings import Config

GROUP = "tdd_orchestrator.workers"


class UnknownWorker(TddError):
    """No worker of this name is installed."""


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What a worker may be made of. `script` is a path as the user gave it; `base` the commit of trusted files.

    `head` is the commit to work on, `source` that of a person whose work is handed in; `model` is what stands behind
    the slash of a profile: `opus-5-5` of `claude/opus-5-5`.
    """

    repository: Path
    base: str
    config: Config
    script: str = ""
    head: str = ""
    source: str = ""
    api_key: str = field(default="", repr=False)
    model: str = ""


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What to plan. `workspace` is a work tree at the pull request's head; `findings` are what the critic said last."""

    requirements: tuple[Requirement, ...]
    workspace: Path
    config: Config
    hints: tuple[PlanHints, ...] = ()
    findings: tuple[Finding, ...] = ()
    budget_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """A plan that the critic has not seen yet, or the reason why there is none."""

    plan: Plan | None
    reason: str = ""
    usage: tuple[Usage, ...] = ()


@dataclass(frozen=True, slots=True)
class StageRequest:
    """One stage to work on. `may_touch` says of a path whether this stage may change it; `globs` says it in words.

    `run_tests` runs the tests that matter now and tells in words how they went. `feedback` is why the attempt before
    was sent back; `seconds` is how long the worker may take; `answers` are what people said to questions of this task.
    """

    task: PlannedTask
    stage: Stage
    attempt: int
    workspace: Path
    may_touch: Callable[[str], bool]
    globs: tuple[str, ...]
    run_tests: Callable[[], str]
    feedback: str = ""
    requirements: tuple[Requirement, ...] = ()
    budget_usd: float = 0.0
    seconds: float = 600.0
    answers: tuple[Answered, ...] = ()


@dataclass(frozen=True, slots=True)
class StageWork:
    """What a worker says it did, and what it cost. `gave_up` is why it could not do it; `credit` are people whose work
    it handed in, as `Name <address>`. `question` is what it cannot decide by itself. `fault` is what broke it after
    money was spent, and is raised once that is counted; `prompts` names the version of the prompts that a model was
    given.
    """

    said: str = ""
    usage: tuple[Usage, ...] = ()
    gave_up: str | None = None
    fault: Exception | None = None
    prompts: str = ""
    credit: tuple[str, ...] = ()
    question: Question | None = None


class Worker(Protocol):
    """Somebody, or something, that plans and writes code."""

    @property
    def name(self) -> str: ...

    def plan(self, request: PlanRequest) -> PlanDraft:
        """Turn requirements into a plan."""

    def work(self, stage: StageRequest) -> StageWork:
        """Edit the files of the work tree for one stage."""


class Connect(Protocol):
    """What an entry point names: a function that makes a worker."""

    def __call__(self, settings: WorkerSettings) -> Worker: ...


def connect(profile: str, settings: WorkerSettings) -> Worker:
    """The worker of a profile: `claude`, or `claude/opus-5-5` where the part after the slash is the worker's own."""
    name, _, model = profile.partition("/")
    found = {entry.name: entry for entry in entry_points(group=GROUP)}
    if name not in found:
        known = ", ".join(sorted(found)) or "none"
        raise UnknownWorker(f"There is no worker {name!r}.", remedy=f"Installed are: {known}.")
    return _loaded(found[name])(replace(settings, model=model))


def _loaded(entry: EntryPoint) -> Connect:
    try:
        made: Connect = entry.load()
    except ImportError as missing:
        raise UnknownWorker(
            f"The worker {entry.name!r} cannot be loaded: {missing}.",
            remedy=f"Install its extra: tdd-orchestrator[{entry.name}].",
        ) from missing
    return made
