"""Landing: proven commits of one task or several reach the branch, judged once more from the trees alone.

Nothing is ever overwritten: every push of the branch names the commit that it must be at, and adds to it. No code of
the project runs.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tdd_orchestrator.core.effect import Land, Ripe
from tdd_orchestrator.core.event import HeadMoved, Landed, LandingHeld, LandingRefused, Staged
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.rules import Rules
from tdd_orchestrator.github.bare import Bare, bare_repository
from tdd_orchestrator.github.client import Connection
from tdd_orchestrator.github.errors import Weather
from tdd_orchestrator.github.identity import Identity
from tdd_orchestrator.github.judging import trespass
from tdd_orchestrator.github.lineage import Misfit, is_merge_of, is_ours, stage_commits
from tdd_orchestrator.github.merging import Conflict, joined, merged
from tdd_orchestrator.github.pushing import Declined, Lost, Pushed, remove, swap
from tdd_orchestrator.github.unbundling import Unreadable, unbundle

Outcome = Landed | Staged | LandingRefused | LandingHeld | HeadMoved
Bundles = Mapping[str, bytes | None]
"""The bundle of each task; `None` where there is none any more."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a landing is judged by: the tasks as planned, and the rules of the base branch."""

    tasks: Mapping[str, PlannedTask]
    rules: Rules


class Lander:
    """Lands the tasks of one pull request."""

    def __init__(
        self, connection: Connection, number: int, *, identity: Identity, clock: Callable[[], float] = time.time
    ) -> None:
        self._connection, self._run = connection, f"pr-{number}"
        self._identity, self._clock = identity, clock

    async def land(self, effect: Land, bundles: Bundles, terms: Terms) -> Outcome:
        """Bring the tasks one step nearer to the branch; what came of it. Doing it again finds what was done.

        `bundles` hold the tasks' commits; with `effect.staged` they are not needed. Raises `Weather` and the like
        where the remote could not be asked; then nothing is lost and landing again settles it.
        """
        credentials = await self._connection.git_credentials()
        async with bare_repository(self._connection.git_url(), credentials) as bare:
            return await _Landing(bare, effect, terms, self._run, self._identity, self._clock).through(bundles)


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
    def source(self) -> str:
        """The pull request's branch, which is the one that moves unless ours is stacked on it."""
        return _full(self.effect.source or self.effect.branch)

    @property
    def staging(self) -> str:
        return _full(self.effect.staging)

    async def through(self, bundles: Bundles) -> Outcome:
        heads = await self.bare.heads(self.branch, self.staging, self.source)
        if self.source not in heads:
            return self._held(f"The branch {self.effect.source or self.effect.branch} is gone: restore it.")
        await self.bare.fetch(*(f"+{ref}:refs/tdd/{name}" for ref, name in self._refs(heads)))
        heads = {ref: (await self.bare.git("rev-parse", f"refs/tdd/{name}")).text for ref, name in self._refs(heads)}
        head = heads.get(self.branch)
        if head is None and not await self._is_in(self.effect.onto, heads[self.source]):
            return self._held(f"The branch {self.effect.branch} is gone, and with it what had landed: restore it.")
        return await self._from(head or self.effect.onto, heads, bundles)

    async def _from(self, head: str, heads: dict[str, str], bundles: Bundles) -> Outcome:
        """`head` is where the branch is, or where it is to begin; `heads` are the branches as they were fetched."""
        staged = heads.get(self.staging)
        leftover = (self.staging, staged) if staged is not None and not await self._is_others(staged) else None
        if there := await self._there(head):
            if leftover is not None:
                await remove(self.bare, *leftover)
            return self._landed(head, there)
        if head != self.effect.onto:
            return self._moved(head)
        if self.effect.staged is not None:
            return await self._push_staged(self.effect.staged, heads)
        for ripe in self.effect.tasks:
            if (refused := await self._judged(ripe, bundles.get(ripe.task))) is not None:
                return refused
        (first, *more) = self._lines()
        begin = await self._with_source(heads[self.source])
        if isinstance(begin, Conflict):
            names, files = (self.effect.source, self.effect.branch), ", ".join(begin.files[:10])
            told = f"{names[0]} and {names[1]} conflict in {files}: merge {names[0]} into {names[1]} and push that."
            return self._held(told)
        if not more and first.base == begin == self.effect.onto:
            return await self._push(first.tip, heads.get(self.branch, ""), leftover)
        return await self._stage(begin, heads.get(self.staging))

    async def _is_others(self, staged: str) -> bool:
        """Whether the branch that we merge on holds what somebody pushed there, and what is nowhere else."""
        return not (await is_ours(self.bare, staged) or await self._is_in(staged, self.effect.onto))

    def _refs(self, heads: dict[str, str]) -> list[tuple[str, str]]:
        named = ((self.branch, "branch"), (self.staging, "staged"), (self.source, "source"))
        return [(ref, name) for ref, name in named if ref in heads]

    async def _with_source(self, source: str) -> str | Conflict:
        """Where merging begins: with our own branch, what was pushed to the pull request's is taken in first."""
        onto = self.effect.onto
        if await self.bare.descends(onto, source):
            return onto
        if await self.bare.descends(source, onto):
            return source
        message = f"Merge {self.effect.source} into {self.effect.branch}\n"
        return await joined(self.bare, onto, source, message, self.identity)

    async def _there(self, head: str) -> tuple[str, ...]:
        """The tasks that are on the branch already: of a staged merge all or none."""
        if (staged := self.effect.staged) is not None:
            return self.effect.keys if await self._is_in(staged, head) else ()
        return tuple([ripe.task for ripe in self.effect.tasks if await self._is_in(ripe.tip, head)])

    async def _is_in(self, sha: str, head: str) -> bool:
        return await self.bare.has(sha) and await self.bare.descends(head, sha)

    async def _judged(self, ripe: Ripe, bundle: bytes | None) -> LandingRefused | None:
        """Whether the bundle holds this task's commits and each stays within its stage's bounds."""
        effect = self.effect
        if bundle is None:
            return self._refused(ripe, "The workflow run's result has expired, cannot be read, or holds no commits.")
        before = effect.tasks[: effect.tasks.index(ripe)]
        known = any(each.tip == ripe.base for each in before) or await self._is_in(ripe.base, effect.onto)
        if not known:
            return self._refused(ripe, f"The branch was rewritten: {ripe.base[:12]} is no longer part of it.")
        unread = await unbundle(self.bare, bundle, ripe.tip)
        if isinstance(unread, Unreadable):
            return self._refused(ripe, unread.reason)
        commits = await stage_commits(self.bare, ripe.base, ripe.tip, ripe.task)
        if isinstance(commits, Misfit):
            return self._refused(ripe, commits.reason)
        for commit in commits:
            if (reason := await trespass(self.bare, commit, self.terms.tasks[ripe.task], self.terms.rules)) is not None:
                return self._refused(ripe, reason)
        return None

    def _lines(self) -> tuple[Ripe, ...]:
        """The tasks, but those of a pack as one: its last tip holds them all, from the base of the first."""
        lines: list[Ripe] = []
        for ripe in self.effect.tasks:
            if lines and lines[-1].tip == ripe.base:
                ripe = replace(ripe, base=lines.pop().base)
            lines.append(ripe)
        return tuple(lines)

    async def _stage(self, begin: str, present: str | None) -> Outcome:
        """Merge one after the other onto the branch as it is now, and put that where it can be proven."""
        effect, top = self.effect, begin
        lines = self._lines()
        for place, ripe in enumerate(lines):
            if ripe.base == top:
                top = ripe.tip
                continue
            merge = await self._merged(top, ripe)
            if isinstance(merge, Conflict):
                return await self._conflicting(begin, lines[:place], ripe, merge)
            top = merge
        if present != top:
            if present is not None and await self._is_others(present):
                told = f"{effect.staging} is ours to merge on, and holds commits of somebody else's ({present[:12]}):"
                return self._held(f"{told} move them to another branch and delete this one.")
            match await swap(self.bare, self.staging, present or "", top):
                case Declined(reason):
                    return self._held(f"GitHub does not take the branch {effect.staging}: {reason}")
                case Lost():
                    return self._moved(effect.onto)
                case Pushed():
                    pass
        keys = effect.keys if len(effect.keys) > 1 else ()
        since = begin if begin != effect.onto else ""
        return Staged(at=self.clock(), task=effect.keys[0], staged=top, onto=effect.onto, tasks=keys, since=since)

    async def _merged(self, top: str, ripe: Ripe) -> str | Conflict:
        return await merged(self.bare, top, ripe.tip, self.terms.tasks[ripe.task], self.run, self.identity)

    async def _conflicting(
        self, begin: str, before: tuple[Ripe, ...], ripe: Ripe, conflict: Conflict
    ) -> LandingRefused:
        """With what the task conflicts: the branch, or a task that was merged before it in this batch."""
        alone = await self._merged(begin, ripe) if before else conflict
        files = ", ".join(conflict.files[:10])
        if isinstance(alone, Conflict):
            first = await self._first_to_conflict(begin, ripe)
            return self._refused(first, f"It conflicts with what landed meanwhile in {', '.join(alone.files[:10])}.")
        for mate in before:
            if isinstance(await self._merged(mate.tip, ripe), Conflict):
                return self._refused(ripe, f"It conflicts with {mate.task} in {files}.", mate.task)
        return self._refused(ripe, f"It conflicts with {before[-1].task} in {files}.", before[-1].task)

    async def _first_to_conflict(self, begin: str, line: Ripe) -> Ripe:
        """Of the tasks in a line the first that cannot be merged; those after it stand on its work."""
        members: list[Ripe] = []
        for ripe in self.effect.tasks[: self.effect.keys.index(line.task) + 1]:
            members = [*members, ripe] if members and members[-1].tip == ripe.base else [ripe]
        for ripe in members[:-1]:
            if isinstance(await self._merged(begin, ripe), Conflict):
                return ripe
        return line

    async def _push_staged(self, staged: str, heads: dict[str, str]) -> Outcome:
        """Push the proven merge, if it is still the merge of exactly these tips onto exactly this head."""
        if heads.get(self.staging) != staged:
            return self._moved(self.effect.onto)  # the staging branch is gone or another's: the merge is made again
        tips = tuple(ripe.tip for ripe in self._lines())
        if not await is_merge_of(self.bare, staged, self.effect.since or self.effect.onto, tips):
            return self._moved(self.effect.onto)
        return await self._push(staged, heads.get(self.branch, ""), (self.staging, staged))

    async def _push(self, sha: str, expected: str, leftover: tuple[str, str] | None) -> Outcome:
        """`expected` is where the branch is; "" makes it."""
        if not await self.bare.descends(sha, self.effect.onto):
            return self._moved(self.effect.onto)
        match await swap(self.bare, self.branch, expected, sha, delete=leftover):
            case Pushed():
                return self._landed(sha, self.effect.keys)
            case Declined(reason):
                return self._held(f"GitHub does not take the push to {self.effect.branch}: {reason}")
            case Lost(reason):
                return await self._lost(sha, reason)

    async def _lost(self, sha: str, reason: str) -> Outcome:
        """Somebody else was faster, or only held the lock for a moment; or we were, and curl sent the push a second
        time.
        """
        head = (await self.bare.heads(self.branch)).get(self.branch)
        if head == sha:
            return self._landed(sha, self.effect.keys)
        if head in (None, self.effect.onto):
            raise Weather(f"The push to {self.effect.branch} did not get through: {reason}")
        return self._moved(head)

    def _landed(self, head: str, keys: tuple[str, ...]) -> Landed:
        return Landed(at=self.clock(), task=keys[0], head=head, tasks=keys if len(keys) > 1 else ())

    def _moved(self, head: str) -> HeadMoved:
        return HeadMoved(at=self.clock(), task=self.effect.keys[0], head=head)

    def _held(self, reason: str) -> LandingHeld:
        return LandingHeld(at=self.clock(), task=self.effect.keys[0], reason=reason)

    def _refused(self, ripe: Ripe, reason: str, against: str = "") -> LandingRefused:
        return LandingRefused(at=self.clock(), task=ripe.task, tip=ripe.tip, reason=reason, against=against)


def _full(branch: str) -> str:
    return branch if branch.startswith("refs/") else f"refs/heads/{branch}"
