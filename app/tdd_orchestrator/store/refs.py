"""The refs of one repository, patiently: fetched, listed, and replaced if nobody else was first."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from tdd_orchestrator.store.pace import Pace, Sleep
from tdd_orchestrator.store.patience import patient
from tdd_orchestrator.store.remote import Declined, Login, LoginRefused, Moved, Overtaken, Push, Remote
from tdd_orchestrator.store.values import StateRefused, StateUnreachable
from tdd_orchestrator.store.weather import Weather

T = TypeVar("T")
P = ParamSpec("P")
Credentials = Callable[[], Awaitable[Login]]
THREADS = 8


class Refs:
    """The refs of one repository. Every method may raise `StateRefused` and `StateUnreachable`.

    `credentials` gives user name and password, or `None`, and is asked before each call, for installation tokens live
    for an hour. `clock` gives epoch seconds, `timeout` is seconds without a byte.
    """

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        *,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Sleep = asyncio.sleep,
        timeout: float = 60.0,
    ) -> None:
        self.url = url
        self.clock = clock
        self.sleep = sleep
        self._credentials = credentials
        self._pace = pace or Pace()
        self._remote = Remote(url, timeout=timeout, connections=THREADS)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="state")

    async def fetch(self, ref: str, known: str | None) -> tuple[str | None, Mapping[str, bytes] | None]:
        """The ref's commit and its files; the files are `None` where the commit is `known` (or there is none)."""
        return await self._steadily(lambda login: self._remote.fetch(ref, known, login))

    async def heads(self, start: str) -> dict[str, str]:
        """The refs that begin so, and their commits."""
        return await self._steadily(lambda login: self._remote.heads(start, login))

    async def push(self, push: Push) -> None:
        """Wait for our turn, then push until it is known how that ended; `Moved` where somebody else was first."""
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

    def delay(self) -> float:
        """Seconds until a push may go out."""
        return self._pace.delay(self.url)

    async def in_thread(self, act: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
        """In a thread of ours: a server that hangs must not take the threads that everybody shares."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(act, *arguments, **options))

    def close(self) -> None:
        """Close every connection, and end the threads when they are done."""
        self._threads.shutdown(wait=False)
        self._remote.close()

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
        attempts = patient(self.sleep)
        try:
            return await attempts(self._once, act)
        except LoginRefused as refused:
            remedy = "Check the app's installation, or the token."
            raise StateRefused(f"{self.url} does not accept our credentials.", remedy=remedy) from refused
        except Weather as weather:
            raise StateUnreachable(f"{self.url} cannot be reached: {weather}.", remedy="Try again later.") from weather

    async def _once(self, act: Callable[[Login], T]) -> T:
        return await self.in_thread(act, await self._credentials())
