"""A chain of small tasks in one job: which tasks ride along, and what becomes of them when the chain breaks.

Each task has a job and an attempt of its own in the books; only the first one's is dispatched. A task of a pack stands
on the one before it, so what is still wanted of a pack is always its beginning.
"""

from dataclasses import replace

from tdd_orchestrator.core import jobs
from tdd_orchestrator.core.ledger_rows import SMALL, size_of
from tdd_orchestrator.core.overlapping import beside
from tdd_orchestrator.core.result import Step
from tdd_orchestrator.core.run import Job, JobState, Run
from tdd_orchestrator.core.states import SETTLED, TaskState
from tdd_orchestrator.core.task import Attempt, Task

WAITS = (TaskState.PENDING, TaskState.READY)


def riders(run: Run, first: Task) -> tuple[Task, ...]:
    """The tasks that the job of `first` takes after it: each is the only one that waits for the one before it."""
    pack = [first]
    while _fits(run, pack[-1], first) and len(pack) < run.rules.packing:
        last, keys = pack[-1].key, {task.key for task in pack}
        waiting = [task for task in run.tasks if last in task.planned.depends_on and task.state not in SETTLED]
        if len(waiting) != 1 or not _waits_for_these(run, waiting[0], keys):
            break
        pack.append(waiting[0])
    return tuple(task for task in pack[1:] if _fits(run, task, first))


def packed(run: Run, lead: str, tasks: tuple[Task, ...], at: float) -> Run:
    """The run with these tasks in the job of that nonce, each with an attempt that begins where the former ends."""
    for task in tasks:
        run, nonce = jobs.asked(run, Step.WORK, at, task.key)
        worker = task.worker or run.rules.worker
        attempt = Attempt(number=1, nonce=nonce, started_at=at, worker=worker)
        job, first = run.job(nonce), run.job(lead)
        assert job is not None
        assert first is not None
        run = run.with_job(replace(job, lead=lead)).with_job(replace(first, pack=(*first.pack, task.key)))
        run = run.with_task(replace(task, state=TaskState.IN_PROGRESS, reason="", proven=None, attempts=(attempt,)))
    return run


def continued(run: Run, job: Job, before: Job) -> tuple[Run, bool]:
    """The run with this task's attempt on the tip of the one before it, and whether there is such a tip."""
    task, former = run.task(job.task or ""), run.task(before.task or "")
    if task is None or former is None or former.proven is None or not jobs.is_open(run, job.nonce):
        return run, False
    if former.proven.nonce != before.nonce or former.state is not TaskState.PASSING:
        return run, False
    *earlier, last = task.attempts
    return run.with_task(replace(task, attempts=(*earlier, replace(last, base=former.proven.tip)))), True


def without_later(run: Run, job: Job) -> Run:
    """The run with all tasks let off that come after this job's in its pack."""
    lead = run.job(job.lead or job.nonce)
    if lead is None:
        return run
    order = (lead.task, *lead.pack)
    for rider in jobs.riders(run, lead):
        if order.index(rider.task) > order.index(job.task):
            run = let_off(run, rider)
    return run


def let_off(run: Run, job: Job) -> Run:
    """The run with this task out of its pack, as if it had never been in one: nobody knows whether it was begun."""
    task = run.task(job.task or "")
    if not jobs.is_open(run, job.nonce):
        return run
    run = jobs.closed(run, job.nonce, JobState.LOST)
    if task is None or task.state is not TaskState.IN_PROGRESS:
        return run
    attempts = tuple(attempt for attempt in task.attempts if attempt.nonce != job.nonce)
    return run.with_task(replace(task, state=TaskState.READY, attempts=attempts))


def _waits_for_these(run: Run, task: Task, keys: set[str]) -> bool:
    """Whether all that the task waits for is landed, or in the pack."""
    known = {other.key: other.state for other in run.tasks}
    needed = (key for key in task.planned.depends_on if key not in keys)
    return task.state in WAITS and all(known.get(key, TaskState.COMPLETE) in SETTLED for key in needed)


def _fits(run: Run, task: Task, first: Task) -> bool:
    """Small, never tried, in nobody's hands, for the same worker, and not to be kept from what is going on."""
    tried = task.attempts or task.kept is not None or task.asks or task.hand is not None
    same = (task.worker or run.rules.worker) == (first.worker or run.rules.worker)
    return not tried and same and size_of(task.planned) == SMALL and beside(run, task) is None
