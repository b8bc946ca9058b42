"""Everything that can happen to a run: one closed union. Each event carries what was seen, so that deciding needs no
reading.
"""

from dataclasses import dataclass, field

from tdd_orchestrator.core.ci import CiCheck
from tdd_orchestrator.core.command import Command
from tdd_orchestrator.core.ledger_view import LedgerView
from tdd_orchestrator.core.prd import Fault, Requirement
from tdd_orchestrator.core.result import PlanResult, ProofResult, Worked, WorkResult
from tdd_orchestrator.core.rules import Rules
from tdd_orchestrator.core.run import Ref
from tdd_orchestrator.core.sources import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What all events share: `at`, in epoch seconds, because the core has no clock."""

    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequestSeen(Happened):
    """The pull request as it stands: opened, pushed to, or looked at again by the sweep. `fork` is a head in another
    repository. `ledger` is what a run has to know that is opened by this. `dropped` are tasks that had landed and
    whose commits somebody took off the branch.
    """

    repo: str
    number: int
    head: Ref
    base: Ref
    title: str = ""
    author: str = ""
    requirements: tuple[Requirement, ...] = ()
    faults: tuple[Fault, ...] = ()
    rules: Rules = field(default_factory=Rules)
    fork: bool = False
    bot: bool = False
    sources: tuple[Source, ...] = ()
    ledger: LedgerView | None = None
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequestClosed(Happened):
    """The pull request was merged or closed: what is in progress is stopped."""

    merged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Commanded(Happened):
    """Somebody allowed or not asked for something. `id` is the comment's (or button press's) id and line; it is
    carried out once.

    `role` is the author's role in the repository, as GitHub's permission endpoint named it. `comment` is 0 for a
    button. `head` is the commit that it was said of: the check's, or for a comment the head as it was
    shown; "" where GitHub shows another by now.
    """

    id: str
    comment: int
    author: str
    role: str
    command: Command
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandMisread(Happened):
    """A line began with /tdd but could not be read; the answer is `reason` and the nearest right form."""

    id: str
    comment: int
    author: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatched(Happened):
    """GitHub accepted a dispatch: this workflow run carries the nonce."""

    nonce: str
    workflow_run: int
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchRefused(Happened):
    """GitHub would not start the workflow; `reason` says what to mend."""

    nonce: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReported(Happened):
    """The planning job has ended and left a result."""

    result: PlanResult


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkReported(Happened):
    """A task's job has ended; `proof` is there when the work was accepted and the prove job ran. `rest` are the other
    tasks of its pack that were begun.
    """

    result: WorkResult
    proof: ProofResult | None
    workflow_run: int
    rest: tuple[Worked, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofReported(Happened):
    """The proof on a merged tree has ended."""

    result: ProofResult


@dataclass(frozen=True, slots=True, kw_only=True)
class JobQueued(Happened):
    """A job has not got a runner yet: its time has not begun."""

    nonce: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLost(Happened):
    """A job has ended without a result, or has vanished; `reason` says what GitHub shows."""

    nonce: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed(Happened):
    """The task's commits are on the branch; `head` is its new head. `tasks` are all that came with the same push,
    where they were several.
    """

    task: str
    head: str
    tasks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged(Happened):
    """The task (or each of `tasks`) was merged onto `onto` and waits at `staged` to be proven on the merged tree.

    The proof begins at `since` where that is not `onto`.
    """

    task: str
    staged: str
    onto: str
    tasks: tuple[str, ...] = ()
    since: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingRefused(Happened):
    """The task cannot be landed as it is (a conflict, a forbidden path): it goes back with `reason`.

    `against` is the task of the same batch that it conflicts with.
    """

    task: str
    tip: str
    reason: str
    against: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingHeld(Happened):
    """The branch cannot be pushed to, which is no fault of the task: a person must mend it, as `reason` says."""

    task: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadMoved(Happened):
    """Somebody else pushed first; nothing was overwritten, and the landing starts again on `head`."""

    task: str
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchReady(Happened):
    """The branch of a person who took a task over is there, at `tip`; `ahead` says that it holds what the pull
    request does not.
    """

    task: str
    branch: str
    tip: str
    ahead: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchRefused(Happened):
    """GitHub does not take the branch of a person; `reason` is its own word."""

    task: str
    branch: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RedKept(Happened):
    """The accepted RED of an earlier attempt is on its branch."""

    task: str
    commit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RedGone(Happened):
    """The accepted RED of an earlier attempt cannot be had; `reason` says why."""

    task: str
    commit: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PushedByHand(Happened):
    """The branch of a person who took a task over is at `tip`."""

    task: str
    branch: str
    tip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerequested(Happened):
    """GitHub's own Re-run button: `task` is `None` for the run's check and for the whole suite."""

    id: str
    author: str
    role: str
    task: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CiSeen(Happened):
    """What others' checks say of `head`. `known`: they check this pull request, though perhaps not this head yet."""

    head: str
    checks: tuple[CiCheck, ...] = ()
    known: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSeen(Happened):
    """What the repository's ledger says of the other runs, before something that may start work."""

    view: LedgerView


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked(Happened):
    """The clock: lost runners and unfinished work are found here."""


Event = (
    PullRequestSeen
    | PullRequestClosed
    | Commanded
    | CommandMisread
    | Dispatched
    | DispatchRefused
    | PlanReported
    | WorkReported
    | ProofReported
    | JobQueued
    | JobLost
    | Landed
    | Staged
    | LandingRefused
    | LandingHeld
    | HeadMoved
    | BranchReady
    | BranchRefused
    | PushedByHand
    | RedKept
    | RedGone
    | Rerequested
    | CiSeen
    | LedgerSeen
    | Ticked
)
