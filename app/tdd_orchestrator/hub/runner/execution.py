"""All jobs of one run: each as soon as what it needs is done and there is a place for it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from tdd_orchestrator.hub.runner.errors import WorkflowRefused
from tdd_orchestrator.hub.runner.expressions import Scope, evaluate
from tdd_orchestrator.hub.runner.frame import status_functions
from tdd_orchestrator.hub.runner.job import JobCancelled, JobExecution, JobResult, Notes, RunState
from tdd_orchestrator.hub.runner.jobstate import Result
from tdd_orchestrator.hub.runner.lanes import Lanes, Superseded
from tdd_orchestrator.hub.runner.values import Value, truthy
from tdd_orchestrator.hub.runner.workflow import Concurrency, Job

CANCEL_GRACE = 10.0  # seconds that steps with `if: always()` have after a cancellation


class Execution:
    """One attempt of one run."""

    def __init__(
        self, shared: RunState, lanes: Lanes, places: asyncio.Semaphore, earlier: Mapping[str, JobResult] | None = None
    ) -> None:
        """`earlier` are results of the attempt before, by the job's key: those that stand are kept."""
        self._shared, self._lanes, self._places = shared, lanes, places
        self._kept = _good(shared.workflow.jobs, earlier or {})
        self._tasks: dict[str, asyncio.Task[JobResult]] = {}
        self._running: set[JobExecution] = set()
        self._names: dict[str, str] = {}
        self._cancelled = False

    def cancel(self) -> None:
        """Cancel every job; those that have not begun will not, unless they say `if: always()`."""
        self._cancelled = True
        for job in self._running:
            job.cancel()

    async def run(self) -> None:
        """Run the jobs to their end. When cancelled, end them in good order and let the cancellation pass."""
        jobs = self._shared.workflow.jobs
        self._tasks = {}
        for job in _in_order(jobs):
            self._tasks[job.key] = asyncio.create_task(self._job(job), name=f"job {job.key}")
        try:
            await asyncio.wait(self._tasks.values())
        except asyncio.CancelledError:
            self.cancel()
            await self._wind_up()
            raise
        for task in self._tasks.values():
            task.result()

    async def _wind_up(self) -> None:
        try:
            await asyncio.wait(self._tasks.values(), timeout=CANCEL_GRACE)
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    @property
    def conclusion(self) -> str:
        """The conclusion of the run, once its jobs are done."""
        results = {task.result().result for task in self._tasks.values()}
        if self._cancelled or "cancelled" in results:
            return "cancelled"
        if "failure" in results:
            return "failure"
        return "skipped" if results == {"skipped"} else "success"

    @property
    def notes(self) -> Mapping[str, Notes]:
        """What the jobs left for people, by the job's name."""
        return {self._names[key]: task.result().notes for key, task in self._tasks.items() if _finished(task)}

    @property
    def results(self) -> Mapping[str, JobResult]:
        """How the jobs ended, by their key."""
        return {key: task.result() for key, task in self._tasks.items() if _finished(task)}

    async def _job(self, job: Job) -> JobResult:
        if job.needs:
            await asyncio.wait([self._tasks[need] for need in job.needs])
        actions, run_id = self._shared.actions, self._shared.run.id
        needs = {need: self._tasks[need].result().context() for need in job.needs}
        name = self._names[job.key] = job.key
        try:
            scope = self._scope(job, needs)
            name = self._names[job.key] = job.name.text(scope) if job.name else job.key
            if job.key in self._kept:
                result = self._kept[job.key]
            elif not truthy(evaluate(job.condition, scope)):
                result = JobResult("cancelled" if self._cancelled else "skipped")
            else:
                result = await self._turn(job, name, needs, scope)
        except WorkflowRefused as fault:
            actions.set_job(run_id, name, status="in_progress")
            actions.append_log(run_id, name, f"##[error]{fault}\n")
            result = JobResult("failure")
        except (Superseded, JobCancelled):
            result = JobResult("cancelled")
        actions.set_job(run_id, name, conclusion=result.result)
        return self._weighed(job, result, needs)

    def _weighed(self, job: Job, result: JobResult, needs: Mapping[str, Value]) -> JobResult:
        """A failure that `continue-on-error` forgives counts as a success for others."""
        if result.result != "failure" or job.continue_on_error is None:
            return result
        if truthy(job.continue_on_error.value(self._scope(job, needs))):
            return JobResult("success", result.outputs, result.notes)
        return result

    async def _turn(self, job: Job, name: str, needs: Mapping[str, Value], scope: Scope) -> JobResult:
        self._shared.actions.set_job(self._shared.run.id, name, status="queued")
        execution = JobExecution(self._shared, job, name, needs)
        self._running.add(execution)
        try:
            with execution.waiting():
                if job.concurrency is None:
                    return await self._placed(execution)
                group, cancels = _evaluated(job.concurrency, scope)
                repository = self._shared.run.repository.full_name
                async with self._lanes.turn(repository, group, cancel_running=cancels, cancel=execution.cancel):
                    return await self._placed(execution)
        finally:
            self._running.discard(execution)

    async def _placed(self, execution: JobExecution) -> JobResult:
        async with self._places:
            return await execution.run()

    def _scope(self, job: Job, needs: Mapping[str, Value]) -> Scope:
        results = {self._tasks[key].result().result for key in _ancestors(job, self._shared.workflow.jobs)}
        return Scope(self._shared.contexts(needs), status_functions(self._status(results), cancelled=self._cancelled))

    def _status(self, results: set[Result]) -> Result:
        """What `success()` and `failure()` see: every job before this one counts, however far back."""
        if self._cancelled:
            return "cancelled"
        if "failure" in results:
            return "failure"
        return "success" if results <= {"success"} else "skipped"


def _good(jobs: Mapping[str, Job], earlier: Mapping[str, JobResult]) -> Mapping[str, JobResult]:
    """Of these results those that stand: successes that rest on nothing but successes."""
    fine = {key for key, result in earlier.items() if result.result == "success" and key in jobs}
    return {key: earlier[key] for key in fine if _ancestors(jobs[key], jobs) <= fine}


def _finished(task: asyncio.Task[JobResult]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None


def _evaluated(concurrency: Concurrency, scope: Scope) -> tuple[str, bool]:
    return concurrency.group.text(scope), concurrency.cancel is not None and truthy(concurrency.cancel.value(scope))


def _ancestors(job: Job, jobs: Mapping[str, Job]) -> set[str]:
    found = set(job.needs)
    for need in job.needs:
        found |= _ancestors(jobs[need], jobs)
    return found


def _in_order(jobs: Mapping[str, Job]) -> list[Job]:
    """Jobs after what they need, so that the tasks they wait for exist."""
    ordered: list[Job] = []
    while len(ordered) < len(jobs):
        done = {job.key for job in ordered}
        ordered += [job for job in jobs.values() if job.key not in done and done.issuperset(job.needs)]
    return ordered
