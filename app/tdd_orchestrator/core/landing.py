"""From proven to landed: fast-forward where nothing came between, else a merge that is proven before it becomes the
head. Several tasks that wait are merged, proven and pushed together.
"""

from dataclasses import replace

from tdd_orchestrator.core import bisecting, forks, jobs, planning, taking
from tdd_orchestrator.core.batch import Batch
from tdd_orchestrator.core.effect import DropBranch
from tdd_orchestrator.core.event import HeadMoved, Landed, LandingHeld, LandingRefused, ProofReported, Staged
from tdd_orchestrator.core.overlapping import remembered
from tdd_orchestrator.core.result import ProofResult, Stage, StageReport, StageState, Step
from tdd_orchestrator.core.run import JobState, Ref, Run
from tdd_orchestrator.core.states import FINAL, RunState, TaskState
from tdd_orchestrator.core.task import Proven, Task

MERGE_PROOF_TRIES = 3
"""How often the proof of a merged tree may be lost before something else is tried."""


def staging(run: Run) -> str:
    """The branch on which merges wait for their proof."""
    return f"{run.rules.branch_prefix}{run.number}/merge"


def branches_left(before: Run, after: Run) -> tuple[DropBranch, ...]:
    """At the end of a run the branch of merges goes; where work of it has not landed, that must be elsewhere too."""
    if after.state not in FINAL or before.state in FINAL or after.scratch is None:
        return ()
    complete = after.state is RunState.COMPLETED
    return (DropBranch(after.scratch.name, after.scratch.sha, after.target.name, ours=complete),)


def chosen(run: Run) -> Run:
    """What waits to land goes together, in the plan's order; once a merge is in hand, what comes later waits for it.

    A batch may grow until it is merged: should it have landed unseen, landing it again finds that.
    """
    batch = run.batch
    if batch is not None and (batch.staged is not None or batch.rest or batch.losses):
        return run
    keys = tuple(task.key for task in _in_line(run)[: run.rules.batch])
    return replace(run, batch=Batch(keys)) if keys and (batch is None or batch.tasks != keys) else run


def without_fallen(run: Run) -> Run:
    """The run without what was built on a task of its pack that did not land after all: it is worked again."""
    if run.state in FINAL:
        return run
    for task in _in_line(run):
        if task.proven is not None and not _stands(run, task.proven):
            told = f"It was built on the work of {task.proven.on}, which is not going to land."
            run = run.with_task(bisecting.reworked(task, told))
    return run


def up_to_date(run: Run) -> Run:
    """The run without a batch that somebody's push or command has overtaken, and without the proof of one."""
    batch = run.batch
    if batch is not None and (_is_overtaken(run, batch) or run.state in FINAL):
        run = replace(run, batch=None)
    awaited = run.batch.nonce if run.batch else ""
    for job in run.open_jobs():
        if job.step is Step.PROVE and job.nonce != awaited and not run.fork:
            run = jobs.closed(run, job.nonce, JobState.LOST)
    return run


def landed(run: Run, event: Landed) -> Run:
    """The tasks are on the branch: their commits are the new head."""
    keys = event.tasks or (event.task,)
    tasks = [task for task in map(run.task, keys) if task is not None and _is_ripe(task)]
    if not tasks:
        return run
    batch = run.batch
    for task in tasks:
        done = bisecting.with_stage(
            task, StageReport(Stage.LAND, StageState.ACCEPTED, _how(keys, batch), commit=event.head)
        )
        done = replace(done, state=TaskState.COMPLETE, landed=event.head, landed_at=event.at, reason="", kept=None)
        run = taking.landed(run.with_task(done), done)
    known = run.head.sha in run.read_heads  # what we land changes no PRD, so what was read of it still stands
    run = _moved(run, event.head, event.at)
    run = replace(run, read_heads=(*run.read_heads, run.head.sha)) if known else run
    if batch is None or not set(keys) & set(batch.tasks):
        return run
    return bisecting.goes_on(replace(run, batch=None), batch, event)


def staged(run: Run, event: Staged) -> Run:
    """The merge waits at its staging branch for a proof of its own."""
    batch = run.batch
    if batch is None or batch.waits or batch.tasks != (event.tasks or (event.task,)):
        return run
    if event.onto != run.target.sha:
        return run
    run, nonce = jobs.asked(run, Step.PROVE, event.at, batch.tasks[0] if len(batch.tasks) == 1 else None)
    since = event.since or event.onto
    batch = replace(batch, staged=event.staged, onto=event.onto, since=since, nonce=nonce)
    return replace(run, batch=batch, scratch=Ref(staging(run), event.staged))


def proof_reported(run: Run, event: ProofReported) -> Run:
    """A merged tree that holds is landed next; one that does not is looked into, task by task."""
    result = event.result
    job, batch = run.job(result.nonce), run.batch
    if job is None or job.step is not Step.PROVE or not jobs.is_open(run, result.nonce):
        return run
    run = jobs.closed(run, result.nonce, JobState.DONE)
    if run.fork:
        return forks.proven(run, result, event.at)
    if batch is None or batch.nonce != result.nonce:
        return run
    if batch.staged != result.tip:
        return proof_lost(run, result.nonce, "It proved another commit than the one that was staged.")
    if batch.onto != run.target.sha:
        return replace(run, batch=None)  # somebody pushed meanwhile: the proof is of a merge that nobody will see
    if result.holds:
        return replace(run, batch=replace(batch, proven=True))
    return bisecting.red(run, batch, result.reason, _broken(result))


def proof_lost(run: Run, nonce: str, reason: str) -> Run:
    """The merge's proof is asked for again by landing again; too many losses divide the batch, or send the task
    back.
    """
    batch = run.batch
    if batch is None or batch.nonce != nonce:
        return run
    losses = batch.losses + 1
    if losses < MERGE_PROOF_TRIES:
        again = replace(batch, staged=None, onto="", since="", nonce="", losses=losses)
        return replace(run, batch=again)
    if len(batch.tasks) > 1:
        return replace(run, batch=Batch(batch.tasks[: len(batch.tasks) // 2], losses=1))
    told = f"The proof on the merged tree was lost {losses} times: {reason}"
    task = run.task(batch.tasks[0])
    run = replace(run, batch=None)
    return run if task is None else run.with_task(bisecting.reworked(task, told))


def refused(run: Run, event: LandingRefused) -> Run:
    """The task cannot land as it is: it is worked again on the new base, and told why. What it conflicts with goes
    first.
    """
    if run.batch is not None and event.task in run.batch.tasks:
        run = replace(run, batch=None)
    task = run.task(event.task)
    if task is None or task.proven is None or not _is_ripe(task) or task.proven.tip != event.tip:
        return run
    run = run.with_task(bisecting.reworked(task, event.reason))
    mate = run.task(event.against) if event.against else None
    return run if mate is None else remembered(run, task, (mate,), event.reason)


def held(run: Run, event: LandingHeld) -> Run:
    """Nothing is wrong with the work: it waits until a person has mended what keeps it from the branch."""
    if run.batch is None or event.task not in run.batch.tasks or run.state in FINAL:
        return run
    return planning.blocked(replace(run, batch=None), f"{event.reason} Then `/tdd resume`.")


def head_moved(run: Run, event: HeadMoved) -> Run:
    """Somebody pushed first: their commits are the base of the next try."""
    if run.batch is None or event.task not in run.batch.tasks:
        return run
    return _moved(replace(run, batch=None), event.head, event.at)


def _moved(run: Run, head: str, at: float) -> Run:
    seen = max(run.seen_at, at)
    target = Ref(run.target.name, head)
    if run.target.name != run.head.name:
        return replace(run, stack=target)
    return replace(run, head=target, seen_at=seen)


def _is_ripe(task: Task) -> bool:
    return task.proven is not None and task.state is TaskState.PASSING


def _in_line(run: Run) -> tuple[Task, ...]:
    """What waits to land, in the plan's order; in a pack each right after the one that it was built on."""
    places = {task.key: (place,) for place, task in enumerate(run.tasks)}

    def place(task: Task) -> tuple[int, ...]:
        on = run.task(task.proven.on) if task.proven is not None and task.proven.on else None
        mine = places[task.key]
        return mine if on is None or on.state is not TaskState.PASSING else (*place(on), *mine)

    return tuple(sorted(run.tasks_in(TaskState.PASSING), key=place))


def _stands(run: Run, proven: Proven) -> bool:
    on = run.task(proven.on) if proven.on else None
    if on is None or on.state is TaskState.COMPLETE:
        return True
    return on.state is TaskState.PASSING and on.proven is not None and on.proven.tip == proven.base


def _is_overtaken(run: Run, batch: Batch) -> bool:
    moved = bool(batch.onto) and batch.onto != run.target.sha
    return moved or not all((task := run.task(key)) and _is_ripe(task) for key in batch.tasks)


def _how(keys: tuple[str, ...], batch: Batch | None) -> str:
    if batch is None or batch.staged is None:
        return "Pushed as a fast-forward."
    if len(keys) == 1:
        return "Merged, proven on the merged tree, and pushed."
    return f"Merged together with {len(keys) - 1} more ({', '.join(keys)}), proven on the merged tree, and pushed."


def _broken(result: ProofResult) -> tuple[str, ...]:
    return tuple(dict.fromkeys(remark.path for remark in result.remarks if remark.path))
