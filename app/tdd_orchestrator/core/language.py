"""What the gates ask of a programming language when they look at the text of tests, whatever runs them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from tdd_orchestrator.core.echoes import Literals
from tdd_orchestrator.core.evidence.planned import Planned
from tdd_orchestrator.core.evidence.verdicts import Reason
from tdd_orchestrator.core.meddling import Finding
from tdd_orchestrator.core.stubs import Flavour


@dataclass(frozen=True, slots=True)
class StubOrder:
    """What stubs are made from. `tests`: text of the new tests and their support, by path; `read` gives a file's text.

    `missing` is what the runs looked for in vain (`TestResult.missing`), `told` what they said of it, oldest first.
    """

    tests: Mapping[str, str]
    planned: Planned
    read: Callable[[str], str | None]
    missing: tuple[str, ...]
    told: tuple[str, ...]
    flavour: Flavour


def _nothing_public(source: str) -> frozenset[str]:
    """A language whose public names nobody reads here: its tests alone hold a refactoring."""
    return frozenset()


def _no_findings(source: str) -> Iterator[Finding]:
    """A language whose code nobody reads here for what it reaches for: the runs alone tell."""
    yield from ()


def _nothing_undermined(path: str, before: str | None, after: str) -> Iterator[Reason]:
    yield from ()


def _no_definitions(source: str) -> Mapping[str, tuple[int, int, int]]:
    """A language whose definitions nobody reads here: ablation takes its code out hunk by hunk."""
    return {}


def _for_itself(path: str) -> str:
    """A language whose files are found by their places, not by names that others have."""
    return ""


def _no_examples(source: str) -> tuple[()]:
    return ()


def _no_constants(source: str) -> Mapping[tuple[str, object], int]:
    return {}


NO_LITERALS = Literals(_no_examples, _no_constants)


@dataclass(frozen=True, slots=True)
class Control:
    """How tests are made to fail, to see whether anything else answers for them.

    `names`: the tests of a file, as in its ids below the path. `falsified(source, names)`: the text with each of these
    made to fail, `None` where there is none of them. The first may raise SyntaxError.
    """

    names: Callable[[str], Iterable[str]]
    falsified: Callable[[str, frozenset[str]], str | None]


def _no_tests_within(source: str) -> tuple[str, str]:
    return "", source


@dataclass(frozen=True, slots=True)
class Language:
    """One language, known by the endings of its files.

    `new_tests(path, before, after)`: selectors of what is new or rewritten. `vacuous(source, path)`: tests that say
    nothing. `entering(source, path)`: ids of tests that start the program as its user would. `stubs`: the files to
    write before second sight (`None`: there is first sight only); `rounds`: how often a run may show more that is
    missing. `public_names` raises SyntaxError for what it cannot read. `parted` gives the tests inside a source file
    word for word, and the rest of it. `control` makes tests fail on purpose. `findings`: what code reaches for
    (`core/meddling.py`). `literals`: examples and answers (`core/echoes.py`). `undermined(path, before, after)`: what a
    changed test file takes from under the tests that were there. `definitions`: first line, own line and last line of
    what a file defines, by name.
    `stands_in(path)`: what a file would be loaded instead of, by its name alone.
    """

    name: str
    endings: tuple[str, ...]
    new_tests: Callable[[str, str | None, str], tuple[str, ...]]
    vacuous: Callable[[str, str], tuple[Reason, ...]]
    entering: Callable[[str, str], tuple[str, ...]]
    stubs: Callable[[StubOrder], dict[str, str]] | None = None
    rounds: int = 1
    public_names: Callable[[str], frozenset[str]] = _nothing_public
    parted: Callable[[str], tuple[str, str]] = _no_tests_within
    control: Control | None = None
    findings: Callable[[str], Iterable[Finding]] = _no_findings
    literals: Literals = NO_LITERALS
    undermined: Callable[[str, str | None, str], Iterable[Reason]] = _nothing_undermined
    definitions: Callable[[str], Mapping[str, tuple[int, int, int]]] = _no_definitions
    stands_in: Callable[[str], str] = _for_itself
