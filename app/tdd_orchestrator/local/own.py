"""`tdd run`: the whole road on somebody's own repository. Its result is one more branch; nothing else there is
touched.
"""

import os
import re
import sys
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.live import Live

from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.documents.read import read_prd
from tdd_orchestrator.local.asking import Approval
from tdd_orchestrator.local.display import checks_table, commits_table, show
from tdd_orchestrator.local.following import Followed, follow
from tdd_orchestrator.local.git import git
from tdd_orchestrator.local.keeping import Kept, Room
from tdd_orchestrator.local.staging import LOCAL_BRANCH, staged
from tdd_orchestrator.local.state import read_run
from tdd_orchestrator.local.watching import Watcher
from tdd_orchestrator.local.world import LocalGitHub, local_github

REPO = "local/repository"
LOGIN = "you"
LIMIT_S = 24 * 3_600.0
ANSWER_S = 60.0


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
    """Begin a run. Raises `TddError` for what must be mended first."""
    top = toplevel(wish.repo)
    room = Room.of(top)
    room.must_be_free()
    if not wish.prd.is_file():
        raise TddError(f"There is no file {wish.prd}.", remedy="Name the PRD to work on.")
    prd = read_prd(wish.prd.name, wish.prd.read_bytes())
    if prd.refused:
        worst = next(fault for fault in prd.faults if fault.level == "failure")
        told = f"{wish.prd}:{worst.line}: {worst.message} {worst.remedy}"
        raise TddError(told, remedy=f"`tdd ingest {wish.prd}` shows everything.")
    title = prd.title or wish.prd.stem
    copy = staged(top, room.directory, wish.prd, wish.base, slug(title), title)
    kept = Kept(copy, wish.worker, _script(wish.script), str(wish.python or project_python(top)))
    room.keep(kept)
    return _driven(top, room, kept, approval, console)


def resume(repo: Path, approval: Approval, console: Console) -> Ended:
    """Go on where a run was left."""
    top = toplevel(repo)
    room = Room.of(top)
    kept = room.kept()
    room.put_back(f"hub/repositories/{REPO}.git", "source")
    return _driven(top, room, kept, approval, console)


def discard(repo: Path) -> bool:
    """Drop an unfinished run; whether there was one."""
    return Room.of(toplevel(repo)).empty()


def slug(title: str) -> str:
    """A title as the end of a branch name."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:50].strip("-") or "prd"


def toplevel(repo: Path) -> Path:
    """The root of the work tree; raises `GitRefused` outside of one."""
    return Path(git(repo, "rev-parse", "--show-toplevel"))


def project_python(top: Path) -> Path:
    """The project's own virtual environment, or else the Python that runs this."""
    for candidate in (top / ".venv" / "bin" / "python", top / "venv" / "bin" / "python"):
        if candidate.exists():
            return candidate
    return Path(sys.executable)


def _driven(top: Path, room: Room, kept: Kept, approval: Approval, console: Console) -> Ended:
    copy = kept.staged
    bare = room.directory / "hub" / "repositories" / f"{REPO}.git"
    with ExitStack() as stack:
        github = stack.enter_context(_world(room, kept))
        watcher = stack.enter_context(Watcher(github.api_url, github.token, REPO))
        number = watcher.open_pull(copy.title, copy.branch, copy.base, f"PRD: {copy.prd}")
        console.print(f"Follow it in a browser: {github.pull_url(number)}/checks\n")
        followed = _followed(watcher, github, number, approval, console)
        show(console, checks_table(followed, copy.title), commits_table(watcher.commits(copy.base, followed.pull.head)))
    run = read_run(bare, number)
    git(top, "fetch", "--quiet", "--no-tags", str(bare), f"refs/heads/{copy.branch}:refs/heads/{copy.branch}")
    completed = followed.run is not None and followed.run.conclusion == "success"
    if completed:
        room.empty()
    told = followed.run.title if followed.run else "no check was seen"
    return Ended(run, copy.branch, copy.base, completed, told)


def _world(room: Room, kept: Kept) -> AbstractContextManager[LocalGitHub]:
    environ = {"TDD_SCRIPT": kept.script} if kept.script else {}
    return local_github(
        room.directory / "hub",
        REPO,
        source=Path(kept.staged.repository),
        default_branch=LOCAL_BRANCH,
        login=LOGIN,
        runner_env=environ,
        app_env={"TDD_WORKER": kept.worker} if kept.worker else {},
        secrets=model_secrets(),
        python=kept.python,
    )


def _followed(watcher: Watcher, github: LocalGitHub, number: int, approval: Approval, console: Console) -> Followed:
    """Look on until it is over, or until it waits for something that the person here does not give."""
    with Live(console=console, refresh_per_second=8, transient=True) as live:
        for followed in follow(watcher, number, github.app.check, LIMIT_S):
            live.update(checks_table(followed, "Checks"))
            if not followed.waits or followed.run is None:
                continue
            if "approval" not in followed.run.title:
                break
            live.stop()
            if not approval.given(f"{followed.run.summary}\n\n{followed.run.text}"):
                break
            watcher.comment(number, f"/tdd approve {followed.pull.head[:12]}")
            for seen in follow(watcher, number, github.app.check, ANSWER_S):
                if not seen.waits:
                    break
            live.start()
    return followed


def _script(path: Path | None) -> str:
    if path is not None and not path.is_file():
        raise TddError(f"There is no script {path}.", remedy="Name the file that the worker `script` plays.")
    return str(path.resolve()) if path else ""


def model_secrets() -> dict[str, str]:
    """The keys of models that this environment has, as the repository's secrets."""
    return {name: os.environ[name] for name in ("ANTHROPIC_API_KEY",) if os.environ.get(name)}
