"""A merge that does not hold: which task made it so, after which other it comes, and what is tried next.

The tasks of a red batch are tried by halves, first half first. What holds lands, so that the one that does not is
known against the branch as it then is, and is worked again on exactly that.
"""

from dataclasses import replace

from tdd_orchestrator.core.batch import Batch
from tdd_orchestrator.core.event import Landed
from tdd_orchestrator.core.overlapping import remembered
from tdd_orchestrator.core.paths import matches
from tdd_orchestrator.core.result import Stage, StageReport, StageState
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import TaskState
from tdd_orchestrator.core.task import Task


def red(run: Run, batch: Batch, why: str, broken: tuple[str, ...]) -> Run:
    """The run after the proof of a batch did not hold."""
    if len(batch.tasks) > 1:
        note = f"{', '.join(batch.tasks)} do not hold together, so they are tried by halves. {why}".strip()
        notes = (*(each for each in run.notes if each != note), note)
        return replace(run, batch=_halved(batch.tasks, why, broken), notes=notes)
    return _convicted(replace(run, batch=None), batch.tasks[0], why, broken)


def goes_on(run: Run, batch: Batch, event: Landed) -> Run:
    """The run after the good half landed: the guilty one is among the rest, if nobody pushed on top."""
    rest = tuple(key for key in batch.rest if (task := run.task(key)) and task.state is TaskState.PASSING)
    if rest != batch.rest or not rest or event.head != (batch.staged or _tip(run, batch)):
        return run
    if len(rest) > 1:
        return replace(run, batch=_halved(rest, batch.why, batch.broken))
    return _convicted(run, rest[0], batch.why, batch.broken)  # the merge with it would be the tree that was proven red


def reworked(task: Task, reason: str) -> Task:
    """Back to work: landing trouble is not the worker's fault, so it costs no chance until it has happened twice."""
    task = with_stage(task, StageReport(Stage.LAND, StageState.REFUSED, reason))
    troubles = sum(1 for attempt in task.attempts if any(_is_trouble(stage) for stage in attempt.stages))
    if task.hand is not None:  # judged again on the new base; where that does not help, the person has to push
        source = task.attempts[-1].source if troubles <= 2 and task.attempts else ""
        hand = replace(task.hand, pushed=task.hand.pushed or source)
        return replace(task, state=TaskState.READY, reason=reason, proven=None, hand=hand)
    if troubles > 2 and len(task.attempts) >= task.chances:
        return replace(task, state=TaskState.FAILED, reason=reason, feedback=reason, proven=None)
    chances = max(task.chances, len(task.attempts) + 1)
    return replace(task, state=TaskState.READY, reason=reason, feedback=reason, proven=None, chances=chances)


def with_stage(task: Task, report: StageReport) -> Task:
    """The task with one more stage at its last attempt."""
    if not task.attempts:
        return task
    last = replace(task.attempts[-1], stages=(*task.attempts[-1].stages, report))
    return replace(task, attempts=(*task.attempts[:-1], last))


def _halved(tasks: tuple[str, ...], why: str, broken: tuple[str, ...]) -> Batch:
    half = len(tasks) // 2
    return Batch(tasks[:half], rest=tasks[half:], why=why, broken=broken)


def _tip(run: Run, batch: Batch) -> str:
    """What a fast-forward of one task made the head."""
    task = run.task(batch.tasks[0])
    return task.proven.tip if task is not None and task.proven is not None and len(batch.tasks) == 1 else ""


def _convicted(run: Run, key: str, why: str, broken: tuple[str, ...]) -> Run:
    """The task goes back to work, told why, and comes after what it was wrong together with."""
    task = run.task(key)
    if task is None:
        return run
    partners = _partners(run, task, broken)
    names = ", ".join(partner.key for partner in partners)
    beside = f"{names}, which landed meanwhile" if partners else "what was pushed meanwhile"
    run = run.with_task(reworked(task, f"It does not hold together with {beside}: {why}"))
    return remembered(run, task, partners, why)


def _partners(run: Run, task: Task, broken: tuple[str, ...]) -> tuple[Task, ...]:
    """What landed since the task was begun; only those whose tests fail, where that says which they are."""
    since = task.attempts[-1].started_at if task.attempts else 0.0
    known = task.planned.depends_on
    meanwhile = tuple(
        other
        for other in run.tasks_in(TaskState.COMPLETE)
        if other.key not in known and other.landed_at is not None and other.landed_at >= since
    )
    accused = tuple(other for other in meanwhile if any(matches(path, other.planned.tests) for path in broken))
    return accused or meanwhile


def _is_trouble(stage: StageReport) -> bool:
    return stage.stage is Stage.LAND and stage.state is StageState.REFUSED
