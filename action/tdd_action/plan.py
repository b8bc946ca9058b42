"""The planning job: PRDs in, a plan out that the critic has nothing against, or the reason why there is none."""

from pathlib import Path

from tdd_action.sources import read_requirements
from tdd_action.workers import PlanDraft, PlanRequest, Worker
from tdd_action.workspace import workspace
from tdd_orchestrator.core.plan import Finding, Plan, criticise, in_sequence
from tdd_orchestrator.core.requirements import Requirement
from tdd_orchestrator.core.result import Assignment, PlanResult, Usage
from tdd_orchestrator.core.settings import Config

SECOND_THOUGHTS = 2
"""How often the critic's findings go back to the planner before a person is asked."""


def plan(
    assignment: Assignment, repository: Path, worker: Worker, config: Config, *, within: Path | None = None
) -> PlanResult:
    """Plan the requirements at the assignment's head. A plan that the critic still faults is a refusal, as a value."""
    requirements, hints = read_requirements(repository, assignment, config)
    if not requirements:
        return PlanResult(assignment.nonce, None, "The pull request's PRDs hold no requirement.")
    usage: list[Usage] = []
    findings: tuple[Finding, ...] = ()
    draft = PlanDraft(None)
    with workspace(repository, assignment.head, within=within) as place:
        for _ in range(1 + SECOND_THOUGHTS):
            left = max(assignment.budget_usd - sum(each.usd for each in usage), 0.0)
            before = draft.plan
            draft = worker.plan(PlanRequest(requirements, place.tree, config, hints, findings, left))
            usage += draft.usage
            place.checkout(assignment.head)
            findings = _against(draft.plan, requirements)
            if draft.plan is None or not findings or draft.plan == before:
                break
    if draft.plan is None or findings:
        reason = draft.reason or " ".join(each.sentence for each in findings) or "The planner gave no plan."
        return PlanResult(assignment.nonce, None, reason, tuple(usage))
    return PlanResult(assignment.nonce, in_sequence(draft.plan)[0], usage=tuple(usage))


def _against(plan: Plan | None, requirements: tuple[Requirement, ...]) -> tuple[Finding, ...]:
    return criticise(plan, requirements) if plan else ()
