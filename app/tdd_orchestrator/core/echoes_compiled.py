"""The examples of Go, Rust and Java tests, and the literals of their code, by their text."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tdd_orchestrator.core.braces import GO, JAVA, RUST, Function, line_of, masked
from tdd_orchestrator.core.echoes import Example, Key, Literals, key
from tdd_orchestrator.core.go_tests import tests_in as go_tests
from tdd_orchestrator.core.java_tests import tests_in as java_tests
from tdd_orchestrator.core.rust_tests import tests_in as rust_tests

LITERAL = r"(\"(?:\\.|[^\"\\\n])*\"|`[^`]*`|-?\b\d[\d_]*(?:\.\d+)?)"
NUMBER = re.compile(r"(?<![\w.])-?\d[\d_]*(?:\.\d+)?(?![\w.])")
# What is handed to a call of the code, and what an outcome is compared with.
GIVEN = re.compile(rf"\b(?!assert|Errorf?\b|Fatalf?\b|Logf?\b|Run\b)[A-Za-z_]\w*\(\s*{LITERAL}\s*[,)]")
COMPARED = re.compile(
    rf"(?:[!=]=\s*{LITERAL}\s*[{{;)|&]|\bassert\w*!?\s*\(\s*(?:t\s*,\s*)?{LITERAL}\s*,|,\s*{LITERAL}\s*\)\s*;)"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a language's literals are found; what stands in a test after a call of the code is taken for its answer."""

    quiet: re.Pattern[str]
    tests_in: Callable[[str], Mapping[str, Function]]

    def examples(self, source: str) -> Iterator[Example]:
        """Every pair of an input and an expected value that stand in one line, or the next."""
        for name, test in self.tests_in(source).items():
            lines = test.body.split("\n")
            for place in range(len(lines)):
                near = "\n".join(lines[place : place + 2])
                given = [_value(found[1]) for found in GIVEN.finditer(lines[place])]
                wanted = [_value(next(filter(None, found.groups()))) for found in COMPARED.finditer(near)]
                yield from ((name, one, other) for one in given for other in wanted if one != other)

    def constants(self, source: str) -> Mapping[Key, int]:
        """Every string and number of a source, with its first line."""
        found: dict[Key, int] = {}
        for each in self.quiet.finditer(source):
            if each[0][:1] in '"`':
                found.setdefault(key(_value(each[0])), line_of(source, each.start()))
        for each in NUMBER.finditer(masked(source, self.quiet)):
            found.setdefault(key(_value(each[0])), line_of(source, each.start()))
        return found


def _value(text: str) -> object:
    if text[:1] in '"`':
        return text[1:-1]
    plain = text.replace("_", "")
    return float(plain) if "." in plain else int(plain)


def _literals(reading: Reading) -> Literals:
    return Literals(reading.examples, reading.constants)


GO_LITERALS = _literals(Reading(GO, go_tests))
RUST_LITERALS = _literals(Reading(RUST, rust_tests))
JAVA_LITERALS = _literals(Reading(JAVA, java_tests))
