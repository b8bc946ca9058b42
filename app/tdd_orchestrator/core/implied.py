"""The effects that a run's values imply, whatever events led to them."""

from tdd_orchestrator.core.awaiting_ci import wants_look
from tdd_orchestrator.core.effect import (
    Dispatch,
    Effect,
    KeepRed,
    Land,
    LookAtCi,
    MakeBranch,
    Ripe,
    ShowComment,
    ShowPrd,
    ShowRun,
    ShowStack,
    ShowTask,
)
from tdd_orchestrator.core.jobs import assignment
from tdd_orchestrator.core.landing import staging
from tdd_orchestrator.core.run import JobState, Run
from tdd_orchestrator.core.showing import has_board, has_check
from tdd_orchestrator.core.states import FINAL
from tdd_orchestrator.core.task import Proven, Task


def implied(run: Run) -> tuple[Effect, ...]:
    """Dispatches and branches that GitHub has not confirmed, the landing in hand, a look at the CI of the last head."""
    unconfirmed = (job for job in run.jobs if job.state is JobState.ASKED and not job.lead)
    dispatches = tuple(Dispatch(assignment(run, job)) for job in unconfirmed)
    land = _land(run)
    look = LookAtCi(run.target.sha, run.ci.first) if wants_look(run) else None
    return (*_branches(run), *dispatches, *(effect for effect in (land, look) if effect is not None))


def everything_shown(run: Run) -> tuple[Effect, ...]:
    """All that people see of the run, on its present head."""
    tasks = (ShowTask(task.key, run.head.sha, run.generation) for task in run.tasks if has_check(run, task))
    board = (ShowPrd(run.head.sha, run.generation),) if has_board(run) else ()
    stack = (ShowStack(run.stack.name, run.head.name),) if run.stack is not None else ()
    return (ShowRun(run.head.sha, run.generation), *tasks, *board, ShowComment(), *stack)


def _branches(run: Run) -> tuple[Effect, ...]:
    hands = tuple((task.key, task.hand) for task in run.tasks if task.hand is not None and run.state not in FINAL)
    made = tuple(MakeBranch(key, hand.branch, run.target.sha) for key, hand in hands if not hand.tip)
    return (*made, *_reds(run))


def _reds(run: Run) -> tuple[Effect, ...]:
    wanted = [(task.key, task.kept) for task in run.tasks if task.kept is not None and run.state not in FINAL]
    return tuple(
        KeepRed(key, kept.commit, kept.base, kept.workflow_run, kept.branch, run.target.name)
        for key, kept in wanted
        if not kept.there
    )


def _land(run: Run) -> Land | None:
    """What the batch in hand needs next, unless that is its proof."""
    batch, target = run.batch, run.target
    if batch is None or batch.waits or (batch.onto and batch.onto != target.sha):
        return None
    stacked = target.name != run.head.name
    return Land(
        branch=target.name,
        onto=target.sha,
        tasks=tuple(_ripe(task, task.proven) for key in batch.tasks if (task := run.task(key)) and task.proven),
        staged=batch.staged,
        staging=staging(run),
        source=run.head.name if stacked else "",
        since=batch.since,
    )


def _ripe(task: Task, proven: Proven) -> Ripe:
    return Ripe(task.key, proven.base, proven.tip, proven.workflow_run)
