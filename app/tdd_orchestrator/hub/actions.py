"""Workflow runs: what the hub keeps of them, and what a job runner is given to execute them.

The hub decides that a run exists and tells the world about it; a `JobRunner` executes it and reports back through
`Actions`: `start`, `set_job`, `append_log`, `add_artifact`, `conclude`.
"""

from __future__ import annotations

import asyncio
import io
import logging
import zipfile
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, Protocol

from tdd_orchestrator.hub import tokens
from tdd_orchestrator.hub.announce import Announcer
from tdd_orchestrator.hub.identity import Permissions, User
from tdd_orchestrator.hub.state import Artifact, CheckRun, CheckSuite, Job, Json, Repository, WorkflowRun, World
from tdd_orchestrator.hub.workflow import Workflow, parse

__all__ = ["Actions", "Artifact", "Job", "JobRunner", "NoSuchRun", "WorkflowRun"]

_LOG: Final = logging.getLogger(__name__)
ARTIFACT_LIFE: Final = timedelta(days=90)


class NoSuchRun(KeyError):
    """There is no workflow run with this id."""


class JobRunner(Protocol):
    """Who executes workflow runs. Without one, runs stay queued."""

    def attach(self, actions: Actions) -> None:
        """Called once, when the hub is made: `actions` is the way to read files and to report."""

    async def execute(self, run: WorkflowRun) -> None:
        """Execute all jobs of a run: start, set_job..., conclude.

        Runs in a task of its own. A cancelled run is an `asyncio.CancelledError` in here: end the processes and let it
        pass; the hub then concludes the run as `cancelled`. Any other exception concludes it as `failure`.
        """


class Actions:
    """The runs of all repositories."""

    def __init__(self, world: World, announcer: Announcer, job_runner: JobRunner | None = None) -> None:
        self._world = world
        self._announcer = announcer
        self._job_runner = job_runner
        self._tasks: dict[int, asyncio.Task[None]] = {}
        if job_runner is not None:
            job_runner.attach(self)

    # What a job runner may ask

    @property
    def server_url(self) -> str:
        """The root of the hub, as in GITHUB_SERVER_URL."""
        return self._world.url

    @property
    def api_url(self) -> str:
        """The root of the REST API, as in GITHUB_API_URL."""
        return f"{self._world.url}/api/v3"

    def clone_url(self, repository: Repository) -> str:
        """Where git fetches from; authenticate with `x-access-token` and a job token."""
        return f"{self._world.url}/{repository.full_name}.git"

    def read_file(self, repository: Repository, path: str, ref: str) -> bytes | None:
        """A file at a branch, tag or commit; None if it is not there."""
        return repository.git.file(ref, path)

    def workflow_text(self, run: WorkflowRun) -> str:
        """The workflow file of a run, as it stands at the run's commit."""
        found = self.read_file(run.repository, run.workflow_path, run.head_sha)
        if found is None:  # event runs on a commit without the file use the default branch's
            found = self.read_file(run.repository, run.workflow_path, run.repository.default_branch)
        return (found or b"").decode()

    def workflow(self, run: WorkflowRun) -> Workflow:
        """The same, parsed."""
        return parse(self.workflow_text(run), run.workflow_path)

    def secrets(self, repository: Repository) -> Mapping[str, str]:
        """The repository's secrets."""
        return repository.secrets

    def variables(self, repository: Repository) -> Mapping[str, str]:
        """The repository's configuration variables (`vars`)."""
        return repository.variables

    def mint_job_token(self, run: WorkflowRun, permissions: Permissions) -> str:
        """A GITHUB_TOKEN for the run's repository. Permissions use the API's names (`pull_requests`, `contents`...);
        workflow files' dashes are accepted."""
        return tokens.mint_job_token(self._world, run, permissions)

    def revoke_token(self, token: str) -> None:
        """End a token's life, as GitHub does when a job ends."""
        self._world.tokens.pop(token, None)

    def get(self, run_id: int) -> WorkflowRun:
        """A run by id. Raises NoSuchRun."""
        for repository in self._world.repositories.values():
            if run_id in repository.runs:
                return repository.runs[run_id]
        raise NoSuchRun(run_id)

    # What a job runner reports

    def start(self, run_id: int) -> WorkflowRun:
        """The run is in progress."""
        run = self.get(run_id)
        run.status = "in_progress"
        run.started_at = run.updated_at = self._world.now()
        self._announcer.workflow_run("in_progress", run)
        return run

    def set_job(
        self,
        run_id: int,
        name: str,
        *,
        status: str = "queued",
        conclusion: str | None = None,
        steps: Sequence[Json] | None = None,
    ) -> Job:
        """Create or change the job of this name (of the run's current attempt); each change of status is announced.

        `steps` are as in the jobs API: {name, status, conclusion, number, started_at?, completed_at?}.
        """
        run, now = self.get(run_id), self._world.now()
        job = next((one for one in run.jobs if one.name == name and one.attempt == run.attempt), None)
        before = job.status if job else None
        if job is None:
            job = Job(self._world.new_id("job"), run_id, name, created_at=now, attempt=run.attempt)
            run.jobs.append(job)
            self._show(run, job)
        job.status, job.conclusion = ("completed" if conclusion else status), conclusion
        if job.status == "in_progress":
            job.started_at = job.started_at or now
        if job.status == "completed":
            job.started_at, job.completed_at = job.started_at or now, now
        if steps is not None:
            job.steps = list(steps)
        if job.status != before:
            self._show(run, job)
            self._announcer.workflow_job(job.status, run, job)
        return job

    def _show(self, run: WorkflowRun, job: Job) -> None:
        """Each job is a check run of the Actions app too, under the job's own id."""
        if run.suite is None:
            return
        repository, bot = run.repository, run.suite.app.bot
        shown = repository.checks.get(job.id)
        if shown is None:
            page = f"{self._world.url}/{repository.full_name}/actions/runs/{run.id}/job/{job.id}"
            shown = CheckRun(job.id, run.suite, job.name, run.head_sha, details_url=page)
            repository.checks[job.id] = shown
            self._announcer.check_run("created", repository, shown, bot)
        was = shown.status
        shown.status, shown.conclusion = job.status, job.conclusion
        shown.started_at, shown.completed_at = job.started_at, job.completed_at
        if shown.status == "completed" and was != "completed":
            self._announcer.check_run("completed", repository, shown, bot)

    def append_log(self, run_id: int, name: str, text: str) -> None:
        """Add text to the log of the job of this name. Raises KeyError when there is no such job."""
        run = self.get(run_id)
        for job in run.jobs:
            if job.name == name and job.attempt == run.attempt:
                job.log += text
                return
        raise KeyError(name)

    def add_artifact(self, run_id: int, name: str, content: bytes | Mapping[str, bytes]) -> Artifact:
        """Keep an artifact: a zip as it is, or files by their path inside it."""
        run, now = self.get(run_id), self._world.now()
        zipped = content if isinstance(content, bytes) else _zip(content)
        artifact = Artifact(self._world.new_id("artifact"), run_id, name, zipped, now, now + ARTIFACT_LIFE)
        run.repository.artifacts[artifact.id] = artifact
        return artifact

    def get_artifact(self, run_id: int, name: str) -> bytes | None:
        """The zip of the newest artifact of this name; None if there is none."""
        kept = self.get(run_id).repository.artifacts.values()
        found = [one.zipped for one in kept if one.run_id == run_id and one.name == name]
        return found[-1] if found else None

    def conclude(self, run_id: int, conclusion: str) -> WorkflowRun:
        """The run is completed. A second conclusion is not heard."""
        run = self.get(run_id)
        if run.status == "completed":
            return run
        for job in run.jobs:
            if job.attempt == run.attempt and job.status != "completed":
                self.set_job(run_id, job.name, conclusion=conclusion)
        run.status, run.conclusion, run.updated_at = "completed", conclusion, self._world.now()
        if run.suite is not None:
            run.suite.status, run.suite.conclusion = "completed", conclusion
            self._announcer.check_suite("completed", run.repository, run.suite, run.suite.app.bot)
        self._announcer.workflow_run("completed", run)
        return run

    # What the hub does

    def create(
        self,
        repository: Repository,
        workflow: Workflow,
        event: str,
        actor: User,
        *,
        ref: str,
        sha: str,
        inputs: Mapping[str, str] | None = None,
        payload: Json | None = None,
    ) -> WorkflowRun:
        """A new run: queued, announced, and handed to the job runner if there is one."""
        world, now = self._world, self._world.now()
        branch = ref.removeprefix("refs/heads/") if ref.startswith("refs/heads/") else None
        earlier = [one for one in repository.runs.values() if one.workflow_path == workflow.path]
        run = WorkflowRun(
            id=world.new_id("run"),
            repository=repository,
            workflow_path=workflow.path,
            workflow_name=workflow.name,
            event=event,
            ref=ref,
            head_branch=branch,
            head_sha=sha,
            actor=actor,
            number=len(earlier) + 1,
            created_at=now,
            started_at=now,
            updated_at=now,
            inputs=dict(inputs or {}),
            event_payload=payload or {},
        )
        run.display_title = workflow.title(self.contexts(run)) or _first_line(repository, sha, workflow)
        run.suite = CheckSuite(world.new_id("suite"), tokens.actions_app(world), sha, branch, now, now)
        repository.suites[run.suite.id] = run.suite  # one for each run: a job's own check runs land in any of them
        repository.runs[run.id] = run
        self._announcer.workflow_run("requested", run)
        self._launch(run)
        return run

    def contexts(self, run: WorkflowRun) -> dict[str, Any]:
        """The contexts `github`, `inputs` and `vars` of a run, for expressions."""
        github = {
            "event_name": run.event,
            "event": run.event_payload,
            "ref": run.ref,
            "ref_name": run.head_branch or run.ref,
            "sha": run.head_sha,
            "repository": run.repository.full_name,
            "repository_owner": run.repository.owner.login,
            "actor": run.actor.login,
            "triggering_actor": run.actor.login,
            "run_id": str(run.id),
            "run_number": str(run.number),
            "run_attempt": str(run.attempt),
            "workflow": run.workflow_name,
            "server_url": self.server_url,
            "api_url": self.api_url,
        }
        return {"github": github, "inputs": dict(run.inputs), "vars": dict(run.repository.variables)}

    def cancel(self, run_id: int) -> None:
        """Stop a run; it concludes as `cancelled`."""
        task = self._tasks.get(run_id)
        if task is not None and not task.done():
            task.cancel()
        else:
            self.conclude(run_id, "cancelled")

    def rerun(self, run_id: int, *, only_failed: bool = False) -> None:
        """Another attempt of a completed run, with the same inputs and the same commit.

        With `only_failed`, jobs that succeeded are kept, and whatever does not rest on them alone is run.
        """
        run, now = self.get(run_id), self._world.now()
        run.attempt += 1
        run.only_failed = only_failed
        run.status, run.conclusion, run.started_at, run.updated_at = "queued", None, now, now
        self._announcer.workflow_run("requested", run)
        self._launch(run)

    @property
    def busy(self) -> bool:
        """Whether a run is being executed."""
        return bool(self._tasks)

    async def settled(self) -> None:
        """Wait until no run is being executed."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def stop(self) -> None:
        """Cancel what is being executed and wait for it to end."""
        for task in self._tasks.values():
            task.cancel()
        await self.settled()

    def _launch(self, run: WorkflowRun) -> None:
        if self._job_runner is None:
            return
        task = asyncio.get_running_loop().create_task(self._execute(self._job_runner, run), name=f"run {run.id}")
        self._tasks[run.id] = task
        task.add_done_callback(lambda done: self._tasks.pop(run.id, None) if self._tasks.get(run.id) is done else None)

    async def _execute(self, runner: JobRunner, run: WorkflowRun) -> None:
        try:
            await runner.execute(run)
        except asyncio.CancelledError:
            self.conclude(run.id, "cancelled")
            raise
        except Exception:
            _LOG.exception("the job runner broke on run %s", run.id)
            self.conclude(run.id, "failure")


def _zip(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _first_line(repository: Repository, sha: str, workflow: Workflow) -> str:
    """What GitHub shows for a run without `run-name`: the workflow's name, or the commit's subject for a push."""
    return workflow.name or repository.git.text("log", "-1", "--format=%s", sha)
