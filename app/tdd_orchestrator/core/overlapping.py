"""Tasks that were right alone and wrong together: put in order, and kept from being worked on side by side again."""

from collections.abc import Iterable
from dataclasses import replace

from tdd_orchestrator.core.batch import Overlap
from tdd_orchestrator.core.plan import Finding, Plan, PlannedTask, ancestors, globs_meet
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import TaskState
from tdd_orchestrator.core.task import Task

BUSY = (TaskState.IN_PROGRESS, TaskState.PASSING)


def remembered(run: Run, task: Task, partners: Iterable[Task], why: str) -> Run:
    """The run with `task` after each of its partners, the overlap remembered and told."""
    graph = {other.key: other.planned.depends_on for other in run.tasks}
    for partner in partners:
        if task.key == partner.key or task.key in ancestors(partner.key, graph):
            continue
        present = run.task(task.key) or task
        after = tuple(dict.fromkeys((*present.planned.depends_on, partner.key)))
        run = run.with_task(replace(present, planned=replace(present.planned, depends_on=after)))
        owned = (_owned(partner.planned), _owned(task.planned))
        found = Overlap(partner.key, task.key, why, owned)
        note = f"{task.key} comes after {partner.key}: each was right alone, together they were not. {why}".strip()
        kept = tuple(one for one in run.overlaps if (one.first, one.second) != (found.first, found.second))
        run = replace(run, overlaps=(*kept, found), notes=(*(n for n in run.notes if n != note), note))
    return run


def beside(run: Run, task: Task) -> Task | None:
    """A task that is worked on or waits to land, and that this one is not to run beside."""
    return next((other for other in run.tasks_in(*BUSY) if apart(run.overlaps, task.planned, other.planned)), None)


def apart(overlaps: Iterable[Overlap], one: PlannedTask, other: PlannedTask) -> bool:
    """Whether something remembered keeps these two from running side by side."""
    return one.key != other.key and any(
        (_is_side(overlap, 0, one) and _is_side(overlap, 1, other))
        or (_is_side(overlap, 1, one) and _is_side(overlap, 0, other))
        for overlap in overlaps
    )


def in_order(overlaps: tuple[Overlap, ...], plan: Plan) -> tuple[Plan, tuple[Finding, ...]]:
    """The plan with tasks of a remembered overlap one after the other, and a sentence for each order added."""
    added: list[Finding] = []
    settled: list[PlannedTask] = []
    for task in plan.tasks:
        for first in settled:
            graph = {each.key: each.depends_on for each in (*plan.tasks, *settled, task)}
            ordered = first.key in ancestors(task.key, graph) or task.key in ancestors(first.key, graph)
            if not ordered and apart(overlaps, first, task):
                task = replace(task, depends_on=(*task.depends_on, first.key))
                told = f"{task.key} waits for {first.key}: what they own was wrong together before."
                added.append(Finding(task.key, told))
        settled.append(task)
    return replace(plan, tasks=tuple(settled)), tuple(added)


def _is_side(overlap: Overlap, side: int, task: PlannedTask) -> bool:
    """Whether the task is the one that is remembered there, or owns what that owned."""
    return any(globs_meet(mine, theirs) for mine in _owned(task) for theirs in overlap.owned[side])


def _owned(task: PlannedTask) -> tuple[str, ...]:
    return tuple(glob for glob in task.files if not glob.startswith("!"))
