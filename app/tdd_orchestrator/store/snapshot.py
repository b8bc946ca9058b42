"""One state of the branch: three files, what they say, and what the files of the next state are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tdd_orchestrator.core.event import Event
from tdd_orchestrator.store import database, log
from tdd_orchestrator.store.memory import Applied, Memory
from tdd_orchestrator.store.readme import README
from tdd_orchestrator.store.rebuild import Rebuild
from tdd_orchestrator.store.sqlite_bytes import Damaged

DATABASE, LOG, README_FILE = "run.sqlite", "events.ndjson", "README.md"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The files as they may be relied on: an empty database is written anew, a log with `log_fault` starts again."""

    memory: Memory = field(default_factory=Memory)
    database: bytes = b""
    log: bytes = b""
    log_fault: str = ""

    def sqlite(self) -> bytes:
        """The database, made from memory where there is none that can be relied on."""
        return self.database or database.written(b"", Memory(), self.memory)


class Happened(Protocol):
    """An event under its transaction id."""

    @property
    def txn(self) -> str: ...
    @property
    def event(self) -> Event: ...


def opened(files: Mapping[str, bytes], rebuild: Rebuild) -> tuple[Snapshot, str]:
    """What the files say, and a sentence about what was damaged ("" where nothing was)."""
    kept, fault = log.whole(files.get(LOG))
    try:
        memory = database.read(files.get(DATABASE))
    except Damaged as damage:
        return _rebuilt(kept, fault, str(damage), rebuild)
    told = f"{LOG} starts again from the database: {fault}." if fault else ""
    return Snapshot(memory, files[DATABASE], kept, fault), told


def following(before: Snapshot, after: Memory, entries: tuple[Happened, ...]) -> Snapshot:
    """The next state: the database brought up to date, the log with a line for each entry."""
    kept, said = before.log, b"".join(log.happening(entry.txn, entry.event) for entry in entries)
    if why := before.log_fault or ("the lines before this one were dropped" if log.overlong(kept + said) else ""):
        kept = log.checkpoint(why, before.memory.run, before.memory.applied)
    return Snapshot(after, database.written(before.database, before.memory, after), kept + said)


def files(snapshot: Snapshot, where: str) -> dict[str, bytes]:
    """The tree of a commit; `where` is the branch as a person would write it, for the README."""
    readme = README.format(branch=where).encode()
    return {DATABASE: snapshot.database, LOG: snapshot.log, README_FILE: readme}


def applied(entries: tuple[Happened, ...]) -> tuple[Applied, ...]:
    """The entries' transactions, in order."""
    return tuple(Applied(entry.txn, entry.event.at) for entry in entries)


def _rebuilt(kept: bytes, fault: str, damage: str, rebuild: Rebuild) -> tuple[Snapshot, str]:
    lines, unknown = log.lines(kept)
    memory = rebuild.memory(lines)
    fault = fault or unknown
    told = f"{DATABASE} could not be used ({damage}) and was rebuilt from {LOG}" + (
        f", of which {fault}." if fault else "."
    )
    if memory.run is None:
        told = (
            f"Neither {DATABASE} ({damage}) nor {LOG} ({fault or 'no run in it'}) could be used: the run starts anew."
        )
    return Snapshot(memory, b"", kept, fault), told
