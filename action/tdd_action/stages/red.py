"""RED: the worker writes tests; nothing else may change; they must fail for the right reason."""

from tdd_action.claims.paths import try_paths
from tdd_action.claims.red import RedClaim, try_red
from tdd_action.stages.desk import Desk, StageEnd, counted, refused, stopped
from tdd_orchestrator.core.evidence.old_suite import unusable
from tdd_orchestrator.core.evidence.reports import chosen
from tdd_orchestrator.core.result import Stage, StageState


def red_stage(desk: Desk) -> StageEnd:
    """Look at the old suite before anybody is paid, then let the tests be written and try them."""
    before = desk.baseline()
    if stop := unusable(before.report, "The suite as it was", may_be_empty=True):
        return refused(stop)
    work, tree = desk.ask(Stage.RED)
    if end := stopped(work):
        return end
    paths = try_paths(desk.workspace, Stage.RED, desk.task.kind, desk.territory, desk.base, tree)
    if not paths.accepted:
        return refused(paths)
    claim = try_red(desk.bench, desk.subject, before, tree)
    if not claim.verdict.accepted:
        return refused(claim.verdict)
    kept = "Kept from an earlier attempt: " if desk.assignment.red else ""
    desk.red, desk.before = claim, claim.before
    tests = tuple(result.id for result in chosen(claim.new_tests, claim.collected))
    told = f"{kept}{_sentence(claim, len(tests))}"
    return StageEnd(StageState.ACCEPTED, told, commit=desk.save(Stage.RED, tree), tests=tests)


def _sentence(claim: RedClaim, new: int) -> str:
    how = "fails" if new == 1 else "fail"
    seen = " once stubs stand in for the planned code" if claim.collected is not claim.report else ""
    return f"{counted(new, 'new test')} {how} on an assertion{seen}."
