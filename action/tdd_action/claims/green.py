"""GREEN: the new tests pass on a tree, the old suite is no worse, and both stay so in another order."""

from dataclasses import dataclass

from tdd_action.bench import Bench
from tdd_action.claims.code import try_code
from tdd_action.claims.control import as_run, falsified_tests
from tdd_action.claims.red import RedClaim
from tdd_action.claims.subject import Before, Subject, waver
from tdd_orchestrator.core.evidence import SuiteReport, Verdict, judge_control, judge_green, judge_without


@dataclass(frozen=True, slots=True)
class GreenClaim:
    """The word on GREEN, and the run it rests on."""

    verdict: Verdict
    report: SuiteReport
    before: Before


def try_green(bench: Bench, subject: Subject, before: Before, red: RedClaim, tree: str, *, red_tree: str) -> GreenClaim:
    """Read the new code, run the whole suite on the tree; only what passes is run again, and then doubted.

    The doubt: made to fail, the new tests must fail over this very code; and without it, on the RED tree, they must
    fail as they did.
    """
    read = try_code(bench.workspace, subject, before.report, red_tree, tree)
    if not read.accepted:
        return GreenClaim(read, SuiteReport(), before)
    green = bench.on(tree, "green")
    verdict = _judged(before, red, green, ())
    if known := waver(bench, subject, before, verdict):
        before, verdict = known, _judged(known, red, green, ())
    if verdict.accepted and subject.qa.flake_runs:
        reruns = bench.again(tree, "green again", subject.qa.flake_runs)
        verdict = _judged(before, red, green, reruns)
    if verdict.accepted:
        verdict = _doubted(bench, red, tree, red_tree)
    return GreenClaim(verdict, green, before)


def _doubted(bench: Bench, red: RedClaim, tree: str, red_tree: str) -> Verdict:
    """Whether the outcome of the new tests comes from what they assert, and from the new code."""
    overlay, turned = falsified_tests(bench.workspace, red.new_tests, tree)
    if turned:
        control = bench.on(tree, "green with tests made to fail", tests=red.new_tests, overlay=overlay)
        if not (verdict := judge_control(as_run(turned, control), control)).accepted:
            return verdict
    return judge_without(
        red.new_tests, bench.on(red_tree, "green's tests without green", tests=red.new_tests), red.collected
    )


def _judged(before: Before, red: RedClaim, green: SuiteReport, reruns: tuple[SuiteReport, ...]) -> Verdict:
    return judge_green(
        new_tests=red.new_tests,
        before=before.report,
        red=red.collected,
        green=green,
        reruns=reruns,
        excused=before.excused,
    )
