"""What a pull request with these PRDs would become, as far as that is known without a model."""

from collections.abc import Iterable
from dataclasses import dataclass

from tdd_orchestrator.core.budget import quote
from tdd_orchestrator.core.fault import Fault
from tdd_orchestrator.core.plan import PlannedTask, critical_path, default_plan, in_sequence, ordered
from tdd_orchestrator.core.prd import Prd, merge_prds
from tdd_orchestrator.core.requirements import Requirement
from tdd_orchestrator.core.run import Quote
from tdd_orchestrator.core.settings import Config


@dataclass(frozen=True, slots=True)
class PlanPreview:
    """One task per requirement, in the order of work. `added` are the waits that no author asked for."""

    tasks: tuple[PlannedTask, ...]
    critical: tuple[str, ...]
    added: tuple[str, ...]
    quote: Quote
    waits_for_approval: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """Requirements and faults of all files; `plan` is `None` while a fault keeps them from being planned."""

    prds: tuple[Prd, ...]
    requirements: tuple[Requirement, ...]
    faults: tuple[Fault, ...]
    plan: PlanPreview | None

    @property
    def failures(self) -> tuple[Fault, ...]:
        """The faults that must be mended first."""
        return tuple(fault for fault in self.faults if fault.level == "failure")


def preview(prds: Iterable[Prd], config: Config, faults: tuple[Fault, ...] = ()) -> Preview:
    """Lint and plan; `faults` are those of the configuration."""
    read = tuple(prds)
    requirements, found = merge_prds(read)
    seen = Preview(read, requirements, (*faults, *found), None)
    return seen if seen.failures else Preview(read, requirements, seen.faults, _planned(requirements, config))


def _planned(requirements: tuple[Requirement, ...], config: Config) -> PlanPreview:
    plan, added = in_sequence(default_plan(requirements, config.source, config.tests))
    cost = quote(plan.tasks, worker=config.tdd.worker, models=config.models.work)
    return PlanPreview(
        ordered(plan.tasks),
        critical_path(plan.tasks),
        tuple(finding.sentence for finding in added),
        cost,
        config.budget.approve_above == 0 or cost.usd_p90 > config.budget.approve_above,
    )
