"""The repository's own CI on the final head: waited for, worked when it fails, in the way of the end while it is red.

Only the final head counts: on the way, a head lacks what the tasks still owe. A failure becomes a task of the kind
`refactor`: the same tests end the same before and after, and the proof that it mends the CI is the CI itself, which is
looked at again on the new head; while it is red there is another task, up to a limit that nothing resets.
"""

from dataclasses import replace

from tdd_orchestrator.core.ci import CiCheck, CiState
from tdd_orchestrator.core.event import CiSeen
from tdd_orchestrator.core.plan import PlannedTask, TaskKind
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.sources import Source, added
from tdd_orchestrator.core.states import SETTLED, RunState, TaskState
from tdd_orchestrator.core.task import Task

IGNORE, WORK = "ignore", "work"
START_S = 180.0
"""So long may CI take to appear on a new head before it counts as absent."""
MOST_TOLD = 6_000
RED = frozenset({CiState.FAILED, CiState.HELD})


def is_awaited(run: Run) -> bool:
    """Whether what others say of the head decides now: all work is done, and the run is not over."""
    held = run.state is RunState.BLOCKED and run.ci.holding
    return run.rules.ci != IGNORE and (run.state is RunState.RUNNING or held) and _is_settled(run)


def wants_look(run: Run) -> bool:
    """Whether GitHub has not been asked yet about the head that is waited for."""
    return run.state is RunState.RUNNING and is_awaited(run) and run.ci.head == run.target.sha and not run.ci.looked


def seen(run: Run, event: CiSeen) -> Run:
    """What GitHub shows of others' checks on the head; a look at another head changes nothing."""
    if event.head != run.target.sha or not is_awaited(run):
        return run
    since = run.ci.since if run.ci.head == event.head else event.at
    known = run.ci.known or event.known or bool(event.checks)
    ci = replace(run.ci, head=event.head, since=since, looked=True, checks=event.checks, known=known)
    return awake(replace(run, ci=ci))


def awake(run: Run) -> Run:
    """A run that only its CI held, running again: whether it still holds is asked at once."""
    if run.state is not RunState.BLOCKED or not run.ci.holding:
        return run
    return replace(run, state=RunState.RUNNING, reason="", ci=replace(run.ci, holding=False))


def resumed(run: Run) -> Run:
    """`/tdd resume` on a run that its CI holds: it is looked at again, and what has not ended is waited for no more."""
    if not run.ci.holding:
        return run
    pending = tuple(check.name for check in run.ci.checks if check.state is CiState.PENDING)
    return replace(run, ci=replace(run.ci, waived=tuple(dict.fromkeys((*run.ci.waived, *pending))), looked=False))


def reopened(run: Run, at: float) -> Run:
    """The run with a task for what failed, where the configuration wants that and the limit allows it."""
    if run.rules.ci != WORK or not is_awaited(run) or not _is_looked_at(run) or _is_early(run, at):
        return run
    failed = tuple(check for check in _red(run) if check.state is CiState.FAILED)
    if not failed or run.ci.tasks >= run.rules.ci_tasks:
        return run
    marks = tuple((check.fingerprint, run.target.sha) for check in failed)
    ci = replace(run.ci, worked=(*run.ci.worked, *marks), tasks=run.ci.tasks + 1)
    used = (Source(check.name, "log of its failure", is_login=False) for check in failed)
    return replace(run, tasks=(*run.tasks, _task(run, failed)), ci=ci, sources=added(run.sources, used))


def ended(run: Run, at: float) -> Run:
    """A run whose tasks are all settled: over, or waiting for its CI, or held by it."""
    if run.rules.ci == IGNORE:
        return _completed(run, at)
    if run.ci.head != run.target.sha:
        ci = replace(run.ci, head=run.target.sha, since=at, looked=False, checks=(), waived=())
        return replace(run, ci=ci)
    if not run.ci.looked or _is_early(run, at):
        return run
    if red := _red(run):
        return _held(run, _why_red(run, red))
    if pending := _pending(run):
        minutes = run.rules.ci_minutes
        told = f"CI has not ended on {run.target.sha[:7]} after {minutes} minutes: {_named(pending)}."
        return _held(run, f"{told} When it ends, the run goes on by itself; `/tdd resume` ends without it.")
    return _completed(run, at)


def _completed(run: Run, at: float) -> Run:
    return replace(run, state=RunState.COMPLETED, reason="", ended_at=at, notes=(*run.notes, *_absent(run)))


def _absent(run: Run) -> tuple[str, ...]:
    if run.rules.ci == IGNORE or not run.ci.known or run.ci.checks:
        return ()
    return (
        f"No CI has started on {run.target.sha[:7]}, though it ran before: pushes with a job's own GITHUB_TOKEN start "
        "no workflow. Push an empty commit, or give the workflow an app's key (README, Install as an Action only).",
    )


def _held(run: Run, reason: str) -> Run:
    return replace(run, state=RunState.BLOCKED, reason=reason, ci=replace(run.ci, holding=True))


def _is_settled(run: Run) -> bool:
    return bool(run.tasks) and not run.open_jobs() and all(task.state in SETTLED for task in run.tasks)


def _is_looked_at(run: Run) -> bool:
    return run.ci.looked and run.ci.head == run.target.sha


def _is_early(run: Run, at: float) -> bool:
    """Whether something may still come: a check that has not ended, or CI that has not appeared."""
    waited = at - run.ci.since
    if _pending(run):
        return waited < run.rules.ci_minutes * 60.0
    return run.ci.known and not run.ci.checks and waited < START_S


def _pending(run: Run) -> tuple[CiCheck, ...]:
    return tuple(c for c in run.ci.checks if c.state is CiState.PENDING and c.name not in run.ci.waived)


def _red(run: Run) -> tuple[CiCheck, ...]:
    """What is not green; a failure whose task was skipped on this very head is excused, for a person said so."""
    return tuple(c for c in run.ci.checks if c.state in RED and (c.fingerprint, run.target.sha) not in run.ci.worked)


def _why_red(run: Run, red: tuple[CiCheck, ...]) -> str:
    failed = [check for check in red if check.state is CiState.FAILED]
    tries = f" after {run.ci.tasks} tasks to mend it" if failed and run.ci.tasks else ""
    word = "is red" if failed else "waits for a person"
    told = f"CI {word} on {run.target.sha[:7]}{tries}: {_named(red)}."
    return f"{told} Push what mends it, or run it again there: the run goes on by itself once it is green."


def _named(checks: tuple[CiCheck, ...]) -> str:
    told = [f"`{check.name}` {check.state}{f' ({check.url})' if check.url else ''}" for check in checks[:3]]
    return ", ".join([*told, *([f"and {len(checks) - 3} more"] if len(checks) > 3 else [])])


def _task(run: Run, failed: tuple[CiCheck, ...]) -> Task:
    number = 1 + max((int(task.key.rpartition("-")[2]) for task in run.tasks), default=0)
    planned = PlannedTask(
        f"TASK-{number}",
        f"CI: {', '.join(check.name for check in failed)}"[:100],
        TaskKind.REFACTOR,
        files=run.rules.files,
        acceptance=tuple(f"The check {check.name} is green on the new head." for check in failed[:5]),
    )
    return Task(planned, TaskState.PENDING, chances=run.rules.attempts, feedback=_told(run, failed))


def _told(run: Run, failed: tuple[CiCheck, ...]) -> str:
    """What the worker is told: each check and its telling lines. The lines are others' text, and fenced as such."""
    share = MOST_TOLD // len(failed)
    parts = [f"The repository's own CI fails on {run.target.sha[:7]}. Change what it complains of and nothing else."]
    parts += [f"{check.name}:\n{check.lines or 'It left no log.'}"[:share] for check in failed]
    return "\n\n".join(parts)
