"""What a claim is about: a task as it was planned or as its commits show it, and the suite as it was before."""

from dataclasses import dataclass, field

from tdd_action.bench import Bench
from tdd_orchestrator.core.evidence import Planned, SuiteReport, Verdict, unsteady
from tdd_orchestrator.core.evidence.verdicts import Standing
from tdd_orchestrator.core.plan import TaskKind
from tdd_orchestrator.core.settings import QaSettings


@dataclass(frozen=True, slots=True)
class Subject:
    """One task on one base tree, what it was planned to bring, and how strictly it is looked at."""

    key: str
    kind: TaskKind
    planned: Planned
    base: str
    qa: QaSettings = field(default_factory=QaSettings)


@dataclass(frozen=True, slots=True)
class Before:
    """The whole suite at the base, and the tests that were found to waver there."""

    report: SuiteReport
    excused: frozenset[str] = frozenset()


def waver(bench: Bench, subject: Subject, before: Before, verdict: Verdict) -> Before | None:
    """Where old tests stand against a claim: look once whether they waver at the base too. `None`: nothing new.

    Asked only then, so that a steady suite is not run for nothing.
    """
    blamed = {reason.test for reason in verdict.reasons} & before.report.names
    if verdict.standing is not Standing.REFUSED or not blamed or before.excused or not subject.qa.flake_runs:
        return None
    excused = unsteady((before.report, *bench.again(subject.base, "base again", subject.qa.flake_runs)))
    return Before(before.report, excused) if excused & blamed else None
