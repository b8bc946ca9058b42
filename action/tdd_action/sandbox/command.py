"""Starts a command behind the launcher, keeps the tail of its output, and stops it when its time is up."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tdd_action.sandbox.outcome import Isolation, Limits, ProcessOutcome
from tdd_action.sandbox.undumpable import is_undumpable

LAUNCHER = Path(__file__).with_name("launcher.py")
# Nothing here names a person, a token or a machine.
ENV_ALLOWED = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "TZ", "CI")
MOST_STDIN = 32 * 2**10  # what a pipe takes without a reader
GRACE_S = 5.0
CHUNK = 64 * 2**10
STANDARD = Limits()


def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    env_allow: Iterable[str] = (),
    extra_env: Mapping[str, str] | None = None,
    limits: Limits = STANDARD,
    network: bool = False,
    stdin: bytes = b"",
    namespaces: bool = True,
    writable: Iterable[Path] | None = None,
    readable: Iterable[Path] = (),
    hidden: Iterable[Path] = (),
) -> ProcessOutcome:
    """Run a command in `cwd` and wait for it and for everything it started; whatever it does, this returns.

    Its environment is `ENV_ALLOWED` and `env_allow` of ours, `extra_env`, and a fresh HOME and TMPDIR. `stdin` is at
    most
    32 KiB (it goes through a pipe, so that it can be read once and never again). Nothing it started is alive
    afterwards.
    `writable`: where the kernel allows it, only these folders, `cwd` and the fresh HOME and TMPDIR can be written, and
    /tmp and /dev/shm are empty and its own, but for the folders `readable`. `None` leaves files as the user may write
    them. With it, the folders `hidden` are empty as well.
    `namespaces=False` does without the kernel's, as on a machine that has none.
    """
    if len(stdin) > MOST_STDIN:
        raise ValueError(f"stdin is at most {MOST_STDIN} bytes")
    with _private_folder() as private:
        spec = _spec(argv, cwd, limits, network, namespaces)
        folders = None if writable is None else [str(private), *map(str, writable)]
        environment = _environment(private, env_allow, extra_env or {})
        seen = {"readable": [str(each) for each in readable], "hidden": [str(each) for each in hidden]}
        shut = {"writable": folders, **seen}
        return _Running.start({**spec, **shut}, environment, stdin).finish(limits)


@contextmanager
def _private_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tdd-sandbox-"))
    try:
        (folder / "home").mkdir()
        (folder / "tmp").mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, onerror=_open_and_retry)


def _open_and_retry(remove: Any, path: str, _: object) -> None:
    """Open a folder that was made unreadable and remove it; what still resists is left to the system's cleaning."""
    with suppress(OSError):
        os.chmod(os.path.dirname(path), 0o700)
        os.chmod(path, 0o700)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path, ignore_errors=True)
        else:
            remove(path)


def _environment(private: Path, allowed: Iterable[str], extra: Mapping[str, str]) -> dict[str, str]:
    names = (*ENV_ALLOWED, *allowed)
    kept = {name: os.environ[name] for name in names if name in os.environ}
    home, scratch = str(private / "home"), str(private / "tmp")
    return {**kept, **extra, "HOME": home, "TMPDIR": scratch, "TMP": scratch, "TEMP": scratch}


@dataclass
class _Running:
    """One command under way: the launcher, the pipe it reports on, and the tail of the output so far."""

    process: "subprocess.Popen[bytes]"
    status: int
    network: bool
    started: float
    tail: deque[bytes] = field(default_factory=deque)
    kept: int = 0
    cut: bool = False

    @classmethod
    def start(cls, spec: dict[str, Any], env: Mapping[str, str], stdin: bytes) -> "_Running":
        status_in, status_out = os.pipe()
        input_in, input_out = os.pipe()
        try:
            started = time.monotonic()
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-B", str(LAUNCHER), json.dumps({**spec, "status": status_out})],
                stdin=input_in,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(status_out,),
                env=dict(env),
                start_new_session=True,
            )
            os.write(input_out, stdin)
        finally:
            for each in (status_out, input_in, input_out):
                os.close(each)
        return cls(process, status_in, spec["network"], started)

    def finish(self, limits: Limits) -> ProcessOutcome:
        """Read until the launcher has reported or the time is up; then stop all of it, and say how it ended."""
        try:
            told, timed_out = self._listen(limits)
        finally:
            self._stop()
        seconds = time.monotonic() - self.started
        report = _told(told)
        code = None if timed_out else report.get("code")
        return ProcessOutcome(
            exit_code=code if code is not None and code >= 0 else None,
            signal=-code if code is not None and code < 0 else signal.SIGKILL if code is None else None,
            timed_out=timed_out,
            output=b"".join(self.tail)[-limits.output_bytes :].decode("utf-8", "replace"),
            output_cut=self.cut,
            seconds=seconds,
            isolation=_isolation(report, self.network),
            failure="" if timed_out else report.get("failure", "The process that watched over the command was killed."),
        )

    def _listen(self, limits: Limits) -> tuple[bytes, bool]:
        assert self.process.stdout is not None
        output, told = self.process.stdout.fileno(), b""
        os.set_blocking(output, False)
        deadline, stopping = self.started + limits.wall_s, False
        open_ends = {output, self.status}
        while self.status in open_ends:
            left = deadline - time.monotonic()
            if left <= 0 and stopping:
                break
            if left <= 0:
                self._ask_to_stop()
                deadline, stopping = time.monotonic() + GRACE_S, True
                continue
            ready, _, _ = select.select(sorted(open_ends), [], [], left)
            for end in ready:
                chunk = os.read(end, CHUNK)
                if not chunk:
                    open_ends.discard(end)
                elif end == output:
                    self._keep(chunk, limits.output_bytes)
                else:
                    told += chunk
        self._drain(output, limits.output_bytes)
        return told, stopping

    def _drain(self, output: int, most: int) -> None:
        """What is in the pipe already; never wait for a straggler that holds it open."""
        with suppress(BlockingIOError):
            while chunk := os.read(output, CHUNK):
                self._keep(chunk, most)

    def _keep(self, chunk: bytes, most: int) -> None:
        self.tail.append(chunk)
        self.kept += len(chunk)
        self.cut = self.cut or self.kept > most
        while self.kept - len(self.tail[0]) >= most:
            self.kept -= len(self.tail.popleft())

    def _ask_to_stop(self) -> None:
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)

    def _stop(self) -> None:
        """The launcher is gone or going; its group goes with it."""
        assert self.process.stdout is not None
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()
        os.close(self.status)


def _spec(argv: Sequence[str], cwd: Path, limits: Limits, network: bool, namespaces: bool) -> dict[str, Any]:
    return {"argv": [*argv], "cwd": str(cwd), "limits": asdict(limits), "network": network, "namespaces": namespaces}


def _told(lines: bytes) -> dict[str, Any]:
    """The launcher's lines, one on top of the other: the walls when they stand, the ending when it is known."""
    told: dict[str, Any] = {}
    for line in lines.splitlines():
        told |= json.loads(line)
    return told


def _isolation(report: Mapping[str, Any], network: bool) -> Isolation:
    walls = frozenset(report.get("walls", ()))
    undumpable = is_undumpable()
    weak = []
    if "pids" not in walls:
        weak.append("no process namespace: a process that flees is only killed by its parentage")
    if not network and "network" not in walls:
        weak.append("the network could not be taken away")
    if not undumpable:
        weak.append("the parent's memory is open to processes of the same user")
    if os.geteuid() == 0 and not report.get("own_proc"):
        weak.append("the number of processes is not limited for root")
    return Isolation(
        "pids" in walls,
        bool(report.get("own_proc")),
        "network" in walls,
        bool(report.get("files_shut")),
        undumpable,
        tuple(weak),
    )
