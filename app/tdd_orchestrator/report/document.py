"""A whole run as one Markdown document: what was asked, what was done, what it proves, what it cost."""

from tdd_orchestrator.core.inert import cell, inert
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.task import Task
from tdd_orchestrator.report.fitting import table
from tdd_orchestrator.report.graph import task_table
from tdd_orchestrator.report.run_check import summary
from tdd_orchestrator.report.timeline import attempts_text
from tdd_orchestrator.report.words import word


def document(run: Run) -> str:
    """The report that `tdd run --report` writes."""
    parts = [f"# {inert(run.title)}", summary(run), "## Tasks", task_table(run), "## Requirements", _requirements(run)]
    parts += [_task(run, task) for task in run.tasks if task.attempts]
    return "\n\n".join(parts) + "\n"


def _requirements(run: Run) -> str:
    rows: list[tuple[str, ...]] = []
    for requirement in run.requirements:
        tasks = [task for task in run.tasks if requirement.id in task.planned.requirements]
        done = ", ".join(f"{task.key} {word(task.state)}" for task in tasks) or "no task"
        where = cell(f"{requirement.path}:{requirement.line}")
        rows.append((cell(requirement.id), cell(requirement.title), where, done))
    return table(("Requirement", "Title", "Where", "Tasks"), rows)


def _task(run: Run, task: Task) -> str:
    return f"## {task.key} · {inert(task.planned.title)}\n\n{attempts_text(run, task)}"
