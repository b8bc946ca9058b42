"""202 is a promise: a server killed right after it has the delivery on its disk."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import httpx

import world.hooks as hooks
import world.server_child
from tdd_orchestrator.server.app import build
from world.serving import Kept, inside, settings, settled


async def test_a_delivery_answered_with_202_outlives_the_process(tmp_path: Path) -> None:
    program = str(world.server_child.__file__)
    path = os.pathsep.join(entry for entry in sys.path if entry)
    child = await asyncio.create_subprocess_exec(
        sys.executable, program, str(tmp_path), stdout=PIPE, env={**os.environ, "PYTHONPATH": path}
    )
    assert child.stdout
    try:
        port = int(await asyncio.wait_for(child.stdout.readline(), 15))
        body = hooks.encoded(hooks.pull_request("opened"))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=15) as client:
            for guid in ("first", "second"):
                answer = await client.post("/webhook", content=body, headers=hooks.headers(body, "pull_request", guid))
                assert answer.status_code == 202
    finally:
        os.kill(child.pid, signal.SIGKILL)
        await child.wait()
        await child.stdout.read()

    kept = Kept()
    async with inside(build(settings(tmp_path), kept)) as client:
        await asyncio.wait_for(kept.arrived.wait(), 5)
        await settled(client)
    assert kept.got == [("octo/tree#42", "first"), ("octo/tree#42", "second")]
