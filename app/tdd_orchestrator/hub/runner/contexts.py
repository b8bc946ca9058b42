"""The `github` and `runner` contexts of a job, and the variables that are made of them."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping

from tdd_orchestrator.hub.actions import Actions, WorkflowRun
from tdd_orchestrator.hub.runner.room import Room
from tdd_orchestrator.hub.runner.values import Value, lookup, text
from tdd_orchestrator.hub.runner.workflow import Workflow

_MACHINES = {"x86_64": "X64", "aarch64": "ARM64", "arm64": "ARM64", "i686": "X86"}
_NOT_EXPORTED = frozenset({"event", "token"})


def event(run: WorkflowRun) -> dict[str, Value]:
    """The payload of the event that started the run; of a dispatch at least its inputs and its ref."""
    found: dict[str, Value] = dict(run.event_payload)
    if run.event == "workflow_dispatch":
        found.setdefault("inputs", dict(run.inputs))
        found.setdefault("ref", run.ref)
        found.setdefault("workflow", run.workflow_path)
    found.setdefault("repository", {"full_name": run.repository.full_name, "name": run.repository.name})
    return found


def of_run(actions: Actions, run: WorkflowRun) -> dict[str, Value]:
    """The part of the `github` context that is the same for all jobs."""
    base: dict[str, Value] = dict(actions.contexts(run)["github"])
    payload = event(run)
    pull = payload.get("pull_request")
    return base | {
        "event": payload,
        "head_ref": text(lookup(lookup(pull, "head"), "ref")),
        "base_ref": text(lookup(lookup(pull, "base"), "ref")),
        "ref_type": "tag" if run.ref.startswith("refs/tags/") else "branch",
        "ref_name": run.ref.removeprefix("refs/heads/").removeprefix("refs/tags/").removeprefix("refs/pull/"),
        "ref_protected": False,
        "repository_id": str(run.repository.id),
        "repository_owner_id": str(run.repository.owner.id),
        "repositoryUrl": f"git://{actions.server_url.partition('://')[2]}/{run.repository.full_name}.git",
        "graphql_url": f"{actions.server_url}/api/graphql",
        "workflow_ref": f"{run.repository.full_name}/{run.workflow_path}@{run.ref}",
        "workflow_sha": run.head_sha,
        "retention_days": "90",
        "secret_source": "Actions",
    }


def of_job(shared: Mapping[str, Value], job: str, token: str, room: Room) -> dict[str, Value]:
    """The `github` context of one job."""
    return {
        **shared,
        "job": job,
        "token": token,
        "workspace": str(room.workspace),
        "event_path": str(room.files / "event.json"),
        "action": "",
        "action_path": "",
        "action_ref": "",
        "action_repository": "",
    }


def of_runner(room: Room) -> dict[str, Value]:
    """The `runner` context."""
    return {
        "name": "local",
        "os": "Linux",
        "arch": _MACHINES.get(platform.machine(), platform.machine()),
        "temp": str(room.temp),
        "tool_cache": str(room.tools),
        "workspace": str(room.workspace.parent),
        "environment": "self-hosted",
        "debug": "",
    }


def variables(github: Mapping[str, Value], runner: Mapping[str, Value]) -> dict[str, str]:
    """GITHUB_* and RUNNER_* as every step sees them. The token is not among them."""
    found = {"CI": "true", "GITHUB_ACTIONS": "true"}
    found |= {f"GITHUB_{key.upper()}": text(value) for key, value in github.items() if key not in _NOT_EXPORTED}
    found.pop("GITHUB_REPOSITORYURL", None)
    found |= {f"RUNNER_{key.upper()}": text(value) for key, value in runner.items() if key != "debug"}
    return found


def write_event(github: Mapping[str, Value], room: Room) -> None:
    """Put the event's payload where GITHUB_EVENT_PATH says."""
    (room.files / "event.json").write_text(json.dumps(github["event"], default=str), encoding="utf-8")


def inputs(workflow: Workflow, run: WorkflowRun) -> dict[str, Value]:
    """The `inputs` context: what was given or is the default, booleans and numbers as such."""
    trigger = workflow.triggers.get(run.event)
    declared = trigger.get("inputs") if isinstance(trigger, Mapping) else None
    found: dict[str, Value] = dict(run.inputs)
    for name, about in declared.items() if isinstance(declared, Mapping) else ():
        about = about if isinstance(about, Mapping) else {}
        found[name] = _typed(text(run.inputs.get(name, about.get("default"))), text(about.get("type")))
    return found


def _typed(given: str, kind: str) -> Value:
    if kind == "boolean":
        return given.lower() == "true"
    if kind == "number" and given:
        return float(given)
    return given
