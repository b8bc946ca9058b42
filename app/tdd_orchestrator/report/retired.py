"""What an old head's check run says when the branch has moved on."""

from tdd_orchestrator.core.content import CheckContent
from tdd_orchestrator.core.effect import PRD
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.report.keys import external_id
from tdd_orchestrator.report.prd_check import NAME as PRD_NAME
from tdd_orchestrator.report.run_check import NAME
from tdd_orchestrator.report.task_check import task_check_name


def retired_check(run: Run, key: str | None, head: str, successor: str, generation: int) -> CheckContent:
    """Concluded `neutral`, pointing to the new head (or, for a Re-run, to the new check run on the same one)."""
    task = run.task(key) if key else None
    name = task_check_name(task) if task else PRD_NAME if key == PRD else NAME
    where = f"Goes on at {successor[:7]}" if successor and successor != head else "Goes on in a newer check run"
    return CheckContent(
        name=name,
        external_id=external_id(run, key or "run", head, generation),
        head=head,
        status="completed",
        conclusion="neutral",
        title=where,
        summary=f"{where}: the check of the same name there shows how it stands.",
    )
