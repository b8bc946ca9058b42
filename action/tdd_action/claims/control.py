"""The new tests, made to fail: laid over the tree for one run, to see whether anything else answers for them."""

import re

from tdd_action.workspace import Workspace
from tdd_orchestrator.core.evidence import SuiteReport
from tdd_orchestrator.core.evidence.reports import selects
from tdd_orchestrator.core.javascript_tests import SOME
from tdd_orchestrator.core.language import Control
from tdd_orchestrator.core.languages import language_of


def falsified_tests(
    workspace: Workspace, new_tests: tuple[str, ...], tree: str
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The files with their new tests made to fail, and the selectors of those tests; by the languages in the table."""
    overlay: dict[str, str] = {}
    turned: list[str] = []
    for path in dict.fromkeys(name.partition("::")[0] for name in new_tests):
        language = language_of(path)
        control = language.control if language is not None else None
        raw = workspace.read(tree, path) if control is not None else None
        if raw is None or control is None:
            continue
        source = raw.decode("utf-8", "replace")
        wanted = {name for name in _named(control, source) if _meant(f"{path}::{name}", new_tests)}
        text = control.falsified(source, frozenset(wanted))
        if text is not None:
            overlay[path] = text
            turned += [f"{path}::{name}" for name in sorted(wanted)]
    return overlay, tuple(turned)


def _named(control: Control, source: str) -> list[str]:
    try:
        return [*control.names(source)]
    except SyntaxError:
        return []


def _meant(test: str, selectors: tuple[str, ...]) -> bool:
    """A selector may also name one case of a table: then the function behind it is meant."""
    return any(selects(each, test) or selects(test, each) or _filled_in(test, each) for each in selectors)


def _filled_in(name: str, test: str) -> bool:
    """Whether a name with gaps in it becomes this test's."""
    if SOME not in name:
        return False
    return re.fullmatch(re.escape(name).replace(re.escape(SOME), ".*") + r"(\[\d+\])?", test, re.DOTALL) is not None


def as_run(turned: tuple[str, ...], control: SuiteReport) -> tuple[str, ...]:
    """The selectors, with the tests of the run in the place of names that only a run can fill in."""
    found = [name for name in sorted(control.names) if any(_filled_in(each, name) for each in turned)]
    return (*(each for each in turned if SOME not in each), *found)
