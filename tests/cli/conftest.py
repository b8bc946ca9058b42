"""The command `tdd`, and a repository to give it in."""

from pathlib import Path

import pytest

from tdd_orchestrator.cli import main
from world.command_line import Said, Tdd
from world.small_repo import SmallRepo, small_repo


@pytest.fixture
def tdd(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Tdd:
    """Run `tdd` with these words; what child processes print counts too."""
    for name in ("GH_TOKEN", "GITHUB_TOKEN", "GITHUB_SERVER_URL"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: object) -> Said:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        out, err = capfd.readouterr()
        return Said(int(ended.value.code or 0), out, err)

    return run


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallRepo:
    """A small git repository, in which the commands are given."""
    made = small_repo(tmp_path / "repo", {"README.md": "# Small\n"})
    monkeypatch.chdir(made.path)
    return made


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is in no repository, in which the commands are given."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    folder = tmp_path / "nowhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder
