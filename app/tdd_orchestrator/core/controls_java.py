"""Turns round what Java tests assert: JUnit's assertions into their opposite, AssertJ's as well."""

import re
from collections.abc import Iterator

from tdd_orchestrator.core.braces import Function, outermost
from tdd_orchestrator.core.controls_braces import MADE_TO_FAIL, Edit, Turning, calls_turned, ends_early
from tdd_orchestrator.core.java_tests import tests_in

CALL = re.compile(r"(?:^|[;{}])\s*(?:Assertions\.|Assert\.)?(assert\w+)\s*(?=\()")
FLUENT = re.compile(r"(?:^|[;{}])\s*(?:Assertions\.)?assertThat\s*\([^;]*?\)\s*\.(is\w+)(?=\()")
PAIRS = {
    "assertEquals": "assertNotEquals",
    "assertTrue": "assertFalse",
    "assertNull": "assertNotNull",
    "assertSame": "assertNotSame",
    "isEqualTo": "isNotEqualTo",
    "isTrue": "isFalse",
    "isNull": "isNotNull",
    "isEmpty": "isNotEmpty",
    "isSameAs": "isNotSameAs",
}
OPPOSITE = {**PAIRS, **{there: here for here, there in PAIRS.items()}}
IMPORTED = re.compile(r"^import\s+static\s+([\w.]+)\.(assert\w+)\s*;", re.MULTILINE)
FAIL = f'if (true) throw new AssertionError("{MADE_TO_FAIL}");'


def falsified(source: str, wanted: frozenset[str]) -> str | None:
    """The source with each of these tests made to fail, and with the imports that this needs."""
    text = TURNING.falsified(source, wanted)
    return None if text is None else IMPORTED.sub(lambda found: _with_opposite(found, source), text)


def _with_opposite(found: re.Match[str], source: str) -> str:
    other = OPPOSITE.get(found[2])
    needed = f"import static {found[1]}.{other};"
    return found[0] if other is None or needed in source else f"{found[0]} {needed}"


def _claims(test: Function) -> Iterator[Edit]:
    yield from calls_turned(test, CALL, OPPOSITE)
    if not ends_early(test.plain):
        for found in FLUENT.finditer(outermost(test.plain)):
            if found[1] in OPPOSITE:
                yield found.start(1), found.end(1), OPPOSITE[found[1]]


def _stop(heading: str) -> str:
    return "" if "expected" in heading else FAIL


TURNING = Turning(tests_in, _claims, _stop)
