"""handle(events): load, decide, commit, act. The one way in which anything happens to a run.

Losing the race for the state costs a second look and leaves no debris, because deciding is pure. Effects are
committed with the state,
so that a crash between commit and act is healed by whatever event comes next: each effect is an upsert, and doing it
twice is doing it
once. What is shown to people is written last, once, however many events were folded.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import structlog

from tdd_orchestrator.core.content import CheckContent, CommentContent
from tdd_orchestrator.core.decide import decide, pending
from tdd_orchestrator.core.effect import (
    Dispatch,
    Effect,
    KeepRed,
    Land,
    LookAtCi,
    Retire,
    ShowComment,
    ShowPrd,
    ShowRun,
    ShowTask,
)
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.event import Dispatched, Event, Ticked
from tdd_orchestrator.core.redaction import Redactor
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.shown import Shown
from tdd_orchestrator.github.landing import Terms
from tdd_orchestrator.github.perform import Performer
from tdd_orchestrator.github.showing import Showing
from tdd_orchestrator.report import rendered
from tdd_orchestrator.store import Change, Conflict, Entry, Loaded, StateStore

COMMIT_TRIES = 8
SHOWS = (ShowRun, ShowTask, ShowPrd, ShowComment, Retire)
ROUNDS = 50
"""Effects that lead to events that lead to effects: more rounds than this in one go is a bug of ours."""

log = structlog.get_logger()


class StateContended(TddError):
    """Others kept writing this run's state first. It is tried again with the next event."""


class EffectsUnfinished(TddError):
    """Some of what was decided could not be done yet. It stays in the outbox and is tried again."""


@dataclass(slots=True)
class Book:
    """What was done since the state was last saved. It rides on the next save; when it is lost it is only done again.

    `late` are events on which nothing waits (a dispatch was confirmed): worth showing at once, not worth a push of
    their own.
    """

    done: set[str] = field(default_factory=set)
    shown: dict[str, Shown] = field(default_factory=dict)
    late: list[Entry] = field(default_factory=list)


@dataclass(slots=True)
class Turn:
    """One call of `handle`: what the state says now, which effects were asked in it, which could not be done."""

    loaded: Loaded
    fresh: set[str] = field(default_factory=set)
    failed: dict[str, TddError] = field(default_factory=dict)


class Engine:
    """The engine of one repository. Runs may be handled side by side; the events of one run come one call after the
    other.
    """

    def __init__(
        self, store: StateStore, performer: Callable[[int], Performer], *, redact: Redactor | None = None
    ) -> None:
        self._store, self._redact = store, redact or Redactor()
        self._performer = performer
        self._books: dict[int, Book] = {}
        self._known: dict[int, Loaded] = {}

    async def load(self, number: int, *, afresh: bool = False) -> Run | None:
        """The run of a pull request as it was last seen; `afresh` asks the repository again.

        What was last seen is nearly always what stands, for there is one writer per run. Where it is not, the swap
        fails and
        the run is loaded again; so nothing is asked of the repository that a save would not find out.
        """
        return self._view(number, await self._loaded(number, afresh=afresh))

    async def flush(self, number: int) -> None:
        """Write down what was done since the last save; for a process that ends, and would forget it."""
        book, loaded = self._book(number), self._known.get(number)
        if loaded is None or loaded.run is None or not (book.done or book.late):
            return
        run = self._view(number, loaded)
        assert run is not None
        try:
            await self._save(number, loaded, run, tuple(book.late), ())
        except Conflict:
            log.info("state.conflict", run=run_id(number))  # the other writer finds out by itself what was done
            self._known.pop(number, None)

    async def forget(self, number: int) -> None:
        """Remove the state of a run that is over; somebody who writes to it just now keeps it."""
        loaded = await self._loaded(number, afresh=True)
        try:
            await self._store.delete(run_id(number), loaded)
        except Conflict:
            log.info("state.conflict", run=run_id(number))
        else:
            log.info("state.deleted", run=run_id(number))
        self._known.pop(number, None)
        self._books.pop(number, None)

    async def _loaded(self, number: int, *, afresh: bool = False) -> Loaded:
        known = None if afresh else self._known.get(number)
        self._known[number] = known or await self._store.load(run_id(number))
        return self._known[number]

    async def handle(self, number: int, entries: Sequence[Entry]) -> Run | None:
        """Fold what happened into the run of this pull request and do what follows, until nothing more follows.

        Raises `StateContended` or `EffectsUnfinished` when it must be tried again; trying again repeats nothing.
        """
        turn = Turn(await self._loaded(number))
        waiting = tuple(entries)
        for _ in range(ROUNDS):
            await self._commit(number, turn, waiting)
            if turn.loaded.run is None:
                return None
            waiting = await self._act(number, turn)
            if not waiting:
                await self._show(number, turn)
                return await self._rest(number, turn)
        raise AssertionError(f"run {number} never comes to rest")

    async def _commit(self, number: int, turn: Turn, entries: tuple[Entry, ...]) -> None:
        """Decide on what the state says now, and swap it in; look and decide again when somebody else was first."""
        # Before it is decided on: state, log and everything shown come of events, and digests agree with what is kept.
        entries = tuple(replace(entry, event=self._redact.value(entry.event)) for entry in entries)
        for _ in range(COMMIT_TRIES):
            new = tuple(e for e in (*self._book(number).late, *entries) if e.txn not in turn.loaded.applied)
            run, asked = _fold(turn.loaded.run, new)
            if run is None or (run == turn.loaded.run and not asked):
                return
            try:
                turn.loaded = await self._save(number, turn.loaded, run, new, asked)
            except Conflict:
                log.info("state.conflict", run=run_id(number))
                turn.loaded = await self._loaded(number, afresh=True)
                self._book(number).done -= {e.key for e in turn.loaded.outbox if isinstance(e, SHOWS)}  # asked anew
                continue
            # The sweep asks again for what was asked before, so that is not its first time.
            if not any(isinstance(entry.event, Ticked) for entry in new):
                turn.fresh |= {effect.key for effect in asked}
            return
        raise StateContended(remedy=f"({run_id(number)})")

    async def _save(
        self, number: int, loaded: Loaded, run: Run, entries: tuple[Entry, ...], asked: tuple[Effect, ...]
    ) -> Loaded:
        book = self._book(number)
        change = Change(run, entries, asked, tuple(sorted(book.done)), dict(book.shown))
        saved = await self._store.save(run_id(number), change, loaded)
        self._books[number] = Book()
        self._known[number] = saved
        return saved

    async def _act(self, number: int, turn: Turn) -> tuple[Entry, ...]:
        """Do everything in the outbox but showing; what comes of it are events like any other."""
        prompt = []
        for effect in self._open(number, turn):
            if isinstance(effect, SHOWS):
                continue
            event = await self._perform(number, turn, effect)
            if isinstance(event, Dispatched):
                self._book(number).late.append(Entry(f"{effect.key}/started", event))
            elif event is not None:
                prompt.append(Entry(f"{effect.key}/{type(event).__name__}/{event.at}", event))
        return tuple(prompt)

    async def _show(self, number: int, turn: Turn) -> None:
        """Tasks before the run's own check: when that is green, the whole picture stands.

        Of two effects at one place only the newer is carried out.
        """
        run, book = self._view(number, turn.loaded), self._book(number)
        assert run is not None
        shows = [effect for effect in self._open(number, turn) if isinstance(effect, SHOWS)]
        newest = {_place(effect): effect for effect in shows}
        book.done |= {effect.key for effect in shows} - {effect.key for effect in newest.values()}
        due = sorted(newest.values(), key=lambda effect: isinstance(effect, ShowRun | ShowComment))
        showings = [self._showing(run, book, turn, effect) for effect in due]
        for effect, came in zip(due, await self._performer(number).show(showings), strict=True):
            if isinstance(came, TddError):
                self._note_failure(number, turn, effect, came)
                continue
            book.done.add(effect.key)
            if came is not None:
                book.shown[_place(effect)] = came

    def _showing(self, run: Run, book: Book, turn: Turn, effect: Effect) -> Showing:
        content = rendered(run, effect)
        assert isinstance(content, CheckContent | CommentContent)
        shown = book.shown.get(_place(effect)) or turn.loaded.shown.get(_place(effect))
        return Showing(content, shown, effect.key not in turn.fresh, isinstance(effect, Retire))

    def _note_failure(self, number: int, turn: Turn, effect: Effect, failure: TddError) -> None:
        log.warning("effect.unfinished", run=run_id(number), effect=effect.key, reason=str(failure))
        turn.failed[effect.key] = failure

    async def _perform(self, number: int, turn: Turn, effect: Effect) -> Event | None:
        run, book = self._view(number, turn.loaded), self._book(number)
        assert run is not None
        shown = book.shown.get(effect.key) or turn.loaded.shown.get(effect.key)
        again = effect.key not in turn.fresh
        try:
            performed = await self._performer(number).perform(
                effect, rendered(run, effect), shown, again=again, terms=_terms(run, effect)
            )
        except TddError as failure:
            self._note_failure(number, turn, effect, failure)
            return None
        book.done.add(effect.key)
        if performed.shown is not None:
            book.shown[effect.key] = performed.shown
        return performed.event

    def _open(self, number: int, turn: Turn) -> tuple[Effect, ...]:
        """The outbox without what was done or failed in this turn, and without what the run no longer implies."""
        book, run = self._book(number), self._view(number, turn.loaded)
        implied = {effect.key for effect in pending(run)} if run else set()
        for effect in turn.loaded.outbox:
            if isinstance(effect, Dispatch | Land | LookAtCi) and effect.key not in implied:
                book.done.add(effect.key)
        return tuple(e for e in turn.loaded.outbox if e.key not in book.done and e.key not in turn.failed)

    async def _rest(self, number: int, turn: Turn) -> Run | None:
        """Nothing is in progress: write down what was done, so that the outbox is empty. Then say what is left to
        do.
        """
        run = self._view(number, turn.loaded)
        if run is not None and self._book(number).done and not run.open_jobs() and run.batch is None:
            await self.flush(number)
        if turn.failed:
            raise EffectsUnfinished(f"{EffectsUnfinished.__doc__} First: {next(iter(turn.failed.values()))}")
        return run

    def _view(self, number: int, loaded: Loaded) -> Run | None:
        """The run with what is known but not saved yet."""
        return _fold(loaded.run, tuple(e for e in self._book(number).late if e.txn not in loaded.applied))[0]

    def _book(self, number: int) -> Book:
        return self._books.setdefault(number, Book())


def run_id(number: int) -> str:
    """The name of a pull request's run, as in its state branch."""
    return f"pr-{number}"


def _place(effect: Effect) -> str:
    """Under which key is remembered what an effect shows."""
    return effect.shows if isinstance(effect, Retire) else effect.key


def _terms(run: Run, effect: Effect) -> Terms | None:
    """What a landing, or a RED that is kept, is judged by."""
    if not isinstance(effect, Land | KeepRed):
        return None
    return Terms({task.key: task.planned for task in run.tasks}, run.rules)


def _fold(run: Run | None, entries: Sequence[Entry]) -> tuple[Run | None, tuple[Effect, ...]]:
    """Decide on each event in turn; of several effects with one key the last is asked."""
    asked: dict[str, Effect] = {}
    for entry in entries:
        decision = decide(run, entry.event)
        run = decision.run
        for effect in decision.effects:
            asked.pop(effect.key, None)
            asked[effect.key] = effect
    return run, tuple(asked.values())
