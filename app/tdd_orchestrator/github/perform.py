"""One effect, one idempotent call: what the engine decided becomes what GitHub shows, and what GitHub answers becomes
an event.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import assert_never

from tdd_orchestrator.core.content import CheckContent, CommentContent, PullContent
from tdd_orchestrator.core.effect import (
    CancelJob,
    Dispatch,
    DropBranch,
    Effect,
    KeepRed,
    Land,
    LookAtCi,
    MakeBranch,
    React,
    Reply,
    Retire,
    ShowComment,
    ShowPrd,
    ShowRun,
    ShowStack,
    ShowTask,
)
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.event import CiSeen, Event
from tdd_orchestrator.core.shown import Shown
from tdd_orchestrator.github import comments, dispatch, stacking
from tdd_orchestrator.github.branches import Branches
from tdd_orchestrator.github.client import Connection
from tdd_orchestrator.github.errors import UnsafeArtifact
from tdd_orchestrator.github.keeping import Keeper
from tdd_orchestrator.github.landing import Lander, Terms
from tdd_orchestrator.github.pace import Urgency
from tdd_orchestrator.github.read import RepositoryReader
from tdd_orchestrator.github.showing import Came, Shower, Showing


@dataclass(frozen=True, slots=True)
class Performed:
    """What came of an effect: the event to handle next, if any, and what is shown under the effect's key."""

    event: Event | None = None
    shown: Shown | None = None


class Performer:
    """Performs the effects of one pull request's run. `lander` is who lands proven results: `app` or `workflow`.

    Raises `GitHubError` where GitHub could not be asked (the effect stays in the outbox) or refuses for a reason that a
    person must mend; refusals that belong to the run come back as events.
    """

    def __init__(
        self,
        connection: Connection,
        repo: str,
        number: int,
        *,
        workflow: str = "tdd.yml",
        lander: str = "app",
        clock: Callable[[], float] = time.time,
        reader: RepositoryReader | None = None,
    ) -> None:
        self.connection, self.repo, self.number = connection, repo, number
        self.reader, self._clock = reader or RepositoryReader(connection), clock
        self._dispatcher = dispatch.Dispatcher(self.reader, workflow, lander, clock)
        self._shower = Shower(connection, number)
        self._branches, self._keeper = Branches(self.reader, clock), Keeper(self.reader, clock)

    async def perform(  # noqa: C901 one case per kind of effect
        self,
        effect: Effect,
        content: CheckContent | CommentContent | PullContent | None,
        shown: Shown | None,
        *,
        again: bool,
        terms: Terms | None = None,
    ) -> Performed:
        """Carry out one effect; twice is once.

        `content` is what a show effect shows, `shown` what is known to be shown already. `again` says that the effect
        may have been performed before without our knowing. `terms` are a landing's tasks and rules.
        """
        match effect:
            case ShowRun() | ShowTask() | ShowPrd() | ShowComment() | Retire():
                assert isinstance(content, CheckContent | CommentContent)
                (came,) = await self.show([Showing(content, shown, again, isinstance(effect, Retire))])
                if isinstance(came, TddError):
                    raise came
                return Performed(shown=came)
            case Reply():
                reply = content if isinstance(content, CommentContent) else _reply(effect)
                return Performed(shown=await self._reply(reply, shown, again))
            case React():
                await comments.react(self.connection, effect.comment, effect.content)
                return Performed()
            case Dispatch():
                return Performed(await self._dispatcher.dispatch(effect.assignment, again=again))
            case CancelJob():
                await dispatch.cancel(self.reader, effect.workflow_run)
                return Performed()
            case Land():
                assert terms is not None
                return Performed(await self._land(effect, terms))
            case LookAtCi():
                return Performed(await look_at_ci(self.reader, effect.head, effect.first, self._clock()))
            case ShowStack():
                assert isinstance(content, PullContent)
                return Performed(shown=await stacking.show(self.reader, effect, content, shown))
            case MakeBranch():
                return Performed(await self._branches.make(effect))
            case KeepRed():
                assert terms is not None
                return Performed(await self._keeper.keep(effect, terms))
            case DropBranch():
                await self._branches.drop(effect)
                return Performed()
            case _:
                assert_never(effect)

    async def show(self, wanted: Sequence[Showing]) -> list[Came]:
        """Show many things in few requests, in their order; one that fails does not keep the others from it."""
        return await self._shower.show(wanted)

    async def _reply(self, content: CommentContent, shown: Shown | None, again: bool) -> Shown:
        connection, number, first = self.connection, self.number, Urgency.ANSWER
        return await comments.show(connection, number, content, shown, again=again, urgency=first)

    async def _land(self, effect: Land, terms: Terms) -> Event:
        bundles: dict[str, bytes | None] = {}
        for ripe in effect.tasks if effect.staged is None else ():
            with suppress(UnsafeArtifact):  # no bundle then, which the lander refuses unless the task has landed
                bundles[ripe.task] = await self.reader.bundle(ripe.workflow_run, ripe.tip)
        identity = await self.reader.identity()
        return await Lander(self.connection, self.number, identity=identity, clock=self._clock).land(
            effect, bundles, terms
        )


async def look_at_ci(reader: RepositoryReader, head: str, first: str, at: float) -> CiSeen:
    """What others' checks say of `head`; where they say nothing, whether they said anything of `first`."""
    checks = await reader.others.on(head)
    known = bool(checks) or (first not in ("", head) and bool(await reader.others.on(first)))
    return CiSeen(at=at, head=head, checks=checks, known=known)


def _reply(effect: Reply) -> CommentContent:
    return CommentContent(f"<!-- tdd:reply:{effect.id} -->", effect.text)
