"""The door of the API: turns endpoints into routes that authenticate, admit, call, and answer as GitHub does."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from email.utils import formatdate
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from tdd_orchestrator.hub.auth import admit, bearer, grant_for, token_kind
from tdd_orchestrator.hub.call import Answer, Call, Endpoint
from tdd_orchestrator.hub.errors import Refused
from tdd_orchestrator.hub.identity import Grant
from tdd_orchestrator.hub.site import Exchange, Site
from tdd_orchestrator.hub.state import Json, Repository

VERSIONS: Final = ("2022-11-28", "2026-03-10")
"""Supported values of X-GitHub-Api-Version; the first is the default."""
JOB_LIMIT: Final = 1000  # requests in an hour by a job's token
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def routes(site: Site, endpoints: Sequence[Endpoint]) -> list[Route]:
    """One Starlette route for each path, which serves all methods of it."""
    by_path: dict[str, dict[str, Endpoint]] = {}
    for endpoint in endpoints:
        by_path.setdefault(endpoint.path, {})[endpoint.method] = endpoint
    return [
        Route(path, _serve(site, methods), methods=sorted(methods), include_in_schema=False)
        for path, methods in by_path.items()
    ]


def _serve(site: Site, methods: Mapping[str, Endpoint]) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        endpoint = methods["GET" if request.method == "HEAD" else request.method]
        exchange: Exchange = request.scope["hub.exchange"]
        exchange.route = endpoint.template
        try:
            raw = await request.body()
        except ClientDisconnect:
            return Response(status_code=400)
        limits: dict[str, str] = {}
        version, token = VERSIONS[0], bearer(request.headers.get("authorization"))
        try:
            version = _version(request, VERSIONS[:1] if site.enterprise else VERSIONS)
            grant = grant_for(site.world, token)
            exchange.token_kind = token_kind(grant)
            limits = _spend(site, token or "anonymous", grant) if endpoint.path != "/rate_limit" else {}
            if site.enterprise:
                limits = {"x-github-enterprise-version": f"enterprise-server@{site.enterprise}"}
            call = _call(site, request, endpoint, grant, version, raw)
            answer = endpoint.act(call)
        except Refused as refusal:
            answer = Answer(refusal.status, refusal.body(), refusal.headers)
        now = formatdate(site.world.now().timestamp(), usegmt=True)
        response = _response(request, answer, {**limits, "date": now, "x-github-api-version-selected": version})
        if response.status_code == 304:
            site.spend(token or "anonymous", -1)  # GitHub does not count what has not changed
        return response

    return serve


def _call(site: Site, request: Request, endpoint: Endpoint, grant: Grant, version: str, raw: bytes) -> Call:
    repository = _repository(site, request)
    admit(site.world, grant, endpoint, repository)
    return Call(
        site=site,
        grant=grant,
        version=version,
        path=dict(request.path_params),
        query=dict(request.query_params),
        headers=request.headers,
        url=f"{site.world.url}{request.scope['hub.path']}",
        body=_json(raw, endpoint),
        repository_or_none=repository,
    )


def _repository(site: Site, request: Request) -> Repository | None:
    names = request.path_params
    if "repo" not in names:
        return None
    return site.world.repositories.get(f"{names['owner']}/{names['repo']}".lower())


def _json(raw: bytes, endpoint: Endpoint) -> Json:
    if not raw or endpoint.method == "GET":
        return {}
    try:
        parsed = json.loads(raw)
    except ValueError:
        raise Refused(400, "Problems parsing JSON") from None
    if not isinstance(parsed, dict):
        raise Refused(400, "Body should be a JSON object")
    return parsed


def _version(request: Request, known: Sequence[str]) -> str:
    asked = request.headers.get("x-github-api-version")
    if asked is None or asked in known:
        return asked or known[0]
    if _DATE.fullmatch(asked):
        raise Refused(410, f"The API version {asked} is not supported. Supported versions: {', '.join(known)}.")
    raise Refused(400, f"{asked!r} is not a valid API version.")


def _spend(site: Site, token: str, grant: Grant) -> dict[str, str]:
    """Count a request against the caller's hour; refuse it when the hour's requests are spent."""
    used = site.spend(token)
    most = min(site.rate_limit, JOB_LIMIT) if token_kind(grant) == "job" else site.rate_limit
    limits = {
        "x-ratelimit-limit": str(most),
        "x-ratelimit-remaining": str(max(0, most - used)),
        "x-ratelimit-used": str(min(used, most)),
        "x-ratelimit-reset": str(site.hour_of(token)[1]),
        "x-ratelimit-resource": "core",
    }
    if used > most:
        raise Refused(403, "API rate limit exceeded for installation.", headers=limits)
    return limits


def _response(request: Request, answer: Answer, limits: Mapping[str, str]) -> Response:
    headers = {"x-github-request-id": uuid.uuid4().hex.upper(), "x-github-media-type": "github.v3", **limits}
    headers.update(answer.headers)
    content = _content(answer)
    if request.method in ("GET", "HEAD") and answer.status == 200:
        headers["etag"] = f'W/"{hashlib.sha256(content).hexdigest()}"'
        headers["cache-control"] = "private, max-age=60, s-maxage=60"
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
    if answer.body is None:
        return Response(status_code=answer.status, headers=headers)
    return Response(content, answer.status, headers, media_type=answer.media_type)


def _content(answer: Answer) -> bytes:
    match answer.body:
        case None:
            return b""
        case bytes() as raw:
            return raw
        case str() as text:
            return text.encode()
        case body:
            return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
