"""The run of a pull request, kept on a git ref of its repository: load, and save if nobody else has saved since."""

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Callable

from tdd_orchestrator.store import snapshot
from tdd_orchestrator.store.pace import Pace, Sleep
from tdd_orchestrator.store.rebuild import Rebuild
from tdd_orchestrator.store.refs import Credentials, Refs
from tdd_orchestrator.store.remote import Moved, Push, replacement
from tdd_orchestrator.store.snapshot import Snapshot
from tdd_orchestrator.store.values import Change, Conflict, Loaded, StateUnreachable

PREFIX = "refs/heads/tdd-state"
CACHED = 64


class StateStore:
    """The runs of one repository. Everything is safe to call again; nothing is kept on disk.

    `url` is the repository's clone URL. `credentials` gives user name and password, or `None`, and is asked before each
    call, for installation tokens live for an hour. `clock` gives epoch seconds, `timeout` is seconds without a byte.
    Every method may raise `StateRefused`, `StateUnreachable` and `StateNewer`.
    """

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        *,
        prefix: str = PREFIX,
        pace: Pace | None = None,
        rebuild: Rebuild | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Sleep = asyncio.sleep,
        timeout: float = 60.0,
    ) -> None:
        self.url = url
        self.refs = Refs(url, credentials, pace=pace, clock=clock, sleep=sleep, timeout=timeout)
        self.prefix = prefix.rstrip("/")
        self._rebuild = rebuild or Rebuild()
        self._cache: OrderedDict[str, Loaded] = OrderedDict()

    async def load(self, run_id: str) -> Loaded:
        """The run as it stands (`None`: none yet); nothing is fetched where that has not changed."""
        known = self._cache.get(run_id)
        revision, files = await self.refs.fetch(self._ref(run_id), known.revision if known else None)
        if revision is None:
            self._cache.pop(run_id, None)
            return Loaded(None, None)
        if files is None and known is not None:
            return known
        found, told = await self.refs.in_thread(snapshot.opened, files or {}, self._rebuild)
        return self._kept(run_id, _loaded(found, revision, told))

    async def save(self, run_id: str, change: Change, expecting: Loaded) -> Loaded:
        """Write one transaction on top of `expecting`, and return what then stands.

        `Conflict` where somebody else wrote first. A transaction that is there already is not written again: what
        stands is returned, which may be more than `change`.
        """
        txns = {entry.txn for entry in change.entries}
        if txns and txns <= expecting.applied:
            return expecting
        if txns & expecting.applied:
            raise ValueError(f"applied before: {', '.join(sorted(txns & expecting.applied))}")
        after, push = await self.refs.in_thread(self._prepared, run_id, change, expecting)
        try:
            await self.refs.push(push)
        except (Moved, StateUnreachable) as unknown:
            now = await self.load(run_id)
            if txns and txns <= now.applied:
                return now
            if isinstance(unknown, Moved):
                raise Conflict(run_id) from unknown
            raise
        return self._kept(run_id, _loaded(after, str(push.new), ""))

    async def runs(self) -> tuple[str, ...]:
        """The ids of all runs that have a ref, in order of their numbers."""
        start = f"{self.prefix}/"
        names = [name.removeprefix(start) for name in await self.refs.heads(start)]
        numbers = sorted(int(name.removeprefix("pr-")) for name in names if re.fullmatch(r"pr-\d+", name))
        return tuple(f"pr-{number}" for number in numbers)

    async def export(self, run_id: str) -> bytes:
        """The SQLite file of a run, `b""` where there is no run."""
        loaded = await self.load(run_id)
        return await self.refs.in_thread(loaded.snapshot.sqlite) if loaded.revision else b""

    async def delete(self, run_id: str, expecting: Loaded) -> None:
        """Remove the ref; `Conflict` where somebody wrote since `expecting`. Removing what is gone already is fine."""
        try:
            await self.refs.push(Push(self._ref(run_id), expecting.revision, None))
        except Moved as moved:
            raise Conflict(run_id) from moved
        self._cache.pop(run_id, None)

    def close(self) -> None:
        """Close every connection, and end the threads when they are done."""
        self.refs.close()

    def _ref(self, run_id: str) -> str:
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", run_id):
            raise ValueError(f"not a run id: {run_id!r}")
        return f"{self.prefix}/{run_id}"

    def _kept(self, run_id: str, loaded: Loaded) -> Loaded:
        self._cache[run_id] = loaded
        self._cache.move_to_end(run_id)
        if len(self._cache) > CACHED:
            self._cache.popitem(last=False)
        return loaded

    def _prepared(self, run_id: str, change: Change, expecting: Loaded) -> tuple[Snapshot, Push]:
        before, ref = expecting.snapshot, self._ref(run_id)
        after = before.memory.then(
            change.run, snapshot.applied(change.entries), asked=change.asked, done=change.done, shown=change.shown
        )
        following = snapshot.following(before, after, change.entries)
        files = snapshot.files(following, ref.removeprefix("refs/heads/"))
        return following, replacement(ref, expecting.revision, files, f"State of {run_id}", self.refs.clock())


def _loaded(found: Snapshot, revision: str, told: str) -> Loaded:
    memory = found.memory
    applied = frozenset(one.txn for one in memory.applied)
    return Loaded(memory.run, revision, memory.outbox, memory.shown, applied, told, found)
