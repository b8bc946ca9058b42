"""The git command as landing uses it: it hears nobody's settings, keeps its secret, and ends when its time is up."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from tdd_orchestrator.github.bare import GitFailed, bare_repository
from tdd_orchestrator.github.errors import Weather
from world.git_server import Fault, GitServer, git_server

CREDENTIALS = ("x-access-token", "ghs_secret")
HEADER = base64.b64encode(b"x-access-token:ghs_secret").decode()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitServer]:
    with git_server(tmp_path) as server:
        yield server


async def test_the_token_is_in_the_environment_of_commands_that_talk_to_the_remote_and_nowhere_else() -> None:
    async with bare_repository("http://127.0.0.1:9/owner/name.git", CREDENTIALS) as bare:
        show = ("-c", "alias.surroundings=!env", "surroundings")
        assert HEADER in (await bare.online(*show)).text
        assert HEADER not in (await bare.git(*show)).text
        assert not any(HEADER in place.read_text("latin-1") for place in bare.directory.rglob("*") if place.is_file())
        assert "ghs_secret" not in repr(bare)
        assert HEADER not in repr(bare)


async def test_settings_and_secrets_of_the_machine_are_not_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("TDD_PRIVATE_KEY", "key")
    async with bare_repository("http://127.0.0.1:9/owner/name.git", None) as bare:
        assert "TDD_PRIVATE_KEY" not in (await bare.git("-c", "alias.surroundings=!env", "surroundings")).text
        assert (await bare.git("rev-parse", "--is-bare-repository")).text == "true"
        place = bare.directory
    assert not place.exists()


async def test_only_http_is_spoken_to_the_remote(tmp_path: Path) -> None:
    async with bare_repository(f"file://{tmp_path}", None) as bare:
        with pytest.raises(GitFailed, match="transport 'file' not allowed"):
            await bare.heads("refs/heads/main")


async def test_a_server_that_does_not_answer_is_weather_and_the_command_is_ended(server: GitServer) -> None:
    server.break_next("info/refs", Fault.HANG)
    async with bare_repository(server.url, CREDENTIALS, timeout_s=0.3) as bare:
        with pytest.raises(Weather, match=r"took longer than 0\.3 s"):
            await bare.heads("refs/heads/main")
    server.stopping.set()


async def test_a_machine_without_git_is_told_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(GitFailed, match=r"Install git 2\.38"):
        async with bare_repository("http://127.0.0.1:9/owner/name.git", None):
            pass
