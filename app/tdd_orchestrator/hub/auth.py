"""Who is calling and whether they may: tokens, app JWTs, permissions and roles."""

from __future__ import annotations

import base64
import binascii
from datetime import timedelta
from typing import Any, Final

import jwt

from tdd_orchestrator.hub.call import Endpoint
from tdd_orchestrator.hub.errors import Refused, bad_credentials, not_accessible, not_found
from tdd_orchestrator.hub.identity import (
    Anonymous,
    App,
    AppGrant,
    Grant,
    InstallationGrant,
    User,
    UserGrant,
    allows,
    role_at_least,
)
from tdd_orchestrator.hub.state import Repository, World

LONGEST_JWT: Final = timedelta(minutes=10)


def bearer(header: str | None) -> str | None:
    """The token of an Authorization header (`Bearer`, `token`, or the password of `Basic`); None without one."""
    if not header:
        return None
    scheme, _, rest = header.partition(" ")
    match scheme.lower():
        case "bearer" | "token":
            return rest.strip()
        case "basic":
            try:
                return base64.b64decode(rest).decode().partition(":")[2]
            except (binascii.Error, UnicodeDecodeError):
                return ""
        case _:
            return ""


def grant_for(world: World, token: str | None) -> Grant:
    """Whom a token stands for. Raises Refused (401)."""
    if token is None:
        return Anonymous()
    if token.count(".") == 2 and not token.startswith("ghs_"):
        return AppGrant(_app_of_jwt(world, token))
    match world.tokens.get(token):
        case User() as user:
            return UserGrant(user)
        case InstallationGrant() as grant if _alive(world, grant):
            return grant
        case _:
            raise bad_credentials()


def token_kind(grant: Grant) -> str:
    """A word for the request log: app, installation, job, user or anonymous."""
    match grant:
        case AppGrant():
            return "app"
        case InstallationGrant(run_id=None):
            return "installation"
        case InstallationGrant():
            return "job"
        case UserGrant():
            return "user"
        case Anonymous():
            return "anonymous"


def may_see(grant: Grant, repository: Repository) -> bool:
    """Whether a repository exists for somebody."""
    if not repository.private:
        return True
    match grant:
        case UserGrant(user):
            return role_at_least(repository.role_of(user.login), "read")
        case InstallationGrant(repository_ids=ids):
            return repository.id in ids
        case _:
            return False


def admit(world: World, grant: Grant, endpoint: Endpoint, repository: Repository | None) -> None:
    """Let a call through an endpoint's door. Raises Refused."""
    match endpoint.door:
        case "anyone":
            return
        case "app":
            if not isinstance(grant, AppGrant):
                raise Refused(401, "A JSON web token could not be decoded")
        case "installation":
            if not isinstance(grant, InstallationGrant):
                raise Refused(403, "You must authenticate with an installation access token in order to use this.")
        case "user":
            if not isinstance(grant, UserGrant):
                raise _unwelcome(grant, endpoint)
        case "repository":
            if repository is None or not may_see(grant, repository):
                raise not_found()
            _admit_to(grant, endpoint, repository)


def _admit_to(grant: Grant, endpoint: Endpoint, repository: Repository) -> None:
    writes = endpoint.method != "GET"
    match grant:
        case Anonymous():
            if writes or endpoint.role:
                raise Refused(401, "Requires authentication")
        case AppGrant():
            raise not_accessible(endpoint.needs)
        case InstallationGrant():
            _admit_installation(grant, endpoint, repository)
        case UserGrant(user):
            if endpoint.apps_only:
                raise Refused(403, "You must authenticate via a GitHub App.")
            if not role_at_least(repository.role_of(user.login), endpoint.least_role):
                raise Refused(403, "Must have push access to this repository.")


def _admit_installation(grant: InstallationGrant, endpoint: Endpoint, repository: Repository) -> None:
    needs = [need.partition(":") for need in endpoint.needs]
    public_read = endpoint.method == "GET" and not repository.private
    if repository.id not in grant.repository_ids:
        if public_read:
            return
        raise not_accessible(endpoint.needs)
    held = grant.permissions
    if needs and not any(allows(held, name, "write" if level == "write" else "read") for name, _, level in needs):
        raise not_accessible(endpoint.needs)


def _unwelcome(grant: Grant, endpoint: Endpoint) -> Refused:
    return Refused(401, "Requires authentication") if isinstance(grant, Anonymous) else not_accessible(endpoint.needs)


def _alive(world: World, grant: InstallationGrant) -> bool:
    suspended = grant.installation is not None and grant.installation.suspended
    return world.now() < grant.expires_at and not suspended


def _app_of_jwt(world: World, token: str) -> App:
    """The app that signed a JWT: RS256, its own key, not expired, no longer than ten minutes ahead."""
    undecodable = Refused(401, "A JSON web token could not be decoded")
    try:
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        raise undecodable from None
    issuer = str(claims.get("iss"))
    app = next((one for one in world.apps.values() if issuer in (str(one.id), one.client_id)), None)
    if app is None:
        raise Refused(404, "Integration not found")
    try:
        jwt.decode(token, app.public_key_pem, algorithms=["RS256"], options={"verify_exp": False, "verify_iat": False})
    except (jwt.PyJWTError, ValueError):
        raise undecodable from None
    now, expires, issued = world.now().timestamp(), claims.get("exp"), claims.get("iat")
    if not isinstance(expires, int) or expires <= now:
        raise Refused(401, "'Expiration time' claim ('exp') must be a numeric value representing the future time")
    if expires > now + LONGEST_JWT.total_seconds() + 1:
        raise Refused(401, "'Expiration time' claim ('exp') is too far in the future")
    if not isinstance(issued, int) or issued > now + 1:
        raise Refused(
            401, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
        )
    return app
