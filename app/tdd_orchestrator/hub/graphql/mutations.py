"""GraphQL's mutations as the REST calls that do the same: who may, what is refused and what follows is one thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from tdd_orchestrator.hub.auth import admit
from tdd_orchestrator.hub.call import Call, Endpoint
from tdd_orchestrator.hub.errors import Refused
from tdd_orchestrator.hub.routes import checks, comments
from tdd_orchestrator.hub.shapes.basics import node_id
from tdd_orchestrator.hub.state import Json, Repository

Mutate = Callable[[Call, Mapping[str, Any]], Json]
_ROUTES: Final = {(one.method, one.act): one for one in (*checks.ENDPOINTS, *comments.ENDPOINTS)}


class Unresolved(Refused):
    """There is no node with this id, or the caller may not see it."""

    def __init__(self, node: str) -> None:
        super().__init__(404, f"Could not resolve to a node with the global id of '{node}'")


def create_check_run(call: Call, told: Mapping[str, Any]) -> Json:
    """`createCheckRun`."""
    repository = _repository(call, str(told["repositoryId"]))
    body = {**_rest(told), "head_sha": told["headSha"]}
    return {"checkRun": _checked(_done(call, _ROUTES["POST", checks.create], repository, {}, body))}


def update_check_run(call: Call, told: Mapping[str, Any]) -> Json:
    """`updateCheckRun`."""
    repository, node = _repository(call, str(told["repositoryId"])), str(told["checkRunId"])
    number = next((one for one in repository.checks if node_id("CheckRun", one) == node), None)
    if number is None:
        raise Unresolved(node)
    path = {"check_run_id": str(number)}
    return {"checkRun": _checked(_done(call, _ROUTES["PATCH", checks.update], repository, path, _rest(told)))}


def update_issue_comment(call: Call, told: Mapping[str, Any]) -> Json:
    """`updateIssueComment`."""
    node = str(told["id"])
    for repository in call.site.world.repositories.values():
        for number in repository.comments:
            if node_id("IssueComment", number) == node:
                path, body = {"comment_id": str(number)}, {"body": told["body"]}
                shape = _done(call, _ROUTES["PATCH", comments.update], repository, path, body)
                return {"issueComment": {"id": node, "url": shape["html_url"]}}
    raise Unresolved(node)


def _repository(call: Call, node: str) -> Repository:
    for repository in call.site.world.repositories.values():
        if node_id("Repository", repository.id) == node:
            return repository
    raise Unresolved(node)


def _done(call: Call, endpoint: Endpoint, repository: Repository, path: Mapping[str, str], body: Json) -> Json:
    admit(call.site.world, call.grant, endpoint, repository)
    answer = endpoint.act(replace(call, path=path, body=body, repository_or_none=repository))
    assert isinstance(answer.body, dict)
    return answer.body


def _checked(shape: Mapping[str, Any]) -> Json:
    return {
        "id": shape["node_id"],
        "name": shape["name"],
        "externalId": shape["external_id"],
        "url": shape["html_url"],
    }


def _rest(told: Mapping[str, Any]) -> Json:
    """The input as REST's body."""
    names = {"externalId": "external_id", "detailsUrl": "details_url"}
    times = {"startedAt": "started_at", "completedAt": "completed_at"}
    same = {"name": "name", "actions": "actions"}
    body = {rest: told[name] for name, rest in {**names, **times, **same}.items() if name in told}
    words = {name: str(told[name]).lower() for name in ("status", "conclusion") if told.get(name)}
    output = {"output": _output(told["output"])} if told.get("output") else {}
    return {**body, **words, **output}


def _output(told: Mapping[str, Any]) -> Json:
    notes = [
        {
            **{name: note[name] for name in ("path", "message", "title") if name in note},
            "start_line": note["location"]["startLine"],
            "end_line": note["location"]["endLine"],
            "annotation_level": str(note["annotationLevel"]).lower(),
        }
        for note in told.get("annotations") or ()
    ]
    return {**{name: told[name] for name in ("title", "summary", "text") if name in told}, "annotations": notes}


MUTATIONS: Final[Mapping[str, Mutate]] = {
    "createCheckRun": create_check_run,
    "updateCheckRun": update_check_run,
    "updateIssueComment": update_issue_comment,
}
