"""The wheel holds everything that the program reads, and what is installed from it works away from the checkout."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
UV = shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
COPIED = ("action.yml", "manifests/github-app.json", "manifests/workflows/tdd.yml")
NEEDED = (
    "tdd_orchestrator/py.typed",
    "tdd_action/py.typed",
    "tdd_action/sandbox/launcher.py",
    "tdd_action/suites/TddWitness.java",
    "tdd_action/suites/witness.go",
    "tdd_action/suites/witness.rs",
    "tdd_orchestrator/demo/prd.md",
    "tdd_orchestrator/demo/project/.gitignore",
    "tdd_orchestrator/demo/project/.tdd/config.toml",
    "tdd_orchestrator/demo/project/.tdd/script.yml",
    "tdd_orchestrator/hub/pages/templates/base.html",
    "tdd_orchestrator/hub/pages/templates/style.css",
    "tdd_orchestrator/hub/pages/templates/live.js",
)


def run(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if find_spec("hatchling") is None:
        pytest.skip("hatchling is not installed: no wheel is built")
    folder = tmp_path_factory.mktemp("dist")
    built = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    assert built.returncode == 0, built.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def names(wheel: Path) -> frozenset[str]:
    with zipfile.ZipFile(wheel) as archive:
        return frozenset(archive.namelist())


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel; what the wheel requires is looked up in this one."""
    if UV is None:
        pytest.skip("uv is not installed: the wheel is not installed anywhere")
    home = tmp_path_factory.mktemp("away") / "venv"
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    done = run(UV, "--no-config", "--offline", "pip", "install", "--no-deps", "--python", python, wheel, cwd=home)
    assert done.returncode == 0, done.stderr
    site = next(home.glob("lib/python*/site-packages"))
    # A path in a .pth file is not searched for .pth files itself, so that the checkout is not found through it.
    (site / "requirements.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home / "bin"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of somebody's own, with the demo's PRD."""
    assert run("git", "init", "--quiet", tmp_path, cwd=tmp_path).returncode == 0
    (tmp_path / "prds").mkdir()
    shutil.copy(ROOT / "app/tdd_orchestrator/demo/prd.md", tmp_path / "prds" / "checkout.md")
    return tmp_path


@pytest.mark.parametrize("name", NEEDED)
def test_the_wheel_holds(names: frozenset[str], name: str) -> None:
    assert name in names


def test_the_wheel_holds_every_file_that_users_copy(wheel: Path) -> None:
    copied = [Path("action.yml"), *(each.relative_to(ROOT) for each in (ROOT / "manifests").rglob("*.*"))]
    assert {str(path) for path in copied} >= set(COPIED)
    with zipfile.ZipFile(wheel) as archive:
        for path in copied:
            assert archive.read(f"tdd_orchestrator/packaged/{path}") == (ROOT / path).read_bytes()


def test_the_wheel_holds_every_module_and_no_test(names: frozenset[str]) -> None:
    for source, package in (("app", "tdd_orchestrator"), ("action", "tdd_action")):
        there = (ROOT / source / package).rglob("*.py")
        assert {str(path.relative_to(ROOT / source)) for path in there} <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith(("tests/", "docs/"))]


def test_what_is_installed_tells_its_version(installed: Path, tmp_path: Path) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    told = run(installed / "tdd", "--version", cwd=tmp_path)
    assert (told.returncode, told.stdout.strip()) == (0, f"tdd {version}")


def test_what_is_installed_is_the_wheel_and_not_the_checkout(installed: Path, tmp_path: Path) -> None:
    ask = "import tdd_orchestrator as a, tdd_action as b; print(a.__file__); print(b.__file__)"
    told = run(installed / "python", "-c", ask, cwd=tmp_path).stdout.split()
    assert len(told) == 2
    assert all(Path(path).is_relative_to(installed.parent) for path in told)


def test_an_installed_tdd_ingests_a_prd(installed: Path, repository: Path) -> None:
    told = run(installed / "tdd", "ingest", "prds/checkout.md", cwd=repository)
    assert told.returncode == 0, told.stderr
    assert "6 requirements" in told.stdout


def test_an_installed_tdd_writes_the_workflow_that_came_with_it(installed: Path, repository: Path) -> None:
    told = run(installed / "tdd", "init", cwd=repository)
    assert told.returncode == 0, told.stderr
    written = (repository / ".github/workflows/tdd.yml").read_text()
    assert written.splitlines()[0] == (ROOT / "manifests/workflows/tdd.yml").read_text().splitlines()[0]


def test_an_installed_action_says_how_it_is_called(installed: Path, tmp_path: Path) -> None:
    told = run(installed / "python", "-I", "-m", "tdd_action", "--help", cwd=tmp_path)
    assert "usage: python -m tdd_action" in told.stderr
    told = run(installed / "tdd", "prove", "--help", cwd=tmp_path)
    assert (told.returncode, told.stdout.startswith("usage: tdd prove")) == (0, True)


def test_the_workers_are_found_where_the_wheel_is_installed(installed: Path, tmp_path: Path) -> None:
    ask = (
        "from importlib.metadata import distribution as d; print(*(p.name for p in d('tdd-orchestrator').entry_points))"
    )
    found = set(run(installed / "python", "-c", ask, cwd=tmp_path).stdout.split())
    assert {"script", "claude", "tdd", "tdd-action"} <= found
