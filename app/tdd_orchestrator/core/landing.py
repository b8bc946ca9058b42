"""From proven to landed: fast-forward where nothing came between, else a merge that is proven before it becomes the
head.
"""

from dataclasses import replace

from tdd_orchestrator.core import jobs, taking
from tdd_orchestrator.core.event import HeadMoved, Landed, LandingRefused, ProofReported, Staged
from tdd_orchestrator.core.result import Stage, StageReport, StageState, Step
from tdd_orchestrator.core.run import JobState, Ref, Run, Task, TaskState

MERGE_PROOF_TRIES = 3
"""How often the proof of a merged tree may be lost before the task is worked again on the new base."""


def landed(run: Run, event: Landed) -> Run:
    """The task is on the branch: its commits are the new head."""
    task = run.task(event.task)
    if task is None or task.proven is None or task.state is not TaskState.PASSING:
        return run
    how = "Merged, proven on the merged tree, and pushed." if task.proven.staged else "Pushed as a fast-forward."
    task = _with_stage(task, StageReport(Stage.LAND, StageState.ACCEPTED, how, commit=event.head))
    task = replace(task, state=TaskState.COMPLETE, landed=event.head, reason="", kept=None)
    run = taking.landed(run.with_task(task), task)
    return replace(_off(run, event.task), head=Ref(run.head.name, event.head), seen_at=max(run.seen_at, event.at))


def staged(run: Run, event: Staged) -> Run:
    """The merge waits at its staging branch for a proof of its own."""
    task = run.task(event.task)
    if task is None or task.proven is None or run.landing != event.task or event.onto != run.head.sha:
        return run
    proven = replace(task.proven, staged=event.staged, staged_on=event.onto, staged_proof=False)
    run = _off(run.with_task(replace(task, proven=proven)), event.task)
    return jobs.asked(run, Step.PROVE, event.at, event.task)[0]


def proof_reported(run: Run, event: ProofReported) -> Run:
    """A merged tree that holds is landed next; one that does not sends the task back to be worked on the new base."""
    result = event.result
    job = run.job(result.nonce)
    if job is None or job.step is not Step.PROVE or not jobs.is_open(run, result.nonce):
        return run
    run = jobs.closed(run, result.nonce, JobState.DONE)
    task = run.task(job.task or "")
    if task is None or task.proven is None or task.state is not TaskState.PASSING or task.proven.staged != result.tip:
        return run
    if task.proven.staged_on != run.head.sha:
        return run.with_task(_unstaged(task))  # somebody pushed meanwhile: the proof is of a merge that nobody will see
    if result.holds:
        run = run.with_task(replace(task, proven=replace(task.proven, staged_proof=True)))
        return replace(run, landing=task.key) if run.landing is None else run
    return run.with_task(_reworked(task, f"It does not hold together with what landed meanwhile: {result.reason}"))


def proof_lost(run: Run, task: Task, reason: str) -> Run:
    """The merge's proof is asked for again by landing again; too many losses send the task back."""
    losses = sum(1 for j in run.jobs if j.step is Step.PROVE and j.task == task.key and j.state is JobState.LOST)
    if losses >= MERGE_PROOF_TRIES:
        return run.with_task(_reworked(task, f"The proof on the merged tree was lost {losses} times: {reason}"))
    return run.with_task(_unstaged(task))


def refused(run: Run, event: LandingRefused) -> Run:
    """The task cannot land as it is: it is worked again on the new base, and told why."""
    task = run.task(event.task)
    if task is None or task.proven is None or task.state is not TaskState.PASSING or task.proven.tip != event.tip:
        return _off(run, event.task)
    return _off(run.with_task(_reworked(task, event.reason)), event.task)


def head_moved(run: Run, event: HeadMoved) -> Run:
    """Somebody pushed first: their commits are the base of the next try."""
    task = run.task(event.task)
    if task is None or run.landing != event.task:
        return run
    run = _off(run.with_task(_unstaged(task)), event.task)
    return replace(run, head=Ref(run.head.name, event.head), seen_at=max(run.seen_at, event.at))


def _off(run: Run, task: str) -> Run:
    return replace(run, landing=None) if run.landing == task else run


def _unstaged(task: Task) -> Task:
    if task.proven is None:
        return task
    return replace(task, proven=replace(task.proven, staged=None, staged_on=None, staged_proof=False))


def _reworked(task: Task, reason: str) -> Task:
    """Back to work: landing trouble is not the worker's fault, so it costs no chance until it has happened twice."""
    task = _with_stage(task, StageReport(Stage.LAND, StageState.REFUSED, reason))
    troubles = sum(1 for attempt in task.attempts if any(_is_trouble(stage) for stage in attempt.stages))
    if task.hand is not None:  # judged again on the new base; where that does not help, the person has to push
        source = task.attempts[-1].source if troubles <= 2 and task.attempts else ""
        hand = replace(task.hand, pushed=task.hand.pushed or source)
        return replace(task, state=TaskState.READY, reason=reason, proven=None, hand=hand)
    if troubles > 2 and len(task.attempts) >= task.chances:
        return replace(task, state=TaskState.FAILED, reason=reason, feedback=reason, proven=None)
    chances = max(task.chances, len(task.attempts) + 1)
    return replace(task, state=TaskState.READY, reason=reason, feedback=reason, proven=None, chances=chances)


def _is_trouble(stage: StageReport) -> bool:
    return stage.stage is Stage.LAND and stage.state is StageState.REFUSED


def _with_stage(task: Task, report: StageReport) -> Task:
    if not task.attempts:
        return task
    last = replace(task.attempts[-1], stages=(*task.attempts[-1].stages, report))
    return replace(task, attempts=(*task.attempts[:-1], last))
