"""The drafting job: an issue in, a PRD out that the lint has nothing against, or the reason why there is none."""

from pathlib import Path

from tdd_action.workers import Worker
from tdd_action.workers.drafting import Drafted, Drafter, DraftRequest
from tdd_action.workspace import workspace
from tdd_orchestrator.core.result import Assignment, DraftResult
from tdd_orchestrator.core.settings import Config
from tdd_orchestrator.documents.read import read_prd


def draft(
    assignment: Assignment, repository: Path, worker: Worker, config: Config, *, within: Path | None = None
) -> DraftResult:
    """Draft a PRD of the assignment's wish. What the lint faults is a refusal, as a value."""
    if not isinstance(worker, Drafter):
        told = f"The worker {worker.name} cannot write PRDs: choose `claude` as `tdd.worker`, or write one by hand."
        return DraftResult(assignment.nonce, reason=told)
    with workspace(repository, assignment.head, within=within) as place:
        made = worker.draft(DraftRequest(assignment.wish, place.tree, config, assignment.budget_usd))
    reason = made.reason or refused(made)
    if reason:
        return DraftResult(assignment.nonce, reason=reason, usage=made.usage)
    return DraftResult(assignment.nonce, made.title, made.text, usage=made.usage)


def refused(made: Drafted) -> str:
    """What the lint says against a draft, in a sentence; "" where it is a PRD."""
    prd = read_prd("draft.md", made.text.encode("utf-8", "replace"))
    faults = [fault for fault in prd.faults if fault.level == "failure"]
    if not faults:
        return ""
    return f"The draft is no PRD yet: line {faults[0].line}: {faults[0].message} {faults[0].remedy}".strip()
