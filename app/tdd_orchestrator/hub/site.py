"""The parts of the hub that acts and routes work with, in one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tdd_orchestrator.hub.actions import Actions
from tdd_orchestrator.hub.announce import Announcer
from tdd_orchestrator.hub.faults import Faults
from tdd_orchestrator.hub.post import Post
from tdd_orchestrator.hub.state import World

HOUR: Final = 3600  # seconds; the window of the primary rate limit


@dataclass(slots=True)
class Exchange:
    """A request that the hub heard, and what it answered; `route` is "" where there was none to answer it."""

    method: str
    path: str
    at: datetime
    route: str = ""
    status: int = 0
    token_kind: str = ""


@dataclass(slots=True)
class Site:
    """State, post, announcements, actions, faults and the log of requests."""

    world: World
    faults: Faults
    post: Post
    announcer: Announcer
    actions: Actions
    requests: list[Exchange] = field(default_factory=list)
    unexpected: list[Exchange] = field(default_factory=list)
    rate_limit: int = 5000
    enterprise: str = ""
    """The version of a GitHub Enterprise Server that the hub plays: one API version, no limits, no new fields."""
    spent: dict[tuple[int, str], int] = field(default_factory=dict, repr=False)

    def hour_of(self, token: str) -> tuple[int, int]:
        """(requests spent, epoch second of the reset) of a token's current hour."""
        window = int(self.world.now().timestamp()) // HOUR
        return self.spent.get((window, token), 0), (window + 1) * HOUR

    def spend(self, token: str, requests: int = 1) -> int:
        """Count requests against the hour of a token; gives the new sum."""
        window = int(self.world.now().timestamp()) // HOUR
        self.spent[window, token] = self.spent.get((window, token), 0) + requests
        return self.spent[window, token]
