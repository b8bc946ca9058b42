"""The one sticky comment, and answers to commands."""

from tdd_orchestrator.core.content import CommentContent
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import RunState
from tdd_orchestrator.report.fitting import cut, joined
from tdd_orchestrator.report.graph import task_table
from tdd_orchestrator.report.run_check import summary

ASKS = {
    RunState.AWAITING_APPROVAL: "`/tdd plan` plans anew, `/tdd cancel` drops it.",
    RunState.RUNNING: "`/tdd pause` holds it, `/tdd explain TASK-1` says what happened, `/tdd help` lists the rest.",
    RunState.BLOCKED: "`/tdd help` lists what can be done.",
    RunState.COMPLETED: "Anybody can check it again: `tdd prove` on a clone re-runs every RED, GREEN and REFACTOR.",
}


def run_comment(run: Run) -> CommentContent:
    """The comment that is kept up to date for the whole run."""
    tasks = task_table(run) if run.tasks else ""
    parts = ("### TDD", summary(run), tasks, ASKS.get(run.state, ""), f"<sub>{_where(run)}</sub>")
    return CommentContent(marker=marker(run.id), body=joined(parts))


def reply_comment(id: str, text: str) -> CommentContent:
    """One answer to one command."""
    return CommentContent(marker=marker(f"reply {id}"), body=cut(text))


def marker(key: str) -> str:
    """The hidden text by which a comment of ours is found again."""
    return f"<!-- tdd-orchestrator: {key} -->"


def _where(run: Run) -> str:
    return f"Details in the Checks tab at {run.head.sha[:7]} · state in `tdd-state/{run.id}`"
