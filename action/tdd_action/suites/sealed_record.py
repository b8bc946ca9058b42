"""What records of watched runs have in common: lines of JSON under one seal, and what is said of void ones."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from typing import Any

from tdd_action.sandbox import ProcessOutcome
from tdd_orchestrator.core.evidence.reports import Ended, SuiteReport, TestResult

Line = Mapping[str, Any]


class Forged(Exception):
    """The record was changed by somebody else than its writer."""


def lines_of(raw: bytes, nonce: str) -> tuple[list[Line], bool]:
    """The lines without their seal, and whether there was one. Raises `Forged` where the seal does not fit."""
    rows = raw.splitlines(keepends=True)
    if rows and not rows[-1].endswith(b"\n"):
        rows.pop()  # cut short in the middle of a line
    try:
        lines = [json.loads(row) for row in rows]
    except ValueError as fault:
        raise Forged("a line of it is no JSON") from fault
    if not lines or "seal" not in lines[-1]:
        if any("seal" in line for line in lines):
            raise Forged("something was written after its end")
        return lines, False
    right = hmac.new(nonce.encode(), b"".join(rows[:-1]), hashlib.sha256).hexdigest()
    if not nonce or not hmac.compare_digest(right, str(lines[-1]["seal"])):
        raise Forged("its seal does not fit")
    return lines[:-1], True


def void(ended: Ended, told: str, outcome: ProcessOutcome, results: Iterable[TestResult] = ()) -> SuiteReport:
    """A report that says nothing about the code, and why."""
    code = -1 if outcome.exit_code is None else outcome.exit_code
    return SuiteReport(tuple(results), (), code, ended, outcome.output, outcome.seconds, told)


def last_words(outcome: ProcessOutcome) -> str:
    """The line of the output that tells most about why a run could not go on."""
    lines = [line.strip() for line in outcome.output.splitlines() if line.strip()]
    errors = [line for line in lines if "error:" in line.lower() and "error: usage:" not in line.lower()]
    return (errors or lines or ["it said nothing"])[-1][:300]
