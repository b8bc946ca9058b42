"""Commits that people wrote without trailers are proven where somebody points at their stages."""

import subprocess
import sys
from collections.abc import Iterator
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


def test_the_module_ends_with_the_exit_code(repo: SmallRepo) -> None:
    words = [sys.executable, "-m", "tdd_action", "prove", "--red", "HEAD", "--green", "HEAD", "--repo", str(repo.path)]
    paths = f"{SOURCE / 'action'}:{SOURCE / 'app'}"
    repo.commit("Ask for it", {TEST: NEW_TEST})
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": paths}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 1, done.stderr
    assert "It does not hold: CHANGE: " in done.stdout
