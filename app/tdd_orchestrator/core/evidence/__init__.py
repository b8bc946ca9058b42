"""What RED, GREEN and REFACTOR must each prove: a test report in, a verdict out. Pure."""

from tdd_orchestrator.core.evidence.classes import classify
from tdd_orchestrator.core.evidence.fingerprints import fingerprint
from tdd_orchestrator.core.evidence.green import judge_control, judge_green, judge_refactor, judge_without, unsteady
from tdd_orchestrator.core.evidence.kinds import PROOFS, Proof, judge_kind
from tdd_orchestrator.core.evidence.planned import Planned
from tdd_orchestrator.core.evidence.red import judge_red, judge_second_sight, missing_in
from tdd_orchestrator.core.evidence.reports import Ended, Outcome, Phase, SuiteReport, TestResult
from tdd_orchestrator.core.evidence.verdicts import FailureClass, Reason, Standing, Verdict

__all__ = [
    "PROOFS",
    "Ended",
    "FailureClass",
    "Outcome",
    "Phase",
    "Planned",
    "Proof",
    "Reason",
    "Standing",
    "SuiteReport",
    "TestResult",
    "Verdict",
    "classify",
    "fingerprint",
    "judge_control",
    "judge_green",
    "judge_kind",
    "judge_red",
    "judge_refactor",
    "judge_second_sight",
    "judge_without",
    "missing_in",
    "unsteady",
]
