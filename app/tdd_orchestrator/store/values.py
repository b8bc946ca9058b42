"""What passes over the threshold of the store: what was loaded, what shall change, and the ways to be turned away."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tdd_orchestrator.core.effect import Effect
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.event import Event
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.shown import Shown
from tdd_orchestrator.store.snapshot import Snapshot

__all__ = ["Change", "Conflict", "Entry", "Loaded", "Shown", "StateRefused", "StateUnreachable"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `txn` is its transaction id (delivery GUID, job, tick): applied once, ever."""

    txn: str
    event: Event


@dataclass(frozen=True, slots=True)
class Loaded:
    """A run as the state branch has it. `revision` is the commit, `None` where there is no branch.

    `applied` are the transactions of the past (the last 2,000). `rebuilt` is a sentence that says what was found
    damaged and what was done about it; on good days it is empty.
    """

    run: Run | None
    revision: str | None
    outbox: tuple[Effect, ...] = ()
    shown: Mapping[str, Shown] = field(default_factory=dict)
    applied: frozenset[str] = frozenset()
    rebuilt: str = ""
    snapshot: Snapshot = field(default_factory=Snapshot, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Change:
    """One transaction: the run after `entries` were folded into it, and what that asks for.

    `done` strikes keys off the outbox before `asked` is added to it; of two effects with one key the newer stays.
    `shown` is added to what is known to be shown.
    """

    run: Run
    entries: tuple[Entry, ...] = ()
    asked: tuple[Effect, ...] = ()
    done: tuple[str, ...] = ()
    shown: Mapping[str, Shown] = field(default_factory=dict)


class Conflict(Exception):
    """Somebody else wrote first: load and decide again."""


class StateRefused(TddError):
    """The repository refuses to keep the state of the run."""


class StateUnreachable(TddError):
    """The repository's git server does not answer."""
