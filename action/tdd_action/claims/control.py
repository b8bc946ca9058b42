"""The new tests, made to fail: laid over the tree for one run, to see whether anything else answers for them."""

from tdd_action.workspace import Workspace
from tdd_orchestrator.core.evidence.reports import selects
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
    return any(selects(each, test) or selects(test, each) for each in selectors)
