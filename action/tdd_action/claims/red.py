"""RED: the new tests of a tree fail for the right reason, at first sight or with stubs in place of planned code."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tdd_action.bench import Bench
from tdd_action.claims.ground import ground
from tdd_action.claims.new_tests import Edited, new_tests
from tdd_action.claims.second_sight import Sight, second_sight
from tdd_action.claims.subject import Before, Subject, waver
from tdd_action.workspace import Workspace
from tdd_orchestrator.core.evidence import (
    PROOFS,
    FailureClass,
    Reason,
    Standing,
    SuiteReport,
    Verdict,
    judge_kind,
    judge_red,
)
from tdd_orchestrator.core.evidence.reports import selects
from tdd_orchestrator.core.evidence.verdicts import settled
from tdd_orchestrator.core.language import Language
from tdd_orchestrator.core.languages import language_of

HOME = "Write the test below one of them, or give its folder a `[[suites]]` in .tdd/config.toml."


@dataclass(frozen=True, slots=True)
class RedClaim:
    """The word on RED. `collected` is the run in which every new test was collected: with stubs, where there were."""

    verdict: Verdict
    new_tests: tuple[str, ...]
    report: SuiteReport
    collected: SuiteReport
    classes: Mapping[str, FailureClass]
    before: Before


def try_red(bench: Bench, subject: Subject, before: Before, tree: str) -> RedClaim:
    """Run the whole suite on the tree with the new tests, and once more with stubs where planned code is missing."""
    red = bench.on(tree, "red")
    files = edited(bench.workspace, subject.base, tree)
    new = new_tests(files, before.report, red)
    early = _at_a_glance(bench, subject, files, new)
    if not early.accepted:
        return RedClaim(early, new, red, red, {}, before)
    verdict = _judged(subject, before, files, new, red)
    if known := waver(bench, subject, before, verdict):
        before, verdict = known, _judged(subject, known, files, new, red)
    collected = red
    if verdict.standing is Standing.SECOND_SIGHT:
        verdict, collected = second_sight(bench, subject, before, tree, Sight(files, new, red))
    return RedClaim(verdict, new, red, collected, dict(verdict.classes), before)


def edited(workspace: Workspace, before: str, after: str) -> tuple[Edited, ...]:
    """The text files that differ between two trees."""
    return tuple(
        Edited(each.path, _text(workspace, before, each.path), _text(workspace, after, each.path))
        for each in workspace.differences(before, after)
    )


def _text(workspace: Workspace, tree: str, path: str) -> str | None:
    raw = workspace.read(tree, path)
    return None if raw is None else raw.decode("utf-8", "replace")


def _at_a_glance(bench: Bench, subject: Subject, files: tuple[Edited, ...], new: tuple[str, ...]) -> Verdict:
    """What can be said without a look at the run: somebody runs the tests, the kind's own demands, and the ground of
    old tests left alone.
    """
    if homeless := bench.suites.homeless(new):
        return settled(Reason("", None, path, 0, f"{said} {HOME}") for path, said in homeless.items())
    if reasons := ground(bench.workspace, subject, files):
        return settled(reasons)
    through: tuple[str, ...] = ()
    if PROOFS[subject.kind].through_entry_point:
        found = [name for language, path, text in _readable(files) for name in language.entering(text, path)]
        through = tuple(name for name in found if any(selects(each, name) for each in new))
    return judge_kind(subject.kind, new_tests=new, through_entry_point=through)


def _judged(
    subject: Subject, before: Before, files: tuple[Edited, ...], new: tuple[str, ...], red: SuiteReport
) -> Verdict:
    return judge_red(
        new_tests=new,
        before=before.report,
        red=red,
        planned=subject.planned,
        kind=subject.kind,
        vacuous=vacuous(files, new),
        excused=before.excused,
    )


def vacuous(files: tuple[Edited, ...], new: tuple[str, ...]) -> tuple[Reason, ...]:
    """New tests that say nothing about the code; old ones in the same file are not asked."""
    found = [reason for language, path, text in _readable(files) for reason in language.vacuous(text, path)]
    return tuple(each for each in found if any(selects(selector, each.test) for selector in new))


def _readable(files: tuple[Edited, ...]) -> Iterator[tuple[Language, str, str]]:
    for file in files:
        language = language_of(file.path)
        if language is not None and file.after is not None:
            yield language, file.path, file.after
