"""JSON shapes of pull requests, their conversation and the issue behind them."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from tdd_orchestrator.hub.commits import changes, commits_between, merge_base
from tdd_orchestrator.hub.identity import Permissions
from tdd_orchestrator.hub.plumbing import GitDirectory, GitRefused
from tdd_orchestrator.hub.shapes import basics
from tdd_orchestrator.hub.shapes.basics import api, association, node_id, page, stamp, stamp_or_none
from tdd_orchestrator.hub.state import Issue, IssueComment, Json, PullRequest, Reaction, Repository, World

EMOJI = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def _side(world: World, repository: Repository, ref: str, sha: str) -> Json:
    owner = repository.owner
    return {
        "label": f"{owner.login}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": basics.user(world, owner),
        "repo": basics.repository(world, repository),
    }


def pull_simple(world: World, one: PullRequest) -> Json:
    """`pull-request-simple`: an item of a list."""
    repository = one.repository
    root, web = api(world, repository), page(world, repository, f"/pull/{one.number}")
    links = {
        "self": f"{root}/pulls/{one.number}",
        "html": web,
        "issue": f"{root}/issues/{one.number}",
        "comments": f"{root}/issues/{one.number}/comments",
        "review_comments": f"{root}/pulls/{one.number}/comments",
        "review_comment": f"{root}/pulls/comments{{/number}}",
        "commits": f"{root}/pulls/{one.number}/commits",
        "statuses": f"{root}/statuses/{one.head_sha}",
    }
    return {
        "url": links["self"],
        "id": one.id,
        "node_id": node_id("PullRequest", one.id),
        "html_url": web,
        "diff_url": f"{web}.diff",
        "patch_url": f"{web}.patch",
        "issue_url": links["issue"],
        "commits_url": links["commits"],
        "review_comments_url": links["review_comments"],
        "review_comment_url": links["review_comment"],
        "comments_url": links["comments"],
        "statuses_url": links["statuses"],
        "number": one.number,
        "state": one.state,
        "locked": False,
        "title": one.title,
        "user": basics.user(world, one.user),
        "body": one.body,
        "labels": [],
        "milestone": None,
        "active_lock_reason": None,
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "closed_at": stamp_or_none(one.closed_at),
        "merged_at": stamp_or_none(one.merged_at),
        "merge_commit_sha": one.merge_commit_sha,
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "head": _side(world, one.fork or one.repository, one.head_ref, one.head_sha),
        "base": _side(world, one.repository, one.base_ref, one.base_sha),
        "_links": {name: {"href": href} for name, href in links.items()},
        "author_association": association(repository, one.user.login),
        "auto_merge": None,
        "draft": one.draft,
    }


def pull(world: World, one: PullRequest, *, judged: bool = True) -> Json:
    """`pull-request`, with figures from git. Not `judged` leaves `mergeable` open, as GitHub's webhooks do."""
    git = one.repository.git
    start = merge_base(git, one.base_sha, one.head_sha) or one.base_sha
    files = changes(git, start, one.head_sha)
    mergeable = can_merge(git, one.base_sha, one.head_sha) if judged and one.state == "open" else None
    return {
        **pull_simple(world, one),
        "merged": one.merged_at is not None,
        "mergeable": mergeable,
        "rebaseable": mergeable,
        "mergeable_state": {True: "clean", False: "dirty", None: "unknown"}[mergeable],
        "merged_by": basics.user(world, one.merged_by) if one.merged_by else None,
        "comments": sum(1 for comment in one.repository.comments.values() if comment.number == one.number),
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": len(commits_between(git, one.base_sha, one.head_sha)),
        "additions": sum(file.additions for file in files),
        "deletions": sum(file.deletions for file in files),
        "changed_files": len(files),
    }


@lru_cache(maxsize=1024)
def can_merge(git: GitDirectory, base: str, head: str) -> bool:
    """Whether two commits merge without a conflict."""
    try:
        git.run("merge-tree", "--write-tree", base, head)
    except GitRefused:
        return False
    return True


def issue(world: World, one: PullRequest | Issue) -> Json:
    """An issue, or the one that a pull request also is, as `issue_comment` webhooks show it."""
    repository = one.repository
    kind = "pull" if isinstance(one, PullRequest) else "issues"
    url, web = api(world, repository, f"/issues/{one.number}"), page(world, repository, f"/{kind}/{one.number}")
    return {
        "url": url,
        "repository_url": api(world, repository),
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": web,
        "id": one.id + 1,
        "node_id": node_id(type(one).__name__, one.id),
        "number": one.number,
        "title": one.title,
        "user": basics.user(world, one.user),
        "labels": [],
        "state": one.state,
        "locked": False,
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "comments": sum(1 for comment in repository.comments.values() if comment.number == one.number),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "closed_at": stamp_or_none(one.closed_at),
        "author_association": association(repository, one.user.login),
        "active_lock_reason": None,
        **(_as_pull(world, one, web) if isinstance(one, PullRequest) else {}),
        "body": one.body,
        "state_reason": None,
    }


def _as_pull(world: World, one: PullRequest, web: str) -> Json:
    return {
        "draft": one.draft,
        "pull_request": {
            "url": api(world, one.repository, f"/pulls/{one.number}"),
            "html_url": web,
            "diff_url": f"{web}.diff",
            "patch_url": f"{web}.patch",
            "merged_at": stamp_or_none(one.merged_at),
        },
    }


def comment(world: World, repository: Repository, one: IssueComment) -> Json:
    """`issue-comment`."""
    url = api(world, repository, f"/issues/comments/{one.id}")
    kind = "issues" if one.number in repository.issues else "pull"
    counts = Counter(reaction.content for reaction in one.reactions)
    app: Json | None = basics.app(world, one.app) if one.app else None
    return {
        "url": url,
        "html_url": page(world, repository, f"/{kind}/{one.number}#issuecomment-{one.id}"),
        "issue_url": api(world, repository, f"/issues/{one.number}"),
        "id": one.id,
        "node_id": node_id("IssueComment", one.id),
        "user": basics.user(world, one.user),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "author_association": association(repository, one.user.login),
        "body": one.body,
        "reactions": {
            "url": f"{url}/reactions",
            "total_count": len(one.reactions),
            **{emoji: counts[emoji] for emoji in EMOJI},
        },
        "performed_via_github_app": app,
    }


def reaction(world: World, one: Reaction) -> Json:
    """`reaction`."""
    return {
        "id": one.id,
        "node_id": node_id("Reaction", one.id),
        "user": basics.user(world, one.user),
        "content": one.content,
        "created_at": stamp(one.created_at),
    }


def role_flags(role: str) -> Permissions:
    """The old `permission` word for a role: maintain counts as write, triage as read."""
    return {"permission": {"maintain": "write", "triage": "read"}.get(role, role), "role_name": role}
