"""The app as a real server process: started, waited for, stopped, its log kept."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from tdd_orchestrator.core.errors import TddError

START_S = 20.0
STOP_S = 15.0
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "COVERAGE_PROCESS_START")


class AppDidNotStart(TddError):
    """The app's server process ended, or did not answer, before it was ready."""


class AppProcess:
    """`tdd serve` as a child process on a free port. `with` stops it; its log is `directory/app.log`."""

    def __init__(self, directory: Path, settings: Mapping[str, str], port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.log = directory / "app.log"
        self._environ = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        self._environ |= {**settings, "TDD_PORT": str(port), "TDD_DATA_DIR": str(directory / "app")}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "tdd_orchestrator", "serve"],
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal is ours to handle, in our order
            )
        try:
            self._ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Ask it to stop; it finishes what it has in hand. Kill it when it does not."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def check(self) -> None:
        """Raise if it has ended by itself."""
        if self._process is not None and self._process.poll() is not None:
            raise AppDidNotStart(f"The app ended with exit code {self._process.returncode}.", remedy=self._tail())

    def _ready(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            self.check()
            try:
                if httpx.get(f"{self.url}/health", timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AppDidNotStart(f"The app did not answer within {START_S:.0f} s.", remedy=self._tail())

    def _tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-8:]
        return "The end of its log:\n" + "\n".join(lines)


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
