"""What is known of a job while it runs: its status, its environment so far, its log, its steps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

from tdd_orchestrator.hub.actions import Actions, WorkflowRun
from tdd_orchestrator.hub.runner.commands import Annotation
from tdd_orchestrator.hub.runner.joblog import JobLog, Masks
from tdd_orchestrator.hub.runner.processes import Processes
from tdd_orchestrator.hub.runner.room import Room
from tdd_orchestrator.hub.runner.values import Value

Result: TypeAlias = Literal["success", "failure", "cancelled", "skipped"]


@dataclass(frozen=True, slots=True)
class Finished:
    """A step that has ended: its result before and after `continue-on-error`."""

    outcome: Result
    conclusion: Result
    outputs: Mapping[str, str]

    def context(self) -> Value:
        """As it stands in the `steps` context."""
        return {"outcome": self.outcome, "conclusion": self.conclusion, "outputs": dict(self.outputs)}


@dataclass(slots=True)
class JobState:
    """One running job."""

    actions: Actions
    run: WorkflowRun
    key: str
    name: str
    room: Room
    token: str = field(repr=False)
    masks: Masks
    log: JobLog
    processes: Processes
    github: Mapping[str, Value]
    runner: Mapping[str, Value]
    report: Callable[[list[dict[str, Any]]], None]
    uploaded: set[str]
    path: list[str] = field(default_factory=list)
    exported: dict[str, str] = field(default_factory=dict)
    annotations: list[Annotation] = field(default_factory=list)
    summary: str = ""
    steps: list[dict[str, Any]] = field(default_factory=list)
    cancelled: bool = False
    leaf: asyncio.Task[object] | None = None

    def cancel(self) -> None:
        """End what runs now; later steps run only if their `if` says so."""
        self.cancelled = True
        if self.leaf is not None:
            self.leaf.cancel()

    def began(self, name: str) -> None:
        """A step of the job has begun."""
        shown = self.masks.hide(name)
        number = len(self.steps) + 1
        self.steps.append(
            {"name": shown, "status": "in_progress", "conclusion": None, "number": number, "started_at": _now()}
        )
        self.report(self.steps)

    def ended(self, conclusion: Result) -> None:
        """The step that had begun last has ended."""
        self.steps[-1] |= {"status": "completed", "conclusion": conclusion, "completed_at": _now()}
        self.report(self.steps)

    def fail(self, message: str) -> None:
        """An error of the runner about the job, in the log and as an annotation."""
        self.log.say(f"##[error]{message}")
        self.annotations.append(Annotation("failure", self.masks.hide(message)))


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
