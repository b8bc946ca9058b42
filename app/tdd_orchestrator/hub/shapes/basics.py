"""JSON shapes that all others are made of: times, node ids, users, apps, installations, repositories."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Final

from tdd_orchestrator.hub.identity import App, Installation, User
from tdd_orchestrator.hub.state import Json, Repository, World

_USER_LINKS: Final = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
_REPOSITORY_LINKS: Final = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}


def stamp(at: datetime) -> str:
    """A time as GitHub writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp_or_none(at: datetime | None) -> str | None:
    """The same for a time that may not have come yet."""
    return None if at is None else stamp(at)


def node_id(kind: str, number: int | str) -> str:
    """An opaque GraphQL id, as old objects have it."""
    return base64.b64encode(f"0{len(kind)}:{kind}{number}".encode()).decode()


def api(world: World, repository: Repository, path: str = "") -> str:
    """An address under a repository in the REST API."""
    return f"{world.url}/api/v3/repos/{repository.full_name}{path}"


def page(world: World, repository: Repository, path: str = "") -> str:
    """An address under a repository for people."""
    return f"{world.url}/{repository.full_name}{path}"


def user(world: World, one: User) -> Json:
    """`simple-user`."""
    root = f"{world.url}/api/v3/users/{one.login}"
    return {
        "login": one.login,
        "id": one.id,
        "node_id": node_id(one.type, one.id),
        "avatar_url": f"{world.url}/avatars/{one.id}",
        "gravatar_id": "",
        "url": root,
        "html_url": f"{world.url}/{one.login}",
        **{name: root + rest for name, rest in _USER_LINKS.items()},
        "type": one.type,
        "user_view_type": "public",
        "site_admin": False,
    }


def app(world: World, one: App) -> Json:
    """`integration`: an app as everybody sees it."""
    return {
        "id": one.id,
        "slug": one.slug,
        "client_id": one.client_id,
        "node_id": node_id("App", one.id),
        "owner": user(world, one.owner),
        "name": one.slug,
        "description": "",
        "external_url": f"{world.url}/apps/{one.slug}",
        "html_url": f"{world.url}/apps/{one.slug}",
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.created_at),
        "permissions": dict(one.permissions),
        "events": list(one.events),
    }


def installation(world: World, one: Installation) -> Json:
    """`installation`."""
    return {
        "id": one.id,
        "client_id": one.app.client_id,
        "account": user(world, one.account),
        "repository_selection": "selected",
        "access_tokens_url": f"{world.url}/api/v3/app/installations/{one.id}/access_tokens",
        "repositories_url": f"{world.url}/api/v3/installation/repositories",
        "html_url": f"{world.url}/settings/installations/{one.id}",
        "app_id": one.app.id,
        "app_slug": one.app.slug,
        "target_id": one.account.id,
        "target_type": one.account.type,
        "permissions": dict(one.app.permissions),
        "events": list(one.app.events),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.created_at),
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": None,
        "suspended_at": stamp(one.created_at) if one.suspended else None,
    }


def installation_in_event(world: World, one: Installation) -> Json:
    """The installation of its own webhooks, where times are epoch seconds."""
    born = int(one.created_at.timestamp())
    return {**installation(world, one), "created_at": born, "updated_at": born}


def minimal_repository(world: World, one: Repository) -> Json:
    """`minimal-repository`, as other objects embed it."""
    root = api(world, one)
    return {
        "id": one.id,
        "node_id": node_id("Repository", one.id),
        "name": one.name,
        "full_name": one.full_name,
        "private": one.private,
        "owner": user(world, one.owner),
        "html_url": page(world, one),
        "description": None,
        "fork": False,
        "url": root,
        **{name: root + rest for name, rest in _REPOSITORY_LINKS.items()},
    }


def repository(world: World, one: Repository) -> Json:
    """`repository`."""
    opened = sum(1 for pull in one.pulls.values() if pull.state == "open")
    host = world.url.partition("://")[2]
    return {
        **minimal_repository(world, one),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.pushed_at),
        "pushed_at": stamp(one.pushed_at),
        "git_url": f"git://{host}/{one.full_name}.git",
        "ssh_url": f"git@{host}:{one.full_name}.git",
        "clone_url": f"{page(world, one)}.git",
        "svn_url": page(world, one),
        "homepage": None,
        "language": None,
        "license": None,
        "mirror_url": None,
        **dict.fromkeys(("size", "stargazers_count", "watchers_count", "forks_count", "forks", "watchers"), 0),
        "open_issues_count": opened,
        "open_issues": opened,
        **dict.fromkeys(("has_issues", "has_projects", "has_downloads", "has_wiki"), True),
        **dict.fromkeys(("has_pages", "has_discussions", "archived", "disabled", "is_template"), False),
        "allow_forking": True,
        "web_commit_signoff_required": False,
        "topics": [],
        "visibility": "private" if one.private else "public",
        "default_branch": one.default_branch,
    }


def association(repository: Repository, login: str) -> str:
    """`author_association`."""
    if login == repository.owner.login:
        return "OWNER"
    return "COLLABORATOR" if login in repository.roles else "NONE"
