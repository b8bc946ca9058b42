"""The new tests, made to fail: laid over the tree for one run, to see whether anything else answers for them."""

from collections.abc import Callable, Iterable, Mapping

from tdd_action.workspace import Workspace
from tdd_orchestrator.core import controls_javascript
from tdd_orchestrator.core.controls import falsified
from tdd_orchestrator.core.evidence.reports import selects
from tdd_orchestrator.core.javascript_tests import named_tests
from tdd_orchestrator.core.languages import language_of
from tdd_orchestrator.core.new_tests import functions_of

Names = Callable[[str], Iterable[str]]
TURNING: Mapping[str, tuple[Names, Callable[[str, frozenset[str]], str | None]]] = {
    "python": (functions_of, falsified),
    "javascript": (named_tests, controls_javascript.falsified),
}
"""How the tests of a language are found by name, and made to fail."""


def falsified_tests(
    workspace: Workspace, new_tests: tuple[str, ...], tree: str
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The files with their new tests made to fail, and the selectors of those tests; by the languages in the table."""
    overlay: dict[str, str] = {}
    turned: list[str] = []
    for path in dict.fromkeys(name.partition("::")[0] for name in new_tests):
        language = language_of(path)
        raw = workspace.read(tree, path) if language is not None and language.name in TURNING else None
        if raw is None or language is None:
            continue
        names, turn = TURNING[language.name]
        source = raw.decode("utf-8", "replace")
        wanted = {name for name in _named(names, source) if _meant(f"{path}::{name}", new_tests)}
        text = turn(source, frozenset(wanted))
        if text is not None:
            overlay[path] = text
            turned += [f"{path}::{name}" for name in sorted(wanted)]
    return overlay, tuple(turned)


def _named(names: Names, source: str) -> list[str]:
    try:
        return [*names(source)]
    except SyntaxError:
        return []


def _meant(test: str, selectors: tuple[str, ...]) -> bool:
    """A selector may also name one case of a table: then the function behind it is meant."""
    return any(selects(each, test) or selects(test, each) for each in selectors)
