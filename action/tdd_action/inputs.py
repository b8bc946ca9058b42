"""What a runner is told, read once from the environment into a frozen value; every fault in one error."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from tdd_action.from_event import assignment_of_event
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.result import Assignment, Step
from tdd_orchestrator.core.wire import MalformedWire, from_wire

E = TypeVar("E", bound=StrEnum)

SECRETS = ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "TDD_TOKEN", "GITHUB_TOKEN", "INPUT_ANTHROPIC-API-KEY", "INPUT_TOKEN")
"""Secrets that the action itself is given."""
SECRETLY_NAMED = re.compile(r"(?:API_?KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?|PRIVATE_?KEY)$", re.IGNORECASE)


def secret_names(environ: Iterable[str]) -> tuple[str, ...]:
    """Names that are taken out of the environment before anything else happens: ours, and all that are called like a
    secret, such as ANTHROPIC_AUTH_TOKEN or the key of a plug-in.
    """
    return (*SECRETS, *(name for name in environ if SECRETLY_NAMED.search(name.replace("-", "_"))))


def held(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The values of the secrets in an environment."""
    return tuple(dict.fromkeys(environ[name] for name in secret_names(environ) if environ.get(name)))


class Job(StrEnum):
    """What this process does. `land` is not dispatched: it follows a proof in the same workflow run."""

    PLAN = "plan"
    WORK = "work"
    PROVE = "prove"
    LAND = "land"
    DRAFT = "draft"


class Lander(StrEnum):
    """Who lands a proven result: the app, or this workflow with a write token."""

    APP = "app"
    WORKFLOW = "workflow"


class WrongInputs(TddError):
    """The inputs of this step are not usable."""


@dataclass(frozen=True, slots=True)
class AppKey:
    """An App that pushes for a workflow: what a job's own token pushes starts no workflow of the repository."""

    id: int
    private_key: str = field(repr=False)


def app_key(environ: Mapping[str, str]) -> AppKey | None:
    """The App in these variables; `None` where neither is set. Raises `WrongInputs` for one without the other."""
    given, key = environ.get("TDD_APP_ID", "").strip(), environ.get("TDD_APP_PRIVATE_KEY", "")
    if not given and not key:
        return None
    if not given.isascii() or not given.isdigit() or not key:
        raise WrongInputs("app-id (a number) and app-private-key (its PEM) belong together: give both, or neither.")
    return AppKey(int(given), key)


@dataclass(frozen=True, slots=True)
class Inputs:
    """One step's inputs. Folders are absolute; `out` is made when it is first written to.

    `alone`: nobody dispatched this proof, it stands for itself as a check; then a refusal fails the step.
    """

    job: Job
    assignment: Assignment
    repository: Path
    out: Path
    worker: str = ""
    script: str = ""
    lander: Lander = Lander.APP
    alone: bool = False
    api_key: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    app: AppKey | None = None
    output_file: Path | None = None
    summary_file: Path | None = None
    temporary: Path | None = None
    api_url: str = "https://api.github.com"
    server_url: str = "https://github.com"
    workflow_run: int = 0
    workflow_attempt: int = 1
    state_interval_s: float = 10.0
    write_interval_s: float = 1.0

    @property
    def log_url(self) -> str:
        """The page of this workflow run; "" where it is none."""
        return f"{self.server_url}/{self.assignment.repo}/actions/runs/{self.workflow_run}" if self.workflow_run else ""

    @property
    def profile(self) -> str:
        """The worker to use: what the workflow says, or else what the assignment says.

        What a person has pushed is handed in by nobody else.
        """
        return self.assignment.worker if self.assignment.source else self.worker or self.assignment.worker


def read_inputs(environ: Mapping[str, str]) -> Inputs:
    """The inputs in these variables. Raises `WrongInputs` with all faults at once; never quotes a secret."""
    faults: list[str] = []
    job = _choice(Job, environ, "TDD_STEP", None, faults)
    lander = _choice(Lander, environ, "TDD_LANDER", Lander.APP, faults)
    alone = job is Job.PROVE and not environ.get("TDD_ASSIGNMENT")
    assignment = assignment_of_event(environ) if alone else _assignment(environ.get("TDD_ASSIGNMENT", ""), faults)
    repository = _folder(environ, faults)
    out = environ.get("TDD_OUT_DIR") or (environ.get("RUNNER_TEMP", "") and f"{environ['RUNNER_TEMP']}/tdd")
    if not out:
        faults.append("TDD_OUT_DIR is empty: name the folder for the result files.")
    elif repository and repository.is_relative_to(Path(out).absolute()):
        faults.append("TDD_OUT_DIR holds the checkout: name a folder of its own, it is emptied.")
    if job and assignment:
        faults += _contradictions(job, assignment)
    if job is Job.LAND and lander is Lander.WORKFLOW and not _token(environ):
        faults.append("TDD_TOKEN is empty: landing from the workflow needs a token with contents: write.")
    if faults or job is None or assignment is None or lander is None or repository is None:
        raise WrongInputs(" ".join(faults))
    return Inputs(
        job=job,
        assignment=assignment,
        repository=repository,
        out=Path(out).absolute(),
        worker=environ.get("TDD_WORKER", ""),
        script=environ.get("TDD_SCRIPT", ""),
        lander=lander,
        alone=alone,
        api_key=environ.get("ANTHROPIC_API_KEY", ""),
        token=_token(environ),
        app=app_key(environ),
        output_file=_optional(environ, "GITHUB_OUTPUT"),
        summary_file=_optional(environ, "GITHUB_STEP_SUMMARY"),
        temporary=_optional(environ, "RUNNER_TEMP"),
        api_url=environ.get("GITHUB_API_URL") or "https://api.github.com",
        server_url=environ.get("GITHUB_SERVER_URL") or "https://github.com",
        workflow_run=int(environ.get("GITHUB_RUN_ID") or 0),
        workflow_attempt=int(environ.get("GITHUB_RUN_ATTEMPT") or 1),
        state_interval_s=float(environ.get("TDD_STATE_INTERVAL_SECONDS") or 10),
        write_interval_s=float(environ.get("TDD_WRITE_INTERVAL_SECONDS") or 1),
    )


def _token(environ: Mapping[str, str]) -> str:
    return environ.get("TDD_TOKEN") or environ.get("GITHUB_TOKEN", "")


def _optional(environ: Mapping[str, str], name: str) -> Path | None:
    return Path(environ[name]) if environ.get(name) else None


def _folder(environ: Mapping[str, str], faults: list[str]) -> Path | None:
    given = environ.get("TDD_REPOSITORY_DIR") or environ.get("GITHUB_WORKSPACE")
    if not given:
        faults.append("TDD_REPOSITORY_DIR is empty: name the folder of the checkout.")
        return None
    if not Path(given).is_dir():
        faults.append(f"TDD_REPOSITORY_DIR: there is no folder {given}.")
    return Path(given).absolute()


def _choice(kind: type[E], environ: Mapping[str, str], name: str, default: E | None, faults: list[str]) -> E | None:
    given = environ.get(name, "") or (default.value if default else "")
    try:
        return kind(given)
    except ValueError:
        faults.append(f"{name} is {given!r}: write {', '.join(kind)}.")
        return None


def _assignment(text: str, faults: list[str]) -> Assignment | None:
    if not text:
        faults.append("TDD_ASSIGNMENT is empty: it is the JSON that the app sends as the input `assignment`.")
        return None
    try:
        return from_wire(Assignment, json.loads(text))
    except (ValueError, MalformedWire) as malformed:
        faults.append(f"TDD_ASSIGNMENT is not an assignment: {malformed}")
        return None


def _contradictions(job: Job, assignment: Assignment) -> list[str]:
    faults = []
    allowed = {
        Job.PLAN: (Step.PLAN,),
        Job.WORK: (Step.WORK,),
        Job.PROVE: (Step.WORK, Step.PROVE),
        Job.LAND: tuple(Step),
        Job.DRAFT: (Step.DRAFT,),
    }
    if assignment.step not in allowed[job]:
        faults.append(f"TDD_STEP is {job}, but the assignment is for {assignment.step}.")
    if assignment.step is Step.WORK and assignment.task is None:
        faults.append("The assignment is for work and names no task.")
    if assignment.step is Step.DRAFT and not assignment.wish.strip():
        faults.append("The assignment is for a draft and does not say of what.")
    if assignment.step is Step.PROVE and not assignment.since:
        faults.append("The assignment is for a proof and does not say since which commit.")
    return faults
