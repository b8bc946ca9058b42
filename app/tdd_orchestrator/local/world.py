"""A GitHub of one's own: hub, runner, app and people, up for the length of a `with` block."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tdd_orchestrator.hub.acts.refs import request_suites
from tdd_orchestrator.hub.hub import Hub
from tdd_orchestrator.hub.identity import App
from tdd_orchestrator.hub.pages import hub_with_pages
from tdd_orchestrator.hub.runner import LocalRunner
from tdd_orchestrator.hub.thread import HubThread
from tdd_orchestrator.local.app_process import AppProcess, free_port
from tdd_orchestrator.manifests import ACTION, action_directory, manifest


@dataclass(frozen=True, slots=True)
class Quickness:
    """How the app behaves when GitHub is next door: seconds between state pushes, between writes, between sweeps.

    Against GitHub the defaults of `tdd serve` hold: ten, one and sixty.
    """

    state_interval_s: float = 0.2
    write_interval_s: float = 0.0
    sweep_s: float = 20.0


@dataclass(frozen=True, slots=True)
class LocalGitHub:
    """What is up: the hub (in a thread), the app (a process) and the repository that both speak of."""

    thread: HubThread
    app: AppProcess
    repo: str
    token: str
    login: str

    @property
    def api_url(self) -> str:
        return self.thread.hub.api_url

    def pull_url(self, number: int) -> str:
        """The pull request's page in a browser."""
        return f"{self.thread.url}/{self.repo}/pull/{number}"

    def rerun(self, sha: str) -> None:
        """Press "Re-run all checks" of a commit, which need not have any yet."""

        def press(hub: Hub) -> None:
            repository = hub.repository(self.repo)
            request_suites(hub.site, repository, hub.world.users[self.login], "", "", sha)
            for number in [suite.id for suite in repository.suites.values() if suite.head_sha == sha]:
                hub.rerun_suite(number, self.login)

        self.thread.call(press)


@contextmanager
def local_github(
    directory: Path,
    repo: str,
    *,
    source: Path,
    default_branch: str,
    login: str,
    runner_env: Mapping[str, str],
    secrets: Mapping[str, str],
    app_env: Mapping[str, str] | None = None,
    python: str = sys.executable,
    max_parallel: int = 2,
    port: int = 0,
    ids_from: int = 0,
    quickness: Quickness | None = None,
) -> Iterator[LocalGitHub]:
    """A hub with one repository, the app installed on it, and one person with every right.

    `runner_env` is added to the environment of the action's steps, `app_env` to the app's; `secrets` are the
    repository's Actions secrets; `ids_from` keeps a hub from giving ids that an earlier one has given.
    """
    directory.mkdir(parents=True, exist_ok=True)
    env = {"TDD_ACTION_PYTHON": sys.executable, **runner_env}

    def make() -> Hub:
        hub = hub_with_pages(directory, LocalRunner({ACTION: action_directory()}, env, max_parallel, python))
        hub.world.ids_from = ids_from
        return hub

    with HubThread(make, port) as thread:
        app_port = free_port()
        token, app = thread.call(lambda hub: _furnished(hub, repo, source, default_branch, login, secrets, app_port))
        settings = {**_settings(app, thread.hub.api_url, quickness or Quickness()), **(app_env or {})}
        with AppProcess(directory, settings, app_port) as process:
            yield LocalGitHub(thread, process, repo, token, login)


def _furnished(
    hub: Hub, repo: str, source: Path, default_branch: str, login: str, secrets: Mapping[str, str], port: int
) -> tuple[str, App]:
    token = hub.add_user(login)
    hub.add_repository(repo, source, default_branch)
    hub.set_role(repo, login, "admin")
    for name, value in secrets.items():
        hub.set_secret(repo, name, value)
    manifested = json.loads(manifest("github-app.json").read_text())
    app = hub.add_app(
        "tdd-orchestrator",
        f"http://127.0.0.1:{port}/webhook",
        manifested["default_permissions"],
        manifested["default_events"],
    )
    hub.install(app, repo)
    return token, app


def _settings(app: App, api_url: str, quickness: Quickness) -> dict[str, str]:
    return {
        "TDD_APP_ID": str(app.id),
        "TDD_PRIVATE_KEY": app.private_key_pem,
        "TDD_WEBHOOK_SECRET": app.webhook_secret,
        "TDD_GITHUB_URL": api_url,
        "TDD_STATE_INTERVAL_SECONDS": str(quickness.state_interval_s),
        "TDD_WRITE_INTERVAL_SECONDS": str(quickness.write_interval_s),
        "TDD_SWEEP_SECONDS": str(quickness.sweep_s),
    }
