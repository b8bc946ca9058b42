"""A project that other people wrote, with its own suite: iniconfig, taken from PyPI through `tdd run` to a proof.

pytest itself stands on iniconfig, so this also shows that the project's own code is what is tested.
"""

import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tdd_orchestrator.local.project_python import project_environment
from world.own_project import OwnProject
from world.small_repo import SmallRepo

RELEASE = "iniconfig==2.3.1"
ANSWERS = Path(__file__).parent / "iniconfig"


@pytest.fixture
def iniconfig(tmp_path: Path) -> OwnProject:
    """The source release as a repository, with the configuration that its folder of tests asks for."""
    ask = ("download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", str(tmp_path / "sdist"), RELEASE)
    got = subprocess.run([sys.executable, "-m", "pip", *ask], capture_output=True, text=True, check=False)
    if got.returncode:
        pytest.skip(f"no package registry gives us {RELEASE}: {(got.stderr.splitlines() or ['no reason given'])[-1]}")
    (archive,) = (tmp_path / "sdist").iterdir()
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")
    repo = SmallRepo(tmp_path / archive.name.removesuffix(".tar.gz"))
    repo.git("init", "--quiet", "--initial-branch=main")
    repo.commit("iniconfig", {".gitignore": ".venv/\n"})
    (repo.path / ".tdd").mkdir()
    repo.commit("How it is worked", {".tdd/config.toml": '[project]\ntests = ["testing/**"]\n'})
    project_environment(repo.path / ".venv")
    return OwnProject(repo, tmp_path)


@pytest.mark.network
def test_iniconfig_gets_a_feature_that_is_proven(iniconfig: OwnProject) -> None:
    said = iniconfig.tdd("run", ANSWERS / "prd.md", "--script", ANSWERS / "script.yml", "--yes")
    assert said.code == 0, said
    log = iniconfig.repo.git("log", "--reverse", "--format=%s", "main..tdd/booleans").splitlines()
    assert [line.partition(":")[0] for line in log] == ["PRD", "TASK-1 red", "TASK-1 green", "TASK-1 refactor"]
    changed = iniconfig.repo.git("diff", "--name-only", "main", "tdd/booleans").splitlines()
    assert changed == ["prds/prd.md", "src/iniconfig/booleans.py", "testing/test_booleans.py"]
    proved = iniconfig.tdd("prove", "main..tdd/booleans")
    assert proved.code == 0, proved
    assert "Everything holds: 1 task" in proved.out
