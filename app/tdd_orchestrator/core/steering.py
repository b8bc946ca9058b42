"""Commands that move a whole run: plan, approve, pause, resume, cancel."""

from dataclasses import replace

from tdd_orchestrator.core import awaiting_ci, forks, planning, replanning, working
from tdd_orchestrator.core.choosing import Outcome, unblocked, word
from tdd_orchestrator.core.event import Commanded
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.scheduling import what_helps
from tdd_orchestrator.core.states import FINAL, RunState, TaskState


def plan(run: Run, event: Commanded) -> Outcome:
    """`/tdd plan`: a plan where there is none, and one for what was edited where there is."""
    started = any(task.attempts for task in run.tasks)
    if started and run.state is RunState.COMPLETED:
        return _planned_on(run, event.at)
    if started and run.state not in FINAL:
        if replanning.changed(run):
            return replanning.asked(run, event.at), ()
        return "Work has started on this plan: `/tdd cancel` first, then `/tdd plan` makes a new one."
    if run.state is RunState.PLANNING:
        return "The plan is being made now; its check shows when it is there."
    if run.fork:
        return forks.fork_told(run)
    return planning.planned_again(replace(run, plan_tries=0, bot=False), event.at), ()


def _planned_on(run: Run, at: float) -> Outcome:
    """What changed since everything landed is planned and worked; the rest stands."""
    if run.fork:
        return forks.fork_told(run)
    if not replanning.changed(run):
        return "Nothing has changed in the PRD since the plan was made: push an edit, then `/tdd plan`."
    return replanning.asked(replace(run, state=RunState.RUNNING, ended_at=None, reason=""), at), ()


def approve(run: Run, event: Commanded) -> Outcome:
    """`/tdd approve`: of the head that its author saw, so that nobody approves what was pushed meanwhile."""
    if run.fork:
        outcome = forks.approved(run, event)
        return outcome if isinstance(outcome, str) else (outcome, ())
    if run.state is not RunState.AWAITING_APPROVAL:
        return f"Nothing waits for approval: the run is {word(run.state)}."
    said = event.command.subject
    if said and not any(
        head.startswith(said) and _is_the_same_plan(run, head) for head in (run.head.sha, *run.read_heads)
    ):
        seen, now = said[:7], run.head.sha[:7]
        return f"The head is {now} now, not {seen}: look at the plan again, then approve."
    if not _is_the_same_plan(run, event.head):
        return f"The head has moved; it is {run.head.sha[:7]} now: look at the plan again, then approve."
    return replace(run, state=RunState.RUNNING, approved_by=event.author, reason=""), ()


def _is_the_same_plan(run: Run, head: str) -> bool:
    """Whether a head shows what stands now: our own landings change no PRD, somebody's push may."""
    return head == run.head.sha or {head, run.head.sha} <= set(run.read_heads)


def pause(run: Run, event: Commanded) -> Outcome:
    """`/tdd pause`: what is in progress ends, nothing new starts."""
    if run.state in FINAL or run.state is RunState.PAUSED:
        return f"There is nothing to pause: the run is {word(run.state)}."
    if run.state is RunState.BLOCKED:
        return "Nothing starts while the run is blocked: there is nothing to pause. `/tdd status` says what it needs."
    reason = f"Paused by @{event.author}; what is in progress ends, nothing new starts. `/tdd resume` goes on."
    return replace(run, state=RunState.PAUSED, resume_to=run.state, reason=reason), ()


def resume(run: Run, event: Commanded) -> Outcome:
    """`/tdd resume`: a paused or blocked run goes on."""
    if run.state is RunState.PAUSED:
        return planning.resumed(run, event.at), ()
    if run.state is not RunState.BLOCKED:
        return f"The run is not paused: it is {word(run.state)}."
    if run.fork:
        return forks.fork_told(run)
    if not run.tasks:
        return planning.planned_again(replace(run, plan_tries=0, bot=False), event.at), ()
    stuck = run.tasks_in(TaskState.FAILED, TaskState.BLOCKED)
    if stuck and not run.tasks_in(TaskState.READY, TaskState.IN_PROGRESS, TaskState.PASSING):
        return f"{stuck[0].key} is {word(stuck[0].state)} and nothing else can start: {what_helps(stuck[0])}"
    return unblocked(awaiting_ci.resumed(run)), ()


def cancel(run: Run, event: Commanded) -> Outcome:
    """`/tdd cancel`: the run ends, and its jobs are stopped."""
    if run.state in FINAL:
        return f"The run is over: it is {word(run.state)}."
    return working.stopped(run, event.at, f"Cancelled by @{event.author}. `/tdd plan` starts anew."), ()
