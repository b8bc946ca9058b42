"""REFACTOR: the worker tidies up; where anything that can be seen changes, the tidying is dropped and GREEN stays."""

from tdd_action.claims.paths import try_paths
from tdd_action.claims.refactor import try_refactor
from tdd_action.claims.subject import Before
from tdd_action.stages.desk import Desk, StageEnd, counted, refused, stopped
from tdd_action.stages.green import vault_end
from tdd_orchestrator.core.evidence.old_suite import unusable
from tdd_orchestrator.core.plan import TaskKind
from tdd_orchestrator.core.result import Stage, StageState


def refactor_stage(desk: Desk) -> StageEnd:
    """Tidy up after GREEN, or, for a refactoring task, be the whole of it: then there is nothing to fall back on."""
    alone = desk.task.kind is TaskKind.REFACTOR
    if alone and (stop := unusable(desk.baseline().report, "The suite as it was")):
        return refused(stop)
    end = _tried(desk, Before(desk.green.report) if desk.green else desk.baseline())
    if alone or end.state in (StageState.ACCEPTED, StageState.SKIPPED):
        return end
    desk.workspace.checkout(desk.commit)
    return StageEnd(StageState.DROPPED, f"Dropped, GREEN is kept: {end.sentence}", notes=end.reasons)


def _tried(desk: Desk, before: Before) -> StageEnd:
    last = desk.commit
    work, tree = desk.ask(Stage.REFACTOR)
    if end := stopped(work):
        return end
    if not desk.workspace.differences(last, tree):
        empty = "Nothing was changed." if desk.task.kind is TaskKind.REFACTOR else "There was nothing to tidy up."
        state = StageState.REFUSED if desk.task.kind is TaskKind.REFACTOR else StageState.SKIPPED
        return StageEnd(state, empty)
    if end := vault_end(desk, last, tree):
        return end
    paths = try_paths(desk.workspace, Stage.REFACTOR, desk.task.kind, desk.territory, last, tree)
    if not paths.accepted:
        return refused(paths)
    claim = try_refactor(desk.bench, desk.subject, before, before_tree=last, tree=tree)
    if not claim.verdict.accepted:
        return refused(claim.verdict)
    sentence = f"Same {counted(len(claim.report.results), 'test')}, same results, public names kept."
    return StageEnd(StageState.ACCEPTED, sentence, commit=desk.save(Stage.REFACTOR, tree))
