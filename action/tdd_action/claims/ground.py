"""The ground that old tests stand on, and that RED may not move: hooks, fixtures, support, modules by their names."""

from collections.abc import Iterator

from tdd_action.claims.new_tests import Edited
from tdd_action.claims.subject import Subject
from tdd_action.workspace import Workspace
from tdd_orchestrator.core.evidence import Reason
from tdd_orchestrator.core.hooks import foreign_hooks
from tdd_orchestrator.core.languages import language_of, stand_ins
from tdd_orchestrator.core.old_support import OldTest, old_tests, overlaid
from tdd_orchestrator.core.python_tests import is_test_path
from tdd_orchestrator.core.shadows import module_of_test, shadowing, top_module


def ground(workspace: Workspace, subject: Subject, files: tuple[Edited, ...]) -> tuple[Reason, ...]:
    """What the files that RED wrote take from under the tests that were there, or decide in their place."""
    found = [
        reason
        for file in files
        if file.after is not None
        for reason in (*_hooks(file, file.after), *_undermined(file, file.after))
    ]
    fresh = stand_ins([file.path for file in files if file.before is None])
    return (*found, *fresh, *_overlaid(workspace, subject, files), *_shadowing(workspace, subject, files))


def _hooks(file: Edited, after: str) -> tuple[Reason, ...]:
    return foreign_hooks(after, file.path, file.before) if file.path.endswith(".py") else ()


def _undermined(file: Edited, after: str) -> tuple[Reason, ...]:
    language = language_of(file.path)
    return tuple(language.undermined(file.path, file.before, after)) if language is not None else ()


def _overlaid(workspace: Workspace, subject: Subject, files: tuple[Edited, ...]) -> Iterator[Reason]:
    words = ("fixture", "setup", "setUp", "teardown", "tearDown")
    touching = [
        file for file in files if file.path.endswith(".py") and any(word in (file.after or "") for word in words)
    ]
    if not touching:
        return
    old = tuple(_old_tests(workspace, subject.base))
    for file in touching:
        yield from overlaid(file.path, file.before, file.after or "", old)


def _old_tests(workspace: Workspace, base: str) -> Iterator[OldTest]:
    for entry in workspace.entries(base):
        if entry.path.endswith(".py") and is_test_path(entry.path):
            yield from old_tests(entry.path, (workspace.read(base, entry.path) or b"").decode("utf-8", "replace"))


def _shadowing(workspace: Workspace, subject: Subject, files: tuple[Edited, ...]) -> Iterator[Reason]:
    """New test files that would be imported in place of the code, or of Python's own modules."""
    there = [entry.path for entry in workspace.entries(subject.base)]
    roots = subject.planned.source_roots
    code = (path for path in (*there, *subject.planned.owned) if not is_test_path(path))
    taken = {module for path in code if (module := top_module(path, roots))}
    tree = frozenset([*there, *(file.path for file in files if file.after is not None)])
    fresh = [file.path for file in files if file.before is None and file.path.endswith(".py")]
    old = {module_of_test(path, frozenset(there)) for path in there if path.endswith(".py") and is_test_path(path)}
    named = [(path, module) for path in fresh if (module := module_of_test(path, tree)) not in old]
    for refusal in shadowing(named, taken, "the code under test"):
        yield Reason("", None, refusal.path, 0, refusal.sentence)
