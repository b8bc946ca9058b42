"""What a workflow file says, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from tdd_orchestrator.hub.runner.expressions import Template
from tdd_orchestrator.hub.runner.syntax import Node
from tdd_orchestrator.hub.runner.values import Value

Templates: TypeAlias = Mapping[str, Template]


@dataclass(frozen=True, slots=True)
class Script:
    """`run:`."""

    script: Template
    shell: str | None
    directory: Template | None


@dataclass(frozen=True, slots=True)
class Uses:
    """`uses:` with `with:`; `line` is for refusals."""

    action: str
    inputs: Templates
    line: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a job or of a composite action; `key` is its id, made up where none is given."""

    key: str
    name: Template | None
    condition: Node
    env: Templates
    continue_on_error: Template | None
    minutes: Template | None
    work: Script | Uses


@dataclass(frozen=True, slots=True)
class Concurrency:
    """`concurrency:`."""

    group: Template
    cancel: Template | None


@dataclass(frozen=True, slots=True)
class Defaults:
    """`defaults.run`."""

    shell: str | None = None
    directory: Template | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One job. `permissions` is None where neither the job nor the workflow names any."""

    key: str
    name: Template | None
    needs: tuple[str, ...]
    condition: Node
    runs_on: tuple[Template, ...]
    permissions: Mapping[str, str] | None
    env: Templates
    outputs: Templates
    minutes: Template | None
    continue_on_error: Template | None
    defaults: Defaults
    concurrency: Concurrency | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Workflow:
    """One workflow file. `triggers` is `on:` as a mapping from event to its filter."""

    where: str
    name: str
    run_name: Template | None
    triggers: Mapping[str, Value]
    env: Templates
    concurrency: Concurrency | None
    jobs: Mapping[str, Job]


@dataclass(frozen=True, slots=True)
class Action:
    """A composite action: `action.yml`."""

    where: str
    name: str
    inputs: Mapping[str, Template | None]
    outputs: Templates
    steps: tuple[Step, ...]
