"""What follows when refs have moved, however they were moved: events, pull request heads, check suites."""

from __future__ import annotations

from tdd_orchestrator.hub.commits import is_ancestor
from tdd_orchestrator.hub.identity import User, allows
from tdd_orchestrator.hub.plumbing import ZERO
from tdd_orchestrator.hub.site import Site
from tdd_orchestrator.hub.state import CheckSuite, PullRequest, Repository


def visible_refs(repository: Repository) -> dict[str, str]:
    """All refs but those that the hub keeps for pull requests."""
    return {ref: sha for ref, sha in repository.git.refs().items() if not ref.startswith("refs/pull/")}


def refs_moved(site: Site, repository: Repository, actor: User) -> None:
    """Compare refs with what was known of them and tell every difference once."""
    before, now = repository.known_refs, visible_refs(repository)
    repository.known_refs = now
    moved = [(ref, before.get(ref, ZERO), now.get(ref, ZERO)) for ref in sorted(before.keys() | now.keys())]
    for ref, old, new in moved:
        if old != new and ref.startswith(("refs/heads/", "refs/tags/")):
            repository.pushed_at = site.world.now()
            site.announcer.push(repository, actor, ref, old, new)
            if ref.startswith("refs/heads/"):
                _branch_moved(site, repository, actor, ref.removeprefix("refs/heads/"), old, new)


def _branch_moved(site: Site, repository: Repository, actor: User, branch: str, old: str, new: str) -> None:
    for pull in list(repository.pulls.values()):
        if pull.state == "open" and pull.head_ref == branch and pull.fork is None:
            _head_moved(site, pull, actor, old, new)
        elif pull.state == "open" and pull.base_ref == branch and new != ZERO:
            _base_moved(site, pull, actor, new)
    for base in list(site.world.repositories.values()):
        for pull in base.pulls.values():
            if pull.fork is repository and pull.state == "open" and pull.head_ref == branch:
                _head_moved(site, pull, actor, old, new)
    if new != ZERO:
        request_suites(site, repository, actor, branch, old, new)


def _head_moved(site: Site, pull: PullRequest, actor: User, old: str, new: str) -> None:
    pull.updated_at = site.world.now()
    if new == ZERO:  # the branch is gone: GitHub closes the pull request and keeps its last head
        pull.state, pull.closed_at = "closed", pull.updated_at
        site.announcer.pull_request("closed", pull, actor)
        return
    pull.head_sha = new
    keep_pull_ref(pull)
    site.announcer.pull_request("synchronize", pull, actor, before=old, after=new)


def _base_moved(site: Site, pull: PullRequest, actor: User, new: str) -> None:
    was_ahead = not is_ancestor(pull.repository.git, pull.head_sha, pull.base_sha)
    pull.base_sha = new
    if was_ahead and is_ancestor(pull.repository.git, pull.head_sha, new):
        mark_merged(site, pull, actor, new)


def mark_merged(site: Site, pull: PullRequest, actor: User, commit: str) -> None:
    """The head has arrived in the base."""
    now = site.world.now()
    pull.state, pull.closed_at, pull.updated_at = "closed", now, now
    pull.merged_at, pull.merged_by, pull.merge_commit_sha = now, actor, commit
    site.announcer.pull_request("closed", pull, actor)


def keep_pull_ref(pull: PullRequest) -> None:
    """Point `refs/pull/N/head` at the head; of a fork's, the objects are brought over."""
    if pull.fork is not None:
        spec = f"+refs/heads/{pull.head_ref}:refs/pull/{pull.number}/head"
        pull.repository.git.run("fetch", "--quiet", str(pull.fork.git.path), spec)
    pull.repository.git.run("update-ref", f"refs/pull/{pull.number}/head", pull.head_sha)


def request_suites(site: Site, repository: Repository, actor: User, branch: str, old: str, new: str) -> None:
    """Each app with checks:write gets a suite for a pushed commit, once, and is asked to fill it."""
    for installation in site.world.installations_on(repository):
        app = installation.app
        if not allows(app.permissions, "checks", "write") or installation.suspended:
            continue
        if any(suite.app is app and suite.head_sha == new for suite in repository.suites.values()):
            continue
        now = site.world.now()
        suite = CheckSuite(site.world.new_id("suite"), app, new, branch, now, now, before=old)
        repository.suites[suite.id] = suite
        site.announcer.check_suite("requested", repository, suite, actor)
