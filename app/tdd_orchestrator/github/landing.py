"""Landing: a task's proven commits reach the pull request's branch, judged once more from the trees alone.

Nothing is ever overwritten: every push of the branch names the commit that it must be at, and adds to it. No code of
the project runs.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from tdd_orchestrator.core.effect import Land
from tdd_orchestrator.core.event import HeadMoved, Landed, LandingRefused, Staged
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.run import Rules
from tdd_orchestrator.github.bare import Bare, bare_repository
from tdd_orchestrator.github.client import Connection
from tdd_orchestrator.github.errors import Weather
from tdd_orchestrator.github.judging import trespass
from tdd_orchestrator.github.lineage import Misfit, stage_commits
from tdd_orchestrator.github.merging import Conflict, Identity, merged
from tdd_orchestrator.github.pushing import Declined, Lost, Pushed, drop, put, swap
from tdd_orchestrator.github.unbundling import Unreadable, unbundle

Outcome = Landed | Staged | LandingRefused | HeadMoved


@dataclass(frozen=True, slots=True)
class Terms:
    """What a landing is judged by: the task as planned, and the rules of the base branch."""

    task: PlannedTask
    rules: Rules


class Lander:
    """Lands the tasks of one pull request."""

    def __init__(
        self, connection: Connection, number: int, *, identity: Identity, clock: Callable[[], float] = time.time
    ) -> None:
        self._connection, self._run = connection, f"pr-{number}"
        self._identity, self._clock = identity, clock

    async def land(self, effect: Land, bundle: bytes | None, terms: Terms) -> Outcome:
        """Bring the task one step nearer to the branch; what came of it. Doing it again finds what was done.

        `bundle` holds the task's commits; with `effect.staged` it is not needed. Raises `Weather` and the like where
        the remote could not be asked; then nothing is lost and landing again settles it.
        """
        credentials = await self._connection.git_credentials()
        async with bare_repository(self._connection.git_url(), credentials) as bare:
            return await _Landing(bare, effect, terms, self._run, self._identity, self._clock).through(bundle)


@dataclass(frozen=True, slots=True)
class _Landing:
    """One landing in one repository."""

    bare: Bare
    effect: Land
    terms: Terms
    run: str
    identity: Identity
    clock: Callable[[], float]

    @property
    def branch(self) -> str:
        return _full(self.effect.branch)

    @property
    def staging(self) -> str:
        return _full(self.effect.staging)

    async def through(self, bundle: bytes | None) -> Outcome:
        heads = await self.bare.heads(self.branch, self.staging)
        if self.branch not in heads:
            return self._refused(f"The branch {self.effect.branch} is gone.")
        await self.bare.fetch(*(f"+{ref}:refs/tdd/{name}" for ref, name in self._refs(heads)))
        head = await self._head()
        goal = self.effect.staged or self.effect.tip
        if await self.bare.has(goal) and await self.bare.descends(head, goal):
            if self.staging in heads:
                await drop(self.bare, self.staging)
            return self._landed(head)
        if head != self.effect.onto:
            return self._moved(head)
        leftover = self.staging if self.staging in heads else None
        if self.effect.staged is not None:
            return await self._push_staged(self.effect.staged, heads.get(self.staging))
        if (refused := await self._judged(bundle)) is not None:
            return refused
        if self.effect.base == self.effect.onto:
            return await self._push(self.effect.tip, leftover)
        return await self._stage(heads.get(self.staging))

    def _refs(self, heads: dict[str, str]) -> list[tuple[str, str]]:
        named = ((self.branch, "branch"), (self.staging, "staged"))
        return [(ref, name) for ref, name in named if ref in heads]

    async def _head(self) -> str:
        return (await self.bare.git("rev-parse", "refs/tdd/branch")).text

    async def _judged(self, bundle: bytes | None) -> LandingRefused | None:
        """Whether the bundle holds this task's commits and each stays within its stage's bounds."""
        effect = self.effect
        if bundle is None:
            return self._refused("The workflow run's result has expired, cannot be read, or holds no commits.")
        if not await self.bare.has(effect.base) or not await self.bare.descends(effect.onto, effect.base):
            return self._refused(f"The branch was rewritten: {effect.base[:12]} is no longer part of it.")
        unread = await unbundle(self.bare, bundle, effect.tip)
        if isinstance(unread, Unreadable):
            return self._refused(unread.reason)
        commits = await stage_commits(self.bare, effect.base, effect.tip, effect.task)
        if isinstance(commits, Misfit):
            return self._refused(commits.reason)
        for commit in commits:
            if (reason := await trespass(self.bare, commit, self.terms.task, self.terms.rules)) is not None:
                return self._refused(reason)
        return None

    async def _stage(self, present: str | None) -> Outcome:
        """Merge onto the branch as it is now and put the merge where it can be proven."""
        effect, task = self.effect, self.terms.task
        merge = await merged(self.bare, effect.onto, effect.tip, task, self.run, self.identity)
        if isinstance(merge, Conflict):
            files = ", ".join(merge.files[:10])
            return self._refused(f"It conflicts with what landed meanwhile in {files}.")
        if present != merge:
            match await put(self.bare, self.staging, merge):
                case Declined(reason) | Lost(reason):
                    return self._refused(f"GitHub does not take the branch {effect.staging}: {reason}")
                case Pushed():
                    pass
        return Staged(at=self.clock(), task=effect.task, staged=merge, onto=effect.onto)

    async def _push_staged(self, staged: str, present: str | None) -> Outcome:
        """Push the proven merge, if it is still the merge of exactly this tip onto exactly this head."""
        if present != staged:
            return self._moved(self.effect.onto)  # the staging branch is gone or another's: the merge is made again
        parents = (await self.bare.git("rev-list", "--parents", "--max-count=1", staged)).text.split()[1:]
        if parents != [self.effect.onto, self.effect.tip]:
            return self._refused(
                f"{staged[:12]} is not a merge of {self.effect.tip[:12]} onto {self.effect.onto[:12]}."
            )
        return await self._push(staged, self.staging)

    async def _push(self, sha: str, leftover: str | None) -> Outcome:
        if not await self.bare.descends(sha, self.effect.onto):
            return self._refused(f"{sha[:12]} does not follow {self.effect.onto[:12]}.")
        match await swap(self.bare, self.branch, self.effect.onto, sha, delete=leftover):
            case Pushed():
                return self._landed(sha)
            case Declined(reason):
                return self._refused(f"GitHub does not take the push to {self.effect.branch}: {reason}")
            case Lost(reason):
                return await self._lost(sha, reason)

    async def _lost(self, sha: str, reason: str) -> Outcome:
        """Somebody else was faster, or only held the lock for a moment; or we were, and curl sent the push a second
        time.
        """
        head = (await self.bare.heads(self.branch)).get(self.branch)
        if head is None:
            return self._refused(f"The branch {self.effect.branch} is gone.")
        if head == sha:
            return self._landed(sha)
        if head == self.effect.onto:
            raise Weather(f"The push to {self.effect.branch} did not get through: {reason}")
        return self._moved(head)

    def _landed(self, head: str) -> Landed:
        return Landed(at=self.clock(), task=self.effect.task, head=head)

    def _moved(self, head: str) -> HeadMoved:
        return HeadMoved(at=self.clock(), task=self.effect.task, head=head)

    def _refused(self, reason: str) -> LandingRefused:
        return LandingRefused(at=self.clock(), task=self.effect.task, tip=self.effect.tip, reason=reason)


def _full(branch: str) -> str:
    return branch if branch.startswith("refs/") else f"refs/heads/{branch}"
