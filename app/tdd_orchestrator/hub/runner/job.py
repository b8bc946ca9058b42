"""One job: its room, its token, its steps, and what it tells the hub."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tdd_orchestrator.hub.actions import Actions, WorkflowRun
from tdd_orchestrator.hub.runner import contexts
from tdd_orchestrator.hub.runner.commands import Annotation
from tdd_orchestrator.hub.runner.errors import WorkflowRefused
from tdd_orchestrator.hub.runner.expressions import Scope
from tdd_orchestrator.hub.runner.frame import Frame
from tdd_orchestrator.hub.runner.joblog import JobLog, Masks
from tdd_orchestrator.hub.runner.jobstate import JobState, Result
from tdd_orchestrator.hub.runner.parse import linux
from tdd_orchestrator.hub.runner.processes import Processes
from tdd_orchestrator.hub.runner.room import Room, room
from tdd_orchestrator.hub.runner.stepping import Stepper
from tdd_orchestrator.hub.runner.values import Value, number
from tdd_orchestrator.hub.runner.workflow import Job, Templates, Workflow

DEFAULT_PERMISSIONS = {"contents": "read", "packages": "read"}  # GitHub's restricted default
DEFAULT_MINUTES = 360.0


@dataclass(frozen=True, slots=True)
class Notes:
    """What a finished job has left for people: annotations and the Markdown of its step summaries."""

    annotations: tuple[Annotation, ...] = ()
    summary: str = ""


@dataclass(frozen=True, slots=True)
class JobResult:
    """How a job ended: for `needs`, and for the conclusion of the run, which ignores a forgiven failure."""

    result: Result
    outputs: Mapping[str, str] = field(default_factory=dict)
    notes: Notes = Notes()

    def context(self) -> Value:
        """As it stands in the `needs` context."""
        return {"result": self.result, "outputs": dict(self.outputs)}


@dataclass(slots=True)
class RunState:
    """What the jobs of one run share."""

    actions: Actions
    run: WorkflowRun
    workflow: Workflow
    stepper: Stepper
    github: Mapping[str, Value]
    inputs: Mapping[str, Value]
    secrets: Mapping[str, str] = field(repr=False)
    vars: Mapping[str, str]
    uploaded: set[str] = field(default_factory=set)

    def contexts(self, needs: Mapping[str, Value]) -> dict[str, Value]:
        """What the expressions of a job itself may see, before it has a token."""
        return {"github": self.github, "inputs": self.inputs, "vars": self.vars, "needs": needs}


class JobCancelled(Exception):
    """The job was cancelled before it began."""


class JobExecution:
    """Runs one job of a run whose condition holds."""

    def __init__(self, shared: RunState, job: Job, name: str, needs: Mapping[str, Value]) -> None:
        self._shared, self._job, self._name, self._needs = shared, job, name, needs
        self._state: JobState | None = None
        self._waiting: asyncio.Task[object] | None = None
        self._cancelled = False

    def cancel(self) -> None:
        """Cancel the job: what runs is ended, and steps with `if: always()` still run; a waiting job is over."""
        self._cancelled = True
        if self._state is not None:
            self._state.cancel()
        elif self._waiting is not None:
            self._waiting.cancel()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Around all that a job waits for. Raises JobCancelled when it was cancelled there."""
        self._waiting = asyncio.current_task()
        try:
            yield
        except asyncio.CancelledError:
            if not (self._cancelled and self._state is None and self._waiting and self._waiting.uncancel() == 0):
                raise
            raise JobCancelled from None
        finally:
            self._waiting = None

    async def run(self) -> JobResult:
        """Run the job to its end."""
        shared = self._shared
        token = shared.actions.mint_job_token(shared.run, _granted(self._job))
        with ExitStack() as stack:
            stack.callback(shared.actions.revoke_token, token)
            state = self._state = self._begin(stack.enter_context(room(shared.run.repository.full_name)), token)
            stack.callback(state.processes.end_all)
            try:
                return await self._steps(state)
            finally:
                state.log.flush()

    def _begin(self, place: Room, token: str) -> JobState:
        shared = self._shared
        actions, run_id = shared.actions, shared.run.id
        masks = Masks()
        for secret in (*shared.secrets.values(), token):
            masks.add(secret)
        report = partial(_report, actions, run_id, self._name)
        report([])
        state = JobState(
            actions=actions,
            run=shared.run,
            key=self._job.key,
            name=self._name,
            room=place,
            token=token,
            masks=masks,
            log=JobLog(partial(actions.append_log, run_id, self._name), masks),
            processes=Processes(f"github_{uuid.uuid4().hex}"),
            github=contexts.of_job(shared.github, self._job.key, token, place),
            runner=contexts.of_runner(place),
            report=report,
            uploaded=shared.uploaded,
        )
        contexts.write_event(state.github, place)
        return state

    async def _steps(self, state: JobState) -> JobResult:
        limit = asyncio.get_running_loop().call_later(self._minutes() * 60, self._expire, state)
        ended: Result = "failure"
        outputs: dict[str, str] = {}
        try:
            frame = self._frame(state)
            await self._shared.stepper.run_all(frame, self._job.steps)
            outputs = self._outputs(frame, state)
            ended = frame.status
        except WorkflowRefused as fault:
            state.fail(str(fault))
        finally:
            limit.cancel()
        return JobResult(ended, outputs, Notes(tuple(state.annotations), state.masks.hide(state.summary)))

    def _expire(self, state: JobState) -> None:
        state.fail(f"The job has exceeded the maximum execution time of {self._minutes():g} minutes.")
        state.cancel()

    def _minutes(self) -> float:
        if self._job.minutes is None:
            return DEFAULT_MINUTES
        return number(self._job.minutes.value(Scope(self._shared.contexts(self._needs))))

    def _frame(self, state: JobState) -> Frame:
        shared = self._shared
        secrets: dict[str, Value] = {**shared.secrets, "GITHUB_TOKEN": state.token}
        seen = shared.contexts(self._needs) | {"secrets": secrets, "github": state.github}
        for label in self._job.runs_on:
            if not linux(label.text(Scope(seen))):
                raise WorkflowRefused(f"`runs-on: {label.text(Scope(seen))}`: the local runner is a Linux machine")
        env = _texts(shared.workflow.env, seen)
        env |= _texts(self._job.env, seen)
        return Frame(state, env, seen)

    def _outputs(self, frame: Frame, state: JobState) -> dict[str, str]:
        found = {}
        scope = frame.scope({})
        for key, one in self._job.outputs.items():
            value = one.text(scope)
            if state.masks.found_in(value):
                state.log.say(f"##[warning]Skip output '{key}' since it may contain secret.")
            else:
                found[key] = value
        return found


def _granted(job: Job) -> dict[str, str]:
    """`permissions: {}` grants nothing; no `permissions` at all grants GitHub's default."""
    return dict(DEFAULT_PERMISSIONS if job.permissions is None else job.permissions)


def _texts(templates: Templates, seen: Mapping[str, Value]) -> dict[str, str]:
    scope = Scope(seen)
    return {key: one.text(scope) for key, one in templates.items()}


def _report(actions: Actions, run_id: int, name: str, steps: list[dict[str, Any]]) -> None:
    actions.set_job(run_id, name, status="in_progress", steps=[dict(step) for step in steps])
