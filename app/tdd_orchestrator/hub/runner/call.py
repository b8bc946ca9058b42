"""A step that uses an action which the runner itself stands in for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tdd_orchestrator.hub.runner.errors import StepFailed, WorkflowRefused
from tdd_orchestrator.hub.runner.frame import Frame
from tdd_orchestrator.hub.runner.jobstate import JobState


@dataclass(frozen=True, slots=True)
class Call:
    """The action as it is written, its inputs, and the environment a process of it gets."""

    frame: Frame
    action: str
    inputs: Mapping[str, str]
    env: Mapping[str, str]
    python: str

    @property
    def job(self) -> JobState:
        """The job that the step belongs to."""
        return self.frame.job

    def check(self, known: frozenset[str]) -> None:
        """Refuse inputs that the stand-in would not honour. Raises WorkflowRefused."""
        for name in self.inputs:
            if name.lower() not in known:
                raise WorkflowRefused(f"the input `{name}` of {self.action} is not supported by the local runner")

    def given(self, name: str, default: str = "") -> str:
        """An input, trimmed; the default where it is missing or empty."""
        found = next((value for key, value in self.inputs.items() if key.lower() == name), "")
        return found.strip() or default

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean input. Raises StepFailed for what is neither true nor false."""
        found = self.given(name, "true" if default else "false").lower()
        if found not in ("true", "false"):
            raise StepFailed(f"The input {name} of {self.action} must be true or false, not {found}.")
        return found == "true"

    async def process(self, *command: str, env: Mapping[str, str] | None = None, quiet: bool = False) -> int:
        """Run a command in the workspace; its output goes to the log unless it is to be `quiet`."""
        log = self.job.log
        hear = (lambda _: None) if quiet else log.line
        return await self.job.processes.run(
            command, env={**self.env, **(env or {})}, cwd=self.frame.workspace, hear=hear, flush=log.flush
        )

    async def answer(self, *command: str, env: Mapping[str, str] | None = None) -> str:
        """Run a command and return what it prints. Raises StepFailed."""
        lines: list[str] = []
        code = await self.job.processes.run(
            command, env={**self.env, **(env or {})}, cwd=self.frame.workspace, hear=lines.append
        )
        if code:
            raise StepFailed(f"`{' '.join(command)[:100]}` failed: {' '.join(lines)[-300:]}")
        return "\n".join(lines)
