"""`tdd demo`: a small shop, a PRD in a pull request, and everything that then happens, for real, on this machine."""

import shutil
import sys
import tempfile
import time
import webbrowser
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.live import Live

from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.demo import PRD, PROJECT
from tdd_orchestrator.local.cast import Cast, Scene, approving, everybody
from tdd_orchestrator.local.display import checks_table, comment_panel, commits_table, show, state_of
from tdd_orchestrator.local.following import Followed, follow
from tdd_orchestrator.local.git import commit, committed, git
from tdd_orchestrator.local.keys import model_environment, model_secrets
from tdd_orchestrator.local.project_python import project_environment
from tdd_orchestrator.local.state import read_run
from tdd_orchestrator.local.watching import Watcher
from tdd_orchestrator.local.world import LocalGitHub, local_github
from tdd_orchestrator.manifests import manifest
from tdd_orchestrator.report.words import usd

REPO = "maintainer/shop"
BRANCH = "checkout"
LIMIT_S = {"script": 900.0}
LIMIT_OF_A_MODEL_S = 3_600.0
PLAYED = "A PRD with six requirements becomes tested code. A script plays the model's part; all else is real."
WRITTEN = "A PRD with six requirements becomes tested code. It is written by the worker {}."


@dataclass(frozen=True, slots=True)
class DemoWish:
    """How the demo shall be: who works, where its repository stays afterwards, and whether a browser opens."""

    worker: str = "script"
    keep: Path | None = None
    open_browser: bool = False
    port: int = 0


class DemoFailed(TddError):
    """The demo's run did not complete."""


def demo(wish: DemoWish, console: Console) -> None:
    """Run it; raises `DemoFailed` unless the run completed."""
    if wish.keep is not None and wish.keep.exists() and any(wish.keep.iterdir()):
        raise TddError(f"{wish.keep} is not empty.", remedy="Name a folder that does not exist yet.")
    secrets = _secrets(wish.worker)
    began = time.monotonic()
    console.print(PLAYED if wish.worker == "script" else WRITTEN.format(wish.worker), highlight=False)
    console.print("Starting a GitHub on this machine, and the app behind it ...", highlight=False)
    with ExitStack() as stack:
        room = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tdd-demo-")))
        project = prepare(room / "shop", wish.worker)
        github = stack.enter_context(
            local_github(
                room / "hub",
                REPO,
                source=project,
                default_branch="main",
                login="maintainer",
                runner_env=model_environment(),
                secrets=secrets,
                python=str(project_environment(room / "python")),
                port=wish.port,
            )
        )
        watcher = stack.enter_context(Watcher(github.api_url, github.token, REPO))
        ended = _watched(wish, github, watcher, room, console)
        _told(github, watcher, ended, console)
        console.print(f"Time: {time.monotonic() - began:.0f} s.\n", highlight=False)
        _left(room / "hub", wish.keep, console)
        if ended.run is None or ended.run.conclusion != "success":
            raise DemoFailed(f"The run did not complete: it ended as {state_of(ended.run)}.")


def prepare(directory: Path, worker: str = "script") -> Path:
    """The shop as a git repository: `main` with workflow and configuration, and a branch with the PRD."""
    shutil.copytree(PROJECT, directory, ignore=shutil.ignore_patterns("__pycache__"))
    workflows = directory / ".github" / "workflows"
    workflows.mkdir(parents=True)
    shutil.copy(manifest("workflows/tdd.yml"), workflows / "tdd.yml")
    config = directory / ".tdd" / "config.toml"
    config.write_text(config.read_text().replace('worker = "script"', f'worker = "{worker}"'))
    committed(directory, "main", "A small shop")
    git(directory, "switch", "--quiet", "--create", BRANCH)
    (directory / "prds").mkdir(exist_ok=True)
    shutil.copy(PRD, directory / "prds" / "checkout.md")
    git(directory, "add", "prds")
    commit(directory, "PRD: checkout")
    return directory


def _secrets(worker: str) -> dict[str, str]:
    secrets = model_secrets()
    if worker == "claude" and not secrets:
        raise TddError("The worker `claude` needs a key.", remedy="Set ANTHROPIC_API_KEY, or leave `--worker` out.")
    return secrets


def _watched(wish: DemoWish, github: LocalGitHub, watcher: Watcher, room: Path, console: Console) -> Followed:
    number = watcher.open_pull("Checkout", BRANCH, "main", "The PRD is in `prds/checkout.md`.")
    page = github.pull_url(number)
    console.print(f"Pull request #{number} is open; its page while this lasts: {page}/checks\n", highlight=False)
    if wish.open_browser:
        webbrowser.open(f"{page}/checks")
    bare = github.thread.hub.repository(REPO).git.path
    clone = _cloned(github, room / "clone")
    acts = everybody() if wish.worker == "script" else (approving(),)
    cast = Cast(acts)
    with Live(console=console, refresh_per_second=8, transient=True) as live:
        for followed in _followed(wish, github, watcher, number, cast):
            live.update(checks_table(followed, "Checks"))
            if (run := read_run(bare, number)) is None:
                continue
            for told in cast.play(Scene(watcher, number, clone, run, followed)):
                console.print(f"@maintainer {told}", highlight=False)
    return followed


def _cloned(github: LocalGitHub, directory: Path) -> Path:
    """The maintainer's own clone, with their token in its address as on any laptop."""
    address = github.thread.hub.clone_url(REPO, github.token)
    git(directory.parent, "clone", "--quiet", address, str(directory))
    return directory


def _followed(wish: DemoWish, github: LocalGitHub, watcher: Watcher, number: int, cast: Cast) -> Iterator[Followed]:
    """Look until the run is over; what only waits for somebody of the cast is not."""

    def over(followed: Followed) -> bool:
        return followed.over and not (followed.run and followed.run.conclusion != "success" and cast.waiting)

    limit = LIMIT_S.get(wish.worker, LIMIT_OF_A_MODEL_S)
    try:
        yield from follow(watcher, number, github.app.check, limit, over=over)
    except TimeoutError as late:
        raise DemoFailed(str(late), remedy="If this machine is busy with other things, try again later.") from late


def _told(github: LocalGitHub, watcher: Watcher, ended: Followed, console: Console) -> None:
    sticky = next((body for author, body in watcher.comments(ended.pull.number) if author.endswith("[bot]")), "")
    commits = watcher.commits("main", ended.pull.head)
    show(console, checks_table(ended, "Checks"), comment_panel(sticky), commits_table(commits))
    hub = github.thread.hub
    run = read_run(hub.repository(REPO).git.path, ended.pull.number)
    if run is not None:
        _refusals(run, console)
        tokens = sum(usage.input_tokens + usage.output_tokens for task in run.tasks for usage in task.usage)
        console.print(f"Cost: {usd(run.usd)} for {tokens:,} tokens.", highlight=False)
    asked = [one for one in hub.requests if one.token_kind in ("app", "installation") and ".git/" not in one.path]
    per_task = len(asked) / max(len(ended.tasks), 1)
    console.print(f"Requests to the REST API by the app: {len(asked)}, {per_task:.1f} a task.", highlight=False)
    console.print(f"State: the branch `tdd-state/pr-{ended.pull.number}` of the same repository.", highlight=False)


def _refusals(run: Run, console: Console) -> None:
    """What was sent back on the way, and why: the part that makes the rest worth believing."""
    for task in run.tasks:
        for attempt in task.attempts:
            if attempt.accepted is False:
                console.print(f"Refused: {task.key}, attempt {attempt.number}: {attempt.reason}", highlight=False)


def _left(hub: Path, keep: Path | None, console: Console) -> None:
    """What stays of it, and what can be done with that."""
    if keep is None:
        console.print("Nothing of it stays here. `make demo KEEP=DIR` leaves the repository in DIR.", highlight=False)
        return
    bare = hub / "repositories" / f"{REPO}.git"
    keep.parent.mkdir(parents=True, exist_ok=True)
    git(keep.parent, "clone", "--quiet", "--branch", BRANCH, str(bare), str(keep.resolve()))
    told = f"The repository is in {keep}. Prove all of it again, from git alone:"
    steps = f"  cd {keep}\n  {_proving()}"
    console.print(f"{told}\n{steps}", highlight=False, markup=False, soft_wrap=True)


def _proving() -> str:
    """The command for a shell that may find another Python, or one without pytest, or no `tdd` at all."""
    folder = Path(sys.executable).parent
    found = {Path(each).parent for name in ("tdd", "python3") if (each := shutil.which(name))}
    return ("" if found == {folder} else f'PATH="{folder}:$PATH" ') + "tdd prove origin/main..HEAD"
