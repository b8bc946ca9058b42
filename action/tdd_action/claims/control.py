"""The new tests, made to fail: laid over the tree for one run, to see whether anything else answers for them."""

from tdd_action.workspace import Workspace
from tdd_orchestrator.core.controls import falsified
from tdd_orchestrator.core.evidence.reports import selects
from tdd_orchestrator.core.new_tests import functions_of


def falsified_tests(
    workspace: Workspace, new_tests: tuple[str, ...], tree: str
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The files with their new tests made to fail, and the selectors of those tests. Python alone, so far."""
    overlay: dict[str, str] = {}
    turned: list[str] = []
    for path in dict.fromkeys(name.partition("::")[0] for name in new_tests):
        raw = workspace.read(tree, path) if path.endswith(".py") else None
        if raw is None:
            continue
        source = raw.decode("utf-8", "replace")
        wanted = {name for name in _functions(source) if _meant(f"{path}::{name}", new_tests)}
        text = falsified(source, frozenset(wanted))
        if text is not None:
            overlay[path] = text
            turned += [f"{path}::{name}" for name in sorted(wanted)]
    return overlay, tuple(turned)


def _functions(source: str) -> list[str]:
    try:
        return [*functions_of(source)]
    except SyntaxError:
        return []


def _meant(test: str, selectors: tuple[str, ...]) -> bool:
    """A selector may also name one case of a table: then the function behind it is meant."""
    return any(selects(each, test) or selects(test, each) for each in selectors)
