"""Where the state of runs is read from: the state refs of a remote, or an unfinished `tdd run` of this machine.

A remote's refs are fetched by git itself into a folder of ours: so everybody's own way in counts (ssh, credential
helpers, proxies), and the repository at hand is not touched.
"""

import asyncio
import base64
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.local.git import git
from tdd_orchestrator.local.keeping import Room
from tdd_orchestrator.store import LedgerStore, Loaded, StateStore
from tdd_orchestrator.store.ledger import NAME, StoredLedger

LEDGER = 0
"""What is wanted is no run but the repository's ledger: no pull request has this number."""


class NoSuchRun(TddError):
    """There is no run of this pull request."""


class RemoteUnreadable(TddError):
    """The remote cannot be read."""


@dataclass(frozen=True, slots=True)
class StateSource:
    """A git directory that holds state refs; `name` is how people call it."""

    name: str
    directory: Path
    prefix: str
    numbers: tuple[int, ...]
    has_ledger: bool = False

    def runs(self) -> tuple[Loaded, ...]:
        """Every run, in the order of the pull requests' numbers."""
        return tuple(self.run(number) for number in self.numbers)

    def run(self, number: int) -> Loaded:
        """One run. Raises `NoSuchRun`."""
        return asyncio.run(self._loaded(self._known(number)))

    def database(self, number: int) -> bytes:
        """The SQLite file of a run. Raises `NoSuchRun`."""
        return asyncio.run(self._exported(self._known(number)))

    def ledger(self) -> StoredLedger | None:
        """What outlives the runs; None where nothing has been written down yet."""
        return asyncio.run(self._kept()) if self.has_ledger else None

    async def _kept(self) -> StoredLedger:
        with closing(self._store()) as store:
            return await LedgerStore(store.refs, self.prefix).load()

    def _known(self, number: int) -> str:
        if number not in self.numbers:
            known = ", ".join(f"#{each}" for each in self.numbers) or "none"
            raise NoSuchRun(f"{self.name} has no run of pull request #{number}.", remedy=f"Runs there: {known}.")
        return f"pr-{number}"

    async def _loaded(self, run_id: str) -> Loaded:
        with closing(self._store()) as store:
            return await store.load(run_id)

    async def _exported(self, run_id: str) -> bytes:
        with closing(self._store()) as store:
            return await store.export(run_id)

    def _store(self) -> StateStore:
        async def nobody() -> None:
            return None

        return StateStore(str(self.directory), nobody, prefix=self.prefix)


def unfinished(top: Path, prefix: str) -> StateSource | None:
    """The state of an unfinished `tdd run` of this repository."""
    room = Room.of(top)
    directory = next((place for place in (room.worked_on, room.copy) if place.is_dir()), None)
    if directory is None or not room.unfinished:
        return None
    listed = git(directory, "for-each-ref", "--format=%(refname)", f"{prefix}/")
    name = "The unfinished `tdd run`"
    return StateSource(name, directory, prefix, _numbers(listed, prefix), _has_ledger(listed, prefix))


@contextmanager
def of_remote(top: Path, remote: str, prefix: str, wanted: int | None = None) -> Iterator[StateSource]:
    """The state refs of a remote: all, or the one run (or `LEDGER`) that is wanted. Raises `RemoteUnreadable` and
    `TddError`.
    """
    url = _url(top, remote)
    with tempfile.TemporaryDirectory(prefix="tdd-state-") as folder:
        mirror = Path(folder) / "mirror.git"
        git(top, "init", "--quiet", "--bare", "--template=", str(mirror))
        ask = _Asked(top, mirror, remote, url)
        listed = ask("ls-remote", "--refs", "--", url, f"{prefix}/pr-*", f"{prefix}/{NAME}")
        numbers, has_ledger = _numbers(listed, prefix), _has_ledger(listed, prefix)
        fetched = [f"{prefix}/pr-{number}" for number in numbers if wanted in (None, number)]
        fetched += [f"{prefix}/{NAME}"] if has_ledger and wanted in (None, LEDGER) else []
        if fetched:
            ask("fetch", "--quiet", "--no-tags", "--depth=1", "--", url, *(f"+{ref}:{ref}" for ref in fetched))
        yield StateSource(remote, mirror, prefix, numbers, has_ledger)


def _url(top: Path, remote: str) -> str:
    names = git(top, "remote").split()
    if remote not in names:
        known = f"Name one with `--remote`: {', '.join(names)}." if names else "Add it: `git remote add origin URL`."
        raise TddError(f"This repository has no remote `{remote}`.", remedy=known)
    return git(top, "remote", "get-url", remote)


def _has_ledger(listed: str, prefix: str) -> bool:
    return re.search(rf"(?:^|\s){re.escape(prefix)}/{NAME}$", listed, re.MULTILINE) is not None


def _numbers(listed: str, prefix: str) -> tuple[int, ...]:
    found = re.findall(rf"(?:^|\s){re.escape(prefix)}/pr-(\d{{1,9}})$", listed, re.MULTILINE)
    return tuple(sorted(map(int, found)))


@dataclass(frozen=True, slots=True)
class _Asked:
    """git, working on the mirror, but in the repository's folder: a remote may be a relative path."""

    top: Path
    mirror: Path
    remote: str
    url: str

    def __call__(self, *arguments: str) -> str:
        command = ["git", f"--git-dir={self.mirror}", *arguments]
        environ = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", **_token(self.url, os.environ)}
        done = subprocess.run(command, cwd=self.top, env=environ, capture_output=True, check=False, text=True)
        if done.returncode == 0:
            return done.stdout
        said = (done.stderr.strip().splitlines() or ["git gives no reason"])[0]
        said = re.sub(r"//[^/@\s]*@", "//", said).removeprefix("fatal: ").rstrip(".")
        remedy = "Check the network and your access to it; a token may stand in GITHUB_TOKEN."
        raise RemoteUnreadable(f"The remote `{self.remote}` cannot be read: {said}.", remedy=remedy)


def _token(url: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment's token as git settings, which no other user sees as they would an argument; for GitHub alone."""
    token = environ.get("GH_TOKEN") or environ.get("GITHUB_TOKEN")
    parts, server = urlsplit(url), urlsplit(environ.get("GITHUB_SERVER_URL") or "https://github.com")
    if not token or parts.username or (parts.scheme, parts.netloc) != (server.scheme, server.netloc):
        return {}
    count = environ.get("GIT_CONFIG_COUNT", "0")
    number = int(count) if count.isdecimal() else 0
    secret = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": str(number + 1),
        f"GIT_CONFIG_KEY_{number}": f"http.{parts.scheme}://{parts.netloc}/.extraHeader",
        f"GIT_CONFIG_VALUE_{number}": f"Authorization: Basic {secret}",
    }
