"""What a proof found, as values: stage by stage, task by task, and for the range as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tdd_action.bench import SuiteRun
from tdd_action.history import Claim, Commit
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.evidence import FailureClass, Reason, SuiteReport
from tdd_orchestrator.core.evidence.reports import chosen
from tdd_orchestrator.core.plan import TaskKind
from tdd_orchestrator.core.result import Stage


class NothingToProve(TddError):
    """There are no commits with TDD-Task trailers in this range."""


@dataclass(frozen=True, slots=True)
class StageProof:
    """One stage that was tried again; `commit` is the one it ended with. `reasons` stand against it."""

    stage: Stage
    commit: Commit
    found: str
    reasons: tuple[Reason, ...] = ()

    @property
    def holds(self) -> bool:
        return not self.reasons


@dataclass(frozen=True, slots=True)
class TaskProof:
    """One task. `collected` is the run in which its new tests were collected; `frozen` the vault of its RED tree."""

    claim: Claim
    kind: TaskKind
    stages: tuple[StageProof, ...] = ()
    faults: tuple[str, ...] = ()
    new_tests: tuple[str, ...] = ()
    classes: Mapping[str, FailureClass] = field(default_factory=dict)
    frozen: Mapping[str, str] = field(default_factory=dict)
    collected: SuiteReport | None = None

    @property
    def test_names(self) -> tuple[str, ...]:
        """The new tests one by one, where `new_tests` may name whole files."""
        found = chosen(self.new_tests, self.collected) if self.collected else ()
        return tuple(result.id for result in found)

    @property
    def holds(self) -> bool:
        return not self.faults and all(stage.holds for stage in self.stages)

    @property
    def difference(self) -> str:
        """The first thing that is not as claimed, in a sentence; empty where all is."""
        if self.faults:
            return f"{self.claim.task}: {self.faults[0]}"
        broken = next((stage for stage in self.stages if not stage.holds), None)
        return f"{self.claim.task} {broken.stage.upper()} ({broken.commit.short}): {broken.found}" if broken else ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of every claim between two commits. `reason` is the first difference; `certificate` is kept."""

    base: str
    tip: str
    tasks: tuple[TaskProof, ...]
    faults: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    runs: tuple[SuiteRun, ...] = ()
    seconds: float = 0.0
    certificate: Mapping[str, object] = field(default_factory=dict)
    digest: str = ""

    @property
    def holds(self) -> bool:
        return not self.reason

    @property
    def reason(self) -> str:
        """The first difference in one sentence; empty where everything holds."""
        if self.faults:
            return self.faults[0]
        first = next((task.difference for task in self.tasks if not task.holds), "")
        return first or (f"At the tip: {self.reasons[0].sentence}" if self.reasons else "")
