"""The repository's ledger on a ref of its own beside the runs: load it, and change it whoever else does."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import uniform

from tdd_orchestrator.core.ledger import Ledger
from tdd_orchestrator.store import ledger_database
from tdd_orchestrator.store.readme import LEDGER_README
from tdd_orchestrator.store.refs import Refs
from tdd_orchestrator.store.remote import Moved, Push, replacement
from tdd_orchestrator.store.sqlite_bytes import Damaged
from tdd_orchestrator.store.values import Conflict, StateUnreachable

NAME, DATABASE, README_FILE = "repo", "repo.sqlite", "README.md"
TRIES = 8
PAUSE_S = 0.25
"""The longest pause after the first lost race, which grows: of random length, or those who lost meet again."""


@dataclass(frozen=True, slots=True)
class StoredLedger:
    """The ledger as the ref has it. `revision` is the commit, `None` where there is no ref.

    `damage` is a sentence about what was wrong with the file: the ledger is then empty, and the sweep fills it again.
    """

    ledger: Ledger = field(default_factory=Ledger)
    revision: str | None = None
    database: bytes = field(default=b"", repr=False)
    damage: str = ""


class LedgerStore:
    """The ledger of one repository. Every method may raise `StateRefused`, `StateUnreachable` and `StateNewer`."""

    def __init__(self, refs: Refs, prefix: str) -> None:
        self._refs = refs
        self._ref = f"{prefix.rstrip('/')}/{NAME}"
        self._known = StoredLedger()

    async def load(self) -> StoredLedger:
        """The ledger as it stands; nothing is fetched where that has not changed."""
        revision, files = await self._refs.fetch(self._ref, self._known.revision)
        if revision is None:
            self._known = StoredLedger()
        elif files is not None:
            self._known = await self._refs.in_thread(_opened, revision, files.get(DATABASE))
        return self._known

    async def change(self, changed: Callable[[Ledger], Ledger]) -> StoredLedger:
        """Write what `changed` makes of the ledger, on top of whatever stands; it must change nothing when it is asked
        twice. Nothing is pushed where nothing changes. `Conflict` where others kept being first.
        """
        for tries in range(TRIES):
            before = self._known
            after = changed(before.ledger)
            if after == before.ledger and not before.damage:
                return before
            try:
                self._known = await self._pushed(before, after)
            except (Moved, StateUnreachable):
                if tries == TRIES - 1:
                    break
                await self._refs.sleep(uniform(0, PAUSE_S * 2**tries))  # noqa: S311 no secret
                await self.load()
            else:
                return self._known
        raise Conflict(self._ref)

    async def _pushed(self, before: StoredLedger, after: Ledger) -> StoredLedger:
        database, push = await self._refs.in_thread(self._prepared, before, after)
        await self._refs.push(push)
        return StoredLedger(after, push.new, database)

    def _prepared(self, before: StoredLedger, after: Ledger) -> tuple[bytes, Push]:
        database = ledger_database.written(before.database, before.ledger, after)
        readme = LEDGER_README.format(branch=self._ref.removeprefix("refs/heads/")).encode()
        files = {DATABASE: database, README_FILE: readme}
        return database, replacement(self._ref, before.revision, files, "Ledger", self._refs.clock())


def _opened(revision: str, database: bytes | None) -> StoredLedger:
    try:
        return StoredLedger(ledger_database.read(database), revision, database or b"")
    except Damaged as damage:
        return StoredLedger(
            revision=revision, damage=f"{DATABASE} could not be used ({damage}): it is made anew from the runs."
        )
