"""vitest, started by the project's own copy of it."""

from pathlib import Path

from tdd_action.suites import javascript_project as project
from tdd_action.suites.javascript_suite import JavascriptSuite, Orders


def _because(root: Path) -> str:
    return "package.json depends on vitest" if project.depends_on(project.package(root), "vitest") else ""


def _more(root: Path, told: Orders) -> Orders:
    return {}


VITEST = JavascriptSuite("vitest", "vitest_run.mjs", _because, _more)
