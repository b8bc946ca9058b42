"""What a gate says of a claim: accepted or not, and for each test why, in a sentence a developer can act on."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class FailureClass(StrEnum):
    """Why a test did not pass, or why its passing proves nothing."""

    ASSERTION = "assertion"
    MISSING_PLANNED_SYMBOL = "missing_planned_symbol"
    PLANNED_CODE_RAISED = "planned_code_raised"
    OTHER_EXCEPTION = "other_exception"
    UNPLANNED_IMPORT = "unplanned_import"
    SYNTAX_ERROR = "syntax_error"
    COLLECTION_ERROR = "collection_error"
    FIXTURE_ERROR = "fixture_error"
    TIMEOUT = "timeout"
    CRASH = "crash"
    PASSED_ALREADY = "passed_already"
    SKIPPED = "skipped"
    NOT_COLLECTED = "not_collected"
    FLAKY = "flaky"
    VACUOUS = "vacuous"


class Standing(StrEnum):
    """What became of a claim. `could_not_judge` is an error: neither proof nor a fault of the change."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    SECOND_SIGHT = "second_sight"
    COULD_NOT_JUDGE = "could_not_judge"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that stands against a claim; `path` and `line` are where to annotate (line 0: the file)."""

    test: str
    failure: FailureClass | None
    path: str
    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The word of one gate. `classes`: of every new test; `second_sight`: those to run again with stubs."""

    standing: Standing
    reasons: tuple[Reason, ...] = ()
    second_sight: tuple[str, ...] = ()
    classes: tuple[tuple[str, FailureClass], ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the claim is proven. Nothing else counts as proof."""
        return self.standing is Standing.ACCEPTED


def settled(reasons: Iterable[Reason], classes: Iterable[tuple[str, FailureClass]] = ()) -> Verdict:
    """Accepted when nothing stands against it."""
    against = tuple(reasons)
    return Verdict(Standing.REFUSED if against else Standing.ACCEPTED, against, classes=tuple(classes))


def unjudged(sentence: str, test: str = "", failure: FailureClass | None = None, path: str = "") -> Verdict:
    """The run says nothing, so neither does the gate."""
    return Verdict(Standing.COULD_NOT_JUDGE, (Reason(test, failure, path, 0, sentence),))
