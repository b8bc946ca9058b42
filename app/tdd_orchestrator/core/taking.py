"""A task in a person's hands: taken, pushed to, given back. The gates stay the same; only who writes is another."""

from dataclasses import replace

from tdd_orchestrator.core import leaving
from tdd_orchestrator.core.choosing import Outcome, unblocked, worked_on
from tdd_orchestrator.core.effect import DropBranch, Effect, Reply
from tdd_orchestrator.core.event import BranchReady, BranchRefused, Commanded, PushedByHand
from tdd_orchestrator.core.hand_texts import left_behind, refusal_text, taken_text
from tdd_orchestrator.core.people import Hand
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import FINAL, TaskState
from tdd_orchestrator.core.task import Task

SUFFIX = "-by-hand"
TAKEABLE = frozenset(TaskState) - {TaskState.COMPLETE, TaskState.PASSING}


def take(run: Run, event: Commanded) -> Outcome:
    """Hand tasks over to whoever asks: a runner that is at one is given up, and a branch is made for the person."""
    tasks = worked_on(run, event.command)
    if isinstance(tasks, str):
        return tasks
    for task in tasks:
        if refused := _not_takeable(task, event.author):
            return refused
    for task in tasks:
        run = _taken(run, task, event)
    return unblocked(run), ()


def _not_takeable(task: Task, author: str) -> str:
    if task.hand is not None and task.taken_by == author:
        return f"{task.key} is yours already: push to `{task.hand.branch}`."
    if task.hand is not None:
        return f"{task.key} is with {task.taken_by}: `/tdd release {task.key}` first."
    if task.state is TaskState.COMPLETE:
        return f"{task.key} has landed already."
    if task.state is TaskState.PASSING:
        return f"{task.key} is proven and about to land: there is nothing left to write."
    return ""


def _taken(run: Run, task: Task, event: Commanded) -> Run:
    why = f"Taken over by {event.author}."
    run = leaving.without_runner(run, task)
    task = leaving.left(task, event.at, why)
    branch = f"{run.rules.branch_prefix}{run.number}/{task.key}{SUFFIX}"
    hand = Hand(event.author, branch, f"{event.id}:{task.key}")
    state = TaskState.READY if run.is_startable(task) else TaskState.PENDING
    return run.with_task(replace(task, state=state, hand=hand, reason="", kept=None, asks=""))


def release(run: Run, event: Commanded) -> Outcome:
    """Give tasks back to the worker; the branch stays as long as it holds anything that has not landed."""
    tasks = worked_on(run, event.command)
    if isinstance(tasks, str):
        return tasks
    for task in tasks:
        if task.hand is None:
            return f"{task.key} is with the worker: there is nothing to release."
        if task.state is TaskState.PASSING:
            return f"{task.key} is proven and about to land: there is nothing to release."
    for task in tasks:
        why = f"Released by {event.author}."
        run = leaving.without_runner(run, task)
        task = leaving.left(task, event.at, why)
        run = run.with_task(replace(task, hand=None, reason="", chances=max(task.chances, len(task.attempts) + 1)))
    return run, ()


def branch_ready(run: Run, event: BranchReady) -> tuple[Run, tuple[Effect, ...]]:
    """The person's branch is there: they are told, and what it holds already is judged unless it was before."""
    task = run.task(event.task)
    if task is None or task.hand is None or task.hand.branch != event.branch or task.hand.tip:
        return run, ()
    hand = replace(task.hand, tip=event.tip, pushed=event.tip if event.ahead and _is_new(task, event.tip) else "")
    run = run.with_task(replace(task, hand=hand))
    return run, (Reply(hand.asked, taken_text(run, replace(task, hand=hand))),)


def branch_refused(run: Run, event: BranchRefused) -> tuple[Run, tuple[Effect, ...]]:
    """There can be no branch: the task goes back to the worker, and the person is told why."""
    task = run.task(event.task)
    if task is None or task.hand is None or task.hand.branch != event.branch or task.hand.tip:
        return run, ()
    back = replace(task, hand=None, chances=max(task.chances, len(task.attempts) + 1))
    return run.with_task(back), (Reply(task.hand.asked, refusal_text(task, event.reason)),)


def pushed(run: Run, event: PushedByHand) -> Run:
    """The person's branch has moved: what it holds now is judged, once."""
    task = run.task(event.task)
    if task is None or task.hand is None or run.state in FINAL:
        return run
    if task.hand.branch != event.branch or task.hand.tip in ("", event.tip):
        return run
    new = event.tip if _is_new(task, event.tip) else ""
    hand = replace(task.hand, tip=event.tip, pushed=new)
    if new and task.state is TaskState.PASSING and not run.is_landing(task.key):
        return run.with_task(replace(task, hand=hand, state=TaskState.READY, proven=None))
    return run.with_task(replace(task, hand=hand))


def judged_again(task: Task) -> Task:
    """The task whose last push is judged once more, as it stands: a Re-run where nothing new was pushed."""
    source = task.attempts[-1].source if task.attempts else ""
    if task.hand is None or task.state not in (TaskState.READY, TaskState.PENDING) or task.hand.pushed or not source:
        return task
    return replace(task, hand=replace(task.hand, pushed=source))


def landed(run: Run, task: Task) -> Run:
    """A person's task is on the branch; what they pushed since then is named."""
    if task.hand is None:
        return run
    if task.hand.pushed:
        run = replace(run, notes=(*run.notes, left_behind(task)))
    return run.with_task(replace(task, hand=None))


def branches_left(before: Run, after: Run) -> tuple[DropBranch, ...]:
    """Branches that nobody pushes to any more; each goes only if all that it holds has landed."""
    found = []
    for task in after.tasks:
        old = before.task(task.key)
        if old is not None and old.hand is not None and old.hand.tip and task.hand is None:
            found.append(DropBranch(old.hand.branch, old.hand.tip, after.target.name))
        if old is not None and old.kept is not None and old.kept.there and task.kept is None:
            found.append(DropBranch(old.kept.branch, old.kept.commit, "", ours=True))
    return tuple(found)


def _is_new(task: Task, tip: str) -> bool:
    """Whether this commit was neither judged nor is being judged."""
    return not any(each.source == tip and (each.ended_at is None or each.stages) for each in task.attempts)
