"""What may start now, what lands next, and when a run is over: rules in the order in which they are asked."""

from dataclasses import replace

from tdd_orchestrator.core import awaiting_ci, jobs, landing, packing, planning
from tdd_orchestrator.core.breakers import HUMAN
from tdd_orchestrator.core.circuits import Trip, refused, tripped
from tdd_orchestrator.core.overlapping import beside
from tdd_orchestrator.core.plan import path_lengths
from tdd_orchestrator.core.result import Step
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.spending import is_free, share
from tdd_orchestrator.core.states import SETTLED, RunState, TaskState
from tdd_orchestrator.core.task import Attempt, Task


def scheduled(run: Run, at: float) -> Run:
    """The run with everything started that may start; nothing moves but a running run, and one whose hold is over."""
    run = _let_on(run, at)
    if run.ci.head != run.target.sha:
        run = awaiting_ci.awake(run)
    run = landing.up_to_date(landing.without_fallen(run))
    if run.state is not RunState.RUNNING:
        return run
    if run.ci.holding:
        run = replace(run, ci=replace(run.ci, holding=False))
    run = _released(awaiting_ci.reopened(run, at))
    run = landing.chosen(run)
    run = _started(run, at)
    return _ended(run, at)


def _let_on(run: Run, at: float) -> Run:
    """A run that waits for a cap or a circuit goes on by itself as soon as that lets it."""
    if not run.held:
        return run
    if run.state is not RunState.BLOCKED:
        return replace(run, held="")
    if trip := _what_holds(run, at):
        return run if trip.by == run.held else replace(run, held=trip.by, reason=trip.reason)
    run = replace(run, held="")
    return replace(run, state=RunState.RUNNING, reason="") if run.tasks else planning.planned_again(run, at)


def _what_holds(run: Run, at: float) -> Trip | None:
    """What keeps every task from starting that could."""
    if trip := tripped(run, at):
        return trip
    workers = {_worker(run, task) for task in run.tasks_in(TaskState.READY)} or {run.rules.worker}
    trips = [refused(run, worker, at) for worker in sorted(workers)]
    return trips[0] if all(trips) else None


def _released(run: Run) -> Run:
    """Ready is what waits for nothing; a dependency that was skipped and is tried again is waited for once more."""
    return replace(run, tasks=tuple(_released_task(run, task) for task in run.tasks))


def _released_task(run: Run, task: Task) -> Task:
    if task.state not in (TaskState.PENDING, TaskState.READY):
        return task
    return replace(task, state=TaskState.READY if run.is_startable(task) else TaskState.PENDING)


def _started(run: Run, at: float) -> Run:
    """Longest remaining path first, so that the critical path is never kept waiting; what was wrong together waits."""
    lengths = path_lengths(task.planned for task in run.tasks)
    stopped = tripped(run, at) is not None
    may = (task for task in run.tasks_in(TaskState.READY) if _may_start(task, stopped=stopped))
    ready = sorted(may, key=lambda task: -lengths[task.key])
    free = run.rules.max_parallel - run.busy
    for task in ready:
        if free <= 0:
            break
        if beside(run, task) is None and refused(run, _worker(run, task), at) is None:
            started = _attempted(run, task, at)
            free -= started != run
            run = started
    return run


def _may_start(task: Task, *, stopped: bool) -> bool:
    """A task in a person's hands starts with each push, and costs nothing; everything else unless it is stopped."""
    return not stopped if task.hand is None else bool(task.hand.pushed)


def _worker(run: Run, task: Task) -> str:
    return HUMAN if task.hand is not None else task.worker or run.rules.worker


def _attempted(run: Run, task: Task, at: float) -> Run:
    """A worker that costs money gets a part of what is left; where jobs in progress may take all of it, it waits."""
    worker = _worker(run, task)
    budget = None if is_free(worker) else share(run, task.key, at)
    if budget is not None and budget <= 0:
        return run
    riders = packing.riders(run, task)
    run, nonce = jobs.asked(run, Step.WORK, at, task.key, budget_usd=budget)
    number, base = len(task.attempts) + 1, run.target.sha
    attempt = Attempt(number=number, nonce=nonce, started_at=at, base=base, feedback=task.feedback, worker=worker)
    task = replace(task, state=TaskState.IN_PROGRESS, reason="", proven=None)
    if task.hand is not None:  # a person's push uses up no chance of the worker's
        attempt = replace(attempt, feedback="", by=task.hand.by, source=task.hand.pushed)
        task = replace(task, hand=replace(task.hand, pushed=""), chances=task.chances + 1)
    run = run.with_task(replace(task, attempts=(*task.attempts, attempt)))
    return packing.packed(run, nonce, riders, at)


def _ended(run: Run, at: float) -> Run:
    replanned = any(job.step is Step.PLAN for job in run.open_jobs())
    if run.tasks and not replanned and all(task.state in SETTLED for task in run.tasks):
        return awaiting_ci.ended(run, at)
    if run.tasks_in(TaskState.IN_PROGRESS, TaskState.PASSING) or run.open_jobs():
        return run
    ready = run.tasks_in(TaskState.READY)
    if ready and all(task.hand is None for task in ready) and (trip := _what_holds(run, at)):
        return replace(run, state=RunState.BLOCKED, reason=trip.reason, held=trip.by)
    stuck = run.tasks_in(TaskState.FAILED, TaskState.BLOCKED)
    if stuck and not ready:
        return replace(run, state=RunState.BLOCKED, reason=_waits_for(stuck), held="")
    return run


def _waits_for(stuck: tuple[Task, ...]) -> str:
    told = " ".join(f"{task.key} {task.state}: {task.reason}" for task in stuck[:3])
    return f"{told} {what_helps(stuck[0])}"


def what_helps(task: Task) -> str:
    """What a person can do about a task that is stuck."""
    if task.asks:
        return f"`/tdd answer {task.asks} your words` goes on, `/tdd skip {task.key}` goes on without it."
    return f"`/tdd retry {task.key}` tries again, `/tdd skip {task.key}` goes on without it."
