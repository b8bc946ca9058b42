"""`actions/checkout`: the repository at a ref, fetched with real git from the hub."""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tdd_orchestrator.hub.runner.call import Call
from tdd_orchestrator.hub.runner.errors import StepFailed
from tdd_orchestrator.hub.runner.values import text

_INPUTS = frozenset(
    {"repository", "ref", "token", "path", "persist-credentials", "fetch-depth", "fetch-tags", "clean"}
    | {"show-progress", "set-safe-directory", "allow-unsafe-pr-checkout"}
)
_SHA = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class _Target:
    """What to fetch, under which name to keep it, and the branch to be on; no branch is a detached head."""

    source: str
    kept: str
    branch: str


async def checkout(call: Call) -> Mapping[str, str]:
    """Fetch and check out. Outputs: `ref` and `commit`."""
    call.check(_INPUTS)
    repository = call.given("repository", text(call.job.github["repository"]))
    folder = _folder(call)
    token = call.given("token", call.job.token)
    header = _header(call, token)
    git = _Git(call, folder, _auth(call, header))
    call.job.log.say(f"Fetching {repository} into {folder.name}")
    await git.open(f"{call.job.actions.server_url}/{repository}.git", clean=call.flag("clean", True))
    target = await _target(call, git, own=repository == text(call.job.github["repository"]))
    await _fetch(call, git, target)
    await _switch(git, target)
    commit = await git.answer("rev-parse", "HEAD")
    if call.flag("persist-credentials", True):
        await git.run("config", "--local", _key(call), header)
    call.job.log.say(f"HEAD is now at {commit}")
    return {"ref": call.given("ref", text(call.job.github["ref"])), "commit": commit}


class _Git:
    def __init__(self, call: Call, folder: Path, auth: Mapping[str, str]) -> None:
        self._call, self._folder, self._auth = call, folder, auth

    async def open(self, url: str, *, clean: bool) -> None:
        """Make the folder a repository with this remote, or take up the one that is there."""
        if not (self._folder / ".git").is_dir():
            _empty(self._folder)
            await self.run("init", "--quiet", "--initial-branch=main")
            await self.run("remote", "add", "origin", url)
            return
        await self.run("remote", "set-url", "origin", url)
        if clean:
            await self.run("clean", "-ffdxq")

    async def run(self, *arguments: str) -> None:
        """Run git; its output goes to the log. Raises StepFailed."""
        code = await self._call.process("git", "-C", str(self._folder), *arguments, env=self._auth)
        if code:
            raise StepFailed(f"git {arguments[0]} failed with exit code {code}")

    async def has(self, commit: str) -> bool:
        """Whether a commit is there."""
        command = ("git", "-C", str(self._folder), "cat-file", "-e", f"{commit}^{{commit}}")
        return not await self._call.process(*command, env=self._auth, quiet=True)

    async def answer(self, *arguments: str) -> str:
        """Run git and return what it prints. Raises StepFailed."""
        return (await self._call.answer("git", "-C", str(self._folder), *arguments, env=self._auth)).strip()


def _folder(call: Call) -> Path:
    workspace = call.frame.workspace.resolve()
    folder = (workspace / call.given("path", ".")).resolve()
    if not folder.is_relative_to(workspace):
        raise StepFailed(f"Repository path {folder} is not under {workspace}")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _empty(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _key(call: Call) -> str:
    return f"http.{call.job.actions.server_url}/.extraheader"


def _header(call: Call, token: str) -> str:
    basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    call.job.masks.add(token)
    call.job.masks.add(basic)
    return f"AUTHORIZATION: basic {basic}"


def _auth(call: Call, header: str) -> dict[str, str]:
    """Configuration by environment: the token is in no argument list and in no file."""
    return {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_COUNT": "3",
        "GIT_CONFIG_KEY_0": _key(call),
        "GIT_CONFIG_VALUE_0": "",  # forgets a header that an earlier checkout has kept
        "GIT_CONFIG_KEY_1": _key(call),
        "GIT_CONFIG_VALUE_1": header,
        "GIT_CONFIG_KEY_2": "gc.auto",
        "GIT_CONFIG_VALUE_2": "0",
    }


async def _target(call: Call, git: _Git, *, own: bool) -> _Target:
    ref = call.given("ref")
    if not ref and own:
        return _named(text(call.job.github["ref"]), text(call.job.github["sha"]))
    if not ref:
        found = await git.answer("ls-remote", "--symref", "origin", "HEAD")
        ref = found.split()[1] if found.startswith("ref:") else "HEAD"
    if _SHA.fullmatch(ref):
        return _Target(ref, "", "")
    if ref.startswith("refs/"):
        return _named(ref, ref)
    listed = await git.answer("ls-remote", "origin", f"refs/heads/{ref}", f"refs/tags/{ref}")
    full = [line.split()[1] for line in listed.splitlines() if line.strip()]
    if not full:
        raise StepFailed(f"A branch or tag with the name '{ref}' could not be found")
    return _named(sorted(full)[0], sorted(full)[0])  # refs/heads before refs/tags


def _named(ref: str, source: str) -> _Target:
    if ref.startswith("refs/heads/"):
        branch = ref.removeprefix("refs/heads/")
        return _Target(source, f"refs/remotes/origin/{branch}", branch)
    if ref.startswith("refs/pull/"):
        return _Target(source, f"refs/remotes/{ref.removeprefix('refs/')}", "")
    return _Target(source, ref, "")


async def _fetch(call: Call, git: _Git, target: _Target) -> None:
    depth = call.given("fetch-depth", "1")
    if not depth.isdecimal():
        raise StepFailed(f"fetch-depth must be a whole number, not {depth}")
    wanted = f"+{target.source}:{target.kept}" if target.kept else target.source
    if depth != "0":
        tags = [] if not call.flag("fetch-tags") else ["+refs/tags/*:refs/tags/*"]
        await git.run("fetch", "--quiet", "--no-tags", f"--depth={depth}", "origin", wanted, *tags)
        return
    await _fetch_all(git, target, wanted)


async def _fetch_all(git: _Git, target: _Target, wanted: str) -> None:
    """Everything in one go; the commit by itself only if it is on no branch any more."""
    refs = ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"]
    by_id = bool(_SHA.fullmatch(target.source))
    if not by_id and not target.branch:
        refs.append(wanted)
    await git.run("fetch", "--quiet", "--prune", "--no-tags", "origin", *refs)
    if by_id and not await git.has(target.source):
        await git.run("fetch", "--quiet", "--no-tags", "origin", wanted)
    elif by_id and target.kept:
        await git.run("update-ref", target.kept, target.source)


async def _switch(git: _Git, target: _Target) -> None:
    if target.branch:
        await git.run("checkout", "--quiet", "--force", "-B", target.branch, target.kept)
    else:
        await git.run("checkout", "--quiet", "--force", "--detach", target.kept or target.source)
