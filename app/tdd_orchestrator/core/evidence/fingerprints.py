"""Whether two failures are the same: what is left of a message without all that varies from run to run."""

import hashlib
import re

from tdd_orchestrator.core.evidence.reports import TestResult

# The order matters: longer shapes first, so that a part of one is not taken for another.
VARIES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"\x1b\[[0-9;]*m", ""),
        (r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "<uuid>"),
        (r"\b0x[0-9a-fA-F]+\b", "<address>"),
        (r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?", "<time>"),
        (r"\b(?:datetime\.)?(?:datetime|date|time)\([^()]*\)", "<time>"),
        (r"\b\d+(?:\.\d+)?\s?(?:ms|µs|us|ns|s|seconds|secs)\b", "<duration>"),
        (r"(?<=\.py):\d+(?::\d+)?", ":<line>"),
        (r"(?<![\w.])/[^\s'\":,)\]]+", "<path>"),
        (r"(?i)\blines? \d+\b", "<line>"),
        (r"(?i)\b(port|pid|process|thread)([ =:]+)\d+", r"\1\2<number>"),
        (r"\s+", " "),
    )
)


def steadied(message: str) -> str:
    """A message without line numbers, addresses, absolute paths, times and spacing."""
    for pattern, name in VARIES:
        message = pattern.sub(name, message)
    return message.strip()


def fingerprint(result: TestResult) -> str:
    """Sixteen hexadecimal characters that stay the same while a test fails in the same way."""
    parts = (result.id, result.outcome, result.phase, result.exception, steadied(result.message))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
