"""The few answers that are part of a decision itself: help, status and explanation, in plain Markdown."""

from tdd_orchestrator.core.inert import inert, line
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import RunState, TaskState
from tdd_orchestrator.core.task import Task

HELP = (
    ("status", "where the run stands"),
    ("explain TASK-3", "what happened in a task's attempts; `explain ESC-1` shows a question"),
    ("plan", "make the plan anew, before work has started; after that, plan what was edited"),
    ("approve", "start the plan that waits; one whose quote is over the run's limit only by a maintainer"),
    (
        "retry TASK-3",
        "give a failed task more attempts; `all failed` for every one; `--worker NAME` by another worker, "
        "`--from green` with the tests that RED left",
    ),
    ("skip TASK-3", "go on without a task"),
    ("answer ESC-1 words", "answer a question of a worker; its task goes on with that"),
    ("take TASK-3", "write a task yourself: you get a branch, and each push to it is judged like a worker's attempt"),
    ("release TASK-3", "give a task back to the worker"),
    ("prove", "prove everything that has landed again, from git alone; `prove TASK-3` one task"),
    ("budget +5", "allow the run more money; `budget 20` sets what it may cost in all"),
    (
        "reset worker:claude",
        "give work to a worker again that failed too often, in all runs; `all` for every circuit",
    ),
    ("pause · resume", "nothing new starts · it goes on"),
    ("cancel", "stop; what has landed stays"),
    ("prd", "in an issue: draft a PRD from it, as a pull request"),
)


def help_text() -> str:
    """What can be asked, as a list."""
    lines = [f"- `/tdd {form}` {meaning}" for form, meaning in HELP]
    return "One command a line, at the start of a line of a new comment:\n" + "\n".join(lines)


def status_text(run: Run) -> str:
    """The run in a few lines."""
    word = run.state.value.replace("_", " ")
    lines = [f"The run is **{word}**. {_short(run.reason)}".rstrip()]
    lines += [
        f"- {task.key} {task.state.value.replace('_', ' ')}: {_short(task.planned.title, 120)}" for task in run.tasks
    ]
    return "\n".join(lines)


def explained(task: Task) -> str:
    """A task's attempts and what each stage said."""
    lines = [f"**{task.key}** · {_short(task.planned.title)}: {_word(task.state)}. {_short(task.reason)}".rstrip()]
    for attempt in task.attempts:
        lines.append(f"- attempt {attempt.number}" + (f": {_short(attempt.reason)}" if attempt.reason else ""))
        lines += [f"  - {stage.stage} {stage.state}: {_short(stage.sentence)}" for stage in attempt.stages]
    return "\n".join(lines)


def _short(text: str, limit: int = 600) -> str:
    return inert(line(text, limit))


def _word(state: RunState | TaskState) -> str:
    return state.value.replace("_", " ")
