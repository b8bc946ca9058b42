"""What the hub remembers: repositories, pull requests, checks, comments, runs. Values, and nothing but look-up."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from tdd_orchestrator.hub.identity import App, Installation, InstallationGrant, User
from tdd_orchestrator.hub.plumbing import GitDirectory

Json = dict[str, Any]


@dataclass(slots=True)
class Repository:
    """A repository and its bare git directory."""

    id: int
    owner: User
    name: str
    git: GitDirectory
    default_branch: str
    private: bool
    created_at: datetime
    pushed_at: datetime
    roles: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    variables: dict[str, str] = field(default_factory=dict)
    known_refs: dict[str, str] = field(default_factory=dict, repr=False)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1), repr=False)
    pulls: dict[int, PullRequest] = field(default_factory=dict, repr=False)
    issues: dict[int, Issue] = field(default_factory=dict, repr=False)
    comments: dict[int, IssueComment] = field(default_factory=dict, repr=False)
    suites: dict[int, CheckSuite] = field(default_factory=dict, repr=False)
    checks: dict[int, CheckRun] = field(default_factory=dict, repr=False)
    runs: dict[int, WorkflowRun] = field(default_factory=dict, repr=False)
    artifacts: dict[int, Artifact] = field(default_factory=dict, repr=False)
    statuses: list[CommitStatus] = field(default_factory=list, repr=False)

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f"{self.owner.login}/{self.name}"

    def role_of(self, login: str) -> str:
        """The role of a user here; the owner is admin, a stranger reads what is public."""
        if login == self.owner.login:
            return "admin"
        return self.roles.get(login, "none" if self.private else "read")


@dataclass(slots=True)
class Issue:
    """An issue that is no pull request; both are numbered in one row."""

    id: int
    number: int
    repository: Repository
    title: str
    body: str | None
    user: User
    created_at: datetime
    updated_at: datetime
    state: Literal["open", "closed"] = "open"
    closed_at: datetime | None = None


@dataclass(slots=True)
class PullRequest:
    """A pull request between two branches of one repository."""

    id: int
    number: int
    repository: Repository
    title: str
    body: str | None
    user: User
    head_ref: str
    head_sha: str
    base_ref: str
    base_sha: str
    created_at: datetime
    updated_at: datetime
    draft: bool = False
    state: Literal["open", "closed"] = "open"
    closed_at: datetime | None = None
    merged_at: datetime | None = None
    merged_by: User | None = None
    merge_commit_sha: str | None = None
    fork: Repository | None = None


@dataclass(slots=True)
class Reaction:
    """One emoji by one user on a comment."""

    id: int
    user: User
    content: str
    created_at: datetime


@dataclass(slots=True)
class IssueComment:
    """A comment in the conversation of an issue or a pull request."""

    id: int
    number: int
    user: User
    body: str
    created_at: datetime
    updated_at: datetime
    app: App | None = None
    reactions: list[Reaction] = field(default_factory=list)


@dataclass(slots=True)
class CheckSuite:
    """All check runs of one app on one commit."""

    id: int
    app: App
    head_sha: str
    head_branch: str | None
    created_at: datetime
    updated_at: datetime
    before: str | None = None
    status: str = "queued"
    conclusion: str | None = None


@dataclass(slots=True)
class CheckRun:
    """One check; `output` holds title, summary, text and images as they were sent."""

    id: int
    suite: CheckSuite
    name: str
    head_sha: str
    status: str = "queued"
    conclusion: str | None = None
    external_id: str = ""
    details_url: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    output: Json = field(default_factory=dict)
    annotations: list[Json] = field(default_factory=list)
    actions: list[Json] = field(default_factory=list)


@dataclass(slots=True)
class CommitStatus:
    """A commit status (the elder sibling of a check run)."""

    id: int
    sha: str
    state: str
    context: str
    description: str | None
    target_url: str | None
    creator: User
    created_at: datetime


@dataclass(slots=True)
class Job:
    """A job of a workflow run; `log` is its text, `steps` are as in GitHub's jobs API."""

    id: int
    run_id: int
    name: str
    status: str = "queued"
    conclusion: str | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    steps: list[Json] = field(default_factory=list)
    log: str = ""
    attempt: int = 1


@dataclass(slots=True)
class Artifact:
    """A zip that a run left behind."""

    id: int
    run_id: int
    name: str
    zipped: bytes = field(repr=False)
    created_at: datetime
    expires_at: datetime


@dataclass(slots=True)
class WorkflowRun:
    """A run of a workflow file; `head_sha` is the commit that the file is read from and that jobs check out."""

    id: int
    repository: Repository
    workflow_path: str
    workflow_name: str
    event: str
    ref: str
    head_branch: str | None
    head_sha: str
    actor: User
    number: int
    created_at: datetime
    started_at: datetime
    updated_at: datetime
    inputs: dict[str, str] = field(default_factory=dict)
    event_payload: Json = field(default_factory=dict, repr=False)
    attempt: int = 1
    only_failed: bool = False
    """Whether this attempt runs only what did not succeed in the one before."""
    status: str = "queued"
    conclusion: str | None = None
    display_title: str = ""
    jobs: list[Job] = field(default_factory=list)
    suite: CheckSuite | None = None


def system_clock() -> datetime:
    """The time, in UTC, to the second, as GitHub shows it."""
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(slots=True)
class World:
    """Everything there is, and the next free id of each kind."""

    url: str = ""
    clock: Callable[[], datetime] = system_clock
    users: dict[str, User] = field(default_factory=dict)
    repositories: dict[str, Repository] = field(default_factory=dict)
    apps: dict[int, App] = field(default_factory=dict)
    installations: dict[int, Installation] = field(default_factory=dict)
    tokens: dict[str, InstallationGrant | User] = field(default_factory=dict, repr=False)
    manifest_codes: dict[str, tuple[int, datetime]] = field(default_factory=dict, repr=False)
    """The id of an app registered from a manifest, by the code that can be exchanged once, and when it was given."""
    workflow_ids: dict[tuple[int, str], int] = field(default_factory=dict)
    signing_key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    ids_from: int = 0
    """Added to every first id. A hub that takes over another's repository must not give the same ids again."""
    _ids: dict[str, Iterator[int]] = field(default_factory=dict, repr=False)

    def new_id(self, kind: str) -> int:
        """The next id of a kind. Many kinds start above 2**32, as on GitHub, so that narrow integers show."""
        first = {"check": 41_000_000_000, "suite": 42_000_000_000, "run": 19_000_000_000, "job": 52_000_000_000}
        start = first.get(kind, 3_000_000_000 if kind == "comment" else 100_001)
        return next(self._ids.setdefault(kind, itertools.count(start + self.ids_from)))

    def now(self) -> datetime:
        """The hub's time."""
        return self.clock()

    def repository(self, full_name: str) -> Repository:
        """A repository by `owner/name`, in any case. Raises KeyError."""
        return self.repositories[full_name.lower()]

    def repository_by_id(self, repository_id: int) -> Repository:
        """A repository by its id. Raises KeyError."""
        for repository in self.repositories.values():
            if repository.id == repository_id:
                return repository
        raise KeyError(repository_id)

    def workflow_id(self, repository: Repository, path: str) -> int:
        """The id of a workflow file, stable for as long as the hub lives."""
        key = (repository.id, path)
        if key not in self.workflow_ids:
            self.workflow_ids[key] = self.new_id("workflow")
        return self.workflow_ids[key]

    def installations_on(self, repository: Repository) -> list[Installation]:
        """The installations that see a repository."""
        return [one for one in self.installations.values() if repository.id in one.repository_ids]
