"""A run from its log alone, for the day on which the database cannot be trusted."""

from collections.abc import Callable
from dataclasses import dataclass

from tdd_orchestrator.core.decide import decide, pending
from tdd_orchestrator.core.effect import Effect
from tdd_orchestrator.core.event import Event
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.store.log import Checkpoint, Happening, Line
from tdd_orchestrator.store.memory import Applied, Memory, bounded


def _folded(run: Run | None, event: Event) -> Run | None:
    return decide(run, event).run


@dataclass(frozen=True, slots=True)
class Rebuild:
    """How events become a run, and which effects a run implies."""

    fold: Callable[[Run | None, Event], Run | None] = _folded
    pending: Callable[[Run], tuple[Effect, ...]] = pending

    def memory(self, lines: tuple[Line, ...]) -> Memory:
        """The run after these lines. What GitHub shows is not in the log: it is found again by its keys."""
        run: Run | None = None
        applied: tuple[Applied, ...] = ()
        later: list[Applied] = []
        for line in lines:
            match line:
                case Checkpoint(run=run, applied=applied):
                    later.clear()
                case Happening(txn, event):
                    run = self.fold(run, event)
                    later.append(Applied(txn, event.at))
        return Memory(run, self.pending(run) if run else (), {}, bounded((*applied, *later)))
