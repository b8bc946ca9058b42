"""Starting workflow runs: by dispatch, and by what happens in a repository."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from tdd_orchestrator.hub.announce import Happening
from tdd_orchestrator.hub.commits import changed_paths, merge_base
from tdd_orchestrator.hub.errors import Refused, malformed, not_found
from tdd_orchestrator.hub.identity import User
from tdd_orchestrator.hub.plumbing import ZERO, GitDirectory, GitRefused
from tdd_orchestrator.hub.site import Site
from tdd_orchestrator.hub.state import Json, Repository, WorkflowRun
from tdd_orchestrator.hub.tokens import ACTIONS_BOT
from tdd_orchestrator.hub.workflow import Occasion, Workflow, WorkflowFault, parse

FOLDER: Final = ".github/workflows"
MOST_INPUTS: Final = 25
LONGEST_INPUTS: Final = 65_535
_ON_DEFAULT_BRANCH: Final = (
    "issue_comment",
    "check_run",
    "check_suite",
    "repository_dispatch",
    "workflow_run",
    "status",
)


@lru_cache(maxsize=256)
def workflows_at(git: GitDirectory, sha: str) -> tuple[Workflow, ...]:
    """The readable workflow files of a commit."""
    listed = git.text("ls-tree", "--name-only", sha, f"{FOLDER}/").splitlines()
    found = []
    for path in listed:
        if path.endswith((".yml", ".yaml")):
            try:
                found.append(parse(git.run("cat-file", "blob", f"{sha}:{path}").decode(), path))
            except (WorkflowFault, UnicodeDecodeError):
                continue
    return tuple(found)


def dispatch(
    site: Site, repository: Repository, actor: User, file: str, ref: str, inputs: Mapping[str, Any]
) -> WorkflowRun:
    """`workflow_dispatch` of a file at a branch or tag. Raises Refused, as GitHub words it."""
    path = _path(site, repository, file)
    if repository.git.file(repository.default_branch, path) is None:
        raise not_found()
    full, sha = _resolved(repository, ref)
    try:
        text = repository.git.run("cat-file", "blob", f"{sha}:{path}").decode()
        workflow = parse(text, path)
    except (GitRefused, WorkflowFault):
        raise Refused(422, f"Unable to read workflow file '{path}' at '{ref}'.") from None
    if "workflow_dispatch" not in workflow.triggers:
        raise Refused(422, "Workflow does not have 'workflow_dispatch' trigger")
    given = checked_inputs(workflow, inputs)
    payload: Json = {"inputs": given, "ref": full, "workflow": path}
    return site.actions.create(
        repository, workflow, "workflow_dispatch", actor, ref=full, sha=sha, inputs=given, payload=payload
    )


def checked_inputs(workflow: Workflow, inputs: Mapping[str, Any]) -> dict[str, str]:
    """Inputs as strings, defaults filled in. Raises Refused for too many, too long, unknown or missing ones."""
    declared = workflow.dispatch_inputs
    if len(inputs) > MOST_INPUTS:
        raise malformed(f"No more than {MOST_INPUTS} properties are allowed; {len(inputs)} were supplied.")
    if len(json.dumps(inputs)) > LONGEST_INPUTS:
        raise Refused(422, "inputs are too large.")
    unknown = [name for name in inputs if name not in declared]
    if unknown:
        raise Refused(422, f"Unexpected inputs provided: {json.dumps(unknown)}")
    return {name: _given(name, one, inputs.get(name, one.get("default"))) for name, one in declared.items()}


def _given(name: str, declared: Mapping[str, Any], value: object) -> str:
    if value is None and declared.get("required"):
        raise Refused(422, f"Required input '{name}' not provided")
    if value is None:
        return ""
    if declared.get("type") == "choice" and value not in declared.get("options", ()):
        raise Refused(422, f"Provided value '{value}' for input '{name}' not in the list of allowed values")
    return str(value).lower() if isinstance(value, bool) else str(value)


def trigger(site: Site, happening: Happening) -> None:
    """Start every workflow that an event asks for. Events of a job's own token start nothing, as on GitHub."""
    repository = happening.repository
    if happening.actor.login == ACTIONS_BOT and happening.event != "repository_dispatch":
        return
    for occasion, ref, sha in _occasions(happening):
        for workflow in workflows_at(repository.git, sha):
            if workflow.wants(occasion):
                site.actions.create(
                    repository, workflow, occasion.event, happening.actor, ref=ref, sha=sha, payload=happening.payload
                )


def _occasions(happening: Happening) -> list[tuple[Occasion, str, str]]:
    """(what filters see, ref, commit) of the runs that an event may start."""
    payload, repository, action = happening.payload, happening.repository, happening.action
    match happening.event:
        case "push":
            return _of_push(repository, payload)
        case "pull_request":
            return _of_pull(repository, payload, action)
        case event if event in _ON_DEFAULT_BRANCH:
            ref = f"refs/heads/{repository.default_branch}"
            head, about = repository.known_refs.get(ref), payload.get("workflow", {}).get("name")
            return [(Occasion(event, action, workflow=about), ref, head)] if head else []
        case _:
            return []


def _of_push(repository: Repository, payload: Json) -> list[tuple[Occasion, str, str]]:
    if payload["after"] == ZERO:
        return []
    ref, sha = payload["ref"], repository.git.resolve(payload["after"])
    touched = {path for one in payload["commits"] for word in ("added", "removed", "modified") for path in one[word]}
    occasion = Occasion("push", None, ref.removeprefix("refs/heads/"), tuple(sorted(touched)))
    return [(occasion, ref, sha)] if sha else []


def _of_pull(repository: Repository, payload: Json, action: str | None) -> list[tuple[Occasion, str, str]]:
    """`pull_request` runs the head's file, `pull_request_target` the base's."""
    pull = payload["pull_request"]
    head, base, branch = pull["head"]["sha"], pull["base"]["sha"], pull["base"]["ref"]
    start = merge_base(repository.git, base, head) or base
    paths = tuple(path for _, path in changed_paths(repository.git, start, head))
    return [
        (Occasion("pull_request", action, branch, paths), f"refs/pull/{payload['number']}/merge", head),
        (Occasion("pull_request_target", action, branch, paths), f"refs/heads/{branch}", base),
    ]


def _path(site: Site, repository: Repository, file: str) -> str:
    if file.isdigit():
        for (repository_id, path), number in site.world.workflow_ids.items():
            if (repository_id, str(number)) == (repository.id, file):
                return path
        raise not_found()
    return file if file.startswith(FOLDER) else f"{FOLDER}/{file}"


def _resolved(repository: Repository, ref: str) -> tuple[str, str]:
    for full in (ref, f"refs/heads/{ref}", f"refs/tags/{ref}"):
        if full.startswith("refs/") and full in repository.known_refs:
            return full, repository.git.resolve(full) or repository.known_refs[full]
    raise Refused(422, f"No ref found for: {ref}")
