"""202 is a promise: it holds when the server is killed right after it, and when it is told to stop."""

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

import world.hooks as hooks
import world.server_child
from tdd_orchestrator.server.app import build
from world.serving import Kept, inside, settings, settled

BODY = hooks.encoded(hooks.pull_request("opened"))


class Child:
    """The server's process, up and answering."""

    def __init__(self, process: Process, base_url: str) -> None:
        self.process = process
        self._base_url = base_url

    async def deliver(self, *guids: str) -> list[int]:
        async with httpx.AsyncClient(base_url=self._base_url, trust_env=False, timeout=15) as client:
            signed = [hooks.headers(BODY, "pull_request", guid) for guid in guids]
            return [(await client.post("/webhook", content=BODY, headers=each)).status_code for each in signed]

    async def told(self, number: signal.Signals) -> str:
        """Send the signal, wait for the end; what the process wrote."""
        os.kill(self.process.pid, number)
        _, log = await asyncio.wait_for(self.process.communicate(), 20)
        return log.decode()


@pytest.fixture
async def child(tmp_path: Path) -> AsyncIterator[Child]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    path = os.pathsep.join(entry for entry in sys.path if entry)
    program = (sys.executable, str(world.server_child.__file__), str(tmp_path), str(port))
    process = await asyncio.create_subprocess_exec(*program, stderr=PIPE, env={**os.environ, "PYTHONPATH": path})
    assert process.stderr
    async with asyncio.timeout(15):
        while b"running on" not in (await process.stderr.readline()):
            assert process.returncode is None
    yield Child(process, f"http://127.0.0.1:{port}")
    if process.returncode is None:
        process.kill()
        await process.communicate()


async def handled(directory: Path) -> list[tuple[str, str]]:
    """What a new server finds in the inbox."""
    kept = Kept()
    async with inside(build(settings(directory), kept)) as client:
        await asyncio.wait_for(kept.arrived.wait(), 5)
        await settled(client)
    return kept.got


async def test_a_delivery_answered_with_202_outlives_the_process(child: Child, tmp_path: Path) -> None:
    assert await child.deliver("first", "second") == [202, 202]
    await child.told(signal.SIGKILL)
    assert await handled(tmp_path) == [("octo/tree#42", "first"), ("octo/tree#42", "second")]


async def test_a_server_told_to_stop_gives_back_what_it_has_not_finished(child: Child, tmp_path: Path) -> None:
    assert await child.deliver("first") == [202]
    log = [json.loads(row) for row in (await child.told(signal.SIGTERM)).splitlines()]
    assert "stopped" in [record["event"] for record in log]
    assert {"webhook", "accepted", "first"} <= {value for record in log for value in record.values() if value}
    assert await handled(tmp_path) == [("octo/tree#42", "first")]
