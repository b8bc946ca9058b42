"""Where a list of steps runs: the job itself, or a composite action within it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tdd_orchestrator.hub.runner import contexts
from tdd_orchestrator.hub.runner.expressions import Function, Scope
from tdd_orchestrator.hub.runner.globs import digest
from tdd_orchestrator.hub.runner.jobstate import Finished, JobState, Result
from tdd_orchestrator.hub.runner.values import Exact, Value, text
from tdd_orchestrator.hub.runner.workflow import Templates


@dataclass(slots=True)
class Frame:
    """The steps finished so far, the environment around them, and what else their expressions may name.

    `fixed` holds the variables which no step may change by GITHUB_ENV; `depth` counts nested composite actions.
    """

    job: JobState
    env: Mapping[str, str]
    contexts: Mapping[str, Value]
    fixed: Mapping[str, str] = field(default_factory=dict)
    github: Mapping[str, Value] = field(default_factory=dict)
    depth: int = 0
    result: Result = "success"
    finished: dict[str, Finished] = field(default_factory=dict)

    @property
    def status(self) -> Result:
        """What `success()` and `failure()` ask about."""
        return "cancelled" if self.job.cancelled else self.result

    def environment(self, step_env: Mapping[str, str]) -> dict[str, str]:
        """What the workflow has given: the surroundings, then GITHUB_ENV, then the step."""
        return {**self.env, **self.job.exported, **self.fixed, **step_env}

    def scope(self, step_env: Mapping[str, str]) -> Scope:
        """What the expressions of a step may see."""
        steps = {key: one.context() for key, one in self.finished.items() if not key.startswith("__")}
        return Scope(
            {
                **self.contexts,
                "github": {**self.job.github, **self.github},
                "runner": self.job.runner,
                "job": {"status": self.status},
                "env": Exact(self.environment(step_env)),
                "steps": steps,
            },
            self._functions(),
        )

    def step_env(self, templates: Templates) -> dict[str, str]:
        """The `env:` of a step."""
        scope = self.scope({})
        return {key: one.text(scope) for key, one in templates.items()}

    def _functions(self) -> dict[str, Function]:
        status, cancelled, workspace = self.status, self.job.cancelled, self.job.room.workspace

        def hash_files(arguments: Sequence[Value]) -> Value:
            return digest([text(one) for one in arguments], workspace)

        return status_functions(status, cancelled=cancelled) | {"hashfiles": hash_files}

    def process_env(self, step_env: Mapping[str, str]) -> dict[str, str]:
        """The whole environment of a process: nothing of the hub's own but its PATH."""
        job = self.job
        given = self.environment(step_env)
        path = given.pop("PATH", None) or os.environ.get("PATH", os.defpath)
        return {
            "LANG": "C.UTF-8",
            "HOME": str(job.room.home),
            "TMPDIR": str(job.room.temp),
            **given,
            **contexts.variables({**job.github, **self.github}, job.runner),
            "PATH": os.pathsep.join([*job.path, path]),
        }

    @property
    def workspace(self) -> Path:
        """GITHUB_WORKSPACE."""
        return self.job.room.workspace


def status_functions(status: Result, *, cancelled: bool) -> dict[str, Function]:
    """`success()`, `failure()`, `cancelled()` and `always()` for a status."""
    return {
        "success": lambda _: status == "success",
        "failure": lambda _: status == "failure",
        "cancelled": lambda _: cancelled,
        "always": lambda _: True,
    }
