"""One repository on a git server, over dulwich: read a ref's files, or replace them if the ref is still what it was.

The race, in one place. A push says "from OLD to NEW", and the server moves the ref only if it is at OLD. But dulwich
takes for OLD whatever the server advertises at that moment, so `_Swap` compares that with what the caller has read,
before anything is uploaded. A ref that moves after that is refused by the server, as a status of the ref and not as an
exception. And when the answer is lost, nobody knows: the same commit (its message has a random id) is pushed again, and
the advertisement tells whether it is there already.
"""

import secrets
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import urllib3
from dulwich.client import GitClient, HttpGitClient, HTTPProxyUnauthorized, HTTPUnauthorized, LocalGitClient
from dulwich.errors import ApplyDeltaError, ChecksumMismatch, FileFormatException, GitProtocolError, NotGitRepository
from dulwich.file import FileLocked
from dulwich.objects import Blob, Commit, ObjectID, Tree
from dulwich.pack import UnpackedObject, pack_objects_to_data
from dulwich.protocol import ZERO_SHA
from dulwich.refs import Ref
from dulwich.repo import MemoryRepo

from tdd_orchestrator.store.values import StateRefused
from tdd_orchestrator.store.weather import Courteous, Weather

AUTHOR = b"TDD Orchestrator <tdd-orchestrator@localhost>"
PASSING = (GitProtocolError, urllib3.exceptions.HTTPError, OSError, FileLocked, zlib.error, EOFError)
GARBLED = (ApplyDeltaError, ChecksumMismatch, FileFormatException, AssertionError, KeyError, ValueError)
FOR_GOOD = (
    "hook declined",
    "rule violations",
    "funny refname",
    "hidden ref",
    "prohibited",
    "non-fast-forward",
    "denied",
)

Login = tuple[str, str] | None
Refs = dict[Ref, ObjectID]


class Moved(Exception):
    """The ref is not where the caller saw it."""


class Overtaken(Moved):
    """The ref moved while we were pushing: the push was uploaded for nothing."""


class LoginRefused(Exception):
    """401: the token is wrong or has expired."""


class Declined(Exception):
    """The server got the push and did not move the ref; `for_good` where trying again is pointless."""

    def __init__(self, said: str) -> None:
        self.for_good = any(mark in said for mark in FOR_GOOD)
        super().__init__(said)


@dataclass(frozen=True, slots=True)
class Push:
    """A ref's way from `old` to `new` (`None`: absent), and the objects of the new commit."""

    ref: str
    old: str | None
    new: str | None
    objects: tuple[Blob | Tree | Commit, ...] = ()


class Remote:
    """A repository by its URL: `http(s)://`, `file://` or a path. Synchronous, and safe to use from several threads."""

    def __init__(self, url: str, *, timeout: float = 60.0, connections: int = 1) -> None:
        self.url = url
        parts = urlsplit(url)
        self._is_http = parts.scheme in ("http", "https")
        self._path = parts.path if self._is_http else unquote(parts.path)
        self._base = f"{parts.scheme}://{parts.netloc}"
        self._pool = Courteous(url, timeout, connections)

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    def heads(self, prefix: str, login: Login) -> dict[str, str]:
        """The refs that begin with `prefix`, and their commits."""
        wanted = prefix.encode()
        with _translated(self.url):
            refs = self._client(login).get_refs(self._path.encode(), ref_prefix=[wanted]).refs
        return {name.decode(): sha.decode() for name, sha in refs.items() if sha and name.startswith(wanted)}

    def fetch(self, ref: str, known: str | None, login: Login) -> tuple[str | None, Mapping[str, bytes] | None]:
        """The ref's commit and its files; the files are `None` where the commit is `known` (or there is none)."""
        name, found = Ref(ref.encode()), {}

        def wants(refs: Mapping[Ref, ObjectID], depth: int | None = None) -> list[ObjectID]:
            found.update({name: refs[name]} if refs.get(name) else {})
            return [] if name not in found or found[name].decode() == known else [found[name]]

        with closing(MemoryRepo()) as memory, _translated(self.url):
            client = self._client(login)
            client.fetch(self._path.encode(), memory, determine_wants=wants, depth=1, ref_prefix=[name])
            sha = found.get(name)
            if sha is None or sha.decode() == known:
                return (sha.decode() if sha else None), None
            return sha.decode(), _files(memory, sha)

    def push(self, push: Push, login: Login) -> None:
        """Move the ref. `Moved` where it is elsewhere, `Declined` where the server would not; twice is once."""
        swap, notes = _Swap(push), list[bytes]()
        with _translated(self.url):
            try:
                client = self._client(login)
                result = client.send_pack(self._path.encode(), swap.update, swap.pack, progress=notes.append)
            except _Done:
                return
        name = Ref(push.ref.encode())
        told = result.ref_status or {}
        if self._is_http and name not in told:  # on this machine only failures are told
            raise Weather("the server did not say whether it moved the ref")
        if status := told.get(name):
            raise Declined("; ".join([status, *_sentences(notes)]))

    def _client(self, login: Login) -> GitClient:
        if not self._is_http:
            return LocalGitClient()
        username, password = login or (None, None)
        # One client per call: it keeps the state of its conversation. The connections are shared.
        return HttpGitClient(self._base, username=username, password=password, pool_manager=cast(Any, self._pool))


def replacement(ref: str, old: str | None, files: Mapping[str, bytes], subject: str, at: float) -> Push:
    """The push that replaces a ref's files by a new parentless commit. A random id makes each commit another one."""
    tree, blobs = Tree(), []
    for name, content in files.items():
        blob = Blob.from_string(content)
        tree.add(name.encode(), 0o100644, blob.id)
        blobs.append(blob)
    commit = Commit()
    commit.tree = tree.id
    commit.author = commit.committer = AUTHOR
    commit.author_time = commit.commit_time = int(at)
    commit.author_timezone = commit.commit_timezone = 0
    commit.encoding = b"UTF-8"
    commit.message = f"{subject}\n\nSave: {secrets.token_hex(8)}\n".encode()
    return Push(ref, old, commit.id.decode(), (*blobs, tree, commit))


class _Done(Exception):
    """The ref is already where the push would move it: an earlier answer was lost."""


@dataclass(slots=True)
class _Swap:
    """dulwich's two questions during a push: to where (given what is advertised), and which objects."""

    push: Push
    name: Ref = field(init=False)

    def __post_init__(self) -> None:
        self.name = Ref(self.push.ref.encode())

    def update(self, refs: Refs) -> Refs:
        old, new = (ObjectID(sha.encode()) if sha else ZERO_SHA for sha in (self.push.old, self.push.new))
        seen = refs.get(self.name, ZERO_SHA)
        if seen == new:
            raise _Done
        if seen != old:
            raise Moved(seen.decode())
        _no_clash(self.push.ref, refs)
        return {self.name: new}

    def pack(self, have: object, want: object, **_: object) -> tuple[int, Iterator[UnpackedObject]]:
        return pack_objects_to_data([(one, None) for one in self.push.objects])


def _no_clash(ref: str, refs: Refs) -> None:
    """A branch `a` and a branch `a/b` cannot both be: the server would answer `failed to update ref` for ever."""
    for name in (known.decode() for known in refs):
        if ref.startswith(name + "/") or name.startswith(ref + "/"):
            short = name.removeprefix("refs/heads/")
            raise StateRefused(
                f"`{ref}` cannot be made because `{name}` exists.",
                remedy=f"Rename or delete `{short}`, or set another `prefix` under [state] in .tdd/config.toml.",
            )


def _files(memory: MemoryRepo, sha: ObjectID) -> dict[str, bytes]:
    commit = memory[sha]
    tree = memory[commit.tree] if isinstance(commit, Commit) else None
    entries = tree.items() if isinstance(tree, Tree) else []
    blobs = {entry.path.decode("utf-8", "replace"): memory[entry.sha] for entry in entries if entry.sha in memory}
    return {path: blob.data for path, blob in blobs.items() if isinstance(blob, Blob)}


def _sentences(notes: list[bytes]) -> list[str]:
    text = b"".join(notes).decode("utf-8", "replace")
    return [line.strip() for line in text.splitlines() if line.strip()]


@contextmanager
def _translated(url: str) -> Iterator[None]:
    """dulwich's many exceptions as our few. A garbled answer is weather too: to a push, for nothing is known then."""
    try:
        yield
    except HTTPUnauthorized as refused:
        raise LoginRefused(url) from refused
    except (NotGitRepository, FileNotFoundError) as missing:
        remedy = "Check its name, and that the app is installed on it with contents: write."
        raise StateRefused(f"There is no repository at {url} that we may see.", remedy=remedy) from missing
    except HTTPProxyUnauthorized as refused:
        raise StateRefused("The proxy asks for a password.", remedy="Put it into HTTPS_PROXY.") from refused
    except (*PASSING, *GARBLED) as weather:
        raise Weather(f"{type(weather).__name__}: {weather}") from weather
