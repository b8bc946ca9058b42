"""jest, started by the project's own copy of it."""

from pathlib import Path

from tdd_action.suites import javascript_project as project
from tdd_action.suites.javascript_suite import JavascriptSuite, Orders


def _because(root: Path) -> str:
    return "package.json depends on jest" if project.depends_on(project.package(root), "jest") else ""


def _more(root: Path, told: Orders) -> Orders:
    return {}


JEST = JavascriptSuite("jest", "jest_run.cjs", _because, _more)
