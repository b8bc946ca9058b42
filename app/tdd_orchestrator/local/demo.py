"""`tdd demo`: a small shop, a PRD in a pull request, and everything that then happens, for real, on this machine."""

import shutil
import tempfile
import webbrowser
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.live import Live

from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.demo import PRD, PROJECT
from tdd_orchestrator.local.display import checks_table, comment_panel, commits_table, show
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
LIMIT_S = {"script": 300.0}
LIMIT_OF_A_MODEL_S = 3_600.0


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
        ended = _watched(wish, github, watcher, console)
        _told(github, watcher, ended, console)
        if wish.keep is not None:
            _kept(room / "hub", wish.keep, console)
        if ended.run is None or ended.run.conclusion != "success":
            raise DemoFailed(f"The run ended as {ended.run.state if ended.run else 'unknown'}.")


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


def _watched(wish: DemoWish, github: LocalGitHub, watcher: Watcher, console: Console) -> Followed:
    number = watcher.open_pull("Checkout", BRANCH, "main", "The PRD is in `prds/checkout.md`.")
    page = github.pull_url(number)
    console.print(f"Pull request #{number} with a PRD is open: {page}/checks\n")
    if wish.open_browser:
        webbrowser.open(f"{page}/checks")
    approved = False
    limit = LIMIT_S.get(wish.worker, LIMIT_OF_A_MODEL_S)
    with Live(console=console, refresh_per_second=8, transient=True) as live:
        for followed in follow(watcher, number, github.app.check, limit):
            live.update(checks_table(followed, "Checks"))
            if followed.waits and not approved:
                approved = True
                watcher.comment(number, "/tdd approve")
            elif followed.waits and followed.run and "approval" not in followed.run.title:
                break  # somebody else must answer, and nobody is here
    return followed


def _told(github: LocalGitHub, watcher: Watcher, ended: Followed, console: Console) -> None:
    sticky = next((body for author, body in watcher.comments(ended.pull.number) if author.endswith("[bot]")), "")
    commits = watcher.commits("main", ended.pull.head)
    show(console, checks_table(ended, "Checks"), comment_panel(sticky), commits_table(commits))
    hub = github.thread.hub
    run = read_run(hub.repository(REPO).git.path, ended.pull.number)
    if run is not None:
        _refusals(run, console)
        tokens = sum(usage.input_tokens + usage.output_tokens for task in run.tasks for usage in task.usage)
        console.print(f"Cost: {usd(run.usd)} for {tokens:,} tokens.")
    asked = [one for one in hub.requests if one.token_kind in ("app", "installation") and ".git/" not in one.path]
    per_task = len(asked) / max(len(ended.tasks), 1)
    console.print(f"Requests to the REST API by the app: {len(asked)}, {per_task:.1f} a task.")
    console.print(f"State: the branch `tdd-state/pr-{ended.pull.number}` of the same repository.")


def _refusals(run: Run, console: Console) -> None:
    """What was sent back on the way, and why: the part that makes the rest worth believing."""
    for task in run.tasks:
        for attempt in task.attempts:
            if attempt.accepted is False:
                console.print(f"Refused: {task.key}, attempt {attempt.number}: {attempt.reason}")


def _kept(hub: Path, keep: Path, console: Console) -> None:
    bare = hub / "repositories" / f"{REPO}.git"
    keep.parent.mkdir(parents=True, exist_ok=True)
    git(keep.parent, "clone", "--quiet", "--branch", BRANCH, str(bare), str(keep.resolve()))
    console.print(f"\nThe repository is in {keep}. Prove it again: cd {keep} && tdd prove origin/main..HEAD")
