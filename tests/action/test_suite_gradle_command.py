"""How Gradle is started: which copy of it, with which home, for which tests. It runs in `test_suite_gradle_stories`."""

import json
from pathlib import Path

import pytest

from tdd_action.suites.maven_suite import GRADLE

WRAPPER = "distributionUrl=https\\://services.gradle.org/distributions/gradle-8.5-bin.zip\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, and a project and a scratch folder beside it."""
    for name in ("home", "project", "scratch"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def words(home: Path, *tests: str, seed: int | None = None) -> list[str]:
    command = GRADLE.command(home.parent / "project", tests or None, home.parent / "scratch", shuffle_seed=seed)
    said: list[str] = json.loads((command.report.parent / "orders.json").read_text())["argv"]
    return said


def test_the_copy_that_the_wrapper_installed_is_started(home: Path) -> None:
    assert words(home)[0] == "gradle"
    properties = home.parent / "project/gradle/wrapper/gradle-wrapper.properties"
    properties.parent.mkdir(parents=True)
    properties.write_text(WRAPPER)
    assert words(home)[0] == "gradle", "nothing is installed"
    program = home / ".gradle/wrapper/dists/gradle-8.5-bin/a1b2c3/gradle-8.5/bin/gradle"
    program.parent.mkdir(parents=True)
    program.touch()
    assert words(home)[0] == str(program)


def test_gradle_writes_in_a_home_of_ours_and_reads_what_was_downloaded(home: Path) -> None:
    command = GRADLE.command(home.parent / "project", None, home.parent / "scratch")
    own = Path(command.env["GRADLE_USER_HOME"])
    assert own in command.writable
    assert own.is_relative_to(home.parent / "scratch")
    assert command.env["GRADLE_RO_DEP_CACHE"] == str(home / ".gradle/caches")


def test_tests_are_chosen_by_their_classes(home: Path) -> None:
    said = words(home, "src/test/java/shop/CartTest.java::adds", "src/test/java/shop/PriceTest.java", seed=7)
    assert said[-5:] == ["test", "--tests", "shop.CartTest", "--tests", "shop.PriceTest"]
    assert "--offline" in said
    assert "-Dorg.gradle.project.tddSeed=7" in said
