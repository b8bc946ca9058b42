"""A PRD that is edited while the work goes on: only what changed is planned anew, and keys never move.

What has landed stays landed: an edit cannot take commits back. It is named, and a new task reworks it. What had not
landed
for the old text is given up, and a new task takes its place.
"""

from collections.abc import Iterable
from dataclasses import replace

from tdd_orchestrator.core import jobs, leaving
from tdd_orchestrator.core.budget import quote
from tdd_orchestrator.core.ledger_view import iso_day
from tdd_orchestrator.core.overlapping import in_order
from tdd_orchestrator.core.plan import Plan, PlannedTask, ancestors, in_sequence
from tdd_orchestrator.core.prd import Requirement
from tdd_orchestrator.core.result import Step
from tdd_orchestrator.core.run import JobState, Quote, Run
from tdd_orchestrator.core.spending import is_free, left
from tdd_orchestrator.core.states import FINAL, SETTLED, RunState, TaskState
from tdd_orchestrator.core.task import Task


def digests(requirements: Iterable[Requirement]) -> tuple[tuple[str, str], ...]:
    """(id, digest) of each requirement: what a plan was made for."""
    return tuple(sorted((each.id, each.digest) for each in requirements))


def changed(run: Run) -> frozenset[str]:
    """The requirements that are new, gone or edited since the plan was made."""
    return frozenset(name for name, _ in set(run.planned_from) ^ set(digests(run.requirements)))


def asked(run: Run, at: float) -> Run:
    """One planning job for the text as it is now; one that plans an older text is given up."""
    for job in run.open_jobs():
        if job.step is Step.PLAN:
            run = jobs.closed(run, job.nonce, JobState.LOST)
    budget = None if is_free(run.rules.worker) else left(run, at)
    return jobs.asked(run, Step.PLAN, at, budget_usd=budget)[0]


def quoted(run: Run, tasks: Iterable[PlannedTask], at: float) -> Quote:
    """What these tasks will take, as far as the repository's ledger and the price table can tell."""
    rules = run.rules
    return quote(tasks, worker=rules.worker, figures=run.ledger.figures, models=rules.models, on=iso_day(at))


def merged(run: Run, plan: Plan, at: float) -> Run:
    """The run with the plan's tasks for what changed; tasks for what did not change stay as they are."""
    names = changed(run)
    fresh = _fresh(run, plan, names)
    outdated = tuple(
        task for task in run.tasks if _touches(task.planned, names) and task.state is not TaskState.SKIPPED
    )
    notes = tuple(_told(task, fresh, names) for task in outdated)
    for task in outdated:
        if task.state is not TaskState.COMPLETE:
            run = leaving.skipped(run, task, at, _reason(task, fresh, names))
    run = replace(run, tasks=tuple(_aged(_rewired(task, outdated, fresh), names) for task in run.tasks))
    fresh, sequence = _after(run, fresh)
    run = replace(
        run,
        tasks=(*run.tasks, *(Task(planned, chances=run.rules.attempts) for planned in fresh)),
        notes=(*run.notes, *notes, *sequence),
        planned_from=digests(run.requirements),
        quote=quoted(run, fresh, at),
        approved_by="" if fresh else run.approved_by,
        plan_tries=0,
        ended_at=None,
    )
    return run


def goes_on(run: Run, state: RunState) -> Run:
    """The run in this state; a paused one goes there when it is resumed."""
    if run.state is RunState.PAUSED:
        return replace(run, resume_to=state)
    return replace(run, state=state, reason="")


def noted(run: Run, at: float) -> Run:
    """The run after a look at an edited PRD: planned again where it goes on, only noted where it is over."""
    names = ", ".join(sorted(changed(run)))
    if not names:
        return run
    if run.state in FINAL:
        note = f"{names} changed in the PRD after the end. `/tdd plan` plans what changed."
        return run if note in run.notes else replace(run, notes=(*run.notes, note))
    note = f"{names} changed in the PRD: what it touches is planned again, the rest goes on."
    return asked(replace(run, notes=(*run.notes, note)), at)


def _fresh(run: Run, plan: Plan, names: frozenset[str]) -> tuple[PlannedTask, ...]:
    """The plan's tasks for what changed, under new keys; what they depend on is named by the keys of this run."""
    adopted = [task for task in plan.tasks if _touches(task, names)]
    first = 1 + max((int(task.key.rpartition("-")[2]) for task in run.tasks), default=0)
    keys = {task.key: f"TASK-{first + index}" for index, task in enumerate(adopted)}
    planned = {task.key: task for task in plan.tasks}
    waiting = _waiting_for_changed(run, names)

    def depends(task: PlannedTask) -> tuple[str, ...]:
        found: list[str] = []
        for needed in task.depends_on:
            found += [keys[needed]] if needed in keys else _standing_for(run, planned[needed])
        return tuple(key for key in dict.fromkeys(found) if key not in waiting)

    return tuple(replace(task, key=keys[task.key], depends_on=depends(task)) for task in adopted)


def _waiting_for_changed(run: Run, names: frozenset[str]) -> frozenset[str]:
    """The tasks that wait for one which is given up, and so for what takes its place: that must not wait for them."""
    graph = {task.key: task.planned.depends_on for task in run.tasks}
    given_up = {task.key for task in run.tasks if _touches(task.planned, names) and task.state not in SETTLED}
    return frozenset(key for key in graph if ancestors(key, graph) & given_up)


def _standing_for(run: Run, planned: PlannedTask) -> list[str]:
    """The tasks of this run that do what a planned task of the new plan would do again."""
    wanted = frozenset(planned.requirements)
    return [t.key for t in run.tasks if _touches(t.planned, wanted) and t.state is not TaskState.SKIPPED]


def _rewired(task: Task, outdated: tuple[Task, ...], fresh: tuple[PlannedTask, ...]) -> Task:
    """A task that waits for one that was given up waits for what takes its place."""
    if task.state not in (TaskState.PENDING, TaskState.READY):
        return task
    given_up = {old.key: old for old in outdated if old.state is not TaskState.COMPLETE}
    more = [new.key for key in task.planned.depends_on if key in given_up for new in _instead(given_up[key], fresh)]
    wired = tuple(dict.fromkeys((*task.planned.depends_on, *more)))
    return replace(task, planned=replace(task.planned, depends_on=wired))


def _aged(task: Task, names: frozenset[str]) -> Task:
    """A task that had landed holds the older text of what was edited, and no longer the text as it is."""
    old = tuple(name for name in task.planned.requirements if name in names and name not in task.outdated)
    return replace(task, outdated=(*task.outdated, *old)) if task.state is TaskState.COMPLETE and old else task


def _after(run: Run, fresh: tuple[PlannedTask, ...]) -> tuple[tuple[PlannedTask, ...], tuple[str, ...]]:
    """New tasks that own a file of an unfinished one wait for it."""
    going = tuple(task.planned for task in run.tasks if task.state not in SETTLED)
    ordered, added = in_sequence(Plan((*going, *fresh)))
    ordered, more = in_order(run.overlaps, ordered)
    keys = {task.key for task in fresh}
    wired = {task.key: task for task in ordered.tasks if task.key in keys}
    return tuple(wired[task.key] for task in fresh), tuple(
        each.sentence for each in (*added, *more) if each.task in keys
    )


def _instead(old: Task, fresh: tuple[PlannedTask, ...]) -> list[PlannedTask]:
    wanted = frozenset(old.planned.requirements)
    return [task for task in fresh if _touches(task, wanted)]


def _reason(old: Task, fresh: tuple[PlannedTask, ...], names: frozenset[str]) -> str:
    instead = ", ".join(task.key for task in _instead(old, fresh))
    told = f"{', '.join(sorted(names & set(old.planned.requirements)))} changed in the PRD"
    return f"{told}: {instead} takes its place." if instead else f"{told} and asks for it no more."


def _told(old: Task, fresh: tuple[PlannedTask, ...], names: frozenset[str]) -> str:
    if old.state is not TaskState.COMPLETE:
        return f"{old.key}: {_reason(old, fresh, names)}"
    instead = ", ".join(task.key for task in _instead(old, fresh))
    told = f"{old.key} had landed for an older text of {', '.join(sorted(names & set(old.planned.requirements)))}"
    return f"{told}: {instead} reworks it." if instead else f"{told}, which is gone: revert it if it is not wanted."


def _touches(planned: PlannedTask, names: frozenset[str]) -> bool:
    return bool(names & set(planned.requirements))
