"""Telling the world what happened: one method per kind of event; it builds the payload and finds who is to hear it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from tdd_orchestrator.hub.commits import read_commit
from tdd_orchestrator.hub.identity import App, Installation, User, allows
from tdd_orchestrator.hub.post import Post
from tdd_orchestrator.hub.shapes import basics, checks, objects, pulls, pushes, runs
from tdd_orchestrator.hub.state import (
    CheckRun,
    CheckSuite,
    CommitStatus,
    Issue,
    IssueComment,
    Job,
    Json,
    PullRequest,
    Repository,
    WorkflowRun,
    World,
)

PERMISSION_FOR: Final[Mapping[str, str]] = {
    "issue_comment": "issues",
    "pull_request": "pull_requests",
    "workflow_run": "actions",
    "workflow_job": "actions",
    "workflow_dispatch": "contents",
    "push": "contents",
    "repository_dispatch": "contents",
    "create": "contents",
    "delete": "contents",
    "status": "statuses",
    "check_run": "checks",
    "check_suite": "checks",
}
"""Which read permission an app needs to subscribe to an event."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event in a repository, before it is addressed to anybody."""

    event: str
    action: str | None
    repository: Repository
    actor: User
    payload: Json = field(repr=False)


class Announcer:
    """Builds payloads and hands them to the post, and to listeners inside the hub (workflow triggers)."""

    def __init__(self, world: World, post: Post) -> None:
        self.listeners: list[Callable[[Happening], None]] = []
        self._world = world
        self._post = post

    def push(self, repository: Repository, actor: User, ref: str, before: str, after: str) -> None:
        """A ref was created, moved or deleted."""
        self._tell("push", None, repository, actor, pushes.push(self._world, repository, actor, ref, before, after))

    def pull_request(self, action: str, pull: PullRequest, actor: User, **more: object) -> None:
        """opened, synchronize (before, after), reopened, closed, edited (changes)."""
        shape = pulls.pull(self._world, pull, judged=False)
        body = {"number": pull.number, "pull_request": shape, **more}
        self._tell("pull_request", action, pull.repository, actor, body)

    def issue_comment(
        self, action: str, pull: PullRequest | Issue, comment: IssueComment, actor: User, **more: object
    ) -> None:
        """created, edited (changes), deleted."""
        body = {
            "issue": pulls.issue(self._world, pull),
            "comment": pulls.comment(self._world, pull.repository, comment),
            **more,
        }
        self._tell("issue_comment", action, pull.repository, actor, body)

    def check_run(self, action: str, repository: Repository, run: CheckRun, actor: User, **more: object) -> None:
        """created, completed: to all with checks; rerequested, requested_action: to the owner alone."""
        body = {"check_run": checks.check_run_in_event(self._world, repository, run), **more}
        only = run.suite.app if action in ("rerequested", "requested_action") else None
        self._tell("check_run", action, repository, actor, body, only)

    def check_suite(self, action: str, repository: Repository, suite: CheckSuite, actor: User) -> None:
        """completed: to all with checks; requested, rerequested: to the owner alone."""
        body = {"check_suite": checks.check_suite(self._world, repository, suite)}
        only = suite.app if action in ("requested", "rerequested") else None
        self._tell("check_suite", action, repository, actor, body, only)

    def workflow_run(self, action: str, run: WorkflowRun) -> None:
        """requested, in_progress, completed."""
        body = {
            "workflow_run": runs.run(self._world, run),
            "workflow": runs.workflow(self._world, run.repository, run.workflow_path, run.workflow_name),
        }
        self._tell("workflow_run", action, run.repository, run.actor, body)

    def workflow_job(self, action: str, run: WorkflowRun, job: Job) -> None:
        """queued, in_progress, completed."""
        self._tell("workflow_job", action, run.repository, run.actor, {"workflow_job": runs.job(self._world, run, job)})

    def status(self, repository: Repository, status: CommitStatus) -> None:
        """A commit status was set."""
        shape = checks.status(self._world, repository, status)
        commit = objects.commit(self._world, repository, read_commit(repository.git, status.sha))
        body = {**shape, "sha": status.sha, "name": repository.full_name, "commit": commit, "branches": []}
        self._tell("status", None, repository, status.creator, body)

    def repository_dispatch(self, repository: Repository, actor: User, event_type: str, payload: Json | None) -> None:
        """Somebody called `POST /dispatches`; the action is the caller's event type."""
        body = {"branch": repository.default_branch, "client_payload": payload}
        self._tell("repository_dispatch", event_type, repository, actor, body)

    def installation(self, action: str, installation: Installation, actor: User) -> None:
        """created, deleted, suspend, unsuspend: always sent."""
        seen = [self._world.repository_by_id(one) for one in sorted(installation.repository_ids)]
        body: Json = {
            "action": action,
            "installation": basics.installation_in_event(self._world, installation),
            "repositories": [pushes.repository_name(one) for one in seen],
            "requester": None,
            "sender": basics.user(self._world, actor),
        }
        self._post.send(installation.app, "installation", action, body, installation.id, None)

    def installation_repositories(self, action: str, installation: Installation, one: Repository, actor: User) -> None:
        """added, removed: always sent."""
        listed = [pushes.repository_name(one)]
        body: Json = {
            "action": action,
            "installation": basics.installation_in_event(self._world, installation),
            "repository_selection": "selected",
            "repositories_added": listed if action == "added" else [],
            "repositories_removed": listed if action == "removed" else [],
            "requester": None,
            "sender": basics.user(self._world, actor),
        }
        self._post.send(installation.app, "installation_repositories", action, body, installation.id, None)

    def ping(self, app: App) -> None:
        """The first webhook of a new app."""
        self._post.send(app, "ping", None, pushes.ping(self._world, app), None, None)

    def _tell(
        self, event: str, action: str | None, repository: Repository, actor: User, body: Json, only: App | None = None
    ) -> None:
        common = {"repository": basics.repository(self._world, repository), "sender": basics.user(self._world, actor)}
        payload: Json = {**({"action": action} if action else {}), **body, **common}
        for installation in self._world.installations_on(repository):
            app = installation.app
            if installation.suspended or not hears(app, event) or (only is not None and only is not app):
                continue
            addressed = {"id": installation.id, "node_id": basics.node_id("Installation", installation.id)}
            self._post.send(app, event, action, {**payload, "installation": addressed}, installation.id, repository.id)
        for listener in self.listeners:
            listener(Happening(event, action, repository, actor, payload))


def hears(app: App, event: str) -> bool:
    """Whether an app gets an event: checks come by themselves with checks:write, the rest by subscription."""
    if event in ("check_run", "check_suite") and allows(app.permissions, "checks", "write"):
        return True
    return event in app.events
