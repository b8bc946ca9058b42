"""The task graph: Mermaid where GitHub renders it, and a table that says the same."""

from tdd_orchestrator.core.inert import cell, line
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import SETTLED, TaskState
from tdd_orchestrator.core.task import Task
from tdd_orchestrator.report.fitting import table
from tdd_orchestrator.report.links import log_link, the_rest
from tdd_orchestrator.report.words import TASK_ICON, usd, word

STYLE = {
    "todo": "fill:#eaeef2,stroke:#8c959f,color:#24292f",
    "active": "fill:#ddf4ff,stroke:#218bff,color:#0a3069",
    "done": "fill:#dafbe1,stroke:#2da44e,color:#116329",
    "stuck": "fill:#ffebe9,stroke:#cf222e,color:#82071e",
}
CLASS = {
    TaskState.PENDING: "todo",
    TaskState.READY: "todo",
    TaskState.IN_PROGRESS: "active",
    TaskState.PASSING: "active",
    TaskState.COMPLETE: "done",
    TaskState.SKIPPED: "todo",
    TaskState.BLOCKED: "stuck",
    TaskState.FAILED: "stuck",
}


LOGS = 4
MOST_NODES, MOST_EDGES = 120, 400
"""A larger graph is not readable, and GitHub draws none of more than 500 edges."""


def mermaid(run: Run) -> str:
    """The graph, left to right, coloured by state; empty where it would be too large."""
    if len(run.tasks) > MOST_NODES or sum(len(task.planned.depends_on) for task in run.tasks) > MOST_EDGES:
        return ""
    lines = ["```mermaid", "graph LR"]
    for task in run.tasks:
        lines.append(f'  {_node(task.key)}["{task.key} {_label(task.planned.title)}"]:::{CLASS[task.state]}')
    for task in run.tasks:
        lines += [f"  {_node(needed)} --> {_node(task.key)}" for needed in task.planned.depends_on]
    lines += [f"  classDef {name} {style}" for name, style in STYLE.items()]
    return "\n".join((*lines, "```"))


def task_table(run: Run) -> str:
    """One row per task: state, what it waits for or why it was sent back, attempts and money."""
    rows: list[tuple[str, ...]] = [
        (
            f"{TASK_ICON[task.state]} {word(task.state)}",
            f"**{task.key}** {cell(line(task.planned.title, 120))}",
            cell(line(", ".join(task.planned.requirements), 80)),
            _where(run, task),
            _attempts(run, task),
            usd(task.usd),
        )
        for task in run.tasks
    ]
    return table(("State", "Task", "Requirements", "Now", "Attempts", "Cost"), rows, left_out=the_rest(run, "The rest"))


def _attempts(run: Run, task: Task) -> str:
    """The number of each attempt, linked to its runner's log; of many the last."""
    jobs = {job.nonce: job for job in run.jobs}
    shown = [log_link(str(attempt.number), jobs.get(attempt.nonce)) for attempt in task.attempts[-LOGS:]]
    return " ".join(("…", *shown) if len(task.attempts) > LOGS else shown) or "0"


def _where(run: Run, task: Task) -> str:
    if task.state is TaskState.PENDING:
        waiting = [key for key in task.planned.depends_on if (t := run.task(key)) and t.state not in SETTLED]
        return f"waits for {line(', '.join(waiting), 160)}"
    if task.state is TaskState.IN_PROGRESS:
        job = next((job for job in run.open_jobs() if job.task == task.key), None)
        return log_link(f"attempt {len(task.attempts)}", job)
    if task.state is TaskState.PASSING:
        batch = run.batch
        proving = batch is not None and task.key in batch.tasks and batch.waits
        return "proving the merge" if proving else "landing"
    if task.state is TaskState.COMPLETE and task.landed:
        return f"landed in {task.landed[:7]}"
    return cell(line(task.reason, 160))


def _node(key: str) -> str:
    return "".join(letter for letter in key if letter.isalnum())


def _label(text: str) -> str:
    return line("".join(" " if letter in '"[](){}<>|`#&;%\\' else letter for letter in text), 40)
