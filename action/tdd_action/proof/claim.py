"""One task proven again: each of its stages on the trees that its commits left."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tdd_action.bench import Bench, source_roots
from tdd_action.claims.green import try_green
from tdd_action.claims.paths import broken_vault, frozen, try_paths
from tdd_action.claims.red import RedClaim, try_red
from tdd_action.claims.refactor import try_refactor
from tdd_action.claims.subject import Before, Subject
from tdd_action.history import Claim, Commit
from tdd_action.proof.values import StageProof, TaskProof
from tdd_orchestrator.core.evidence import PROOFS, Planned, Reason, Verdict
from tdd_orchestrator.core.evidence.verdicts import settled
from tdd_orchestrator.core.plan import PlannedTask, TaskKind
from tdd_orchestrator.core.policy import Territory
from tdd_orchestrator.core.result import Stage
from tdd_orchestrator.core.settings import Config
from tdd_orchestrator.core.within import MIXED

FOUND = {
    Stage.RED: "the new tests fail for the right reason",
    Stage.GREEN: "they pass, and the old suite is no worse",
    Stage.REFACTOR: "same tests, same results, same public names",
}
NOTHING_KNOWN = Reason("", None, "", 0, "Nothing is known of it.")


@dataclass
class Case:
    """One claim under proof; `task` is what was planned, where that is known."""

    bench: Bench
    claim: Claim
    config: Config
    task: PlannedTask | None = None
    red: RedClaim | None = None
    before: Before | None = None

    @property
    def kind(self) -> TaskKind:
        return self.task.kind if self.task else self.claim.kind

    def territory(self) -> Territory:
        """As planned; from git alone the task owns what its GREEN and REFACTOR changed, tests apart."""
        config, protected = self.config, self.config.git.protected
        if self.task is not None:
            return Territory(self.task.files or config.source, self.task.tests or config.tests, protected)
        bare = Territory((), config.tests, protected)
        written = [
            each.path
            for commit in self.claim.commits
            for each in self.bench.workspace.differences(commit.parents[0], commit.sha)
            if commit.stage != Stage.RED or each.path.endswith(MIXED)
        ]
        return replace(bare, owned=tuple(dict.fromkeys(path for path in written if not bare.is_test(path))))

    def subject(self) -> Subject:
        planned = Planned(self.territory().owned, source_roots(self.config, self.bench.suites))
        return Subject(self.claim.task, self.kind, planned, self.claim.base, self.config.qa)

    def baseline(self) -> Before:
        if self.before is None:
            self.before = Before(self.bench.on(self.claim.base, f"{self.claim.task} base"))
        return self.before


def looked_at(case: Case) -> TaskProof:
    """What can be said without running a test: trailers, stages and paths."""
    faults = (*case.claim.faults, *_stage_faults(case))
    stages = () if faults else _each_stage(case, _paths)
    return TaskProof(case.claim, case.kind, stages, faults)


def tried(case: Case, looked: TaskProof) -> TaskProof:
    """Run the tests of every stage, up to the first that does not hold."""
    stages = _each_stage(case, _tried)
    red = case.claim.last(Stage.RED)
    vault = frozen(case.bench.workspace, case.territory(), red.sha) if red else {}
    proof = replace(looked, stages=stages, frozen=vault)
    if case.red is None:
        return proof
    return replace(proof, new_tests=case.red.new_tests, classes=case.red.classes, collected=case.red.collected)


def _each_stage(case: Case, look: Callable[[Case, Stage, Commit], Verdict]) -> tuple[StageProof, ...]:
    """The stages that the commits have, each with one look at it, up to the first that does not hold."""
    stages: list[StageProof] = []
    for stage in PROOFS[case.kind].stages:
        commit = case.claim.last(stage)
        if commit is None:
            continue
        verdict = look(case, stage, commit)
        against = () if verdict.accepted else verdict.reasons or (NOTHING_KNOWN,)
        stages.append(StageProof(stage, commit, against[0].sentence if against else FOUND[stage], against))
        if against:
            break
    return tuple(stages)


def _stage_faults(case: Case) -> Iterator[str]:
    """What the kind calls for and the commits do not have, and the other way round."""
    needed = PROOFS[case.kind].stages
    optional = {Stage.REFACTOR} if case.kind is not TaskKind.REFACTOR else set()
    for stage in needed:
        if case.claim.last(stage) is None and stage not in optional:
            yield f"there is no {stage.upper()} commit."
    for commit in case.claim.commits:
        if commit.stage not in {*needed}:
            yield f"{commit.short} is a {commit.stage.upper()}, which a {case.kind} task does not have."


def _tried(case: Case, stage: Stage, commit: Commit) -> Verdict:
    match stage:
        case Stage.RED:
            return _red(case, commit)
        case Stage.GREEN:
            return _green(case, commit)
        case _:
            return _refactor(case, commit)


def _paths(case: Case, stage: Stage, _: Commit) -> Verdict:
    """Every commit of the stage changed only what was its to change, and the vault is as RED left it."""
    territory, space = case.territory(), case.bench.workspace
    red = case.claim.last(Stage.RED)
    for commit in (each for each in case.claim.commits if each.stage == stage):
        paths = try_paths(space, stage, case.kind, territory, commit.parents[0], commit.sha)
        if not paths.accepted:
            return paths
        if red is not None and (touched := broken_vault(space, territory, red.sha, commit.sha)):
            said = "{} is not as RED left it: tests are frozen after RED."
            return settled(Reason("", None, path, 0, said.format(path)) for path in touched)
    return settled(())


def _red(case: Case, commit: Commit) -> Verdict:
    case.red = try_red(case.bench, case.subject(), case.baseline(), commit.sha)
    case.before = case.red.before
    return case.red.verdict


def _green(case: Case, commit: Commit) -> Verdict:
    if case.red is None:  # documents: the paths were all there is to prove
        return settled(())
    red = case.claim.last(Stage.RED)
    assert red is not None
    claim = try_green(case.bench, case.subject(), case.baseline(), case.red, commit.sha, red_tree=red.sha)
    case.before = claim.before
    return claim.verdict


def _refactor(case: Case, commit: Commit) -> Verdict:
    green = case.claim.last(Stage.GREEN)
    start = green.sha if green else case.claim.base
    before = Before(
        case.bench.on(start, f"{case.claim.task} before"), case.before.excused if case.before else frozenset()
    )
    return try_refactor(case.bench, case.subject(), before, before_tree=start, tree=commit.sha).verdict
