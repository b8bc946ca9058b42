"""One adapter per test runner, each giving the same report. A runner that is not in the table is not supported."""

from collections.abc import Mapping
from pathlib import Path

from tdd_action.suites.cargo_suite import CargoTest
from tdd_action.suites.go_suite import GoTest
from tdd_action.suites.jest_suite import JEST
from tdd_action.suites.junit import Junit
from tdd_action.suites.maven_suite import GRADLE, MAVEN
from tdd_action.suites.node_suite import NODE
from tdd_action.suites.pytest_suite import Pytest, interpreter
from tdd_action.suites.ruby_suite import MINITEST, RSPEC
from tdd_action.suites.suite import Detection, Suite, SuiteCommand
from tdd_action.suites.unittest_suite import Unittest
from tdd_action.suites.vitest_suite import VITEST

SUITES: Mapping[str, Suite] = {
    "unittest": Unittest(),
    "pytest": Pytest(),
    "vitest": VITEST,
    "jest": JEST,
    "node:test": NODE,
    "go": GoTest(),
    "cargo": CargoTest(),
    "maven": MAVEN,
    "gradle": GRADLE,
    "rspec": RSPEC,
    "minitest": MINITEST,
}

__all__ = ["SUITES", "Detection", "Junit", "Pytest", "Suite", "SuiteCommand", "Unittest", "detect", "interpreter"]


def detect(root: Path) -> Detection | None:
    """The first suite of the table that recognises the project, and why."""
    return next((found for suite in SUITES.values() if (found := suite.detect(root))), None)
