"""The worker that plays a file: no model, no network, the same every time."""

import os
import stat
import time
from dataclasses import dataclass, replace
from pathlib import Path

from tdd_action import sandbox
from tdd_action.confine import way_out
from tdd_action.git import Git, file_at
from tdd_action.workers import PlanDraft, PlanRequest, StageRequest, StageWork, WorkerSettings
from tdd_action.workers.drafting import Drafted, DraftRequest
from tdd_action.workers.script_file import Script, ScriptFault, StageScript, read_script
from tdd_orchestrator.core.asking import LONGEST, escalates
from tdd_orchestrator.core.inert import line
from tdd_orchestrator.core.plan import Plan, default_plan
from tdd_orchestrator.core.result import Usage

DEFAULT_PATH = ".tdd/script.yml"


@dataclass(frozen=True, slots=True)
class ScriptWorker:
    """Plays one script. What a stage may not do ends it with a sentence; the script was checked when it was read."""

    script: Script
    name: str = "script"

    def plan(self, request: PlanRequest) -> PlanDraft:
        """The script's plan; without one, a task for each requirement."""
        config = request.config
        plan = self.script.plan or default_plan(request.requirements, config.source, config.tests)
        self.script.check_tasks(tuple(task.key for task in plan.tasks))
        return PlanDraft(_asked_for(plan, request))

    def draft(self, request: DraftRequest) -> Drafted:
        """The script's PRD."""
        return self.script.prd or Drafted(reason=f"{self.script.path} has no `prd`: add one, with `title` and `text`.")

    def work(self, stage: StageRequest) -> StageWork:
        """Do what the script says for this task, attempt and stage."""
        act = self.script.stage(stage.task.key, stage.attempt, stage.stage)
        usage = _usage(act)
        answer = next((each.answer for each in stage.answers if act.question and each.question == asked(act)), None)
        if answer is None and escalates(act.question):
            return StageWork(act.say, usage, question=act.question)
        stopped = play(act, stage.workspace, stage.seconds, answer or "")
        return StageWork(act.say, usage, stopped)


def _asked_for(plan: Plan, request: PlanRequest) -> Plan:
    """The plan without the tasks whose requirements are not, or not yet, in the PRD."""
    known = {requirement.id for requirement in request.requirements}
    tasks = tuple(task for task in plan.tasks if not task.requirements or known & set(task.requirements))
    kept = {task.key for task in tasks}
    wired = (replace(task, depends_on=tuple(key for key in task.depends_on if key in kept)) for task in tasks)
    return replace(plan, tasks=tuple(wired))


def connect(settings: WorkerSettings) -> ScriptWorker:
    """The worker of the script that the settings name, or of `.tdd/script.yml` at the base commit."""
    if settings.script:
        return ScriptWorker(_script_at(settings.repository, settings.script))
    found = file_at(Git(settings.repository), settings.base, DEFAULT_PATH)
    if found is None:
        raise ScriptFault(
            f"There is no {DEFAULT_PATH} at the base commit {settings.base[:12]}.",
            remedy="Commit one to the base branch, or name a script: `tdd run --script FILE`, or TDD_SCRIPT.",
        )
    return ScriptWorker(read_script(DEFAULT_PATH, found.decode("utf-8", "replace")))


def _script_at(repository: Path, name: str) -> Script:
    place = repository / name  # an absolute name stands for itself
    try:
        return read_script(name, place.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as unreadable:
        raise ScriptFault(
            f"The script {name} cannot be read: {unreadable}.", remedy="Check TDD_SCRIPT."
        ) from unreadable


def asked(act: StageScript) -> str:
    """The text of the stage's question as it is kept: one line."""
    return line(act.question.text, LONGEST) if act.question else ""


def play(act: StageScript, root: Path, seconds: float, answer: str = "") -> str | None:
    """Write, delete, patch, run, sleep, in this order; what could not be done, in a sentence, or `None`.

    `answer` is what people said to the stage's question: `run` finds it in TDD_ANSWER.
    """
    stopped = (
        next((said for path, text in act.write if (said := _write(root, path, text))), None)
        or next((said for path in act.delete if (said := _delete(root, path))), None)
        or _patch(root, act.patch)
        or _run(root, act.run, seconds, answer)
    )
    if stopped is None and act.sleep:
        time.sleep(min(act.sleep, seconds))
    return stopped


def _write(root: Path, path: str, text: str) -> str | None:
    if said := way_out(root, path, follow=True):
        return said
    place = root / path
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8", newline="")
    except OSError as refused:
        return f"{path!r} cannot be written: {refused.strerror}."
    return None


def _delete(root: Path, path: str) -> str | None:
    if said := way_out(root, path, follow=False):
        return said
    try:
        mode = os.lstat(root / path).st_mode
    except OSError:
        return f"{path!r} cannot be deleted: it is not there."
    if stat.S_ISDIR(mode):
        return f"{path!r} is a directory: name the files to delete."
    (root / path).unlink()
    return None


def _patch(root: Path, patch: str) -> str | None:
    if not patch:
        return None
    # GIT_CEILING_DIRECTORIES keeps git from taking a repository around the work tree for its own.
    alone = {"GIT_CEILING_DIRECTORIES": str(root.resolve().parent)}
    done = Git(root).attempt("apply", "--whitespace=nowarn", "-", stdin=patch.encode(), env=alone)
    if done.returncode:
        return f"The patch does not apply: {done.stderr.decode('utf-8', 'replace').strip()[-400:]}"
    return None


def _run(root: Path, command: str, seconds: float, answer: str) -> str | None:
    if not command:
        return None
    limits, told = sandbox.Limits(wall_s=seconds), {"TDD_ANSWER": answer} if answer else {}
    done = sandbox.run(["sh", "-c", command], cwd=root, extra_env=told, limits=limits, writable=())
    if done.failure:
        return f"`{command}` could not be started: {done.failure}"
    if done.timed_out:
        return f"`{command}` took longer than {seconds:g} s."
    if done.exit_code != 0:
        ended = f"signal {done.signal}" if done.exit_code is None else f"exit code {done.exit_code}"
        return f"`{command}` ended with {ended}: {done.output.strip()[-400:]}"
    return None


def _usage(act: StageScript) -> tuple[Usage, ...]:
    if act.tokens is None:
        return ()
    spent = act.tokens
    return (Usage("script", 1, spent.input, spent.output, usd=spent.usd),)
