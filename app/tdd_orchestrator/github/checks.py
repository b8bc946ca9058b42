"""Check runs: one per `external_id` and commit, sent only when it would look different.

GitHub's limits: 50 annotations a request, which a PATCH appends and nothing removes; three buttons; 65,535 characters
of summary and of text. https://docs.github.com/en/rest/checks/runs
"""

from typing import Any

from tdd_orchestrator.core.content import CheckContent
from tdd_orchestrator.core.result import Remark
from tdd_orchestrator.core.shown import Shown
from tdd_orchestrator.github.answer import Answer
from tdd_orchestrator.github.client import Connection
from tdd_orchestrator.github.digest import check_digest, digest, reopens, unsent
from tdd_orchestrator.github.errors import Forbidden, Gone, NotFound
from tdd_orchestrator.github.pace import Urgency
from tdd_orchestrator.github.texts import CHECK_LIMIT, cut
from tdd_orchestrator.github.views import moment

PAGE = 50
ANOTHERS = "can only be modified by the GitHub App that created it"
RUNS = "/repos/{repo}/check-runs"
RUN = "/repos/{repo}/check-runs/{check}"


async def show(connection: Connection, content: CheckContent, shown: Shown | None, *, again: bool) -> Shown:
    """Make the check stand as `content` says; what is shown then.

    `again` says that an earlier try may have created it: then it is looked for first. Where annotations would have to
    change, a new check run of the same name takes the old one's place.
    """
    if shown is None and again:
        shown = await _found(connection, content)
    if shown is not None and shown.digest == check_digest(content):
        return shown
    missing = lacking(shown, content)
    updated = await _update(connection, content, shown, missing) if shown and missing is not None else None
    return updated or await _create(connection, content, after=shown.id if shown else 0)


def lacking(shown: Shown | None, content: CheckContent) -> tuple[Remark, ...] | None:
    """The annotations that the check that is shown lacks; `None` where a new check run must take its place."""
    if shown is None or reopens(shown.digest, content):
        return None
    return unsent(shown.digest, content.annotations)


async def retire(connection: Connection, content: CheckContent, shown: Shown | None) -> Shown | None:
    """Bring a check run that is there to `content`, whatever annotations it keeps; nothing is created for one that is
    not.
    """
    shown = shown or await _found(connection, content)
    if shown is None or shown.digest == check_digest(content):
        return shown
    return await _update(connection, content, shown, unsent(shown.digest, content.annotations) or ())


async def _update(
    connection: Connection, content: CheckContent, shown: Shown, missing: tuple[Remark, ...]
) -> Shown | None:
    """`None` where the check run is gone, or was made by another app before this one came."""
    try:
        node = await _patch(connection, shown.id, content, missing)
    except (NotFound, Gone):
        return None
    except Forbidden as refused:
        if ANOTHERS not in refused.message:
            raise
        return None
    return Shown(shown.id, check_digest(content), node or shown.node)


async def _found(connection: Connection, content: CheckContent) -> Shown | None:
    """What GitHub shows under the content's key; its texts are taken as different, its annotations are read."""
    newest = await _newest(connection, content)
    if newest is None:
        return None
    check = int(newest["id"])
    sent: tuple[Remark, ...] = ()
    if (newest.get("output") or {}).get("annotations_count"):
        listed = connection.pages(RUN + "/annotations", check=check)
        sent = tuple([_remark(annotation) async for annotation in listed])
    told = f"unknown.{len(sent)}.{digest(sent)}.{newest.get('status', '')}"
    return Shown(check, told, str(newest.get("node_id", "")))


async def _newest(connection: Connection, content: CheckContent) -> dict[str, Any] | None:
    ours = {"app_id": connection.app_id} if connection.app_id is not None else {}
    query = {"check_name": content.name, "filter": "all", **ours}
    listed = connection.pages(
        "/repos/{repo}/commits/{sha}/check-runs", inside="check_runs", query=query, sha=content.head
    )
    same = [check async for check in listed if check.get("external_id") == content.external_id]
    return max(same, key=lambda check: int(check["id"]), default=None)


async def _create(connection: Connection, content: CheckContent, *, after: int) -> Shown:
    """The new check run; one that is newer than `after` is the one whose creation was not confirmed."""

    async def find() -> Answer | None:
        newest = await _newest(connection, content)
        if newest is None or int(newest["id"]) <= after:
            return None
        return await connection.get(RUN, check=newest["id"])

    first, rest = content.annotations[:PAGE], content.annotations[PAGE:]
    created = {**fields(content, first), "head_sha": content.head}
    answer = (await connection.create(RUNS, created, find=find, urgency=Urgency.SHOW)).json()
    check = int(answer["id"])
    if rest:
        await _patch(connection, check, content, rest)
    return Shown(check, check_digest(content), str(answer.get("node_id", "")))


async def _patch(connection: Connection, check: int, content: CheckContent, annotations: tuple[Remark, ...]) -> str:
    """Send the content and the annotations that it lacks; the same texts go with every page of them. Its node id."""
    node = ""
    for start in range(0, max(1, len(annotations)), PAGE):
        sent = fields(content, annotations[start : start + PAGE])
        answer = await connection.write("PATCH", RUN, sent, urgency=Urgency.SHOW, check=check)
        node = str(answer.json().get("node_id", ""))
    return node


def fields(content: CheckContent, annotations: tuple[Remark, ...]) -> dict[str, Any]:
    """A check run as REST takes it, with these of its annotations (50 at most)."""
    told: dict[str, Any] = {
        "name": content.name,
        "external_id": content.external_id,
        "status": "completed" if content.conclusion else content.status,
        "output": {
            "title": content.title,
            "summary": cut(content.summary, CHECK_LIMIT),
            "text": cut(content.text, CHECK_LIMIT),
            "annotations": [_annotation(remark) for remark in annotations],
        },
        "actions": [
            {"label": one.label[:20], "description": one.description[:40], "identifier": one.identifier}
            for one in content.buttons[:3]
        ],
    }
    if content.started_at is not None:
        told["started_at"] = moment(content.started_at)
    if content.conclusion is not None:
        told["conclusion"] = content.conclusion
    if content.completed_at is not None and content.conclusion is not None:
        told["completed_at"] = moment(content.completed_at)
    return told


def _annotation(remark: Remark) -> dict[str, Any]:
    line = max(1, remark.line)
    fields = {
        "path": remark.path,
        "start_line": line,
        "end_line": line,
        "annotation_level": remark.level,
        "message": cut(remark.message, 16_000),  # GitHub allows 64 KB, and a letter may take four bytes
    }
    return {**fields, "title": remark.title[:255]} if remark.title else fields


def _remark(shown: dict[str, Any]) -> Remark:
    return Remark(
        path=str(shown["path"]),
        line=int(shown["start_line"]),
        level=str(shown["annotation_level"]),
        message=str(shown["message"]),
        title=str(shown.get("title") or ""),
    )
