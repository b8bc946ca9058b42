"""The check run `TDD`: where the run stands, what it waits for, and its graph."""

from tdd_orchestrator.core.asking import open_questions
from tdd_orchestrator.core.awaiting_ci import is_awaited
from tdd_orchestrator.core.content import Button, CheckContent
from tdd_orchestrator.core.inert import inert, line
from tdd_orchestrator.core.question_texts import question_text
from tdd_orchestrator.core.result import Remark
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import FINAL, SETTLED, RunState, TaskState
from tdd_orchestrator.report.annotations import annotations
from tdd_orchestrator.report.burndown import burndown
from tdd_orchestrator.report.ci import ci_lines
from tdd_orchestrator.report.fitting import joined
from tdd_orchestrator.report.graph import mermaid, task_table
from tdd_orchestrator.report.keys import external_id
from tdd_orchestrator.report.links import the_rest
from tdd_orchestrator.report.money import costs, money
from tdd_orchestrator.report.sources import sources_text
from tdd_orchestrator.report.waiting import waiting
from tdd_orchestrator.report.words import RUN_ICON, bar, count, word

NAME = "TDD"
REASON_LIMIT, NOTE_LIMIT, NOTES = 1_200, 300, 10
QUESTIONS = 5
CONCLUSION = {
    RunState.PLANNING: None,
    RunState.AWAITING_APPROVAL: "action_required",
    RunState.RUNNING: None,
    RunState.PAUSED: "action_required",
    RunState.BLOCKED: "action_required",
    RunState.COMPLETED: "success",
    RunState.CANCELLED: "cancelled",
}
APPROVE = Button("Approve plan", "Start the work on this plan", "approve-plan")
PAUSE = Button("Pause", "Start nothing new for now", "pause")
RESUME = Button("Resume", "Go on where it stopped", "resume")


def run_check(run: Run, head: str, generation: int) -> CheckContent:
    """The run as a check run on `head`."""
    conclusion = CONCLUSION[run.state]
    return CheckContent(
        name=NAME,
        external_id=external_id(run, "run", head, generation),
        head=head,
        status="completed" if conclusion else "in_progress",
        conclusion=conclusion,
        title=title(run),
        summary=summary(run),
        text=_text(run),
        annotations=_faults(run),
        buttons=_buttons(run),
        started_at=run.opened_at,
        completed_at=run.ended_at if run.state in FINAL else None,
    )


def title(run: Run) -> str:
    """The one line that the list of checks shows."""
    landed, skipped = len(run.tasks_in(TaskState.COMPLETE)), len(run.tasks_in(TaskState.SKIPPED))
    match run.state:
        case RunState.PLANNING:
            return f"Planning {count(len(run.requirements), 'requirement')}"
        case RunState.AWAITING_APPROVAL:
            return f"{count(len(run.tasks), 'task')} planned: waits for approval"
        case RunState.RUNNING:
            waits = "; waits for CI" if is_awaited(run) else ""
            return f"{landed} of {count(len(run.tasks), 'task')} landed{waits}"
        case RunState.COMPLETED if run.fork:
            return _first_sentence(run.reason)
        case RunState.COMPLETED:
            proven = f"{count(landed, 'task')} landed" + (", each proven from git" if landed else "")
            return f"{proven}; {skipped} skipped" if skipped else proven
        case RunState.PAUSED | RunState.BLOCKED | RunState.CANCELLED:
            return f"{word(run.state).capitalize()}: {_first_sentence(run.reason)}"


def summary(run: Run) -> str:
    """State, progress, what is asked of people, quote and cost."""
    done = sum(1 for task in run.tasks if task.state in SETTLED)
    lines = [f"{RUN_ICON[run.state]} **{word(run.state).capitalize()}**"]
    if run.tasks:
        lines[0] += f" {bar(done, len(run.tasks))}"
    if run.reason:
        lines.append(inert(line(run.reason, REASON_LIMIT)))
    if run.state is RunState.AWAITING_APPROVAL:
        lines.append("Write `/tdd approve` or press **Approve plan** to start the work.")
    lines += [question_text(each) for each in open_questions(run)[:QUESTIONS]]
    lines.append(money(run))
    lines.append(ci_lines(run))
    lines += [f"- {inert(line(note, NOTE_LIMIT))}" for note in run.notes[-NOTES:]]
    return "\n\n".join(line for line in lines if line)


def _text(run: Run) -> str:
    if not run.tasks:
        return ""
    approved = f"Approved by {inert(run.approved_by)}." if run.approved_by else ""
    graph = (approved, mermaid(run), burndown(run), costs(run), sources_text(run))
    parts = (waiting(run), "### Tasks", task_table(run), *graph)
    return joined(parts, left_out=the_rest(run, "The rest"))


def _faults(run: Run) -> tuple[Remark, ...]:
    return annotations(
        Remark(fault.path, fault.line, fault.level, f"{fault.message} {fault.remedy}".strip(), "PRD")
        for fault in run.faults
    )


def _buttons(run: Run) -> tuple[Button, ...]:
    if run.state is RunState.AWAITING_APPROVAL:
        return (APPROVE,)
    if run.state is RunState.RUNNING:
        return (PAUSE,)
    if run.state is RunState.PAUSED:
        return (RESUME,)
    if run.state is RunState.BLOCKED:
        return _ways_on(run)
    return ()


def _ways_on(run: Run) -> tuple[Button, ...]:
    """Nothing to press where only a push can help."""
    for task in run.tasks_in(TaskState.FAILED, TaskState.BLOCKED):
        return (
            Button(f"Retry {task.key}", "Give this task more attempts", f"retry:{task.key}"),
            Button(f"Take over {task.key}"[:20], "Write this task yourself", f"take:{task.key}"),
            Button(f"Skip {task.key}", "Go on without this task", f"skip:{task.key}"),
        )
    hopeless = run.fork or any(fault.level == "failure" for fault in run.faults) or not run.requirements
    return () if hopeless and not run.tasks else (RESUME,)


def _first_sentence(text: str) -> str:
    return line(text.split(". ", 1)[0], 120) or "see below"
