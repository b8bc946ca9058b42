"""The examples that Ruby tests give, and the literals of Ruby code."""

import re
from collections.abc import Iterator

from tdd_orchestrator.core.echoes import Example, Key, key
from tdd_orchestrator.core.ruby_tests import tests_in
from tdd_orchestrator.core.ruby_text import plain, texts

LITERAL = r"\"[^\"#\n]*\"|'[^'\n]*'|-?\d[\d_]*(?:\.\d+)?|:\w+"
CALL = r"[\w:.@]+\((?P<{0}>[^()\n]*)\)"
EQUALITIES = (
    re.compile(rf"\bassert_equal\s*\(?\s*(?P<expected>{LITERAL})\s*,\s*{CALL.format('given')}"),
    re.compile(rf"\bexpect\(\s*{CALL.format('given')}\s*\)\.to\s+(?:eq|eql|be)\b[ (]+(?P<expected>{LITERAL})"),
    re.compile(rf"{CALL.format('given')}\)?\.must_equal\s*\(?\s*(?P<expected>{LITERAL})"),
)
NUMBER = re.compile(r"(?<![\w.])-?\d[\d_]*(?:\.\d+)?(?![\w.]|\.\d)")


def examples(source: str) -> Iterator[Example]:
    """What each test passes in and expects."""
    for name, test in tests_in(source).items():
        for found in (each for pattern in EQUALITIES for each in pattern.finditer(test.body)):
            given = re.findall(LITERAL, found["given"])
            yield from ((name, _value(each), _value(found["expected"])) for each in given)


def constants(source: str) -> dict[Key, int]:
    """Every text and number with its first line."""
    found: dict[Key, int] = {}
    for text in texts(source):
        found.setdefault(key(text.said), text.line)
    for place, line in enumerate(plain(source).splitlines()):
        for number in NUMBER.findall(line):
            found.setdefault(key(_value(number)), place + 1)
        for symbol in re.findall(r"(?<![\w:]):\w+", line):
            found.setdefault(key(_value(symbol)), place + 1)
    return found


def _value(literal: str) -> str | int | float:
    if literal[0] in "\"'":
        return literal[1:-1]
    if literal[0] == ":":
        return literal
    bare = literal.replace("_", "")
    return float(bare) if "." in bare else int(bare)
