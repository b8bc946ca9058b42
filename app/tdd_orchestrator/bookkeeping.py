"""The ledger of one repository as a process uses it: runs are noted at once in memory, and written down in batches.

Nothing here is on the way of a run's own save: what was noted waits until the repository may be pushed to, and several
runs go out in one push. What a process forgets because it dies is noted again by the sweep.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace

import structlog

from tdd_orchestrator.core import ledger as ledgers
from tdd_orchestrator.core.circuits import holding
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.ledger import Ledger
from tdd_orchestrator.core.ledger_rows import LedgerRow
from tdd_orchestrator.core.ledger_view import LedgerView, day
from tdd_orchestrator.core.result import Step
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.settings import BudgetSettings
from tdd_orchestrator.store import Conflict, LedgerStore

LOOK_S = 60.0
"""A look at the ledger that is older than this is not good enough to start work on."""

log = structlog.get_logger()


class Bookkeeping:
    """What all runs of a repository have in common. `interval_s` is the least time between two pushes of ours."""

    def __init__(self, store: LedgerStore, clock: Callable[[], float], *, interval_s: float = 60.0) -> None:
        self._store = store
        self._clock = clock
        self._interval_s = interval_s
        self._ledger: Ledger | None = None
        self._looked_at = float("-inf")
        self._noted: dict[str, Callable[[Ledger], Ledger]] = {}
        self._writing: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()

    async def ledger(self) -> Ledger:
        """The ledger with what was noted here; the repository is asked again once a minute."""
        now = self._clock()
        if self._ledger is None or not 0 <= now - self._looked_at < LOOK_S:
            kept = await self._store.load()
            if kept.damage:
                log.warning("ledger.damaged", reason=kept.damage)
            self._ledger, self._looked_at = self._with_noted(kept.ledger), now
        return self._ledger

    async def view(self, number: int, run: Run | None) -> LedgerView:
        """What the run of this pull request has to know of the others. Figures go to those that still plan.

        A run that only a circuit holds asks for the turn to probe it, when the time for that has come.
        """
        now, plans = self._clock(), run is None or _plans(run)
        seen = ledgers.view(await self.ledger(), number, now, with_figures=plans)
        names = () if run is None else holding(replace(run, ledger=seen), now)
        if not names:
            return seen
        book = await self._change(lambda book: ledgers.probed(book, names, number, now))
        return ledgers.view(book, number, now, with_figures=plans)

    async def note(self, run: Run) -> None:
        """Take down what this run says. It is written when the repository may be pushed to again."""
        await self._take_down(run.id, lambda book: ledgers.noted(book, run))

    async def add(self, row: LedgerRow) -> None:
        """Take down what was spent outside of any run."""
        await self._take_down(row.nonce, lambda book: ledgers.added(book, row))

    async def left(self, config: BudgetSettings, nonce: str) -> float:
        """US dollars that this job outside of any run may spend now; at most what a run may."""
        book, now = await self.ledger(), self._clock()
        seen = ledgers.view(book, 0, now)
        reserved = seen.reserved_usd - book.aside(now) + book.aside(now, without=nonce)
        rests = (config.per_day - seen.day_usd, config.per_repo - seen.repo_usd)
        return round(max(min(config.per_run, min(rests) - reserved), 0.0), 4)

    async def _take_down(self, key: str, says: Callable[[Ledger], Ledger]) -> None:
        before = await self.ledger()
        self._ledger = says(before)
        if self._ledger != before:
            self._noted[key] = says
        if self._noted and (self._writing is None or self._writing.done()):
            self._writing = asyncio.create_task(self._write_soon(), name="ledger")

    async def keeps(self, run: Run) -> bool:
        """Whether the repository itself has this run in its index, so that its own state may go."""
        await self.note(run)
        await self.flush()
        return run.id not in self._noted

    async def flush(self) -> None:
        """Write what was noted, now. What cannot be written is told in the log, and stays noted."""
        if not self._noted:
            return
        try:
            await self._change(lambda book: book)
        except (TddError, Conflict) as failure:
            log.warning("ledger.unwritten", noted=sorted(self._noted), reason=str(failure))

    async def close(self) -> None:
        """Write what is left; for a process that ends."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
        await self.flush()

    async def _change(self, further: Callable[[Ledger], Ledger]) -> Ledger:
        """One push with all that was noted, and this."""
        async with self._lock:
            noted = dict(self._noted)
            kept = await self._store.change(lambda book: further(_all_noted(book, noted)))
            for key, says in noted.items():
                if self._noted.get(key) is says:
                    del self._noted[key]
            self._ledger, self._looked_at = self._with_noted(kept.ledger), self._clock()
            return self._ledger

    async def _write_soon(self) -> None:
        """Several runs that end work in one interval are one push; runs' own saves go first."""
        await asyncio.sleep(self._interval_s)
        await self.flush()

    def _with_noted(self, book: Ledger) -> Ledger:
        return _all_noted(book, self._noted)


def is_news(view: LedgerView, run: Run) -> bool:
    """Whether a view says something that the run has not seen yet, the time aside."""
    return _said(view) != _said(run.ledger)


def _plans(run: Run) -> bool:
    return not run.tasks or any(job.step is Step.PLAN for job in run.open_jobs())


def _said(view: LedgerView) -> tuple[LedgerView, int]:
    return replace(view, at=0.0), day(view.at) if view.day_usd else 0


def _all_noted(book: Ledger, noted: Mapping[str, Callable[[Ledger], Ledger]]) -> Ledger:
    for says in noted.values():
        book = says(book)
    return book
