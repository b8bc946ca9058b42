"""The pull request of our own branch: what it brings into the person's."""

from tdd_orchestrator.core.content import PullContent
from tdd_orchestrator.core.inert import inert, line
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import TaskState
from tdd_orchestrator.report.fitting import joined
from tdd_orchestrator.report.words import count


def stack_pull(run: Run) -> PullContent:
    """Its title and description, as the run stands."""
    landed = run.tasks_in(TaskState.COMPLETE)
    total = count(len(run.tasks), "task")
    said = f"{len(landed)} of {total} of #{run.number}, each proven from git. Merge it when you want them there."
    kept = "It grows while the run goes on, and takes in what is pushed to its base; nobody's commit is overwritten."
    rows = "\n".join(
        f"- **{task.key}** {inert(line(task.planned.title, 120))} ({(task.landed or '')[:7]})" for task in landed
    )
    title = f"TDD: {line(run.title, 120) or run.id} (#{run.number})"
    return PullContent(title, joined((said, rows, kept)))
