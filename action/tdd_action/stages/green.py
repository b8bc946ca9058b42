"""GREEN: the worker makes the tests pass without touching them. A docs task has this stage alone."""

from tdd_action.claims.ablation import Ablation, ablate
from tdd_action.claims.code import echoed
from tdd_action.claims.green import GreenClaim, try_green
from tdd_action.claims.paths import broken_vault, try_paths
from tdd_action.stages.desk import Desk, StageEnd, counted, refused, stopped
from tdd_orchestrator.core.evidence import PROOFS, Outcome, Reason
from tdd_orchestrator.core.evidence.reports import chosen
from tdd_orchestrator.core.evidence.verdicts import settled
from tdd_orchestrator.core.result import Stage, StageState
from tdd_orchestrator.core.test_places import is_test_config

CONFIGURES = "{path} says how tests are run: no stage may change that, and it is put back."
FROZEN = "{path}: tests are frozen after RED. The edit is without effect; make the code pass the test as it is."


def green_stage(desk: Desk) -> StageEnd:
    """Let the code be written, put the frozen tests back, and try it."""
    if not PROOFS[desk.task.kind].code_may_change:
        return docs_stage(desk)
    assert desk.red is not None
    assert desk.before is not None
    red_commit = desk.commit
    work, tree = desk.ask(Stage.GREEN)
    if end := stopped(work):
        return end
    if end := vault_end(desk, red_commit, tree):
        return end
    paths = try_paths(desk.workspace, Stage.GREEN, desk.task.kind, desk.territory, red_commit, tree)
    if not paths.accepted:
        return refused(paths)
    claim = try_green(desk.bench, desk.subject, desk.before, desk.red, tree, red_tree=red_commit)
    if not claim.verdict.accepted:
        return refused(claim.verdict)
    held = _held(desk, red_commit, tree)
    if desk.config.qa.ablation == "require" and (held.loose or not held.tried):
        return refused(settled(held.loose or [Reason("", None, "", 0, "No piece of the change could be taken out.")]))
    desk.before, desk.green = claim.before, claim
    notes = (*held.loose, *echoed(desk.workspace, desk.red.new_tests, red_commit, tree))
    sentence = f"{_sentence(desk, claim)}{_of_ablation(held)}"
    return StageEnd(StageState.ACCEPTED, sentence, commit=desk.save(Stage.GREEN, tree), notes=notes)


def _held(desk: Desk, red: str, tree: str) -> Ablation:
    if desk.config.qa.ablation == "off" or desk.red is None:
        return Ablation()
    return ablate(desk.bench, desk.red.new_tests, red, tree)


def _of_ablation(held: Ablation) -> str:
    if not held.tried:
        return ""
    pieces = counted(held.tried, "piece")
    return f" They hold {held.tried - len(held.loose)} of {pieces} of the change."


def vault_end(desk: Desk, red: str, tree: str) -> StageEnd | None:
    """Why the stage ends here, where frozen files are not as RED left them."""
    touched = broken_vault(desk.workspace, desk.territory, red, tree)
    if not touched:
        return None
    desk.workspace.checkout(desk.workspace.put_back(red, touched, onto=tree))
    return refused(settled(Reason("", None, path, 0, _frozen(path)) for path in touched))


def _frozen(path: str) -> str:
    return (CONFIGURES if is_test_config(path) else FROZEN).format(path=path)


def docs_stage(desk: Desk) -> StageEnd:
    """Documents only: there is nothing to run, so everything else is refused."""
    work, tree = desk.ask(Stage.GREEN)
    if end := stopped(work):
        return end
    changed = desk.workspace.differences(desk.base, tree)
    if not changed:
        return StageEnd(StageState.REFUSED, "No document was changed.")
    paths = try_paths(desk.workspace, Stage.GREEN, desk.task.kind, desk.territory, desk.base, tree)
    if not paths.accepted:
        return refused(paths)
    sentence = f"{counted(len(changed), 'document')} changed, and nothing else."
    return StageEnd(StageState.ACCEPTED, sentence, commit=desk.save(Stage.GREEN, tree))


def _sentence(desk: Desk, claim: GreenClaim) -> str:
    assert desk.red is not None
    new = chosen(desk.red.new_tests, claim.report)
    passed = sum(1 for each in new if each.outcome is Outcome.PASSED)
    old = len(claim.report.results) - len(new)
    again = "; the same again in another order" if desk.subject.qa.flake_runs else ""
    verb = "passes" if passed == 1 else "pass"
    return f"{counted(passed, 'new test')} {verb} and {counted(old, 'old test')} ended as before{again}."
