"""The summary of a step in the workflow run's page: Markdown in which nothing of others is taken for Markdown."""

from tdd_action.inputs import Lander
from tdd_action.land import Handover
from tdd_orchestrator.core.result import DraftResult, PlanResult, ProofResult, StageReport, StageState, WorkResult

MARKS = {
    StageState.ACCEPTED: "✅",
    StageState.REFUSED: "❌",
    StageState.DROPPED: "↩️",
    StageState.SKIPPED: "⏭️",
    StageState.ERROR: "⚠️",
}
MARKUP = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_{}[]<>()#+!|~@$&"})


def plain(text: str) -> str:
    """Text as Markdown that shows it as it is, on one line."""
    return " ".join(text.split()).translate(MARKUP)


def of_plan(result: PlanResult) -> str:
    """The tasks of a plan, or why there is none."""
    if result.plan is None:
        return f"### No plan\n\n{plain(result.reason)}\n"
    rows = "\n".join(
        f"| {plain(task.key)} | {plain(task.title)} | {task.kind} | {plain(', '.join(task.depends_on))} |"
        for task in result.plan.tasks
    )
    return f"### Plan\n\n| Task | Title | Kind | After |\n|---|---|---|---|\n{rows}\n"


def of_draft(result: DraftResult) -> str:
    """The title of a PRD, or why there is none."""
    if result.reason:
        return f"### No PRD\n\n{plain(result.reason)}\n"
    return f"### PRD: {plain(result.title)}\n\n{len(result.text.splitlines())} lines; they come as a pull request.\n"


def of_work(result: WorkResult) -> str:
    """The stages of an attempt."""
    rows = "\n".join(_row(stage) for stage in result.stages)
    head = f"### {plain(result.task)}, attempt {result.attempt}\n"
    stages = f"\n| Stage | What was shown | Time | Test runs |\n|---|---|---|---|\n{rows}\n" if rows else ""
    return f"{head}{stages}\n{plain(result.reason)}\n"


def _row(stage: StageReport) -> str:
    name = f"{MARKS[stage.state]} {stage.stage.upper()}"
    return f"| {name} | {plain(stage.sentence)} | {stage.seconds:.1f} s | {stage.suite_runs} |"


def of_proof(result: ProofResult) -> str:
    """Whether the claims hold."""
    if result.holds:
        return f"### Proven\n\n`{result.tip[:12]}`: every claim holds. Certificate `sha256:{result.digest}`.\n"
    return f"### Not proven\n\n{plain(result.reason)}\n"


def of_handover(handover: Handover, lander: Lander) -> str:
    """Who lands what."""
    if not handover.accepted:
        return f"### Nothing to land\n\n{plain(handover.reason)}\n"
    who = "The app lands it." if lander is Lander.APP else "Handed to the engine."
    return f"### Ready\n\n`{(handover.tip or 'plan')[:12]}` agrees with its proof. {who}\n"
