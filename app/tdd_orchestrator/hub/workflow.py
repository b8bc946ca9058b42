"""What the hub itself reads in a workflow file: name, title, triggers and the inputs of a dispatch."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final

import yaml

_EXPRESSION: Final = re.compile(r"\$\{\{\s*(.*?)\s*\}\}", re.DOTALL)
_PATH: Final = re.compile(r"[A-Za-z_][\w-]*(\.[A-Za-z_][\w-]*)*")


class WorkflowFault(Exception):
    """The workflow file cannot be read."""


_PULL_TYPES: Final = ["opened", "synchronize", "reopened"]
_USUAL_TYPES: Final = {"pull_request": _PULL_TYPES, "pull_request_target": _PULL_TYPES}


@dataclass(frozen=True, slots=True)
class Occasion:
    """What the filters of a trigger look at. `paths` are what a push or pull request changes; `workflow` is the name of
    the workflow that a `workflow_run` is about."""

    event: str
    action: str | None = None
    branch: str | None = None
    paths: tuple[str, ...] = ()
    workflow: str | None = None


@dataclass(frozen=True, slots=True)
class Workflow:
    """A parsed workflow file; `document` is its whole mapping (the key `on`, which YAML 1.1 reads as true, mended)."""

    path: str
    name: str
    document: Mapping[str, Any] = field(repr=False)

    @property
    def triggers(self) -> Mapping[str, Mapping[str, Any]]:
        """Event names with their filters."""
        on = self.document.get("on", {})
        if isinstance(on, str):
            return {on: {}}
        if isinstance(on, list):
            return {str(name): {} for name in on}
        return {str(name): filters or {} for name, filters in on.items()}

    @property
    def dispatch_inputs(self) -> Mapping[str, Mapping[str, Any]]:
        """The declared inputs of `workflow_dispatch`."""
        declared = self.triggers.get("workflow_dispatch", {}).get("inputs") or {}
        return {str(name): one or {} for name, one in declared.items()}

    def title(self, contexts: Mapping[str, Any]) -> str:
        """`run-name` with its plain look-ups (`inputs.x`, `github.sha`) filled in; "" if there is none."""
        return fill(str(self.document.get("run-name") or ""), contexts)

    def wants(self, happened: Occasion) -> bool:
        """Whether an event starts this workflow, by its `types`, `branches`, `paths` and `workflows`."""
        filters = self.triggers.get(happened.event)
        if filters is None:
            return False
        types = _listed(filters.get("types", _USUAL_TYPES.get(happened.event)))
        branches, paths = _listed(filters.get("branches")), _listed(filters.get("paths"))
        about_files = happened.event.startswith(("push", "pull_request"))
        return (
            (happened.event != "workflow_run" or happened.workflow in _listed(filters.get("workflows")))
            and (not types or happened.action is None or happened.action in types)
            and (not branches or happened.branch is None or _any_matches(branches, [happened.branch]))
            and (not paths or not about_files or _any_matches(paths, happened.paths))
        )


def _listed(value: object) -> list[str]:
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _any_matches(patterns: Sequence[str], names: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in names)


def parse(text: str, path: str) -> Workflow:
    """Read a workflow file. Raises WorkflowFault."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as broken:
        raise WorkflowFault(f"{path}: {broken}") from broken
    if not isinstance(document, dict):
        raise WorkflowFault(f"{path}: not a mapping")
    if True in document:  # YAML 1.1 takes the word "on" for a truth value
        document["on"] = document.pop(True)
    return Workflow(path, str(document.get("name") or path), document)


def fill(template: str, contexts: Mapping[str, Any]) -> str:
    """Replace `${{ a.b.c }}` by what the contexts hold; what is missing, or is more than a look-up, becomes ""."""

    def value(match: re.Match[str]) -> str:
        if not _PATH.fullmatch(match[1]):
            return ""
        found: Any = contexts
        for step in match[1].split("."):
            found = found.get(step) if isinstance(found, Mapping) else None
        return {None: "", True: "true", False: "false"}.get(found, str(found)) if _plain(found) else str(found)

    return _EXPRESSION.sub(value, template)


def _plain(found: object) -> bool:
    return found is None or isinstance(found, bool)
