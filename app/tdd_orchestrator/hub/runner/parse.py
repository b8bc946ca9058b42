"""A workflow file or `action.yml` to values; whatever is not understood is refused with its line."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tdd_orchestrator.hub.runner import places
from tdd_orchestrator.hub.runner.errors import WorkflowRefused
from tdd_orchestrator.hub.runner.expressions import Template
from tdd_orchestrator.hub.runner.places import Place
from tdd_orchestrator.hub.runner.values import Value
from tdd_orchestrator.hub.runner.workflow import Action, Concurrency, Defaults, Job, Script, Step, Uses, Workflow
from tdd_orchestrator.hub.runner.yamltree import Tree, read

_WORKFLOW = frozenset({"name", "run-name", "on", "permissions", "env", "defaults", "concurrency", "jobs"})
_JOB = frozenset(
    {"name", "runs-on", "needs", "if", "permissions", "env", "outputs", "timeout-minutes", "steps", "defaults"}
    | {"concurrency", "continue-on-error"}
)
_STEP_SHARED = frozenset({"id", "name", "if", "uses", "with", "env", "run", "shell", "working-directory"})
_COMPOSITE_STEP = _STEP_SHARED | {"continue-on-error"}
_STEP = _COMPOSITE_STEP | {"timeout-minutes"}
_ACTION = frozenset({"name", "description", "author", "inputs", "outputs", "runs", "branding"})
_KEY = re.compile(r"[A-Za-z_][\w-]*")
_PERMISSIONS = frozenset(
    {"actions", "artifact-metadata", "attestations", "checks", "contents", "deployments", "discussions", "id-token"}
    | {"issues", "models", "packages", "pages", "pull-requests", "repository-projects", "security-events", "statuses"}
)
_SHELLS = frozenset({"bash"})


def workflow(source: str, where: str) -> Workflow:
    """Read a workflow file. `where` is its path, for refusals. Raises WorkflowRefused."""
    tree = read(source, where)
    top = tree.mapping("workflow", _WORKFLOW)
    for key in ("on", "jobs"):
        if key not in top:
            raise tree.refuse(f"the workflow has no `{key}`")
    permissions = _permissions(top["permissions"]) if "permissions" in top else None
    defaults = _defaults(top.get("defaults"), Defaults(), places.RUN_NAME)
    jobs = {key: _job(key, job, permissions, defaults) for key, job in top["jobs"].mapping("jobs").items()}
    _check_names(jobs, top["jobs"])
    _check_needs(jobs, top["jobs"])
    return Workflow(
        where=where,
        name=top["name"].scalar("name") if "name" in top else where,
        run_name=places.RUN_NAME.template(top["run-name"], "run-name") if "run-name" in top else None,
        triggers=_triggers(top["on"]),
        env=places.WORKFLOW_ENV.templates(top.get("env"), "env"),
        concurrency=_concurrency(top.get("concurrency"), places.CONCURRENCY),
        jobs=jobs,
    )


def action(source: str, where: str) -> Action:
    """Read an `action.yml`; only composite actions are understood. Raises WorkflowRefused."""
    tree = read(source, where)
    top = tree.mapping("action", _ACTION)
    if "runs" not in top:
        raise tree.refuse("the action has no `runs`")
    runs = top["runs"].mapping("runs")
    kind = runs["using"].scalar("using") if "using" in runs else ""
    if kind != "composite":
        raise top["runs"].refuse(f"an action that runs using `{kind}` is not supported; only composite actions are")
    top["runs"].mapping("runs", frozenset({"using", "steps"}))
    return Action(
        where=where,
        name=top["name"].scalar("name") if "name" in top else where,
        inputs=_action_inputs(top.get("inputs")),
        outputs=_action_outputs(top.get("outputs")),
        steps=_steps(runs["steps"], places.ACTION_STEP, places.ACTION_STEP, Defaults(), composite=True),
    )


def _action_inputs(tree: Tree | None) -> dict[str, Template | None]:
    found: dict[str, Template | None] = {}
    known = frozenset({"description", "required", "default", "deprecationMessage"})
    for key, value in (tree.mapping("inputs") if tree else {}).items():
        default = value.mapping(f"inputs.{key}", known).get("default")
        found[key] = places.ACTION_INPUT.template(default, f"inputs.{key}.default") if default else None
    return found


def _action_outputs(tree: Tree | None) -> dict[str, Template]:
    found: dict[str, Template] = {}
    for key, value in (tree.mapping("outputs") if tree else {}).items():
        members = value.mapping(f"outputs.{key}", frozenset({"description", "value"}))
        if "value" not in members:
            raise value.refuse(f"the output `{key}` of a composite action needs a `value`")
        found[key] = places.ACTION_OUTPUT.template(members["value"], f"outputs.{key}.value")
    return found


def _triggers(tree: Tree) -> Mapping[str, Value]:
    if tree.is_mapping():
        return {key: value.value() for key, value in tree.mapping("on").items()}
    if tree.is_list():
        return {item.scalar("on"): None for item in tree.items("on")}
    return {tree.scalar("on"): None}


def _permissions(tree: Tree) -> Mapping[str, str]:
    if not tree.is_mapping() and not tree.empty:
        whole = tree.scalar("permissions")
        if whole not in ("read-all", "write-all"):
            raise tree.refuse(f"`permissions: {whole}` is not known; write `read-all`, `write-all` or a mapping")
        return dict.fromkeys(sorted(_PERMISSIONS), whole.removesuffix("-all"))
    found = {}
    for key, value in tree.mapping("permissions", _PERMISSIONS).items():
        found[key] = value.scalar(f"permissions.{key}")
        if found[key] not in ("read", "write", "none"):
            raise value.refuse(f"`permissions.{key}` must be read, write or none")
        if (key, found[key]) == ("id-token", "write"):
            raise value.refuse("`id-token: write` is not supported: the local hub issues no OpenID Connect tokens")
    return found


def _defaults(tree: Tree | None, above: Defaults, place: Place) -> Defaults:
    if tree is None:
        return above
    outer = tree.mapping("defaults", frozenset({"run"}))
    if "run" not in outer:
        return above
    run = outer["run"].mapping("defaults.run", frozenset({"shell", "working-directory"}))
    directory = run.get("working-directory")
    return Defaults(
        shell=_shell(run["shell"]) if "shell" in run else above.shell,
        directory=place.template(directory, "working-directory") if directory else above.directory,
    )


def _shell(tree: Tree) -> str:
    shell = tree.scalar("shell")
    if shell not in _SHELLS:
        raise tree.refuse(f"`shell: {shell}` is not supported by the local runner; write `shell: bash`")
    return shell


def _concurrency(tree: Tree | None, place: Place) -> Concurrency | None:
    if tree is None:
        return None
    if not tree.is_mapping():
        return Concurrency(place.template(tree, "concurrency"), None)
    found = tree.mapping("concurrency", frozenset({"group", "cancel-in-progress"}))
    if "group" not in found:
        raise tree.refuse("`concurrency` needs a `group`")
    cancel = found.get("cancel-in-progress")
    return Concurrency(
        place.template(found["group"], "concurrency.group"),
        place.template(cancel, "cancel-in-progress") if cancel else None,
    )


def _job(key: str, tree: Tree, permissions: Mapping[str, str] | None, defaults: Defaults) -> Job:
    if not _KEY.fullmatch(key):
        raise tree.refuse(f"`{key}` cannot name a job: letters, digits, - and _ only")
    top = tree.mapping(f"jobs.{key}", _JOB)
    for needed in ("runs-on", "steps"):
        if needed not in top:
            raise tree.refuse(f"the job `{key}` has no `{needed}`")
    defaults = _defaults(top.get("defaults"), defaults, places.JOB_DEFAULTS)
    return Job(
        key=key,
        name=_optional(places.JOB, top, "name"),
        needs=_names(top.get("needs"), "needs"),
        condition=places.JOB.condition(top.get("if")),
        runs_on=_runs_on(top["runs-on"]),
        permissions=_permissions(top["permissions"]) if "permissions" in top else permissions,
        env=places.JOB_ENV.templates(top.get("env"), "env"),
        outputs=places.JOB_OUTPUTS.templates(top.get("outputs"), "outputs"),
        minutes=_optional(places.JOB, top, "timeout-minutes"),
        continue_on_error=_optional(places.JOB, top, "continue-on-error"),
        defaults=defaults,
        concurrency=_concurrency(top.get("concurrency"), places.JOB),
        steps=_steps(top["steps"], places.STEP, places.STEP_IF, defaults),
    )


def _optional(place: Place, top: Mapping[str, Tree], key: str) -> Template | None:
    return place.template(top[key], key) if key in top else None


def _names(tree: Tree | None, what: str) -> tuple[str, ...]:
    if tree is None:
        return ()
    return tuple(item.scalar(what) for item in tree.items(what)) if tree.is_list() else (tree.scalar(what),)


def _runs_on(tree: Tree) -> tuple[Template, ...]:
    labels = tree.items("runs-on") if tree.is_list() else [tree]
    found = tuple(places.JOB.template(label, "runs-on") for label in labels)
    for label in found:
        if not label.nodes() and not linux(label.source):
            raise tree.refuse(f"`runs-on: {label.source}` is not supported: the local runner is a Linux machine")
    return found


def linux(label: str) -> bool:
    """Whether a `runs-on` label may mean this machine."""
    return not label.lower().startswith(("windows", "macos"))


def _check_names(jobs: Mapping[str, Job], tree: Tree) -> None:
    """The hub knows jobs by the name that is shown."""
    shown: set[str] = set()
    for job in jobs.values():
        name = job.name.source if job.name else job.key
        if name in shown:
            raise tree.refuse(f"two jobs have the name `{name}`")
        shown.add(name)


def _check_needs(jobs: Mapping[str, Job], tree: Tree) -> None:
    for job in jobs.values():
        for need in job.needs:
            if need not in jobs:
                raise tree.refuse(f"the job `{job.key}` needs `{need}`, and there is no such job")
    done: set[str] = set()
    while ready := [key for key, job in jobs.items() if key not in done and done.issuperset(job.needs)]:
        done.update(ready)
    if circle := sorted(set(jobs) - done):
        raise tree.refuse(f"these jobs wait for one another: {', '.join(circle)}")


def _steps(
    tree: Tree, place: Place, place_if: Place, defaults: Defaults, *, composite: bool = False
) -> tuple[Step, ...]:
    found: list[Step] = []
    for number, item in enumerate(tree.items("steps")):
        step = _step(item, f"__step{number}", place, place_if, defaults, composite=composite)
        if any(step.key == other.key for other in found):
            raise item.refuse(f"two steps have the id `{step.key}`")
        found.append(step)
    return tuple(found)


def _step(tree: Tree, key: str, place: Place, place_if: Place, defaults: Defaults, *, composite: bool) -> Step:
    top = tree.mapping("step", _COMPOSITE_STEP if composite else _STEP)
    if ("run" in top) == ("uses" in top):
        raise tree.refuse("a step has either `run` or `uses`")
    if "id" in top:
        key = top["id"].scalar("id")
        if not _KEY.fullmatch(key):
            raise top["id"].refuse(f"`{key}` cannot be the id of a step: letters, digits, - and _ only")
    return Step(
        key=key,
        name=_optional(place, top, "name"),
        condition=place_if.condition(top.get("if")),
        env=place.templates(top.get("env"), "env"),
        continue_on_error=_optional(place, top, "continue-on-error"),
        minutes=_optional(place, top, "timeout-minutes"),
        work=_script(top, place, defaults, composite=composite) if "run" in top else _uses(top, place),
    )


def _script(top: Mapping[str, Tree], place: Place, defaults: Defaults, *, composite: bool) -> Script:
    if "with" in top:
        raise top["with"].refuse("`with` goes with `uses`, not with `run`")
    if composite and "shell" not in top:
        raise top["run"].refuse("a `run` step of a composite action needs `shell: bash`")
    return Script(
        script=place.template(top["run"], "run"),
        shell=_shell(top["shell"]) if "shell" in top else defaults.shell,
        directory=_optional(place, top, "working-directory") or defaults.directory,
    )


def _uses(top: Mapping[str, Tree], place: Place) -> Uses:
    for key in ("shell", "working-directory"):
        if key in top:
            raise top[key].refuse(f"`{key}` goes with `run`, not with `uses`")
    return Uses(top["uses"].scalar("uses"), place.templates(top.get("with"), "with"), top["uses"].line)


__all__ = ["WorkflowRefused", "action", "linux", "workflow"]
