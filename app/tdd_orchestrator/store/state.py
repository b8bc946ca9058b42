"""The run of a pull request, kept on a git ref of its repository: load, and save if nobody else has saved since."""

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from tdd_orchestrator.store import snapshot
from tdd_orchestrator.store.pace import Pace, Sleep
from tdd_orchestrator.store.patience import patient
from tdd_orchestrator.store.rebuild import Rebuild
from tdd_orchestrator.store.remote import Declined, Login, LoginRefused, Moved, Overtaken, Push, Remote, replacement
from tdd_orchestrator.store.snapshot import Snapshot
from tdd_orchestrator.store.values import Change, Conflict, Loaded, StateRefused, StateUnreachable
from tdd_orchestrator.store.weather import Weather

T = TypeVar("T")
P = ParamSpec("P")
Credentials = Callable[[], Awaitable[Login]]
PREFIX = "refs/heads/tdd-state"
CACHED = 64
THREADS = 8


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
        self._credentials = credentials
        self._prefix = prefix.rstrip("/")
        self._pace = pace or Pace()
        self._rebuild = rebuild or Rebuild()
        self._clock = clock
        self._sleep = sleep
        self._remote = Remote(url, timeout=timeout, connections=THREADS)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="state")
        self._cache: OrderedDict[str, Loaded] = OrderedDict()

    async def load(self, run_id: str) -> Loaded:
        """The run as it stands (`None`: none yet); nothing is fetched where that has not changed."""
        known = self._cache.get(run_id)
        revision, files = await self._steadily(
            lambda login: self._remote.fetch(self._ref(run_id), known.revision if known else None, login)
        )
        if revision is None:
            self._cache.pop(run_id, None)
            return Loaded(None, None)
        if files is None and known is not None:
            return known
        found, told = await self._in_thread(snapshot.opened, files or {}, self._rebuild)
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
        after, push = await self._in_thread(self._prepared, run_id, change, expecting)
        try:
            await self._pushed(push)
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
        start = f"{self._prefix}/"
        names = [
            name.removeprefix(start) for name in await self._steadily(lambda login: self._remote.heads(start, login))
        ]
        numbers = sorted(int(name.removeprefix("pr-")) for name in names if re.fullmatch(r"pr-\d+", name))
        return tuple(f"pr-{number}" for number in numbers)

    async def export(self, run_id: str) -> bytes:
        """The SQLite file of a run, `b""` where there is no run."""
        loaded = await self.load(run_id)
        return await self._in_thread(loaded.snapshot.sqlite) if loaded.revision else b""

    async def delete(self, run_id: str, expecting: Loaded) -> None:
        """Remove the ref; `Conflict` where somebody wrote since `expecting`. Removing what is gone already is fine."""
        try:
            await self._pushed(Push(self._ref(run_id), expecting.revision, None))
        except Moved as moved:
            raise Conflict(run_id) from moved
        self._cache.pop(run_id, None)

    def close(self) -> None:
        """Close every connection, and end the threads when they are done."""
        self._threads.shutdown(wait=False)
        self._remote.close()

    def _ref(self, run_id: str) -> str:
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", run_id):
            raise ValueError(f"not a run id: {run_id!r}")
        return f"{self._prefix}/{run_id}"

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
        return following, replacement(ref, expecting.revision, files, f"State of {run_id}", self._clock())

    async def _pushed(self, push: Push) -> None:
        """Wait for our turn, then push until it is known how that ended."""
        await self._pace.turn(self.url)
        try:
            await self._steadily(lambda login: self._attempt(push, login))
        except Overtaken:
            raise
        except Moved:
            self._pace.give_back(self.url)
            raise
        except Declined as declined:
            raise StateRefused(
                f"The repository does not let us write `{push.ref}`: {declined}.",
                remedy="Allow the app to push there (rulesets, hooks), or set another `prefix` under [state].",
            ) from declined

    def _attempt(self, push: Push, login: Login) -> None:
        """One push. A refusal after the ref has moved is a lost race, whatever words it comes with."""
        try:
            self._remote.push(push, login)
        except Declined:
            head = self._remote.heads(push.ref, login).get(push.ref)
            if head != push.old:
                raise Overtaken(head) from None
            raise

    async def _steadily(self, act: Callable[[Login], T]) -> T:
        """Do it in a thread, again while it is only weather."""
        attempts = patient(self._sleep)
        try:
            return await attempts(self._once, act)
        except LoginRefused as refused:
            remedy = "Check the app's installation, or the token."
            raise StateRefused(f"{self.url} does not accept our credentials.", remedy=remedy) from refused
        except Weather as weather:
            raise StateUnreachable(f"{self.url} cannot be reached: {weather}.", remedy="Try again later.") from weather

    async def _once(self, act: Callable[[Login], T]) -> T:
        return await self._in_thread(act, await self._credentials())

    async def _in_thread(self, act: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
        """In a thread of ours: a server that hangs must not take the threads that everybody shares."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(act, *arguments, **options))


def _loaded(found: Snapshot, revision: str, told: str) -> Loaded:
    memory = found.memory
    applied = frozenset(one.txn for one in memory.applied)
    return Loaded(memory.run, revision, memory.outbox, memory.shown, applied, told, found)
