"""What the gates ask of a programming language when they look at the text of tests, whatever runs them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tdd_orchestrator.core.evidence.planned import Planned
from tdd_orchestrator.core.evidence.verdicts import Reason
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


def _no_tests_within(source: str) -> tuple[str, str]:
    return "", source


@dataclass(frozen=True, slots=True)
class Language:
    """One language, known by the endings of its files.

    `new_tests(path, before, after)`: selectors of what is new or rewritten. `vacuous(source, path)`: tests that say
    nothing. `entering(source, path)`: ids of tests that start the program as its user would. `stubs`: the files to
    write before second sight (`None`: there is first sight only); `rounds`: how often a run may show more that is
    missing. `public_names` raises SyntaxError for what it cannot read. `parted` gives the tests inside a source file
    word for word, and the rest of it.
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
