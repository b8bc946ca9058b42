"""`tdd run`: the whole road on somebody's own repository. Its result is one more branch; nothing else there is
touched.
"""

import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.live import Live

from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.documents.read import read_prd
from tdd_orchestrator.local.asking import Approval
from tdd_orchestrator.local.delivering import deliver, take_away
from tdd_orchestrator.local.display import checks_table, commits_table, show
from tdd_orchestrator.local.following import Followed, follow
from tdd_orchestrator.local.interrupting import interruptible
from tdd_orchestrator.local.keeping import REPO, Kept, Room
from tdd_orchestrator.local.keys import model_environment, model_secrets
from tdd_orchestrator.local.project_python import layered_environment, project_environment
from tdd_orchestrator.local.readiness import ready
from tdd_orchestrator.local.staging import LOCAL_BRANCH, refreshed, staged
from tdd_orchestrator.local.state import read_run
from tdd_orchestrator.local.watching import Watcher
from tdd_orchestrator.local.world import LocalGitHub, Quickness, local_github

LOGIN = "you"
NUMBER = 1
LIMIT_S = 24 * 3_600.0
ANSWER_S = 60.0
IDS_A_SESSION = 1_000_000
AGAIN = Quickness(sweep_s=2.0)
"""A run that is taken up waits for jobs which nobody works on any more; the sweep finds that out."""


@dataclass(frozen=True, slots=True)
class RunWish:
    """What shall be done. `base` is a branch, "" the current one; `worker` "" means what the configuration says."""

    prd: Path
    repo: Path
    base: str = ""
    worker: str = ""
    script: Path | None = None
    python: Path | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: its state, the branch that holds the result, and whether everything landed."""

    run: Run | None
    branch: str
    base: str
    completed: bool
    told: str


def start(wish: RunWish, approval: Approval, console: Console) -> Ended:
    """Begin a run in the repository whose root is `wish.repo`. Raises `TddError` for what must be mended first."""
    room = Room.of(wish.repo)
    with room.held(), interruptible():
        room.must_be_free()
        title = _title(wish.prd)
        script, python = _file(wish.script, "script"), _file(wish.python, "Python") or project_python(wish.repo)
        copy = staged(wish.repo, room.copy, wish.prd, wish.base, slug(title), title)
        worker = ready(wish.repo, copy.base, wish.worker, script)
        kept = Kept(copy, worker, script, python)
        room.keep(kept)
        return _driven(wish.repo, room, kept, approval, console)


def resume(top: Path, approval: Approval, console: Console) -> Ended:
    """Go on where a run was left. What was mended on the base branch in the meantime counts."""
    room = Room.of(top)
    with room.held(), interruptible():
        before = room.kept()
        kept = replace(before, session=before.session + 1)
        room.keep(kept)
        room.put_back()
        refreshed(top, room.copy, kept.staged)
        return _driven(top, room, kept, approval, console)


def discard(top: Path) -> str:
    """Drop an unfinished run and the branch that it has left; what was done, in words."""
    room = Room.of(top)
    with room.held():
        if not room.unfinished:
            return "There is no unfinished run."
        branch = room.kept().staged.branch
        gone = take_away(top, room.worked_on, branch) or take_away(top, room.copy, branch)
        room.empty()
    return f"Dropped, and with it the branch {branch}." if gone else "Dropped."


def slug(title: str) -> str:
    """A title as the end of a branch name."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:50].strip("-") or "prd"


def project_python(top: Path) -> str:
    """The Python of the project's own virtual environment, or "" where it has none."""
    for candidate in (top / ".venv" / "bin" / "python", top / "venv" / "bin" / "python"):
        if candidate.exists():
            return str(candidate)
    return ""


def _python(room: Room, kept: Kept) -> str:
    """A Python for the tests that can be thrown away: what the workflow installs goes into it, and nowhere else."""
    place = room.directory / "python"
    return str(layered_environment(place, Path(kept.python)) if kept.python else project_environment(place))


def _driven(top: Path, room: Room, kept: Kept, approval: Approval, console: Console) -> Ended:
    copy = kept.staged
    with ExitStack() as stack:
        github = stack.enter_context(_world(room, kept))
        watcher = stack.enter_context(Watcher(github.api_url, github.token, REPO))
        number = watcher.open_pull(copy.title, copy.branch, copy.base, f"PRD: {copy.prd}")
        if kept.session > 1:
            github.rerun(watcher.pull(number).head)
        console.print(f"Follow it in a browser: {github.pull_url(number)}/checks\n")
        followed = _followed(watcher, github, approval, console, again=kept.session > 1)
        show(console, checks_table(followed, copy.title), commits_table(watcher.commits(copy.base, followed.pull.head)))
    run = read_run(room.worked_on, number)
    deliver(top, room.worked_on, copy.branch)
    completed = followed.run is not None and followed.run.conclusion == "success"
    if completed:
        room.empty()
    told = followed.run.title if followed.run else "no check was seen"
    return Ended(run, copy.branch, copy.base, completed, told)


def _world(room: Room, kept: Kept) -> AbstractContextManager[LocalGitHub]:
    worker = {"TDD_WORKER": kept.worker} if kept.worker else {}
    return local_github(
        room.hub,
        REPO,
        source=room.copy,
        default_branch=LOCAL_BRANCH,
        login=LOGIN,
        runner_env=model_environment() | ({"TDD_SCRIPT": kept.script} if kept.script else {}),
        app_env=worker,
        secrets=model_secrets(),
        python=_python(room, kept),
        ids_from=(kept.session - 1) * IDS_A_SESSION,
        quickness=AGAIN if kept.session > 1 else None,
    )


def _followed(watcher: Watcher, github: LocalGitHub, approval: Approval, console: Console, *, again: bool) -> Followed:
    """Look on until it is over, or until it waits for something that the person here does not give."""
    alive, begun = github.app.check, time.monotonic() + ANSWER_S
    with Live(console=console, refresh_per_second=8, transient=True) as live:
        for followed in follow(watcher, NUMBER, alive, LIMIT_S):
            live.update(checks_table(followed, "Checks"))
            if followed.run is None and time.monotonic() > begun:
                raise TddError("The app shows nothing of this run.", remedy="`.git/tdd/hub/app.log` says why.")
            if followed.run is None or not followed.waits:
                continue
            if "approval" not in followed.run.title:
                if not again:
                    break
                again = False  # it waits as it was left: that is what `--resume` is about
                _said(watcher, "/tdd resume", followed, alive)
                continue
            live.stop()
            if not approval.given(f"{followed.run.summary}\n\n{followed.run.text}"):
                break
            _said(watcher, f"/tdd approve {followed.pull.head[:12]}", followed, alive)
            live.start()
    return followed


def _said(watcher: Watcher, words: str, before: Followed, alive: Callable[[], None]) -> None:
    """Comment, and wait until the run's check has changed."""
    watcher.comment(NUMBER, words)
    for seen in follow(watcher, NUMBER, alive, ANSWER_S, over=lambda seen: seen.run != before.run):
        if seen.run != before.run:
            return


def _title(prd: Path) -> str:
    """The title of a PRD that can be worked; raises with its worst fault."""
    if not prd.is_file():
        raise TddError(f"There is no file {prd}.", remedy="Name the PRD to work on.")
    read = read_prd(prd.name, prd.read_bytes())
    if read.refused:
        worst = next(fault for fault in read.faults if fault.level == "failure")
        told = f"{prd}:{worst.line}: {worst.message} {worst.remedy}"
        raise TddError(told, remedy=f"`tdd ingest {prd}` shows everything.")
    return read.title or prd.stem


def _file(path: Path | None, noun: str) -> str:
    """The absolute name of a file that was named; links are kept, for a virtual environment's Python is one."""
    if path is not None and not path.is_file():
        raise TddError(f"There is no {noun} {path}.", remedy="Name a file that is there.")
    return str(path.absolute()) if path else ""
