"""Second sight: new tests that only miss planned code are run again with stubs in its place."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from posixpath import join

from tdd_action.bench import Bench
from tdd_action.claims.new_tests import Edited
from tdd_action.claims.reaching import reaching, telling
from tdd_action.claims.subject import Before, Subject
from tdd_action.suites.placed import Placed
from tdd_orchestrator.core.evidence import (
    FailureClass,
    Phase,
    Reason,
    Standing,
    SuiteReport,
    TestResult,
    Verdict,
    missing_in,
)
from tdd_orchestrator.core.evidence import judge_second_sight as judge
from tdd_orchestrator.core.evidence.reports import chosen
from tdd_orchestrator.core.evidence.verdicts import settled
from tdd_orchestrator.core.language import Language, StubOrder
from tdd_orchestrator.core.languages import language_of
from tdd_orchestrator.core.stubs import Flavour

FIRST_ONLY = (
    "{test} is known at first sight only: it needs planned code that no stub can stand in for. "
    'Let the code be there and the test fail on an assertion, or set qa.first_sight = "accept".'
)
# What a stub that does not fit can make of a test; everything else is the test's own doing.
NOT_BUILT = frozenset({FailureClass.COLLECTION_ERROR, FailureClass.MISSING_PLANNED_SYMBOL})


@dataclass(frozen=True, slots=True)
class Source:
    """New tests of one language in one suite: a task may have some in several."""

    language: Language
    placed: Placed

    def wrote(self, bench: Bench, path: str) -> bool:
        """Whether a result of this path speaks of its tests."""
        plain = path.partition("::")[0]
        return bench.suites.of(plain) is self.placed and language_of(plain) in (self.language, None)

    def stubs(self, order: StubOrder) -> dict[str, str]:
        """The stubs for an order, by the paths of the repository."""
        assert self.language.stubs is not None
        return {join(self.placed.folder, path): text for path, text in self.language.stubs(order).items()}


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen first: the files that changed, the selectors of the new tests, and the run without stubs."""

    files: tuple[Edited, ...]
    new: tuple[str, ...]
    red: SuiteReport

    @property
    def places(self) -> tuple[str, ...]:
        """The files that hold the new tests: old tests beside them must still be collected."""
        return tuple(dict.fromkeys(test.partition("::")[0] for test in self.new))


def second_sight(
    bench: Bench, subject: Subject, before: Before, tree: str, sight: Sight
) -> tuple[Verdict, SuiteReport]:
    """The word on the new tests with stubs, and the run that collected most; another run only where a doubt is left.

    What one run finds missing is stubbed in the next; a second round is for tests that got further by that.
    """
    sources = _sources(bench, sight)
    if not sources:
        return _first_only(subject, sight.new, ()), sight.red
    stubbed: list[SuiteReport] = []
    verdict = settled(())
    for flavour in (*Flavour, *Flavour):
        known = missing_in((sight.red, *stubbed), subject.planned)
        again = _stubbed(bench, subject, tree, sight, sources, flavour, stubbed)
        stubbed.append(telling(again, stubbed))
        verdict = judge(
            new_tests=sight.new, before=before.report, red=sight.red, stubbed=stubbed, planned=subject.planned
        )
        further = set(missing_in(stubbed[-1:], subject.planned)) - set(known)
        if verdict.accepted or (len(stubbed) >= len(Flavour) and not further):
            break
    if not verdict.accepted and verdict.reasons and all(each.failure in NOT_BUILT for each in verdict.reasons):
        verdict = _first_only(subject, sight.new, verdict.reasons)
    return verdict, max(stubbed, key=lambda report: len(report.results))


def _stubbed(
    bench: Bench,
    subject: Subject,
    tree: str,
    sight: Sight,
    sources: tuple["Source", ...],
    flavour: Flavour,
    earlier_runs: Iterable[SuiteReport],
) -> SuiteReport:
    """The new tests over stubs; where a compiler then misses more, stubs for that as well, until it is content."""
    seen, overlay = [sight.red, *earlier_runs], dict[str, str]()
    enough = len(seen) + max(each.language.rounds for each in sources)
    while True:
        found = [each for report in seen for each in chosen(sight.new, report)]
        orders = [(each, _order(bench, subject, tree, sight, each, flavour, found)) for each in sources]
        earlier, overlay = overlay, {path: text for each, order in orders for path, text in each.stubs(order).items()}
        if overlay == earlier:
            return seen[-1]
        purpose = f"red with stubs that answer {flavour}"
        report = bench.on(tree, purpose, tests=sight.places, overlay=overlay)
        seen.append(reaching(report, {file.path: file.after or "" for file in sight.files}))
        built = not any(each.phase is Phase.COLLECT and each.bad for each in seen[-1].everything)
        if built or len(seen) >= enough:
            return seen[-1]


def _order(
    bench: Bench,
    subject: Subject,
    tree: str,
    sight: Sight,
    source: "Source",
    flavour: Flavour,
    found: list[TestResult],
) -> StubOrder:
    """What one suite's stubs are made from, in the terms of its folder."""
    placed = source.placed
    mine = [each for each in found if source.wrote(bench, each.path or each.id)]
    return StubOrder(
        tests={
            placed.within(file.path): file.after
            for file in sight.files
            if file.after is not None and placed.holds(file.path)
        },
        planned=placed.planned(subject.planned),
        read=lambda path: _text(bench, tree, join(placed.folder, path)),
        missing=tuple(sorted({placed.missing(each.missing) for each in mine if each.missing})),
        told=tuple(each.message for each in mine if each.phase is Phase.COLLECT),
        flavour=flavour,
    )


def _sources(bench: Bench, sight: Sight) -> tuple["Source", ...]:
    """The languages of the new tests that stubs can be written in, by the suite that runs them."""
    pairs = ((language_of(path), bench.suites.of(path)) for path in sight.places)
    found = (Source(language, placed) for language, placed in pairs if language and language.stubs and placed)
    return tuple(dict.fromkeys(found))


def _text(bench: Bench, tree: str, path: str) -> str | None:
    raw = bench.workspace.read(tree, path)
    return None if raw is None else raw.decode("utf-8", "replace")


def _first_only(subject: Subject, new: Iterable[str], against: tuple[Reason, ...]) -> Verdict:
    """No stub is possible: the configuration decides whether the missing name is proof enough."""
    missing = FailureClass.MISSING_PLANNED_SYMBOL
    if subject.qa.first_sight == "accept":
        return replace(settled((), ((test, missing) for test in new)), standing=Standing.ACCEPTED)
    places = against or tuple(Reason(test, missing, test.partition("::")[0], 0, "") for test in new)
    return settled(
        replace(each, sentence=f"{FIRST_ONLY.format(test=each.test)} {each.sentence}".rstrip()) for each in places
    )
