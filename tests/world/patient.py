"""Connections for single faults of GitHub: the clock stands, waits are written down and not waited."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tdd_orchestrator.github.client import Connection, Patience
from tdd_orchestrator.github.connections import TokenConnection

API = "https://api.github.test"
REPO = "owner/name"
ROOT = f"{API}/repos/{REPO}"


@dataclass
class Clock:
    """A clock that moves only when somebody sleeps by it."""

    now: float = 1_000_000.0
    naps: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds

    def patience(self, **changes: Any) -> Patience:
        return Patience(sleep=self.sleep, **changes)


@asynccontextmanager
async def connected(clock: Clock | None = None, **patience: Any) -> AsyncIterator[Connection]:
    """A connection with a plain token to `owner/name` of a GitHub that respx plays."""
    clock = clock or Clock()
    held = TokenConnection(REPO, "a-token", API, write_interval_s=0, patience=clock.patience(**patience), clock=clock)
    async with held as connection:
        yield connection
