"""The processes of a job: each in a group of its own, ended whole, and none left behind.

A pipe of our own is used instead of asyncio's, because a background process that a step leaves running keeps the pipe
open, and the end of the step must not wait for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

TRACKING = "RUNNER_TRACKING_ID"
_DRAIN = 0.5  # seconds to wait for the last output of a process that has ended
_GRACE = 1.0  # seconds between a polite and an impolite end
_CHUNK = 65536


class Processes:
    """Everything that a job has started."""

    def __init__(self, tracking: str) -> None:
        self._tracking = tracking
        self._groups: set[int] = set()

    async def run(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        hear: Callable[[str], None],
        flush: Callable[[], None] = lambda: None,
    ) -> int:
        """Run a command to its end and return its exit code; `hear` gets each line of output.

        When the task is cancelled the whole process group is ended first.
        """
        inner, outer = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=outer,
                stderr=outer,
                env={**env, TRACKING: self._tracking},
                cwd=cwd,
                start_new_session=True,
            )
        except BaseException:
            os.close(inner)
            raise
        finally:
            os.close(outer)
        self._groups.add(process.pid)
        reading = asyncio.ensure_future(_listen(inner, hear, flush))
        try:
            return await process.wait()
        except asyncio.CancelledError:
            await asyncio.shield(self._end(process))
            raise
        finally:
            await _finish(reading)

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        _signal(process.pid, signal.SIGINT)
        try:
            await asyncio.wait_for(process.wait(), _GRACE)
        except TimeoutError:
            _signal(process.pid, signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _GRACE / 4)
        _signal(process.pid, signal.SIGKILL)
        await process.wait()

    def end_all(self) -> None:
        """Kill what the job left running, also what has moved to another group: it still carries the tracking id."""
        for group in self._groups:
            _signal(group, signal.SIGKILL)
        self._groups.clear()
        for pid in _carriers(self._tracking):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def _signal(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _carriers(tracking: str) -> list[int]:
    mark = f"{TRACKING}={tracking}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


async def _finish(reading: asyncio.Future[None]) -> None:
    await asyncio.wait([reading], timeout=_DRAIN)
    reading.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await reading


async def _listen(inner: int, hear: Callable[[str], None], flush: Callable[[], None]) -> None:
    reader = asyncio.StreamReader()
    pipe = os.fdopen(inner, "rb", 0)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), pipe
    )
    rest = b""
    try:
        while chunk := await reader.read(_CHUNK):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                hear(_decoded(line))
            flush()
    finally:
        if rest:
            hear(_decoded(rest))
        flush()
        transport.close()


def _decoded(line: bytes) -> str:
    return line.removesuffix(b"\r").decode("utf-8", "replace")
