"""What the pages show of a pull request, gathered from the hub's memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tdd_orchestrator.hub.commits import EMPTY_TREE, Commit, FileChange, changes, commits_between, merge_base
from tdd_orchestrator.hub.identity import User
from tdd_orchestrator.hub.state import (
    CheckRun,
    IssueComment,
    Json,
    PullRequest,
    Reaction,
    Repository,
    WorkflowRun,
    World,
)

_BAD = ("failure", "timed_out", "cancelled", "action_required", "startup_failure")


@dataclass(frozen=True, slots=True)
class Chip:
    """A reaction: who gave it."""

    content: str
    count: int
    who: str


@dataclass(frozen=True, slots=True)
class Tally:
    """The state of all checks in one word, and a sentence."""

    state: str
    words: str


def newest_checks(pull: PullRequest) -> dict[str, list[CheckRun]]:
    """The newest check run of each name on the head, by app, in the order of their names."""
    found: dict[str, dict[str, CheckRun]] = {}
    for run in sorted(pull.repository.checks.values(), key=lambda one: one.id):
        if run.head_sha == pull.head_sha:
            found.setdefault(run.suite.app.slug, {})[run.name] = run
    return {app: [runs[name] for name in sorted(runs)] for app, runs in sorted(found.items())}


def remarks(pull: PullRequest) -> dict[tuple[str, int], list[tuple[str, Json]]]:
    """What the newest checks on the head say at lines of files: check name and annotation, by path and last line."""
    found: dict[tuple[str, int], list[tuple[str, Json]]] = {}
    for runs in newest_checks(pull).values():
        for run in runs:
            for note in run.annotations:
                found.setdefault((note["path"], note["end_line"]), []).append((run.name, note))
    return found


def levels(notes: Sequence[Json]) -> list[tuple[str, int]]:
    """How many annotations there are of each level, the gravest first."""
    counts = Counter(str(note["annotation_level"]) for note in notes)
    return [(level, counts[level]) for level in ("failure", "warning", "notice") if counts[level]]


def state_of(status: str, conclusion: str | None) -> str:
    """One word for the icon: queued, in_progress, or the conclusion."""
    return (conclusion or "neutral") if status == "completed" else status


def tally(runs: Iterable[CheckRun]) -> Tally:
    """All checks in one sentence."""
    states = [state_of(run.status, run.conclusion) for run in runs]
    if not states:
        return Tally("none", "No checks yet")
    bad = sum(state in _BAD for state in states)
    busy = sum(state in ("queued", "in_progress") for state in states)
    good = len(states) - bad - busy
    words = ", ".join(
        f"{count} {word}" for count, word in ((bad, "failing"), (busy, "in progress"), (good, "successful")) if count
    )
    if busy:
        return Tally("in_progress", f"Some checks have not finished: {words}")
    return (
        Tally("failure", f"Some checks need attention: {words}") if bad else Tally("success", "All checks have passed")
    )


def chips(reactions: Sequence[Reaction]) -> list[Chip]:
    """Reactions, the same ones together."""
    counts = Counter(one.content for one in reactions)
    return [
        Chip(kind, count, ", ".join(one.user.login for one in reactions if one.content == kind))
        for kind, count in counts.items()
    ]


def commits(pull: PullRequest) -> Sequence[Commit]:
    """The commits of a pull request, oldest first."""
    return commits_between(pull.repository.git, pull.base_sha, pull.head_sha)


def timeline(pull: PullRequest) -> list[tuple[datetime, str, IssueComment | Commit]]:
    """Comments and commits in the order of their times."""
    entries: list[tuple[datetime, str, IssueComment | Commit]] = []
    entries += [(one.committer.at, "commit", one) for one in commits(pull)]
    entries += [(one.created_at, "comment", one) for one in _comments(pull)]
    return sorted(entries, key=lambda entry: entry[0])


def _comments(pull: PullRequest) -> list[IssueComment]:
    return [one for one in pull.repository.comments.values() if one.number == pull.number]


def files(pull: PullRequest) -> Sequence[FileChange]:
    """What the pull request changes since it left its base."""
    git = pull.repository.git
    return changes(git, merge_base(git, pull.base_sha, pull.head_sha) or pull.base_sha, pull.head_sha)


def commit_files(repository: Repository, commit: Commit) -> Sequence[FileChange]:
    """What a commit changes against its first parent."""
    return changes(repository.git, commit.parents[0] if commit.parents else EMPTY_TREE, commit.sha)


def runs(repository: Repository) -> list[WorkflowRun]:
    """The workflow runs of a repository, the newest first."""
    return sorted(repository.runs.values(), key=lambda run: (run.started_at, run.id), reverse=True)


def people(world: World, repository: Repository) -> list[tuple[User, str]]:
    """Who may speak from the page, with their roles, the strongest first: who has a role here, else the owner."""
    order = {role: rank for rank, role in enumerate(("admin", "maintain", "write", "triage", "read"))}
    found = [(world.users[login], role) for login, role in repository.roles.items() if role in order]
    return sorted(found, key=lambda one: (order[one[1]], one[0].login)) or [(repository.owner, "admin")]


def ago(then: datetime | None, now: datetime) -> str:
    """How long ago, in words that change slowly."""
    if then is None:
        return ""
    seconds = (now - then).total_seconds()
    if seconds < 60:
        return "just now"
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        count = int(seconds // size)
        if count:
            return f"{count} {word}{'s' * (count > 1)} ago"
    return "just now"


def lasted(start: datetime | None, end: datetime | None) -> str:
    """The time between, as 1h 2m, 3m 4s or 5s; empty while there is no end."""
    if start is None or end is None:
        return ""
    seconds = max(0, int((end - start).total_seconds()))
    if seconds >= 3600:
        return f"{seconds // 3600}h {seconds % 3600 // 60}m"
    return f"{seconds // 60}m {seconds % 60}s" if seconds >= 60 else f"{seconds}s"
