"""Commits that people wrote without trailers are proven where somebody points at their stages."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tdd_action.console import prove_for_people
from world.small_repo import SmallRepo
from world.tdd_project import NEW_CODE, NEW_TEST, TIDY_CODE, plain_python, remembered, tiny_project

TEST, CODE = "tests/test_new.py", "src/shop.py"
SOURCE = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _quick(tmp_path: Path) -> Iterator[None]:
    with plain_python(tmp_path / "bin"), remembered():
        yield


@pytest.fixture
def repo(tmp_path: Path) -> SmallRepo:
    return tiny_project(tmp_path / "repo", {".tdd/config.toml": "[qa]\nflake_runs = 0\n"})


def prove(repo: SmallRepo, *words: str) -> tuple[int, str]:
    said: list[str] = []
    code = prove_for_people([*words, "--repo", str(repo.path)], say=said.append)
    return code, "\n".join(said)


def test_three_commits_that_are_pointed_at_are_proven(repo: SmallRepo) -> None:
    red = repo.commit("Ask for it", {TEST: NEW_TEST})
    repo.commit("Begin", {CODE: "def price(article):\n    return 100  # soon\n"})
    green = repo.commit("Do it", {CODE: NEW_CODE})
    refactor = repo.commit("Tidy up", {CODE: TIDY_CODE})
    code, said = prove(repo, "--red", red, "--green", green, "--refactor", refactor)
    assert code == 0, said
    assert said.splitlines()[0] == "CHANGE (behaviour)"
    assert [line.split()[:2] for line in said.splitlines()[1:4]] == [["ok", "red"], ["ok", "green"], ["ok", "refactor"]]


def test_a_refactoring_alone_can_be_pointed_at(repo: SmallRepo) -> None:
    tidy = repo.commit("Tidy up", {CODE: "HUNDRED = 100\n\n\ndef price(article):\n    return HUNDRED\n"})
    assert prove(repo, "--refactor", tidy, "--kind", "refactor")[0] == 0


def test_stages_in_the_wrong_order_are_refused(repo: SmallRepo) -> None:
    green = repo.commit("Do it", {CODE: NEW_CODE})
    red = repo.commit("Ask for it", {TEST: NEW_TEST})
    code, said = prove(repo, "--red", red, "--green", green)
    assert (code, "is named as GREEN and does not come after" in said) == (1, True)


def test_code_that_came_with_its_tests_is_no_red(repo: SmallRepo) -> None:
    base = repo.head
    repo.commit("Do it", {CODE: NEW_CODE})
    red = repo.commit("Ask for it", {TEST: NEW_TEST})
    green = repo.commit("Tidy", {CODE: TIDY_CODE})
    code, said = prove(repo, f"{base}..", "--red", red, "--green", green)
    assert (code, f"{CODE} is no test" in said) == (1, True)
    code, said = prove(repo, "--red", red, "--green", green)
    assert (code, "passes before the code is there" in said) == (1, True)


@dataclass(frozen=True)
class Check:
    """The action as a check of its own: no assignment, no model, no secret; only the event of the workflow run."""

    place: Path
    repo: SmallRepo

    def __call__(self, event: object, **more: str) -> "subprocess.CompletedProcess[str]":
        (self.place / "event.json").write_text(json.dumps(event))
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{SOURCE / 'action'}:{SOURCE / 'app'}",
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_PATH": str(self.place / "event.json"),
            "TDD_STEP": "prove",
            "TDD_REPOSITORY_DIR": str(self.repo.path),
            "TDD_OUT_DIR": str(self.place / "out"),
            **more,
        }
        words = [sys.executable, "-m", "tdd_action"]
        return subprocess.run(words, capture_output=True, text=True, check=False, env=environment)


def test_prove_alone_is_a_check_that_holds_or_fails(repo: SmallRepo, tmp_path: Path) -> None:
    check, base = Check(tmp_path, repo), repo.head
    trailers = {"TDD_Task": "TASK-1", "TDD_Run": "pr-7"}
    repo.commit("Ask for it", {TEST: NEW_TEST}, TDD_Stage="red", **trailers)
    green = repo.commit("Do it", {CODE: NEW_CODE}, TDD_Stage="green", **trailers)
    done = check({"pull_request": {"number": 7, "base": {"sha": base}, "head": {"sha": green}}})
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads((tmp_path / "out/proof.json").read_text())["holds"] is True

    weak = repo.commit("Weaken it", {TEST: NEW_TEST.replace("== 90", "in (90, 100)")})
    done = check({"before": base, "after": weak})
    assert done.returncode == 1
    assert f"::failure file={TEST}" in done.stdout or f"::error file={TEST}" in done.stdout, "at its line"
    assert json.loads((tmp_path / "out/certificate.json").read_text())["holds"] is False


@pytest.mark.parametrize("event", [{}, [], {"before": "0" * 40, "after": "1" * 40}, {"pull_request": {}}])
def test_prove_alone_needs_an_event_that_says_what(repo: SmallRepo, tmp_path: Path, event: object) -> None:
    done = Check(tmp_path, repo)(event)
    assert (done.returncode, "Without an assignment, `prove` needs the event" in done.stderr) == (1, True)


def test_the_module_ends_with_the_exit_code(repo: SmallRepo) -> None:
    words = [sys.executable, "-m", "tdd_action", "prove", "--red", "HEAD", "--green", "HEAD", "--repo", str(repo.path)]
    paths = f"{SOURCE / 'action'}:{SOURCE / 'app'}"
    repo.commit("Ask for it", {TEST: NEW_TEST})
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": paths}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 1, done.stderr
    assert "It does not hold: CHANGE: " in done.stdout
