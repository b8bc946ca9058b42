"""How pytest is called: with the project's Python and options, in any order, without a trace in the work tree."""

import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from tdd_action.suites import Pytest, interpreter
from tdd_action.suites.tdd_witness import shuffle
from tdd_orchestrator.core.evidence import Ended, Outcome
from tdd_orchestrator.onboarding.detection import detect
from world.small_projects import LEAN, Project

FULL = Pytest(python=sys.executable)
MANY = "".join(f"def test_{n}(): assert {n} == {n}\n" for n in range(8))


@dataclass
class Item:
    nodeid: str


def shuffled(seed: int) -> list[str]:
    items = [
        Item(f"tests/test_{file}.py::{test}")
        for file in "abcd"
        for test in ("test_x", "TestC::test_y", "TestC::test_z")
    ]
    shuffle(items, seed)
    return [item.nodeid for item in items]


def test_a_seed_gives_another_order_and_the_same_seed_the_same_one() -> None:
    assert shuffled(1) == shuffled(1)
    assert len({tuple(shuffled(seed)) for seed in range(20)}) == 20
    files = [name.partition("::")[0] for name in shuffled(3)]
    assert sum(one != other for one, other in pairwise(files)) == 3, "files stay together"


def test_a_test_that_leans_on_another_is_found_out_by_the_order(tmp_path: Path) -> None:
    leaning = "seen = []\ndef test_first(): seen.append(1)\ndef test_second(): assert seen == [1]\n"
    project = Project.of(tmp_path, {"test_a.py": leaning})
    turned = next(seed for seed in range(9) if turns(seed))
    outcomes = [project.report(seed=seed).by_id["test_a.py::test_second"].outcome for seed in (None, turned)]
    assert outcomes == [Outcome.PASSED, Outcome.FAILED]


def turns(seed: int) -> bool:
    items = [Item("test_a.py::test_first"), Item("test_a.py::test_second")]
    shuffle(items, seed)
    return items[0].nodeid.endswith("second")


def test_the_hash_seed_goes_with_the_order(tmp_path: Path) -> None:
    suite = Pytest()
    seeds = [
        suite.command(tmp_path, None, tmp_path, shuffle_seed=seed).env["PYTHONHASHSEED"] for seed in (None, 7, 2**40)
    ]
    assert seeds == ["0", "7", "0"]


def test_the_projects_own_options_hold_but_nothing_stops_early_or_runs_elsewhere(tmp_path: Path) -> None:
    pyproject = """
        [tool.pytest.ini_options]
        addopts = "-x -n 2 --lf -m 'not slow' --strict-markers -p no:cov"
        markers = ["slow: takes long"]
        python_functions = ["check_*"]
    """
    tests = """
        import os, pytest
        def check_fails(): assert os.getpid() == 0
        def check_after(): assert os.environ.get("PYTEST_XDIST_WORKER") is None
        @pytest.mark.slow
        def check_slow(): assert 0
        def test_other(): assert 0
    """
    report = Project.of(tmp_path, {"pyproject.toml": pyproject, "test_a.py": tests}).report(suite=FULL)
    assert report.ended is Ended.COMPLETED, report
    assert {r.id: r.outcome for r in report.results} == {
        "test_a.py::check_fails": Outcome.FAILED,
        "test_a.py::check_after": Outcome.PASSED,
    }


def test_nothing_is_left_in_the_work_tree(tmp_path: Path) -> None:
    tests = "from hypothesis import given, strategies as s\n@given(s.integers())\ndef test_a(n): assert n < 100\n"
    project = Project.of(tmp_path, {"tests/test_a.py": tests, "src/shop/__init__.py": "x = 1\n"})
    report = project.report(suite=FULL)
    assert report.results[0].asserted
    left = sorted(path.relative_to(project.root).as_posix() for path in project.root.rglob("*") if path.is_file())
    assert left == ["src/shop/__init__.py", "tests/test_a.py"]


def test_the_tree_under_test_goes_before_what_is_installed_from_elsewhere(tmp_path: Path) -> None:
    """An editable install points to another checkout; so does a module of the tree that is called like one of ours."""
    tests = """
        import subprocess, sys
        import tdd_action
        def test_here(): assert "project" in tdd_action.__file__
        def test_in_a_child():
            code = "import tdd_action; print(tdd_action.__file__)"
            shown = subprocess.check_output([sys.executable, "-c", code], text=True)
            assert "project" in shown
    """
    files = {"src/tdd_action/__init__.py": "", "tests/test_a.py": tests, "pytest.py": "raise SystemExit(0)\n"}
    report = Project.of(tmp_path, files).report()
    assert {result.outcome for result in report.results} == {Outcome.PASSED}, report


def test_collecting_names_every_test_and_runs_none(tmp_path: Path) -> None:
    project = Project.of(tmp_path, {"test_a.py": MANY + "open('ran', 'a')\n", "test_b.py": "import nothing_there\n"})
    suite = Pytest(python=sys.executable, arguments=LEAN)
    command = suite.collection(project.root, None, project.scratch)
    report = suite.read(command, project.ran(command), project.root)
    assert len(report.names) == 8
    assert report.executed == 0
    assert [error.id for error in report.collection_errors] == ["test_b.py"]


@pytest.mark.parametrize(
    ("files", "because"),
    [
        ({"pytest.ini": ""}, "pytest.ini"),
        ({"pyproject.toml": "[tool.pytest.ini_options]\n"}, "pyproject.toml"),
        ({"tox.ini": "[pytest]\n"}, "tox.ini"),
        ({"setup.cfg": "[tool:pytest]\n"}, "setup.cfg"),
        ({"tests/conftest.py": ""}, "tests/conftest.py"),
        ({"tests/test_a.py": ""}, "tests/test_a.py"),
        ({"a_test.py": ""}, "a_test.py"),
        ({"pyproject.toml": "[tool.ruff]\n", "main.go": "", "setup.cfg": "[metadata]\n"}, None),
        ({"pyproject.toml": "not toml ["}, None),
    ],
)
def test_a_project_is_recognised_with_a_reason(tmp_path: Path, files: dict[str, str], because: str | None) -> None:
    found = detect(Project.of(tmp_path, files).root).suite
    assert (found is None) is (because is None)
    assert found is None or str(because) in found.because


def test_the_virtual_environment_of_the_project_is_its_python(tmp_path: Path) -> None:
    assert interpreter(tmp_path).endswith(("python3", "python"))
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").symlink_to(sys.executable)
    assert interpreter(tmp_path) == str(tmp_path / ".venv/bin/python")
    assert subprocess.run([interpreter(tmp_path), "-c", "pass"], check=True).returncode == 0
