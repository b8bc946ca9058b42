"""What is remembered of a run, as one value, and how a transaction changes it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tdd_orchestrator.core.effect import Effect
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.shown import Shown

REMEMBERED = 2_000
"""How many transaction ids are kept. GitHub redelivers for three days: no run has so many deliveries in that time."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A transaction that is part of the run; `at` in epoch seconds."""

    txn: str
    at: float


@dataclass(frozen=True, slots=True)
class Memory:
    """A run, the effects that are still owed, what GitHub shows, and the transactions of the past, oldest first."""

    run: Run | None = None
    outbox: tuple[Effect, ...] = ()
    shown: Mapping[str, Shown] = field(default_factory=dict)
    applied: tuple[Applied, ...] = ()

    def then(
        self,
        run: Run,
        applied: tuple[Applied, ...],
        *,
        asked: tuple[Effect, ...],
        done: tuple[str, ...],
        shown: Mapping[str, Shown],
    ) -> "Memory":
        """After one more transaction."""
        owed = {effect.key: effect for effect in self.outbox if effect.key not in done}
        for effect in asked:
            owed.pop(effect.key, None)  # the place in the queue is that of the newer one
            owed[effect.key] = effect
        return Memory(run, tuple(owed.values()), {**self.shown, **shown}, bounded((*self.applied, *applied)))


def bounded(applied: tuple[Applied, ...]) -> tuple[Applied, ...]:
    """The last `REMEMBERED` transactions."""
    return applied[-REMEMBERED:]
