"""Steps one after another: their conditions, time limits, results and what they leave to the next."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

from tdd_orchestrator.hub.runner import builtin, parse
from tdd_orchestrator.hub.runner.commands import Listener
from tdd_orchestrator.hub.runner.errors import StepFailed, WorkflowRefused
from tdd_orchestrator.hub.runner.exchange import Exchange
from tdd_orchestrator.hub.runner.expressions import Scope, evaluate
from tdd_orchestrator.hub.runner.frame import Frame
from tdd_orchestrator.hub.runner.jobstate import Finished, Result
from tdd_orchestrator.hub.runner.values import Value, number, truthy
from tdd_orchestrator.hub.runner.workflow import Action, Script, Step, Uses

NESTING = 9  # composite actions within one another, as GitHub allows

Outputs: TypeAlias = Mapping[str, str]

# As GitHub has it: a pipe's failure counts only where the file names the shell.
_SHELLS: dict[str | None, tuple[str, ...]] = {
    None: ("bash", "-e"),
    "bash": ("bash", "--noprofile", "--norc", "-eo", "pipefail"),
}


class _Cancelled(Exception):
    """The job was cancelled while a step ran."""


@dataclass(frozen=True, slots=True)
class Stepper:
    """Runs steps. `actions` maps `owner/name` to a folder with an `action.yml`; `extra_env` is for their steps."""

    actions: Mapping[str, Path]
    extra_env: Mapping[str, str] = field(default_factory=dict)
    python: str = "python3"

    async def run_all(self, frame: Frame, steps: Sequence[Step]) -> None:
        """Run the steps of a job or of a composite action; the frame keeps what came of them."""
        for step in steps:
            frame.finished[step.key] = await self._one(frame, step)
            if frame.finished[step.key].conclusion in ("failure", "cancelled") and frame.result == "success":
                frame.result = frame.finished[step.key].conclusion

    async def _one(self, frame: Frame, step: Step) -> Finished:
        job, top = frame.job, frame.depth == 0
        frame.github = {**frame.github, "action": step.key}
        if top:
            job.began(_name(frame, step))
        outputs: dict[str, str] = {}
        outcome = await self._outcome(frame, step, outputs)
        conclusion = outcome
        if outcome == "failure" and _asks(frame, step):
            conclusion = "success"
            job.log.say("The step failed, and `continue-on-error` lets the job go on.")
        if top:
            job.ended(conclusion)
        return Finished(outcome, conclusion, outputs)

    async def _outcome(self, frame: Frame, step: Step, outputs: dict[str, str]) -> Result:
        try:
            env = frame.step_env(step.env)
            scope = frame.scope(env)
            if not truthy(evaluate(step.condition, scope)):
                return "skipped"
            minutes = number(step.minutes.value(scope)) if step.minutes else None
            async with asyncio.timeout(minutes * 60 if minutes else None):
                await self._work(frame, step, env, scope, outputs)
        except TimeoutError:
            frame.job.fail(f"The step has timed out after {minutes:g} minutes.")
            return "failure"
        except _Cancelled:
            frame.job.log.say("##[error]The operation was cancelled.")
            return "cancelled"
        except (StepFailed, WorkflowRefused) as fault:
            frame.job.fail(str(fault))
            return "failure"
        return "success"

    async def _work(
        self, frame: Frame, step: Step, env: Mapping[str, str], scope: Scope, outputs: dict[str, str]
    ) -> None:
        match step.work:
            case Script():
                await _leaf(frame, self._script(frame, step.work, env, scope, outputs))
            case Uses(action, templates):
                given = {key: one.text(scope) for key, one in templates.items()}
                if builtin.known(action):
                    call = builtin.Call(frame, action, given, frame.process_env(env), self.python)
                    outputs.update(await _leaf(frame, builtin.run(call)))
                else:
                    outputs.update(await self._composite(frame, step.work, env, given))

    async def _script(
        self, frame: Frame, work: Script, env: Mapping[str, str], scope: Scope, outputs: dict[str, str]
    ) -> None:
        job = frame.job
        source = work.script.text(scope)
        _announce(frame, source, env)
        folder = frame.workspace / (work.directory.text(scope) if work.directory else "")
        if not folder.is_dir():
            raise StepFailed(f"The working directory {folder} does not exist.")
        exchange = Exchange.make(job.room.files)
        script = exchange.output.with_suffix(".sh")
        script.write_text(source, encoding="utf-8")
        listener = Listener(job.log, job.masks, job.annotations)
        code = await job.processes.run(
            [*_SHELLS[work.shell], str(script)],
            env=frame.process_env(env) | exchange.variables(),
            cwd=folder,
            hear=listener.hear,
            flush=listener.flush,
        )
        outputs.update(exchange.outputs())
        job.exported |= exchange.environment()
        job.path[:0] = exchange.paths()
        job.summary += exchange.summary_text()
        if code:
            raise StepFailed(f"Process completed with exit code {code}.")

    async def _composite(self, frame: Frame, work: Uses, env: Mapping[str, str], given: Mapping[str, str]) -> Outputs:
        if frame.depth >= NESTING:
            raise WorkflowRefused(f"`{work.action}` is nested more than {NESTING} deep")
        folder = self.folder(work, frame.workspace)
        action = _read(folder, work)
        inner = self._inner(frame, work, folder, env)
        inner.contexts = {"inputs": _inputs(frame, action, given)}
        await self.run_all(inner, action.steps)
        scope = inner.scope({})
        outputs = {key: one.text(scope) for key, one in action.outputs.items()}
        if inner.result == "failure":
            raise StepFailed(f"The action {work.action} failed.")
        if inner.result == "cancelled":
            raise _Cancelled
        return outputs

    def _inner(self, frame: Frame, work: Uses, folder: Path, env: Mapping[str, str]) -> Frame:
        name, _, ref = work.action.partition("@")
        local = name.startswith("./")
        about: dict[str, Value] = {
            "action_path": str(folder),
            "action_ref": "" if local else ref,
            "action_repository": "" if local else "/".join(name.split("/")[:2]),
        }
        extra = {} if local else dict(self.extra_env)
        return replace(
            frame,
            env=frame.environment(env) | extra,
            fixed=dict(env) | extra,
            github=about,
            depth=frame.depth + 1,
            result="success",
            finished={},
        )

    def folder(self, work: Uses, workspace: Path) -> Path:
        """Where the `action.yml` of a composite action is. Raises WorkflowRefused for one that is not there."""
        if work.action.startswith("./"):
            return workspace / work.action
        name = work.action.partition("@")[0]
        owner, _, rest = name.partition("/")
        repository, _, below = rest.partition("/")
        known = self.actions.get(f"{owner}/{repository}")
        if known is None:
            raise WorkflowRefused(f"the action `{work.action}` is not known to the local runner", line=work.line)
        return known / below


def _read(folder: Path, work: Uses) -> Action:
    for name in ("action.yml", "action.yaml"):
        if (folder / name).is_file():
            return parse.action((folder / name).read_text(encoding="utf-8"), f"{work.action}/{name}")
    raise WorkflowRefused(f"there is no action.yml in {folder} for `{work.action}`", line=work.line)


def _inputs(frame: Frame, action: Action, given: Mapping[str, str]) -> dict[str, Value]:
    scope = frame.scope({})
    folded = {key.lower(): value for key, value in given.items()}
    known = {key.lower() for key in action.inputs}
    for key in sorted(set(folded) - known):
        frame.job.log.say(f"##[warning]Unexpected input `{key}`; {action.name} knows {', '.join(sorted(known))}")
    found: dict[str, Value] = {}
    for key, default in action.inputs.items():
        found[key] = folded.get(key.lower(), default.text(scope) if default else "")
    return found


async def _leaf(frame: Frame, work: Coroutine[Any, Any, Any]) -> Any:
    """Run what can be cancelled by itself, so that later steps can still have their say."""
    job = frame.job
    job.leaf = asyncio.ensure_future(work)
    try:
        return await job.leaf
    except asyncio.CancelledError:
        current = asyncio.current_task()
        if job.cancelled and not (current and current.cancelling()):
            raise _Cancelled from None
        raise
    finally:
        job.leaf = None


def _name(frame: Frame, step: Step) -> str:
    try:
        if step.name:
            return step.name.text(frame.scope({}))
    except WorkflowRefused:
        return step.name.source if step.name else ""
    match step.work:
        case Script(script):
            first = next((line for line in script.source.splitlines() if line.strip()), "")
            return f"Run {first.strip()[:80]}"
        case Uses(action):
            return f"Run {action}"


def _asks(frame: Frame, step: Step) -> bool:
    return step.continue_on_error is not None and truthy(step.continue_on_error.value(frame.scope({})))


def _announce(frame: Frame, source: str, env: Mapping[str, str]) -> None:
    log = frame.job.log
    first, *rest = source.rstrip().splitlines() or [""]
    log.line(f"##[group]Run {first}")
    for line in rest:
        log.line(line)
    for key, value in env.items():
        log.line(f"  {key}: {value}")
    log.line("##[endgroup]")
    log.flush()
