"""`tdd serve` as a process: without an App it prints an address and stops when it is told; with one it serves."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE

import httpx

from tdd_orchestrator.server.setup.stored import StoredApp, store
from world.hub_town import app_key

PATIENCE_S = 20
SERVE = (sys.executable, "-P", "-m", "tdd_orchestrator", "serve")


def environment(directory: Path, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    path = os.pathsep.join(each for each in sys.path if each)
    given = {"TDD_DATA_DIR": str(directory), "TDD_GITHUB_URL": "http://127.0.0.1:9", "TDD_PORT": "0"}
    return {**kept, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", **given, **more}


@contextmanager
def serving(directory: Path, *words: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """The process, and the address that it prints."""
    with subprocess.Popen(
        [*SERVE, *words], env=environment(directory), stdout=PIPE, stderr=DEVNULL, text=True, cwd=directory
    ) as child:
        try:
            yield child, _address(child)
        finally:
            child.kill()


def refused(directory: Path, **more: str) -> str:
    """What it says when it does not start."""
    environ = environment(directory, **more)
    done = subprocess.run(SERVE, env=environ, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 1
    return done.stderr


def _address(child: "subprocess.Popen[str]") -> str:
    assert child.stdout is not None
    for line in child.stdout:
        if found := re.search(r"http\S+/setup\?token=\S+", line):
            return found[0]
    raise AssertionError("it printed no address")


def asked(address: str) -> httpx.Response:
    """The answer, as soon as there is one."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return httpx.get(address, trust_env=False, timeout=5)
        except httpx.TransportError:
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_without_an_app_the_server_prints_where_to_set_one_up(tmp_path: Path) -> None:
    with serving(tmp_path) as (child, address):
        first = asked(address)
        assert (first.status_code, first.headers["location"]) == (303, "/setup")
        assert "httponly" in first.headers["set-cookie"].lower()
        assert "samesite=lax" in first.headers["set-cookie"].lower()
        assert asked(address).status_code == 403
        child.send_signal(signal.SIGTERM)
        assert child.wait(PATIENCE_S) in (0, -signal.SIGTERM)


def test_with_a_stored_app_the_set_up_is_shown_when_it_is_asked_for(tmp_path: Path) -> None:
    store(tmp_path, StoredApp(12, "shop", "http://127.0.0.1:9", app_key(), "hush-hush"))
    with serving(tmp_path, "--setup") as (_, address):
        root = address.partition("/setup")[0]
        assert asked(f"{root}/health").json()["inbox"] is not None
        assert asked(f"{root}/webhook").status_code == 405
        assert asked(f"{root}/setup").status_code == 403


def test_a_port_that_is_taken_and_a_damaged_file_are_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"The server cannot listen on 127.0.0.1:{port}: Address already in use." in refused(
            tmp_path, TDD_PORT=str(port)
        )
    (tmp_path / "app.json").write_text("{")
    assert "does not hold an App's credentials" in refused(tmp_path)
