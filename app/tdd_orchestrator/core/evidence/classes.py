"""Why a test did not pass, and the sentence that tells its author what to do about it."""

from tdd_orchestrator.core.evidence.planned import Planned
from tdd_orchestrator.core.evidence.reports import CRASH, TIMEOUT, Outcome, Phase, TestResult
from tdd_orchestrator.core.evidence.verdicts import FailureClass, Reason

SYNTAX_ERRORS = frozenset({"SyntaxError", "IndentationError", "TabError"})
IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError"})

SENTENCES: dict[FailureClass, str] = {
    FailureClass.ASSERTION: "{id} fails on an assertion: {message}",
    FailureClass.MISSING_PLANNED_SYMBOL: "{id} needs `{missing}`, which the plan has yet to bring into being.",
    FailureClass.PLANNED_CODE_RAISED: (
        "{id} stops at {exception} raised in {raised_in}, before anything is asserted: {message}. "
        "Let the test assert what should happen instead."
    ),
    FailureClass.OTHER_EXCEPTION: (
        "{id} stops at {exception} before anything is asserted: {message}. "
        "Mend the test so that it reaches an assertion and fails there."
    ),
    FailureClass.UNPLANNED_IMPORT: (
        "{id} cannot import what it needs: {message}. Neither the repository nor the plan has it; "
        "import only what is there or what this task may write."
    ),
    FailureClass.SYNTAX_ERROR: "{id} is not valid code: {message}.",
    FailureClass.COLLECTION_ERROR: "{id} could not be collected: {exception}: {message}.",
    FailureClass.FIXTURE_ERROR: "{id} broke in {phase}, not in the test itself: {exception}: {message}.",
    FailureClass.TIMEOUT: "{id} did not end in time: take out what it waits for.",
    FailureClass.CRASH: "{id} ended the whole test process: {message}.",
    FailureClass.PASSED_ALREADY: "{id} passes before the code is there, so it proves nothing: assert what will change.",
    FailureClass.SKIPPED: "{id} did not run ({outcome}): a new test must run and fail.",
    FailureClass.NOT_COLLECTED: "{id} names no test that the suite collects: check the names of file and functions.",
    FailureClass.FLAKY: "{id} does not end the same way each time: {message}.",
    FailureClass.VACUOUS: "{id} says nothing about the code.",
}


def classify(result: TestResult, planned: Planned) -> FailureClass:
    """The class of one result, seen as evidence in RED. Only `assertion` is proof by itself."""
    if result.exception in (TIMEOUT, CRASH):
        return FailureClass.TIMEOUT if result.exception == TIMEOUT else FailureClass.CRASH
    match result.outcome:
        case Outcome.PASSED | Outcome.XPASSED:
            return FailureClass.PASSED_ALREADY
        case Outcome.SKIPPED | Outcome.XFAILED:
            return FailureClass.SKIPPED
        case Outcome.FAILED | Outcome.ERROR:
            return _failure(result, planned)


def _failure(result: TestResult, planned: Planned) -> FailureClass:
    if result.exception in SYNTAX_ERRORS:
        return FailureClass.SYNTAX_ERROR
    if _planned_is_missing(result, planned):
        return FailureClass.MISSING_PLANNED_SYMBOL
    if result.exception in IMPORT_ERRORS:
        return FailureClass.UNPLANNED_IMPORT
    if result.phase is Phase.COLLECT:
        return FailureClass.COLLECTION_ERROR
    if result.phase is not Phase.CALL:
        return FailureClass.FIXTURE_ERROR
    if planned.owns(result.raised_in):
        return FailureClass.PLANNED_CODE_RAISED
    return FailureClass.ASSERTION if result.asserted else FailureClass.OTHER_EXCEPTION


def _planned_is_missing(result: TestResult, planned: Planned) -> bool:
    """Code that looks for itself in vain is broken, not missing; unless it says that it is not there yet."""
    if not planned.plans(result.missing):
        return False
    return result.exception == "NotImplementedError" or not planned.owns(result.raised_in)


def reason(result: TestResult, failure: FailureClass) -> Reason:
    """The class of a result as a sentence at its line."""
    sentence = SENTENCES[failure].format(
        id=result.id,
        exception=result.exception or "an error",
        message=_first_line(result.message).rstrip(".") or "no message",
        missing=result.missing,
        raised_in=result.raised_in,
        phase=result.phase.value,
        outcome=result.outcome.value,
    )
    return Reason(result.id, failure, result.path, result.line, sentence)


def _first_line(message: str) -> str:
    return next((line.strip() for line in message.splitlines() if line.strip()), "")[:300]
