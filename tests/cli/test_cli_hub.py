"""`tdd hub`: a GitHub that programs can use, as a real process, and what it refuses."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tdd_orchestrator.local.app_process import free_port
from world.command_line import Tdd
from world.small_repo import SmallRepo

LONGEST_S = 20


@contextmanager
def running(tmp_path: Path, *words: str) -> Iterator[tuple[dict[str, Any], subprocess.Popen[str]]]:
    """A hub, and what it said of itself."""
    command = [sys.executable, "-m", "tdd_orchestrator", "hub", "--json", *words]
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ, cwd=tmp_path) as hub:
        try:
            assert hub.stdout is not None
            said = "".join(iter(hub.stdout.readline, "}\n")) + "}"
            yield json.loads(said), hub
        finally:
            if hub.poll() is None:
                hub.terminate()
                hub.wait(LONGEST_S)


def test_a_hub_serves_copies_of_repositories_pages_and_the_app_until_it_is_told_to_end(
    repo: SmallRepo, tmp_path: Path
) -> None:
    words = ("--repo", f"maintainer/shop={repo.path}", "--webhook", "http://127.0.0.1:9/webhook", "--dir", "kept")
    with running(tmp_path, *words) as (told, hub):
        headers = {"Authorization": f"Bearer {told['token']}"}
        shop = httpx.get(f"{told['api']}/repos/maintainer/shop", headers=headers)
        assert (shop.status_code, shop.json()["default_branch"]) == (200, "main")
        assert httpx.get(told["url"], headers={"Accept": "text/html"}).status_code == 200
        assert repo.git("ls-remote", told["repositories"][0]["clone"], "refs/heads/main").startswith(repo.head)
        key = Path(told["app"]["TDD_PRIVATE_KEY_FILE"])
        assert key == tmp_path / "kept" / "app.private-key.pem"
        assert key.stat().st_mode & 0o777 == 0o600
        assert told["app"]["TDD_GITHUB_URL"] == told["api"]
        hub.send_signal(signal.SIGINT)
        assert hub.wait(LONGEST_S) == 130


def test_without_a_folder_of_its_own_a_hub_leaves_nothing_behind(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, "--port", str(port)) as (told, hub):
        assert told["url"] == f"http://127.0.0.1:{port}"
        assert [each["name"] for each in told["repositories"]] == ["maintainer/sandbox"]
        assert told["app"] is None
        assert [path.name[:8] for path in tmp_path.iterdir() if path.name.startswith("tdd-")] == ["tdd-hub-"]
        hub.terminate()
        hub.terminate()  # as timeout(1) does: once to the process, once to its group
        assert hub.wait(LONGEST_S) == 130
    assert [path for path in tmp_path.iterdir() if path.name.startswith("tdd-")] == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--repo", "shop"], "`--repo shop` is not of the form owner/name=PATH."),
        (["--repo", "maintainer/..=."], "is not of the form owner/name=PATH."),
        (["--repo", "../../x=."], "is not of the form owner/name=PATH."),
        (["--repo", "maintainer/shop="], "is not of the form owner/name=PATH."),
        (["--repo", "maintainer/shop=no"], "There is no folder no."),
        (["--dir", "."], ". is not empty."),
        (["--dir", "README.md"], "README.md is not a folder."),
        (["--repo", "maintainer/a=.", "--repo", "Maintainer/A=."], "`maintainer/a` is there twice."),
    ],
)
def test_what_cannot_be_served_is_told(tdd: Tdd, repo: SmallRepo, words: list[str], told: str) -> None:
    said = tdd("hub", *words)
    assert (said.code, said.out) == (1, "")
    assert told in said.err


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "tdd_orchestrator", "hub", "--port", port]
        end = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False, timeout=LONGEST_S)
    assert (end.returncode, end.stdout) == (1, "")
    assert end.stderr.startswith(f"tdd: The hub cannot listen on port {port}: Address already in use.")
