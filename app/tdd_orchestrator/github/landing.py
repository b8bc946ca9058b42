"""Landing: a task's proven commits reach the pull request's branch, judged once more from the tree alone, and overwrite
nothing.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from tdd_orchestrator.core.effect import Land
from tdd_orchestrator.core.event import HeadMoved, Landed, LandingRefused, Staged
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.run import Rules
from tdd_orchestrator.github.client import Connection


@dataclass(frozen=True, slots=True)
class Terms:
    """What a landing is judged by: the task as planned, and the rules of the base branch."""

    task: PlannedTask
    rules: Rules


@dataclass(frozen=True, slots=True)
class Identity:
    """Who makes merge commits."""

    name: str = "TDD Orchestrator"
    email: str = "tdd-orchestrator@users.noreply.github.com"


class Lander:
    """Lands the tasks of one pull request."""

    def __init__(
        self,
        connection: Connection,
        number: int,
        *,
        identity: Identity,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._connection, self._number, self._identity, self._clock = connection, number, identity, clock

    async def land(
        self, effect: Land, bundle: bytes | None, terms: Terms
    ) -> Landed | Staged | LandingRefused | HeadMoved:
        """Bring the task one step nearer to the branch; what came of it."""
        raise NotImplementedError
