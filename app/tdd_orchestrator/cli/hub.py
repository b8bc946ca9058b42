"""`tdd hub`: a GitHub on this machine to develop against, with pages and a runner, but without the app."""

import json
import re
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from tdd_orchestrator.cli.output import print_json
from tdd_orchestrator.cli.repository import repository_root
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.hub.hub import Hub
from tdd_orchestrator.hub.pages import hub_with_pages
from tdd_orchestrator.hub.runner import LocalRunner
from tdd_orchestrator.hub.thread import HubThread
from tdd_orchestrator.local.git import git
from tdd_orchestrator.local.keys import model_secrets
from tdd_orchestrator.manifests import ACTION, action_directory, manifest

LOGIN = "maintainer"
EMPTY = "maintainer/sandbox"
JOBS = 2
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9_.-]{1,100}")


@dataclass(frozen=True, slots=True)
class Copied:
    """A repository of the hub, filled from a work tree of this machine (`None`: empty)."""

    name: str
    source: Path | None
    branch: str


def hub_command(
    repo: Annotated[
        list[str] | None, typer.Option(metavar="OWNER/NAME=PATH", help="A repository to copy; may be repeated.")
    ] = None,
    directory: Annotated[
        Path | None, typer.Option("--dir", help="Where it keeps its files; else a new folder.")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 0,
    webhook: Annotated[str, typer.Option(help="Register the app, with this address for its webhooks.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document, then run on.")] = False,
) -> None:
    """Run a GitHub on this machine until Ctrl-C: REST, git, webhooks, Actions and pages, all on 127.0.0.1."""
    copies = [_copied(each) for each in repo or []] or [Copied(EMPTY, None, "main")]
    _must_be_free(copies, directory)
    with ExitStack() as stack:
        stack.enter_context(_ended_by_sigterm())
        room = directory or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tdd-hub-")))
        room.mkdir(parents=True, exist_ok=True)
        thread = stack.enter_context(_listening(room, port))
        told = thread.call(lambda hub: _furnished(hub, room, copies, webhook))
        if as_json:
            print_json(told)
            sys.stdout.flush()
        else:
            typer.echo("\n".join(_lines(told)))
        threading.Event().wait()


def _copied(said: str) -> Copied:
    name, _, path = said.partition("=")
    if not NAME.fullmatch(name) or not path or set(name.partition("/")[2]) <= {"."}:
        raise TddError(
            f"`--repo {said}` is not of the form owner/name=PATH.", remedy="Such as maintainer/shop=../shop."
        )
    root = repository_root(Path(path))
    return Copied(name, root, git(root, "branch", "--show-current") or "main")


def _must_be_free(copies: list[Copied], directory: Path | None) -> None:
    names = [copy.name.lower() for copy in copies]
    twice = next((copy.name for copy in copies if names.count(copy.name.lower()) > 1), None)
    if twice is not None:
        raise TddError(f"`{twice}` is there twice.", remedy="Give one of them another name.")
    if directory is not None and directory.exists():
        if not directory.is_dir():
            raise TddError(f"{directory} is not a folder.", remedy="Name a folder that does not exist yet.")
        if any(directory.iterdir()):
            raise TddError(f"{directory} is not empty.", remedy="Name a folder that does not exist yet.")


@contextmanager
def _listening(room: Path, port: int) -> Iterator[HubThread]:
    def make() -> Hub:
        env = {"TDD_ACTION_PYTHON": sys.executable}
        return hub_with_pages(room, LocalRunner({ACTION: action_directory()}, env, JOBS, sys.executable))

    with ExitStack() as stack:
        try:
            thread = stack.enter_context(HubThread(make, port))
        except OSError as taken:
            message = f"The hub cannot listen on port {port}: {taken.strerror}."
            raise TddError(message, remedy="Take another one, or `--port 0`.") from taken
        yield thread


def _furnished(hub: Hub, room: Path, copies: list[Copied], webhook: str) -> dict[str, object]:
    """Fill the hub; what people and programs need to use it."""
    token = hub.add_user(LOGIN)
    for copy in copies:
        hub.add_repository(copy.name, copy.source, copy.branch)
        hub.set_role(copy.name, LOGIN, "admin")
        for name, value in model_secrets().items():
            hub.set_secret(copy.name, name, value)
    repositories = [{"name": copy.name, "clone": hub.clone_url(copy.name, token)} for copy in copies]
    told: dict[str, object] = {"url": hub.url, "api": hub.api_url, "login": LOGIN, "token": token}
    return {**told, "repositories": repositories, "app": _registered(hub, room, copies, webhook) if webhook else None}


def _registered(hub: Hub, room: Path, copies: list[Copied], webhook: str) -> dict[str, str]:
    """The app, installed everywhere, as the settings of `tdd serve`."""
    said = json.loads(manifest("github-app.json").read_text("utf-8"))
    app = hub.add_app("tdd-orchestrator", webhook, said["default_permissions"], said["default_events"])
    for copy in copies:
        hub.install(app, copy.name)
    key = room / "app.private-key.pem"
    key.touch(0o600)
    key.write_text(app.private_key_pem)
    return {
        "TDD_GITHUB_URL": hub.api_url,
        "TDD_APP_ID": str(app.id),
        "TDD_PRIVATE_KEY_FILE": str(key.resolve()),
        "TDD_WEBHOOK_SECRET": app.webhook_secret,
    }


def _lines(told: dict[str, object]) -> Iterator[str]:
    yield f"Pages  {told['url']}"
    yield f"REST   {told['api']}"
    yield f"Token  {told['token']} (of {told['login']})"
    repositories, app = told["repositories"], told["app"]
    if isinstance(repositories, list):
        yield from (f"git    {each['clone']}" for each in repositories)
    if isinstance(app, dict):
        yield "App    settings of `tdd serve`:"
        yield from (f"       {name}={value}" for name, value in app.items())
    yield "Ctrl-C ends it."


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """SIGTERM ends it like Ctrl-C, so that servers stop and folders go; a second one does not disturb that."""

    def end(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
