"""Which tests are new in a tree, and which old test support was changed under them."""

import ast
from dataclasses import dataclass

from tdd_orchestrator.core.evidence import Reason, SuiteReport
from tdd_orchestrator.core.evidence.reports import selects
from tdd_orchestrator.core.languages import language_of

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Edited:
    """One file on both sides; `None` says that it is not there."""

    path: str
    before: str | None
    after: str | None


def new_tests(files: tuple[Edited, ...], before: SuiteReport, red: SuiteReport) -> tuple[str, ...]:
    """Selectors of the new tests: whole new files, and `file::test` for what is new or rewritten in old ones.

    What is written anew is seen in the text; what is new without new text (a case added to a table) in the report.
    """
    found: list[str] = []
    for file in files:
        language = language_of(file.path)
        if file.after is None or language is None:
            continue
        own = language.new_tests(file.path, file.before, file.after)
        found += own
        if file.before is not None:
            fresh = sorted(red.names - before.names)
            found += [name for name in fresh if _is_left(name, file.path, own)]
    return tuple(dict.fromkeys(found))


def _is_left(name: str, path: str, selectors: tuple[str, ...]) -> bool:
    return selects(path, name) and not any(selects(each, name) for each in selectors)


def undermined(files: tuple[Edited, ...]) -> tuple[Reason, ...]:
    """Functions and classes of test support that were changed: old tests that use them are no longer the same."""
    reasons = []
    for file in files:
        earlier, now = _support(file.before), _support(file.after)
        for name, node in now.items():
            if name in earlier and ast.dump(earlier[name]) != ast.dump(node):
                said = f"`{name}` in {file.path} was there before and old tests rest on it: add a new one beside it."
                reasons.append(Reason("", None, file.path, node.lineno, said))
    return tuple(reasons)


def _support(text: str | None) -> dict[str, Definition]:
    """Top-level functions and classes that are no tests; a class with tests in it is judged by its tests."""
    try:
        body = ast.parse(text or "").body
    except (SyntaxError, ValueError):
        return {}
    return {node.name: node for node in body if isinstance(node, Definition) and not _is_test(node)}


def _is_test(node: Definition) -> bool:
    if isinstance(node, ast.ClassDef):
        return any(_is_test(each) for each in node.body if isinstance(each, Definition))
    return node.name.startswith("test")
