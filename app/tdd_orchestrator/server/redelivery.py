"""Asking GitHub to send again what it could not deliver: it never does so by itself.

A redelivery keeps its GUID, so the inbox knows what it has. GitHub redelivers for 3 days, its Enterprise Server for 7.
Source: https://docs.github.com/webhooks/using-webhooks/handling-failed-webhook-deliveries
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from tdd_orchestrator.intake.webhooks import EVENTS

WINDOW = timedelta(days=3)
REST = timedelta(minutes=1)  # the last attempt may still be on its way into the inbox
ATTEMPTS = 5  # of one delivery: what failed so often will fail again
AT_ONCE = 50  # redeliveries in one round

log = structlog.stdlib.get_logger(__name__)


class Attempt(BaseModel):
    """One row of `GET /app/hook/deliveries`: one attempt to deliver a GUID."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: int
    guid: str
    delivered_at: AwareDatetime
    status: str = ""
    status_code: int = 0
    event: str = ""

    @property
    def went_well(self) -> bool:
        """`status` is a phrase of GitHub's; a time-out has no status code at all."""
        return self.status == "OK" or 200 <= self.status_code < 300


def attempts_of(answer: Iterable[object]) -> tuple[Attempt, ...]:
    """The rows of the API's answer that can be read."""
    return tuple(attempt for row in answer if (attempt := _attempt(row)))


def to_redeliver(attempts: Sequence[Attempt], *, now: datetime, held: AbstractSet[str]) -> tuple[Attempt, ...]:
    """Which attempts to repeat, oldest first: the newest of each GUID, if it failed and the GUID is not in `held`."""
    by_guid: defaultdict[str, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        by_guid[attempt.guid].append(attempt)
    newest = [
        max(tries, key=lambda attempt: attempt.delivered_at) for tries in by_guid.values() if len(tries) < ATTEMPTS
    ]
    missed = [attempt for attempt in newest if attempt.guid not in held and _is_missed(attempt, now)]
    return tuple(sorted(missed, key=lambda attempt: attempt.delivered_at)[:AT_ONCE])


@dataclass(frozen=True, slots=True)
class Redelivery:
    """One round of asking again. `list_failed` gives rows of the deliveries API, `redeliver` takes a row's id."""

    list_failed: Callable[[], Awaitable[Iterable[object]]]
    redeliver: Callable[[int], Awaitable[None]]
    held: Callable[[Iterable[str]], Awaitable[AbstractSet[str]]]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def __call__(self) -> None:
        """Ask for each missed delivery; one that GitHub refuses does not keep the others from being asked for."""
        attempts = attempts_of(await self.list_failed())
        held = await self.held({attempt.guid for attempt in attempts})
        refused = 0
        missed = to_redeliver(attempts, now=self.clock(), held=held)
        for attempt in missed:
            try:
                await self.redeliver(attempt.id)
            except Exception as error:
                refused += 1
                log.warning("GitHub does not redeliver", delivery=attempt.guid, reason=str(error))
        if missed:
            log.info("asked GitHub to deliver again", asked=len(missed) - refused, refused=refused)


def _attempt(row: object) -> Attempt | None:
    try:
        return Attempt.model_validate(row)
    except ValidationError:
        return None


def _is_missed(attempt: Attempt, now: datetime) -> bool:
    age = now - attempt.delivered_at
    return not attempt.went_well and attempt.event in EVENTS and REST <= age < WINDOW
