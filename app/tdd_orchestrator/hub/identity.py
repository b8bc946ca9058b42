"""Who exists on the hub: users, apps, their installations, and the tokens that speak for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

Level = Literal["read", "write"]
Permissions = dict[str, str]
ROLES: Final = ("none", "read", "triage", "write", "maintain", "admin")
"""Repository roles, weakest first."""


@dataclass(slots=True, frozen=True)
class User:
    """An account: a person, an organization, or the bot of an app (`slug[bot]`)."""

    id: int
    login: str
    type: Literal["User", "Bot", "Organization"] = "User"


@dataclass(slots=True)
class App:
    """A GitHub App as its owner sees it, secrets included."""

    id: int
    slug: str
    owner: User
    bot: User
    webhook_url: str
    permissions: Permissions
    events: tuple[str, ...]
    created_at: datetime
    client_id: str
    private_key_pem: str = field(repr=False, default="")
    public_key_pem: str = field(repr=False, default="")
    webhook_secret: str = field(repr=False, default="")
    client_secret: str = field(repr=False, default="")
    hook_id: int = 0


@dataclass(slots=True)
class Installation:
    """An app on an account, for some of its repositories."""

    id: int
    app: App
    account: User
    repository_ids: set[int]
    created_at: datetime
    suspended: bool = False


@dataclass(slots=True, frozen=True)
class AppGrant:
    """The bearer of a signed JWT: the app itself, which may only use app routes."""

    app: App


@dataclass(slots=True, frozen=True)
class InstallationGrant:
    """An installation token, or a job's token (`run_id` set), narrowed to repositories and permissions."""

    app: App
    repository_ids: frozenset[int]
    permissions: Permissions
    expires_at: datetime
    installation: Installation | None = None
    run_id: int | None = None


@dataclass(slots=True, frozen=True)
class UserGrant:
    """A person's token; what it may do is the person's role in each repository."""

    user: User


@dataclass(slots=True, frozen=True)
class Anonymous:
    """Nobody: may read what is public."""


Grant = AppGrant | InstallationGrant | UserGrant | Anonymous
INSTALLATION_TOKEN_LIFE: Final = timedelta(hours=1)


def allows(permissions: Permissions, name: str, level: Level) -> bool:
    """Whether a set of app permissions covers `name` at `level` (write and admin cover read)."""
    held = permissions.get(name, "read" if name == "metadata" else "none")
    return held in ("write", "admin") or held == level


def role_at_least(role: str, needed: str) -> bool:
    """Whether a repository role is as strong as another."""
    return ROLES.index(role) >= ROLES.index(needed)
