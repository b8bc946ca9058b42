"""What reading new code can show: that it reaches for its judge, stands in for other modules, echoes an example."""

from collections.abc import Iterator

from tdd_action.claims.subject import Subject
from tdd_action.workspace import Workspace
from tdd_orchestrator.core.echoes import echoes
from tdd_orchestrator.core.evidence import Reason, SuiteReport, Verdict
from tdd_orchestrator.core.evidence.verdicts import settled
from tdd_orchestrator.core.language import Language
from tdd_orchestrator.core.languages import language_of, stand_ins
from tdd_orchestrator.core.meddling import meddling, named_tests
from tdd_orchestrator.core.policy import ABSENT, is_named_as_test
from tdd_orchestrator.core.shadows import TEST_TOOLS, imports_of, shadowing, top_module


def try_code(workspace: Workspace, subject: Subject, base: SuiteReport, before: str, after: str) -> Verdict:
    """Whether the code of a stage leaves its judge alone. `before` is the tree with the tests, `after` with the code.

    `base` is the suite as it was: what its files imported was there.
    """
    found = (_shadowing(workspace, subject, base, before, after), _stand_ins(workspace, before, after))
    return settled([*(each for some in found for each in some), *_meddling(workspace, before, after)])


def _stand_ins(workspace: Workspace, before: str, after: str) -> Iterator[Reason]:
    """New files that would be loaded in the place of others of their name."""
    fresh = [each.path for each in workspace.differences(before, after) if each.mode_before == ABSENT]
    return stand_ins(fresh)


def echoed(workspace: Workspace, new_tests: tuple[str, ...], before: str, after: str) -> tuple[Reason, ...]:
    """Remarks on answers that the code has word for word from the new tests."""
    files = {name.partition("::")[0] for name in new_tests}
    tests = {path: text for path in sorted(files) if (text := _text(workspace, after, path))}
    return tuple(
        reason
        for path, language in _changed(workspace, before, after)
        for reason in echoes(
            language.literals,
            {name: text for name, text in tests.items() if name.endswith(language.endings)},
            path,
            _text(workspace, before, path),
            _text(workspace, after, path) or "",
        )
    )


def _meddling(workspace: Workspace, before: str, after: str) -> Iterator[Reason]:
    for path, language in _changed(workspace, before, after):
        was, now = _text(workspace, before, path), _text(workspace, after, path) or ""
        if meddling(language.findings, path, was, now):  # only then is it worth reading all the rest
            yield from meddling(language.findings, path, was, now, _sources(workspace, before, language))
        constants = language.literals.constants
        yield from named_tests(path, constants(was or ""), constants(now), _files_of_tests(workspace, before))


def _files_of_tests(workspace: Workspace, tree: str) -> list[str]:
    names = [entry.path.rpartition("/")[2] for entry in workspace.entries(tree) if is_named_as_test(entry.path)]
    return [name for name in names if language_of(name) is not None and ("test" in name or "spec" in name)]


def _sources(workspace: Workspace, tree: str, language: Language) -> list[str]:
    paths = [entry.path for entry in workspace.entries(tree) if entry.path.endswith(language.endings)]
    return [_text(workspace, tree, path) or "" for path in paths if not is_named_as_test(path)]


def _shadowing(workspace: Workspace, subject: Subject, base: SuiteReport, before: str, after: str) -> Iterator[Reason]:
    """New modules that tests import from elsewhere already: a `hypothesis.py` beside the code, for one."""
    there = {entry.path for entry in workspace.entries(before)}
    roots = [root for root in subject.planned.source_roots if f"{root}/__init__.py" not in there]
    fresh = [
        (each.path, top_module(each.path, roots))
        for each in workspace.differences(before, after)
        if each.mode_before == ABSENT and each.path.endswith(".py")
    ]
    own = {top_module(path, roots) for path in there}
    suspects = [(path, module) for path, module in fresh if module and module not in own]
    if not suspects:
        return
    tests = {result.path or result.id.partition("::")[0] for result in base.results}
    imported = {name for path in tests for name in imports_of(_text(workspace, before, path) or "")}
    foreign = (imported | TEST_TOOLS) - own
    for refusal in shadowing(suspects, foreign, "installed, and what the tests import"):
        yield Reason("", None, refusal.path, 0, refusal.sentence)


def _changed(workspace: Workspace, before: str, after: str) -> list[tuple[str, Language]]:
    """Sources that can be read and are no tests, and that are there afterwards."""
    changed = [each.path for each in workspace.differences(before, after) if each.mode_after != ABSENT]
    read = [(path, language_of(path)) for path in changed if not is_named_as_test(path)]
    return [(path, language) for path, language in read if language is not None]


def _text(workspace: Workspace, tree: str, path: str) -> str | None:
    raw = workspace.read(tree, path)
    return None if raw is None else raw.decode("utf-8", "replace")
