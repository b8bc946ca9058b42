"""Opening, closing, editing and merging pull requests."""

from __future__ import annotations

from typing import Literal

from tdd_orchestrator.hub.acts.refs import keep_pull_ref, mark_merged, refs_moved
from tdd_orchestrator.hub.commits import is_ancestor
from tdd_orchestrator.hub.errors import Refused, validation_failed
from tdd_orchestrator.hub.identity import User
from tdd_orchestrator.hub.plumbing import GitRefused
from tdd_orchestrator.hub.shapes.pushes import noreply
from tdd_orchestrator.hub.site import Site
from tdd_orchestrator.hub.state import PullRequest, Repository


def open_pull(
    site: Site, repository: Repository, actor: User, title: str, head: str, base: str, body: str | None, draft: bool
) -> PullRequest:
    """Open a pull request between two branches. `head` may be `owner:branch` of the same repository."""
    branch = head.removeprefix(f"{repository.owner.login}:")
    head_sha, base_sha = (repository.known_refs.get(f"refs/heads/{one}") for one in (branch, base))
    if head_sha is None:
        raise validation_failed("PullRequest", "head", "invalid")
    if base_sha is None:
        raise validation_failed("PullRequest", "base", "invalid")
    for other in repository.pulls.values():
        if other.state == "open" and (other.head_ref, other.base_ref) == (branch, base):
            message = f"A pull request already exists for {repository.owner.login}:{branch}."
            raise Refused(422, "Validation Failed", [{"resource": "PullRequest", "code": "custom", "message": message}])
    if is_ancestor(repository.git, head_sha, base_sha):
        message = f"No commits between {base} and {branch}"
        raise Refused(422, "Validation Failed", [{"resource": "PullRequest", "code": "custom", "message": message}])
    refs = (branch, head_sha, base, base_sha)
    return _opened(site, repository, actor, title, body, refs, draft=draft)


def open_from_fork(
    site: Site, repository: Repository, actor: User, title: str, fork: Repository, branch: str, body: str | None
) -> PullRequest:
    """Open a pull request from a branch of another repository. Raises KeyError where that has no such branch."""
    base = repository.default_branch
    refs = (branch, fork.known_refs[f"refs/heads/{branch}"], base, repository.known_refs[f"refs/heads/{base}"])
    return _opened(site, repository, actor, title, body, refs, fork=fork)


def _opened(
    site: Site,
    repository: Repository,
    actor: User,
    title: str,
    body: str | None,
    refs: tuple[str, str, str, str],
    *,
    draft: bool = False,
    fork: Repository | None = None,
) -> PullRequest:
    """The pull request, numbered, kept and told of; `refs` are name and commit of its head, then of its base."""
    now = site.world.now()
    head_ref, head_sha, base_ref, base_sha = refs
    pull = PullRequest(
        id=site.world.new_id("pull"),
        number=next(repository.numbers),
        repository=repository,
        title=title,
        body=body,
        user=actor,
        head_ref=head_ref,
        head_sha=head_sha,
        base_ref=base_ref,
        base_sha=base_sha,
        created_at=now,
        updated_at=now,
        draft=draft,
        fork=fork,
    )
    repository.pulls[pull.number] = pull
    keep_pull_ref(pull)
    site.announcer.pull_request("opened", pull, actor)
    return pull


def set_state(site: Site, pull: PullRequest, actor: User, state: Literal["open", "closed"]) -> None:
    """Close or reopen."""
    if state == pull.state:
        return
    if state == "open":
        head = pull.repository.known_refs.get(f"refs/heads/{pull.head_ref}")
        if head is None or pull.merged_at is not None:
            raise validation_failed("PullRequest", "state", "invalid", "state cannot be changed.")
        pull.head_sha = head
        keep_pull_ref(pull)
    pull.state = state
    pull.updated_at = site.world.now()
    pull.closed_at = pull.updated_at if state == "closed" else None
    site.announcer.pull_request("closed" if state == "closed" else "reopened", pull, actor)


def edit(site: Site, pull: PullRequest, actor: User, title: str | None, body: str | None, base: str | None) -> None:
    """Change title, body or base branch; what changed is in the event."""
    changes: dict[str, object] = {}
    if title is not None and title != pull.title:
        changes["title"], pull.title = {"from": pull.title}, title
    if body is not None and body != pull.body:
        changes["body"], pull.body = {"from": pull.body or ""}, body
    if base is not None and base != pull.base_ref:
        sha = pull.repository.known_refs.get(f"refs/heads/{base}")
        if sha is None:
            raise validation_failed("PullRequest", "base", "invalid")
        changes["base"] = {"ref": {"from": pull.base_ref}, "sha": {"from": pull.base_sha}}
        pull.base_ref, pull.base_sha = base, sha
    if changes:
        pull.updated_at = site.world.now()
        site.announcer.pull_request("edited", pull, actor, changes=changes)


def merge_commit(repository: Repository, actor: User, ours: str, theirs: str, message: str) -> str | None:
    """A commit that merges `theirs` into `ours`; None when they conflict."""
    try:
        tree = repository.git.text("merge-tree", "--write-tree", ours, theirs).splitlines()[0]
    except GitRefused:
        return None
    parents = ("-p", ours, "-p", theirs)
    return repository.git.text("commit-tree", tree, *parents, "-m", message, env=identity(actor))


def merge_pull(site: Site, pull: PullRequest, actor: User, title: str | None, message: str | None) -> str:
    """Press the merge button: a merge commit on the base. Gives its id."""
    repository = pull.repository
    subject = title or f"Merge pull request #{pull.number} from {repository.owner.login}/{pull.head_ref}"
    text = f"{subject}\n\n{message or pull.title}"
    merged = merge_commit(repository, actor, pull.base_sha, pull.head_sha, text)
    if merged is None:
        raise Refused(405, "Pull Request is not mergeable")
    mark_merged(site, pull, actor, merged)
    repository.git.run("update-ref", f"refs/heads/{pull.base_ref}", merged, pull.base_sha)
    refs_moved(site, repository, actor)
    return merged


def identity(actor: User) -> dict[str, str]:
    """git's environment for commits made in somebody's name."""
    return {
        "GIT_AUTHOR_NAME": actor.login,
        "GIT_AUTHOR_EMAIL": noreply(actor),
        "GIT_COMMITTER_NAME": "GitHub",
        "GIT_COMMITTER_EMAIL": "noreply@github.com",
    }
