"""REFACTOR: the same tests end as they did, and every public name is still there."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from tdd_action.bench import Bench
from tdd_action.claims.code import try_code
from tdd_action.claims.subject import Before, Subject, waver
from tdd_action.workspace import Workspace
from tdd_orchestrator.core.evidence import SuiteReport, Verdict, judge_refactor
from tdd_orchestrator.core.languages import language_of
from tdd_orchestrator.core.public_names import imported_names

Names = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class RefactorClaim:
    """The word on a refactoring, and the run it rests on."""

    verdict: Verdict
    report: SuiteReport


def try_refactor(bench: Bench, subject: Subject, before: Before, *, before_tree: str, tree: str) -> RefactorClaim:
    """Run the whole suite on the tidied tree. `before` is the run on `before_tree`."""
    read = try_code(bench.workspace, subject, before.report, before_tree, tree)
    if not read.accepted:
        return RefactorClaim(read, SuiteReport())
    now = bench.on(tree, "refactor")
    changed = [each.path for each in bench.workspace.differences(before_tree, tree)]
    after = names_in(bench.workspace, tree, changed)
    names = (names_in(bench.workspace, before_tree, changed), _with_imported(bench.workspace, tree, after))
    verdict = _judged(before, now, names, ())
    if known := waver(bench, subject, before, verdict):
        before, verdict = known, _judged(known, now, names, ())
    if verdict.accepted and subject.qa.flake_runs:
        verdict = _judged(before, now, names, bench.again(tree, "refactor again", subject.qa.flake_runs))
    return RefactorClaim(verdict, now)


def names_in(workspace: Workspace, tree: str, paths: Iterable[str]) -> Names:
    """The public names of files in a tree, where their language tells; files that are not there have none."""
    found = {}
    for path in paths:
        language = language_of(path)
        text = workspace.read(tree, path) if language else None
        if language is not None and text is not None:
            with suppress(SyntaxError):  # the suite says what is wrong with it
                found[path] = language.public_names(text.decode("utf-8", "replace"))
    return found


def _with_imported(workspace: Workspace, tree: str, names: Names) -> Names:
    """With what a Python file imports: a name that moved is still offered by its old home."""
    return {
        path: found | imported_names((workspace.read(tree, path) or b"").decode("utf-8", "replace"))
        if path.endswith(".py")
        else found
        for path, found in names.items()
    }


def _judged(before: Before, now: SuiteReport, names: tuple[Names, Names], reruns: tuple[SuiteReport, ...]) -> Verdict:
    return judge_refactor(
        green=before.report,
        refactor=now,
        names_before=names[0],
        names_after=names[1],
        reruns=reruns,
        excused=before.excused,
    )
