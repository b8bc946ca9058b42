"""A git server over HTTP on 127.0.0.1: the real `git http-backend`, and faults on demand between it and the client."""

import os
import socket
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit


class Fault(Enum):
    """What may happen to one request; "before" and "after" are before and after git has seen it."""

    CUT_BEFORE = "the connection is cut before"
    CUT_AFTER = "the connection is cut after"
    ERROR_BEFORE = "500 before"
    ERROR_AFTER = "502 after"
    UNAUTHORIZED = "401"
    LIMITED = "403 with Retry-After"
    TOO_MANY = "429 with Retry-After"
    FORBIDDEN = "403 without Retry-After"
    TRUNCATED = "half of the answer"
    EMPTY = "an empty answer"
    HANG = "no answer after git has seen it"


REFUSALS: Mapping[Fault | None, tuple[int, str]] = {
    Fault.ERROR_BEFORE: (500, "X-Reason"),
    Fault.UNAUTHORIZED: (401, "WWW-Authenticate"),
    Fault.LIMITED: (403, "Retry-After"),
    Fault.TOO_MANY: (429, "Retry-After"),
    Fault.FORBIDDEN: (403, "X-Reason"),
}


@dataclass
class Answer:
    """What git http-backend said."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass
class GitServer:
    """A bare repository served at `url`; `break_next` plans faults for requests whose path and query contain a word."""

    path: Path
    hang: float = 3.0
    faults: dict[str, deque[Fault]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    retry_after: str = "7"
    renamed_from: str = ""  # an old path of the repository, answered with 301
    uploaded: list[int] = field(default_factory=list)
    interject: Callable[[str], None] = lambda request: None  # called before git sees a request
    port: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/{self.path.name}"

    def break_next(self, word: str, *faults: Fault) -> None:
        """The next requests that contain `word` (`git-receive-pack`, `info/refs`...) meet these faults, one each."""
        self.faults.setdefault(word, deque()).extend(faults)

    def fault_for(self, request: str) -> Fault | None:
        """The fault planned for this request, struck off."""
        for word, planned in self.faults.items():
            if word in request and planned:
                return planned.popleft()
        return None

    def git(self, *arguments: str) -> str:
        """What git says in the repository."""
        done = subprocess.run(["git", *arguments], cwd=self.path, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def hook(self, name: str, script: str) -> None:
        """Install a hook."""
        hook = self.path / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n{script}\n")
        hook.chmod(0o755)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or else each answer waits 40 ms for an acknowledgement
    wbufsize = -1
    world: GitServer

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self._body())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests' own assertions say what went wrong."""

    def _serve(self, body: bytes) -> None:
        self.world.requests.append(f"{self.command} {self.path}")
        self.world.logins.append(self.headers.get("Authorization", ""))
        fault = self.world.fault_for(self.path)
        old = self.world.renamed_from
        if old and self.path.startswith(old):
            self._plain(301, "Location", self.world.url + self.path.removeprefix(old))
        elif fault in REFUSALS:
            status, header = REFUSALS[fault]
            self._plain(status, header, self.world.retry_after if header == "Retry-After" else "Basic")
        elif fault is Fault.CUT_BEFORE:
            self._cut()
        else:
            self._through_git(body, fault)

    def _through_git(self, body: bytes, fault: Fault | None) -> None:
        if self.path.endswith("/git-receive-pack"):
            self.world.uploaded.append(len(body))
        self.world.interject(f"{self.command} {self.path}")
        answer = _backend(self.world.path.parent, self.command, self.path, dict(self.headers), body)
        match fault:
            case Fault.CUT_AFTER:
                self._cut()
            case Fault.ERROR_AFTER:
                self._plain(502)
            case Fault.HANG:
                self.world.stopping.wait(self.world.hang)
                self._cut()
            case Fault.TRUNCATED:
                self._answer(answer, answer.body[: len(answer.body) // 2])
                self._cut()
            case _:
                self._answer(answer, b"" if fault is Fault.EMPTY else answer.body, exact=True)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return b"".join(self._chunks())
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline().split(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def _answer(self, answer: Answer, body: bytes, *, exact: bool = False) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body if exact else answer.body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def _plain(self, status: int, header: str = "X-Reason", value: str = "test") -> None:
        self._answer(Answer(status, [("Content-Type", "text/plain"), (header, value)], b""), b"no\n", exact=True)

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


def _backend(root: Path, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
    parts = urlsplit(target)
    lower = {name.lower(): value for name, value in headers.items()}
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_PROJECT_ROOT": str(root),
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_PROTOCOL": lower.get("git-protocol", ""),
        "REQUEST_METHOD": method,
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "CONTENT_TYPE": lower.get("content-type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_CONTENT_ENCODING": lower.get("content-encoding", ""),
        "REMOTE_USER": "app",
        "REMOTE_ADDR": "127.0.0.1",
    }
    done = subprocess.run(["git", "http-backend"], env=environment, input=body, capture_output=True, check=False)
    head, _, content = done.stdout.partition(b"\r\n\r\n")
    pairs = [line.decode().split(": ", 1) for line in head.splitlines() if b": " in line]
    found = [(name, value) for name, value in pairs if name != "Status"]
    status = next((int(value.split()[0]) for name, value in pairs if name == "Status"), 200 if head else 500)
    return Answer(status, found, content)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up is a part of the tests."""


def bare_repository(path: Path) -> Path:
    """A bare repository that checks what it is sent, as GitHub does, and keeps packs."""
    subprocess.run(["git", "init", "--quiet", "--bare", str(path)], check=True)
    settings = (
        "http.receivepack true",
        "receive.fsckObjects true",
        "receive.unpackLimit 1",
        "gc.auto 0",
        "receive.autogc false",
        "core.fsync none",
    )
    with (path / "config").open("a") as config:
        for setting in settings:
            name, value = setting.split()
            section, key = name.split(".")
            config.write(f"[{section}]\n\t{key} = {value}\n")
    return path


@contextmanager
def git_server(root: Path, hang: float = 3.0) -> Iterator[GitServer]:
    """A server over a new bare repository in `root`, stopped at the end."""
    world = GitServer(bare_repository(root / "repo.git"), hang)
    handler = type("Handler", (_Handler,), {"world": world})
    with _Server(("127.0.0.1", 0), handler) as server:
        world.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield world
        finally:
            world.stopping.set()
            server.shutdown()
            thread.join()
