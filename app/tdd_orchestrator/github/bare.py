"""A bare repository of our own in a temporary directory, driven by the git command: what landing needs and nothing
else.

Nothing that a repository contains is executed: there is no work tree, and hooks, filters, attributes and the machine's
own configuration are off. Credentials travel in the environment of the one process that needs them, never on a command
line or in a file.
"""

import asyncio
import base64
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tdd_orchestrator.github.errors import Forbidden, GitHubError, NotFound, Unauthorized, Weather

SETTINGS = {
    "core.hooksPath": "/dev/null",
    "core.attributesFile": "/dev/null",
    "core.fsmonitor": "false",
    "core.quotePath": "false",
    "credential.helper": "",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "http.followRedirects": "false",  # the header with our token would go along
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "60",
    "push.gpgSign": "false",
    "submodule.recurse": "false",
    "transfer.bundleURI": "false",
}
SURROUNDINGS = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
# What the machine may say about its network; everything else of its environment stays out.
NETWORK = ("PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "CURL_CA_BUNDLE")
PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "all_proxy")


class GitFailed(GitHubError):
    """A git command did not do what it was asked to; ours to look at."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A finished git command."""

    code: int
    out: bytes
    told: str

    @property
    def text(self) -> str:
        return self.out.decode("utf-8", "surrogateescape").rstrip("\n")


@dataclass(frozen=True, slots=True)
class Bare:
    """One bare repository and its remote `origin`. Times are seconds."""

    directory: Path
    remote: str
    secret: Mapping[str, str] = field(repr=False)
    timeout_s: float = 120.0

    async def git(
        self,
        *arguments: str,
        codes: tuple[int, ...] | None = (0,),
        stdin: bytes = b"",
        protocols: str = "",
        env: Mapping[str, str] | None = None,
    ) -> Ran:
        """Run one command.

        Only `protocols` (`http:https`, `file`) may be spoken; with one of HTTP it gets the credentials.

        `GitFailed` for an exit code that is not in `codes` (`None`: any will do), `Weather` after the time-out.
        """
        settings = [word for key, value in SETTINGS.items() for word in ("-c", f"{key}={value}")]
        environment = {**_surroundings(self.directory), "GIT_ALLOW_PROTOCOL": protocols or "none", **(env or {})}
        if "http" in protocols:
            environment |= self.secret
        process = await _started(["git", *settings, *arguments], self.directory, environment)
        try:
            out, err = await asyncio.wait_for(process.communicate(stdin), self.timeout_s)
        except TimeoutError as slow:
            raise Weather(f"git {arguments[0]} took longer than {self.timeout_s:g} s.") from slow
        finally:
            await _ended(process)
        ran = Ran(process.returncode or 0, out, err.decode("utf-8", "replace"))
        if codes is not None and ran.code not in codes:
            raise failure(arguments[0], ran)
        return ran

    async def online(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> Ran:
        """A command that talks to the remote."""
        return await self.git(*arguments, codes=codes, protocols="http:https")

    async def heads(self, *branches: str) -> dict[str, str]:
        """The commits that branches (full ref names) of the remote are at; those that are not there are left out."""
        listed = (await self.online("ls-remote", "--refs", "origin", *branches)).text
        pairs = (line.split("\t") for line in listed.splitlines())
        return {name: sha for sha, name in pairs if name in branches}

    async def fetch(self, *refspecs: str) -> None:
        """Fetch commits and trees; git fetches the few contents that a merge needs when it needs them."""
        await self.online(
            "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--filter=blob:none", "origin", *refspecs
        )

    async def has(self, sha: str) -> bool:
        """Whether the commit is here.

        Git would look for a missing one at the remote; it may not, and says so with whatever code it dies of.
        """
        return (await self.git("cat-file", "-e", f"{sha}^{{commit}}", codes=None)).code == 0

    async def descends(self, younger: str, older: str) -> bool:
        """Whether `older` is `younger` or an ancestor of it; both are here."""
        return (await self.git("merge-base", "--is-ancestor", older, younger, codes=(0, 1))).code == 0


@asynccontextmanager
async def bare_repository(
    remote: str, credentials: tuple[str, str] | None, *, timeout_s: float = 120.0
) -> AsyncIterator[Bare]:
    """An empty bare repository with `remote` as its origin; it is gone at the end."""
    with TemporaryDirectory(prefix="tdd-landing-", ignore_cleanup_errors=True) as place:
        bare = Bare(Path(place), remote, _secret(remote, credentials), timeout_s)
        await bare.git("init", "--quiet", "--bare", "--template=", ".")
        with (bare.directory / "config").open("a") as config:
            config.write(f'[remote "origin"]\n\turl = {remote}\n')
        yield bare


def failure(command: str, ran: Ran) -> GitHubError:
    """What a failed command means, judged by git's own words."""
    told = " ".join(ran.told.split())[-600:] or f"exit code {ran.code}"
    what = f"git {command}: {told}"
    match ran.told:
        case said if "Authentication failed" in said or "could not read Username" in said or " 401" in said:
            return Unauthorized(what, remedy="Check the app id and private key, or the token.")
        case said if "error: 403" in said:
            return Forbidden(what, remedy="Grant the permission `contents: write`, and accept it.")
        case said if "not found" in said and "repository" in said:
            return NotFound(what, remedy="Check that the app is installed there.")
        case said if any(sign in said for sign in STORMY):
            return Weather(what)
        case _:
            return GitFailed(what)


STORMY = (
    "Could not resolve",
    "Couldn't connect",
    "Failed to connect",
    "Connection refused",
    "Connection reset",
    "Empty reply",
    "RPC failed",
    "early EOF",
    "hung up",
    "error: 5",
    "error: 429",
    "timed out",
    "unexpected disconnect",
    "transfer closed",
)


def _surroundings(home: Path) -> dict[str, str]:
    taken = {name: os.environ[name] for name in (*NETWORK, *PROXIES) if name in os.environ}
    return {"PATH": os.defpath, **taken, **SURROUNDINGS, "HOME": str(home)}


def _secret(remote: str, credentials: tuple[str, str] | None) -> dict[str, str]:
    """The Authorization header as configuration in the environment, for this remote alone."""
    if credentials is None:
        return {}
    basic = base64.b64encode(":".join(credentials).encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{remote}.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {basic}",
    }


async def _started(command: list[str], directory: Path, environment: Mapping[str, str]) -> asyncio.subprocess.Process:
    """A process in a group of its own, so that what it starts can be ended with it."""
    pipe = asyncio.subprocess.PIPE
    try:
        return await asyncio.create_subprocess_exec(
            *command, cwd=directory, stdin=pipe, stdout=pipe, stderr=pipe, env=environment, start_new_session=True
        )
    except FileNotFoundError as absent:
        raise GitFailed("There is no `git` command.", remedy="Install git 2.38 or newer.") from absent


async def _ended(process: asyncio.subprocess.Process) -> None:
    """The command and what it started are over, whatever happened."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
