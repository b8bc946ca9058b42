"""The two lanes beside `make test`: foreign test runners and projects, and cheats, honest changes and mutilations."""

from collections.abc import Iterable
from pathlib import Path

import pytest

FOREIGN = (
    "test_stories_in_other_suites.py",
    "test_suite_cargo_endings.py",
    "test_suite_cargo_stories.py",
    "test_suite_go_endings.py",
    "test_suite_go_stories.py",
    "test_suite_java_stories.py",
    "test_suite_node_runs.py",
    "test_suite_ruby_endings.py",
    "test_suite_ruby_stories.py",
    "test_suite_vitest_and_jest.py",
    "test_suites_on_public_packages.py",
    "test_run_a_project_from_pypi.py",
)


GATES = ("test_cheaters.py", "test_certificate_mutations.py", "test_honest_changes.py")


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """`make test` leaves both lanes out; `make runners` and `make gates` run one of them alone."""
    for item in items:
        if Path(item.path).name in FOREIGN:
            item.add_marker("runners")
        if Path(item.path).name in GATES:
            item.add_marker("gates")
