"""(run, event) -> Decision(run, effects). Pure and total: no event, in any state and any order, raises or reads
anything.

Each event only changes the run's values. What must be done follows from those values (`implied`), so an effect is
asked once, when
the value that implies it appears; a repeated event changes nothing and asks nothing.
"""

from dataclasses import dataclass, replace
from typing import assert_never

from tdd_orchestrator.core import awaiting_ci, commanding, keeping, landing, planning, reproving, taking, working
from tdd_orchestrator.core.effect import Effect
from tdd_orchestrator.core.event import (
    BranchReady,
    BranchRefused,
    CiSeen,
    Commanded,
    CommandMisread,
    Dispatched,
    DispatchRefused,
    Event,
    HeadMoved,
    JobLost,
    JobQueued,
    Landed,
    LandingHeld,
    LandingRefused,
    LedgerSeen,
    PlanReported,
    ProofReported,
    PullRequestClosed,
    PullRequestSeen,
    PushedByHand,
    RedGone,
    RedKept,
    Rerequested,
    Staged,
    Ticked,
    WorkReported,
)
from tdd_orchestrator.core.implied import everything_shown, implied
from tdd_orchestrator.core.jobs import given_up
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.scheduling import scheduled
from tdd_orchestrator.core.showing import kept_fresh, shows


@dataclass(frozen=True, slots=True)
class Decision:
    """The run as it stands after an event, and what must follow. `run` is `None` only before a pull request was
    seen.
    """

    run: Run | None
    effects: tuple[Effect, ...] = ()


def decide(run: Run | None, event: Event) -> Decision:
    """Fold one event into the run, then say what must follow."""
    if run is None:
        if not isinstance(event, PullRequestSeen):
            return Decision(None)
        opened = planning.opened(event)
        return Decision(opened, () if opened is None else (*implied(opened), *everything_shown(opened)))
    changed, answers = _folded(run, event)
    changed = kept_fresh(run, scheduled(changed, event.at), event.at, ticked=isinstance(event, Ticked))
    if changed == run:
        return Decision(run, answers)
    ended = isinstance(event, JobLost | DispatchRefused)  # then there is nothing left to stop
    stops = () if ended else given_up(run, changed)
    left = (*taking.branches_left(run, changed), *landing.branches_left(run, changed))
    return Decision(changed, (*answers, *stops, *left, *_new(run, changed), *shows(run, changed)))


def pending(run: Run) -> tuple[Effect, ...]:
    """Every effect that the run's values imply: what an outbox must hold when it was lost."""
    return (*implied(run), *everything_shown(run))


def _new(before: Run, after: Run) -> tuple[Effect, ...]:
    known = {effect.key for effect in implied(before)}
    return tuple(effect for effect in implied(after) if effect.key not in known)


def _folded(run: Run, event: Event) -> tuple[Run, tuple[Effect, ...]]:  # noqa: C901 one case per kind of event
    match event:
        case PullRequestSeen():
            return planning.seen(run, event), ()
        case PullRequestClosed():
            return working.pull_closed(run, event.at, merged=event.merged), ()
        case Commanded():
            return commanding.commanded(run, event)
        case CommandMisread():
            return commanding.misread(run, event)
        case Dispatched():
            return working.dispatched(run, event), ()
        case DispatchRefused():
            return reproving.lost(run, event) or (working.dispatch_refused(run, event), ())
        case PlanReported():
            return planning.reported(run, event), ()
        case WorkReported():
            return working.reported(run, event), ()
        case ProofReported():
            return reproving.reported(run, event) or (landing.proof_reported(run, event), ())
        case JobQueued():
            return working.queued(run, event), ()
        case JobLost():
            return reproving.lost(run, event) or (working.lost(run, event.nonce, event.reason, event.at), ())
        case Landed():
            return landing.landed(run, event), ()
        case Staged():
            return landing.staged(run, event), ()
        case LandingRefused():
            return landing.refused(run, event), ()
        case LandingHeld():
            return landing.held(run, event), ()
        case HeadMoved():
            return landing.head_moved(run, event), ()
        case BranchReady():
            return taking.branch_ready(run, event)
        case BranchRefused():
            return taking.branch_refused(run, event)
        case RedKept():
            return keeping.red_kept(run, event), ()
        case RedGone():
            return keeping.red_gone(run, event)
        case PushedByHand():
            return taking.pushed(run, event), ()
        case Rerequested():
            return commanding.rerequested(run, event), ()
        case CiSeen():
            return awaiting_ci.seen(run, event), ()
        case LedgerSeen(view=view):
            return (replace(run, ledger=view) if view.at >= run.ledger.at else run), ()
        case Ticked():
            run, told = reproving.timed_out(run, event.at)
            return working.timed_out(run, event.at), (*told, *implied(run))  # whatever got lost is asked for again
        case _:
            assert_never(event)
