"""GREEN: the new tests pass on a tree, the old suite is no worse, and both stay so in another order."""

from dataclasses import dataclass

from tdd_action.bench import Bench
from tdd_action.claims.red import RedClaim
from tdd_action.claims.subject import Before, Subject, waver
from tdd_orchestrator.core.evidence import SuiteReport, Verdict, judge_green


@dataclass(frozen=True, slots=True)
class GreenClaim:
    """The word on GREEN, and the run it rests on."""

    verdict: Verdict
    report: SuiteReport
    before: Before


def try_green(bench: Bench, subject: Subject, before: Before, red: RedClaim, tree: str) -> GreenClaim:
    """Run the whole suite on the tree; only what passes is run again."""
    green = bench.on(tree, "green")
    verdict = _judged(before, red, green, ())
    if known := waver(bench, subject, before, verdict):
        before, verdict = known, _judged(known, red, green, ())
    if verdict.accepted and subject.qa.flake_runs:
        reruns = bench.again(tree, "green again", subject.qa.flake_runs)
        verdict = _judged(before, red, green, reruns)
    return GreenClaim(verdict, green, before)


def _judged(before: Before, red: RedClaim, green: SuiteReport, reruns: tuple[SuiteReport, ...]) -> Verdict:
    return judge_green(
        new_tests=red.new_tests,
        before=before.report,
        red=red.collected,
        green=green,
        reruns=reruns,
        excused=before.excused,
    )
