"""The job runner of a hub on this machine: workflow files executed as GitHub would."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from tdd_orchestrator.hub.actions import Actions, WorkflowRun
from tdd_orchestrator.hub.runner import builtin, contexts, parse
from tdd_orchestrator.hub.runner.errors import WorkflowRefused
from tdd_orchestrator.hub.runner.execution import Execution
from tdd_orchestrator.hub.runner.expressions import Scope
from tdd_orchestrator.hub.runner.job import JobResult, Notes, RunState
from tdd_orchestrator.hub.runner.lanes import Lanes, Superseded
from tdd_orchestrator.hub.runner.stepping import Stepper
from tdd_orchestrator.hub.runner.values import truthy
from tdd_orchestrator.hub.runner.workflow import Uses, Workflow

REFUSED_JOB = "Invalid workflow file"


class LocalRunner:
    """Runs workflow files as child processes of the hub; satisfies the hub's `JobRunner`.

    `actions` maps `owner/name` to a folder with the composite action that `uses: owner/name@ref` means; `extra_env` is
    added to the environment of its steps; `python` is what `actions/setup-python` gives. At most `max_parallel` jobs
    run at a time. Whatever is not understood is refused before a job begins, in the log of a job of its own.
    """

    def __init__(
        self,
        actions: Mapping[str, Path],
        extra_env: Mapping[str, str] | None = None,
        max_parallel: int = 4,
        python: str = sys.executable,
    ) -> None:
        self._stepper = Stepper(dict(actions), dict(extra_env or {}), python)
        self._places = asyncio.Semaphore(max_parallel)
        self._lanes = Lanes()
        self._actions: Actions | None = None
        self._notes: dict[tuple[int, int], Mapping[str, Notes]] = {}
        self._results: dict[int, Mapping[str, JobResult]] = {}

    def attach(self, actions: Actions) -> None:
        """The hub says how to read files and to report."""
        self._actions = actions

    def notes(self, run: WorkflowRun) -> Mapping[str, Notes]:
        """Annotations and summaries of the jobs of the run's current attempt, by the job's name."""
        return self._notes.get((run.id, run.attempt), {})

    async def execute(self, run: WorkflowRun) -> None:
        """Execute all jobs of a run and conclude it."""
        actions = self._actions
        if actions is None:
            raise RuntimeError("the runner is not attached to a hub")
        try:
            shared = self._read(actions, run)
        except WorkflowRefused as fault:
            actions.start(run.id)
            actions.set_job(run.id, REFUSED_JOB, status="in_progress")
            actions.append_log(run.id, REFUSED_JOB, f"##[error]{fault}\n")
            actions.set_job(run.id, REFUSED_JOB, conclusion="failure")
            actions.conclude(run.id, "startup_failure")
            return
        await self._run(shared)

    async def _run(self, shared: RunState) -> None:
        actions, run = shared.actions, shared.run
        earlier = self._results.get(run.id) if run.only_failed else None
        execution = Execution(shared, self._lanes, self._places, earlier)
        concurrency = shared.workflow.concurrency
        try:
            if concurrency is None:
                await self._jobs(shared, execution)
            else:
                scope = Scope(shared.contexts({}))
                async with self._lanes.turn(
                    run.repository.full_name,
                    concurrency.group.text(scope),
                    cancel_running=concurrency.cancel is not None and truthy(concurrency.cancel.value(scope)),
                    cancel=execution.cancel,
                ):
                    await self._jobs(shared, execution)
        except Superseded:
            actions.conclude(run.id, "cancelled")

    async def _jobs(self, shared: RunState, execution: Execution) -> None:
        shared.actions.start(shared.run.id)
        try:
            await execution.run()
        finally:
            self._notes[shared.run.id, shared.run.attempt] = execution.notes
            self._results[shared.run.id] = execution.results
        shared.actions.conclude(shared.run.id, execution.conclusion)

    def _read(self, actions: Actions, run: WorkflowRun) -> RunState:
        workflow = parse.workflow(actions.workflow_text(run), run.workflow_path)
        self._check_uses(workflow)
        return RunState(
            actions=actions,
            run=run,
            workflow=workflow,
            stepper=self._stepper,
            github=contexts.of_run(actions, run),
            inputs=contexts.inputs(workflow, run),
            secrets=dict(actions.secrets(run.repository)),
            vars=dict(actions.variables(run.repository)),
        )

    def _check_uses(self, workflow: Workflow) -> None:
        for job in workflow.jobs.values():
            for step in job.steps:
                if isinstance(step.work, Uses) and not self._understood(step.work.action):
                    known = ", ".join((*builtin.NAMES, *sorted(self._stepper.actions)))
                    raise WorkflowRefused(
                        f"`{step.work.action}` is not known to the local runner; known are {known}",
                        where=workflow.where,
                        line=step.work.line,
                    )

    def _understood(self, action: str) -> bool:
        name, at, _ = action.partition("@")
        if action.startswith("./"):
            return True
        return builtin.known(action) or (bool(at) and "/".join(name.split("/")[:2]) in self._stepper.actions)
