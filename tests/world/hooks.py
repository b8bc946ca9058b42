"""Webhooks as GitHub sends them: signed bodies with headers, and small payloads of each event."""

import hashlib
import hmac
import json
from typing import Any

SECRET = "the first secret"
NEXT_SECRET = "the second secret"
REPOSITORY = {"id": 7, "full_name": "octo/tree", "default_branch": "main"}
STUB = {"number": 42, "head": {"ref": "topic", "sha": "a" * 40, "repo": {"id": 7}}, "base": {"repo": {"id": 7}}}


def signature(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def headers(body: bytes, event: str = "push", guid: str = "guid-1", secret: str = SECRET) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": guid,
        "X-Hub-Signature-256": signature(body, secret),
    }


def encoded(payload: object) -> bytes:
    return json.dumps(payload).encode()


def of(**parts: Any) -> dict[str, Any]:
    """A payload in our repository."""
    return {"repository": REPOSITORY, "installation": {"id": 9}, "sender": {"login": "writer", "type": "User"}, **parts}


def pull_request(action: str, **parts: Any) -> dict[str, Any]:
    return of(action=action, pull_request={"number": 42, "state": "open", "title": "A tree"}, **parts)


def comment(body: str | None, *, action: str = "created", user: str = "User", on_pull: bool = True) -> dict[str, Any]:
    issue: dict[str, Any] = {"number": 42} | ({"pull_request": {"url": "…"}} if on_pull else {})
    return of(action=action, issue=issue, comment={"id": 5, "body": body, "user": {"login": "writer", "type": user}})


def check_run(action: str, **parts: Any) -> dict[str, Any]:
    return of(action=action, check_run={"id": 1, "head_sha": "a" * 40, **parts})


def check_suite(action: str, *pulls: object) -> dict[str, Any]:
    return of(action=action, check_suite={"id": 1, "pull_requests": list(pulls)})


def workflow_run(action: str, **parts: Any) -> dict[str, Any]:
    return of(action=action, workflow_run={"id": 1, **parts})


def push(ref: str) -> dict[str, Any]:
    return of(ref=ref, before="0" * 40, after="a" * 40)
