"""A repository with a workflow file and a real local runner: enough of the hub to run workflows, without its door."""

from __future__ import annotations

import asyncio
import subprocess
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

from tdd_orchestrator.hub import workflow
from tdd_orchestrator.hub.actions import Actions, WorkflowRun
from tdd_orchestrator.hub.announce import Announcer, Happening
from tdd_orchestrator.hub.faults import Faults
from tdd_orchestrator.hub.identity import User
from tdd_orchestrator.hub.plumbing import GitDirectory
from tdd_orchestrator.hub.post import Post
from tdd_orchestrator.hub.runner import LocalRunner
from tdd_orchestrator.hub.state import Job, Repository, World

PATH = ".github/workflows/ci.yml"
_GIT = ["git", "-c", "user.name=writer", "-c", "user.email=writer@example.test", "-c", "init.defaultBranch=main"]


class WorkflowBench:
    """Runs one workflow text after another in the repository `octo/demo`."""

    def __init__(self, folder: Path, runner: LocalRunner) -> None:
        self.runner, self.happenings = runner, list[Happening]()
        self._source = folder / "source"
        self._source.mkdir(parents=True)
        self._git("init", "--quiet", ".")
        world = World(url="http://127.0.0.1:9")
        post = Post(world, Faults())
        announcer = Announcer(world, post)
        announcer.listeners.append(self.happenings.append)
        owner, now = User(1, "octo"), world.now()
        git = GitDirectory(self._source / ".git")
        self.repository = Repository(7, owner, "demo", git, "main", False, now, now)
        world.repositories["octo/demo"] = self.repository
        self.actions = Actions(world, announcer, runner)
        self._owner = owner

    def begin(
        self, text: str, inputs: Mapping[str, str] | None = None, event: str = "workflow_dispatch"
    ) -> WorkflowRun:
        """Commit the text as the workflow file and start a run of it."""
        file = self._source / PATH
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text), encoding="utf-8")
        self._git("add", "--all")
        self._git("commit", "--quiet", "--allow-empty", "--message", "workflow")
        sha = self.repository.git.text("rev-parse", "HEAD")
        known = workflow.Workflow(PATH, "CI", {})
        return self.actions.create(
            self.repository, known, event, self._owner, ref="refs/heads/main", sha=sha, inputs=inputs
        )

    async def run(self, text: str, inputs: Mapping[str, str] | None = None) -> WorkflowRun:
        """The same, to its end."""
        run = self.begin(text, inputs)
        await asyncio.wait_for(self.actions.settled(), 20)
        return run

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for a condition, at most ten seconds."""
        async with asyncio.timeout(10):
            while not holds():  # noqa: ASYNC110  # what is waited for is the work of a child process
                await asyncio.sleep(0.01)

    def _git(self, *arguments: str) -> None:
        subprocess.run([*_GIT, *arguments], cwd=self._source, check=True, capture_output=True)


def job(run: WorkflowRun, name: str) -> Job:
    """A job of the run's current attempt."""
    return next(one for one in run.jobs if one.name == name and one.attempt == run.attempt)


def results(run: WorkflowRun) -> dict[str, str | None]:
    """The conclusion of each job."""
    return {one.name: one.conclusion for one in run.jobs if one.attempt == run.attempt}
