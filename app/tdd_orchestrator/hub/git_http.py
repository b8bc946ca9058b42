"""git over HTTP: git's own `http-backend` as a CGI program, behind GitHub's rules about who may fetch and push."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tdd_orchestrator.hub.acts.refs import refs_moved
from tdd_orchestrator.hub.auth import bearer, grant_for, may_see, token_kind
from tdd_orchestrator.hub.errors import Refused
from tdd_orchestrator.hub.identity import Anonymous, Grant, InstallationGrant, User, UserGrant, allows, role_at_least
from tdd_orchestrator.hub.pktline import reworded
from tdd_orchestrator.hub.plumbing import GitDirectory, environment
from tdd_orchestrator.hub.site import Site
from tdd_orchestrator.hub.state import Repository

_REALM: Final = {"www-authenticate": 'Basic realm="GitHub"'}
_WORKFLOWS: Final = re.compile(
    rb"refusing to allow a GitHub App to create or update workflow `[^`]*` without `workflows` permission"
)
CONFIG: Final = """[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = true
[http]
\treceivepack = true
[receive]
\tfsckObjects = true
\thideRefs = refs/pull
\tautogc = false
[uploadpack]
\tallowAnySHA1InWant = true
\tallowFilter = true
[gc]
\tauto = 0
[merge]
\trenames = true
"""
PRE_RECEIVE: Final = """#!/bin/sh
# An app without the permission `workflows` may not bring in a commit that changes a workflow file.
[ -n "$HUB_WITHOUT_WORKFLOWS" ] || exit 0
while read -r old new ref; do
  case $new in *[!0]*) ;; *) continue ;; esac
  file=$(git rev-list "$new" --not --all | git diff-tree --stdin --root --no-commit-id --name-only -r -c -- \\
    .github/workflows | sed -n 1p)
  [ -z "$file" ] && continue
  echo "refusing to allow a GitHub App to create or update workflow \\`$file\\` without \\`workflows\\` permission" >&2
  exit 1
done
"""


def create(git: GitDirectory, default_branch: str) -> None:
    """A fresh bare repository with the settings and the hook of a hosted one."""
    for folder in ("objects", "refs", "hooks"):
        (git.path / folder).mkdir(parents=True)
    (git.path / "HEAD").write_text(f"ref: refs/heads/{default_branch}\n")
    (git.path / "config").write_text(CONFIG)
    hook = git.path / "hooks" / "pre-receive"
    hook.write_text(PRE_RECEIVE)
    hook.chmod(0o755)


def routes(site: Site) -> list[Route]:
    """The three addresses of the smart protocol."""
    path, serve = "/{owner}/{name}.git", _serve(site)
    return [
        Route(f"{path}/info/refs", serve, methods=["GET"]),
        Route(f"{path}/git-upload-pack", serve, methods=["POST"]),
        Route(f"{path}/git-receive-pack", serve, methods=["POST"]),
    ]


def _serve(site: Site) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        action = request.url.path.rpartition(".git/")[2]
        service = request.query_params.get("service", "") if action == "info/refs" else action
        request.scope["hub.exchange"].route = f"/{{owner}}/{{repo}}.git/{action}"
        writes = service == "git-receive-pack"
        try:
            grant = grant_for(site.world, bearer(request.headers.get("authorization")))
            request.scope["hub.exchange"].token_kind = token_kind(grant)
            repository = _repository(site, request, grant)
            actor = _admit(grant, repository, writes=writes)
            body = await request.body()
        except Refused as refusal:
            return PlainTextResponse(refusal.message, refusal.status, refusal.headers)
        except ClientDisconnect:
            return PlainTextResponse("", 400)
        answer = await _backend(request, repository, grant, actor, body)
        if writes and request.method == "POST" and actor is not None:
            refs_moved(site, repository, actor)
        return answer

    return serve


def _repository(site: Site, request: Request, grant: Grant) -> Repository:
    name = f"{request.path_params['owner']}/{request.path_params['name']}".lower()
    repository = site.world.repositories.get(name)
    if repository is None or not may_see(grant, repository):
        if isinstance(grant, Anonymous):
            raise Refused(401, "Repository not found.", headers=_REALM)
        raise Refused(404, "Repository not found.")
    return repository


def _admit(grant: Grant, repository: Repository, *, writes: bool) -> User | None:
    """Who acts; None for nobody, who may fetch what is public. Raises Refused."""
    match grant:
        case Anonymous():
            if writes:
                raise Refused(401, "No anonymous write access.", headers=_REALM)
            return None
        case InstallationGrant(app=app):
            seen = repository.id in grant.repository_ids
            if seen and allows(grant.permissions, "contents", "write" if writes else "read"):
                return app.bot
            if not writes and not repository.private:
                return app.bot
        case UserGrant(user):
            if role_at_least(repository.role_of(user.login), "write" if writes else "read"):
                return user
        case _:
            raise Refused(401, "Invalid username or token.", headers=_REALM)
    raise Refused(403, "Write access to repository not granted." if writes else "Access to repository not granted.")


async def _backend(request: Request, repository: Repository, grant: Grant, actor: User | None, body: bytes) -> Response:
    root = repository.git.path
    extra = {
        "GIT_PROJECT_ROOT": str(root.parent),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{root.name}/{request.url.path.rpartition('.git/')[2]}",
        "REQUEST_METHOD": request.method,
        "QUERY_STRING": request.url.query,
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_USER": actor.login if actor else "",
        "REMOTE_ADDR": "127.0.0.1",
    }
    if encoding := request.headers.get("content-encoding"):
        extra["HTTP_CONTENT_ENCODING"] = encoding
    if protocol := request.headers.get("git-protocol"):
        extra["GIT_PROTOCOL"] = protocol
    if isinstance(grant, InstallationGrant) and not allows(grant.permissions, "workflows", "write"):
        extra["HUB_WITHOUT_WORKFLOWS"] = "1"
    return _response(await _run(extra, body))


async def _run(extra: dict[str, str], body: bytes) -> bytes:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        "git", "http-backend", stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, env=environment(**extra)
    )
    try:
        output, _ = await process.communicate(body)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return output


def _response(output: bytes) -> Response:
    """A CGI answer as an HTTP one."""
    head, _, content = output.partition(b"\r\n\r\n")
    headers, status = {}, 200
    for line in head.decode().splitlines():
        name, _, value = line.partition(": ")
        if name.lower() == "status":
            status = int(value.split()[0])
        else:
            headers[name.lower()] = value
    refused = _WORKFLOWS.search(content)
    if refused:
        content = reworded(content, b"pre-receive hook declined", refused[0])
    return Response(content, status, headers)
