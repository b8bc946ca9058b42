"""Runs and transactions for tests of the state branch, and a hand that damages its files."""

import asyncio
from collections.abc import Callable, Mapping

from tdd_orchestrator.core.decide import decide
from tdd_orchestrator.core.effect import Effect
from tdd_orchestrator.core.event import CommandMisread, Event, PullRequestSeen
from tdd_orchestrator.core.prd import Requirement
from tdd_orchestrator.core.run import Ref, Run
from tdd_orchestrator.store.pace import Pace
from tdd_orchestrator.store.rebuild import Rebuild
from tdd_orchestrator.store.remote import Remote, replacement
from tdd_orchestrator.store.snapshot import Snapshot, applied, files, following, opened
from tdd_orchestrator.store.state import StateStore
from tdd_orchestrator.store.values import Change, Conflict, Entry, Loaded

RUN_ID, REF = "pr-42", "refs/heads/tdd-state/pr-42"
REQUIREMENT = Requirement("REQ-1", "Add", "Adds two numbers.", "prds/add.md", 1, 3, acceptance=("1 + 1 is 2",))
SEEN = PullRequestSeen(
    at=1.0,
    repo="octo/demo",
    number=42,
    head=Ref("feature", "a" * 40),
    base=Ref("main", "b" * 40),
    title="Größe · title",
    author="writer",
    requirements=(REQUIREMENT,),
)


def happened(name: str) -> Entry:
    """An event that leaves its name in `run.handled`, under the same transaction id."""
    said = CommandMisread(at=2.0, id=name, comment=7, author="writer", reason="That is no command.")
    return Entry(name, said)


def folded(run: Run | None, *events: Event) -> tuple[Run, tuple[Effect, ...]]:
    """The run after these events, and everything they asked for."""
    asked: list[Effect] = []
    for event in events:
        decision = decide(run, event)
        run = decision.run
        asked.extend(decision.effects)
    assert run is not None
    return run, tuple(asked)


def change(loaded: Loaded, *names: str) -> Change:
    """The transaction in which these things happen; the pull request is seen first where there is no run."""
    entries = tuple(happened(name) for name in names)
    if loaded.run is None:
        entries = (Entry(f"seen-{names[0] if names else ''}", SEEN), *entries)
    run, asked = folded(loaded.run, *(entry.event for entry in entries))
    return Change(run, entries, asked)


async def put(store: StateStore, *names: str) -> Loaded:
    """Load, decide and save until nobody else was first."""
    while True:
        loaded = await store.load(RUN_ID)
        if names and set(names) <= loaded.applied:
            return loaded
        try:
            return await store.save(RUN_ID, change(loaded, *names), loaded)
        except Conflict:
            continue


class Branch:
    """The files of a state branch without the branch: what `save` and `load` do between two pushes."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def load(self) -> tuple[Snapshot, str]:
        """What the files say, and what was damaged."""
        return opened(self.files, Rebuild()) if self.files else (Snapshot(), "")

    def put(self, *names: str) -> Snapshot:
        """One more transaction in which these things happen."""
        before, _ = self.load()
        told = change(Loaded(before.memory.run, None), *names)
        after = before.memory.then(told.run, applied(told.entries), asked=told.asked, done=told.done, shown={})
        self.files = files(following(before, after, told.entries), "tdd-state/pr-42")
        return self.load()[0]

    def damage(self, name: str, damage: Callable[[bytes], bytes | None]) -> None:
        """Change a file, or remove it."""
        content = damage(self.files.pop(name))
        self.files.update({} if content is None else {name: content})


async def nobody() -> None:
    """Credentials where none are needed."""


class Hurried:
    """A sleep that takes no time and remembers how long it should have been."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


def state_store(url: str, timeout: float = 5.0, sleep: Hurried | None = None) -> StateStore:
    """A store that never waits."""
    return StateStore(url, nobody, pace=Pace(0.0), sleep=sleep or Hurried(), timeout=timeout)


def files_of(url: str, ref: str = REF) -> tuple[str, dict[str, bytes]]:
    """What the branch holds: its commit and its files."""
    remote = Remote(url)
    sha, found = remote.fetch(ref, None, None)
    remote.close()
    assert sha is not None
    assert found is not None
    return sha, dict(found)


def put_files(url: str, changed: Mapping[str, bytes | None], ref: str = REF) -> str:
    """Replace some files of the branch (`None`: remove), as somebody might who should not; gives the new commit."""
    sha, old = files_of(url, ref)
    new = {name: content for name, content in {**old, **changed}.items() if content is not None}
    remote, push = Remote(url), replacement(ref, sha, new, "Tampered", 3.0)
    remote.push(push, None)
    remote.close()
    return str(push.new)
