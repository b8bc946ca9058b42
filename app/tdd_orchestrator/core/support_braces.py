"""What a Go, Rust or Java file defines besides its tests: for ablation, and for the support that old tests rest on."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tdd_orchestrator.core.braces import GO, JAVA, RUST, Function, closing, functions, line_of, masked, told_apart
from tdd_orchestrator.core.evidence.verdicts import Reason
from tdd_orchestrator.core.go_tests import tests_in as go_tests
from tdd_orchestrator.core.java_tests import tests_in as java_tests
from tdd_orchestrator.core.old_support import CHANGED
from tdd_orchestrator.core.rust_tests import tests_in as rust_tests

UNASKED = "`{name}` in {path} is run around old tests unasked: put it into a new file."
GO_FUNCTION = re.compile(r"^func (?:\([^)]*\) ?)?(\w+)(?:\[[^\]]*\])?\(", re.MULTILINE)
RUST_FUNCTION = re.compile(
    r"(?:^|\n)[ \t]*(?:pub(?:\([^)]*\))?\s+)?(?:async\s+|const\s+|unsafe\s+)*fn\s+(\w+)[^\n(]*\("
)
JAVA_METHOD = re.compile(
    r"(?:^|\n)[ \t]*(?:(?:public|protected|private|static|final|synchronized)\s+)*"
    r"(?!return\b|new\b|throw\b|else\b)[\w.<>\[\], ?]+?\s+(?!if\b|for\b|while\b|switch\b|catch\b)(\w+)\s*\("
)
JAVA_HOOKS = re.compile(
    r"@(BeforeEach|BeforeAll|AfterEach|AfterAll|BeforeClass|AfterClass|Before|After|ExtendWith|Rule)\b"
)
GO_HOOKS = re.compile(r"^func (TestMain|init)\(", re.MULTILINE)
Definitions = Mapping[str, tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Support:
    """How a language defines functions, and what it calls around tests unasked."""

    quiet: re.Pattern[str]
    heading: re.Pattern[str]
    tests_in: Callable[[str], Mapping[str, Function]]
    hooks: re.Pattern[str] | None = None

    def definitions(self, source: str) -> Definitions:
        """First line, own line and last line of each function that is no test; of several with a name the last."""
        plain = masked(source, self.quiet)
        tests = [(each.line, each.line + each.whole.count("\n")) for each in self.tests_in(source).values()]
        found = {}
        for name, start, end in self._places(plain):
            own = line_of(plain, start)
            if not any(first <= own <= last for first, last in tests):
                found[name] = (own, own, line_of(plain, end))
        return found

    def undermined(self, path: str, before: str | None, after: str) -> Iterator[Reason]:
        """Functions of a test file that are not what they were, and hooks that it has gained."""
        if before is None or (not self.tests_in(before) and not self._bodies(before)):
            return
        was = self._bodies(before)
        for name, (body, line) in self._bodies(after).items():
            if name in was and was[name][0] != body:
                yield Reason("", None, path, line, CHANGED.format(name=name, path=path))
        if self.hooks and self.tests_in(before):
            yield from self._gained(path, before, after, self.hooks)

    def _gained(self, path: str, before: str, after: str, hooks: re.Pattern[str]) -> Iterator[Reason]:
        known = [found[1] for found in hooks.finditer(masked(before, self.quiet))]
        for found in hooks.finditer(masked(after, self.quiet)):
            if found[1] in known:
                known.remove(found[1])
            else:
                yield Reason("", None, path, line_of(after, found.start()), UNASKED.format(name=found[1], path=path))

    def _bodies(self, source: str) -> dict[str, tuple[str, int]]:
        tests = {each.name for each in self.tests_in(source).values()}
        found = functions(source, self.quiet, self.heading)
        return {each.name: (told_apart(each.whole, self.quiet), each.line) for each in found if each.name not in tests}

    def _places(self, plain: str) -> Iterator[tuple[str, int, int]]:
        for found in self.heading.finditer(plain):
            opening = plain.find("{", found.end() - 1)
            if opening >= 0 and ";" not in plain[found.end() : opening]:
                yield found[1], found.start(1), closing(plain, opening)


GO_SUPPORT = Support(GO, GO_FUNCTION, go_tests, GO_HOOKS)
RUST_SUPPORT = Support(RUST, RUST_FUNCTION, rust_tests)
JAVA_SUPPORT = Support(JAVA, JAVA_METHOD, java_tests, JAVA_HOOKS)
