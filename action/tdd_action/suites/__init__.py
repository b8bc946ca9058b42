"""One adapter per test runner, each giving the same report. A runner that is not in the table is not supported."""

from collections.abc import Mapping

from tdd_action.suites.cargo_suite import CargoTest
from tdd_action.suites.go_suite import GoTest
from tdd_action.suites.jest_suite import JEST
from tdd_action.suites.junit import Junit
from tdd_action.suites.maven_suite import GRADLE, MAVEN
from tdd_action.suites.node_suite import NODE
from tdd_action.suites.pytest_suite import Pytest, interpreter
from tdd_action.suites.ruby_suite import MINITEST, RSPEC
from tdd_action.suites.suite import Suite, SuiteCommand
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

__all__ = ["SUITES", "Junit", "Pytest", "Suite", "SuiteCommand", "Unittest", "interpreter"]
