"""What each kind of task has to prove, as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tdd_orchestrator.core.evidence.verdicts import FailureClass, Reason, Verdict, settled
from tdd_orchestrator.core.plan import TaskKind
from tdd_orchestrator.core.result import Stage


@dataclass(frozen=True, slots=True)
class Proof:
    """What a kind of task must show. `stages` are those that run; a stage left out is skipped, never assumed."""

    stages: tuple[Stage, ...]
    new_tests: bool
    through_entry_point: bool = False
    code_may_change: bool = True


PROOFS: Mapping[TaskKind, Proof] = {
    TaskKind.BEHAVIOUR: Proof((Stage.RED, Stage.GREEN, Stage.REFACTOR), new_tests=True),
    TaskKind.BUGFIX: Proof((Stage.RED, Stage.GREEN, Stage.REFACTOR), new_tests=True),
    TaskKind.PLUMBING: Proof((Stage.RED, Stage.GREEN), new_tests=True, through_entry_point=True),
    TaskKind.REFACTOR: Proof((Stage.REFACTOR,), new_tests=False),
    TaskKind.DOCS: Proof((Stage.GREEN,), new_tests=False, code_may_change=False),
}


def judge_kind(kind: TaskKind, *, new_tests: Sequence[str], through_entry_point: Sequence[str] = ()) -> Verdict:
    """Whether a task of this kind brought the tests that its kind calls for, before any of them is run.

    `through_entry_point` are those new tests that start the program from outside (`core/entry_points.py`).
    """
    proof = PROOFS[kind]
    if proof.new_tests and not new_tests:
        return _refused(f"A {kind} task needs a new test that fails before the change: write one.")
    if not proof.new_tests and new_tests:
        return _refused(f"A {kind} task brings no new tests: make it a behaviour task, or leave {new_tests[0]} out.")
    if proof.through_entry_point and not through_entry_point:
        return _refused(
            f"A {kind} task needs one integration test through the real entry point: "
            "start the program as its user would (a subprocess, its `main`, a client of its server)."
        )
    return settled(())


def _refused(sentence: str) -> Verdict:
    return settled([Reason("", FailureClass.NOT_COLLECTED, "", 0, sentence)])
