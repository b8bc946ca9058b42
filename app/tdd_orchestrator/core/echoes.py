"""Finds answers that code gives word for word as the examples of its tests have them: one more example would tell."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tdd_orchestrator.core.evidence.verdicts import Reason

Example = tuple[str, object, object]
"""The test, one literal that it passes in, and the literal that it expects."""
Key = tuple[str, object]
"""A literal with its kind: 1 is not True, and not "1"."""
SAID = (
    "{path} answers the example of {test} word for word ({given!r} gives {expected!r}): "
    "only another example can show that it is more than that."
)
TELLS_NOTHING = ("", 0, 1, None, True, False)


@dataclass(frozen=True, slots=True)
class Literals:
    """How a language is read: the examples of its tests, and every literal of a source with its first line."""

    examples: Callable[[str], Iterable[Example]]
    constants: Callable[[str], Mapping[Key, int]]


def echoes(read: Literals, tests: Mapping[str, str], path: str, before: str | None, after: str) -> tuple[Reason, ...]:
    """Where new code compares with a test's input and holds the very answer; at most one remark for a test.

    `tests` are the sources of the new tests by path. Honest where there are few cases, so it is never a refusal.
    """
    was, now = read.constants(before or ""), read.constants(after)
    found = {}
    for test, given, expected in (each for source in tests.values() for each in read.examples(source)):
        if given in TELLS_NOTHING or expected in TELLS_NOTHING:
            continue
        line = now.get(key(given))
        if line and key(expected) in now and key(given) not in was and test not in found:
            found[test] = Reason(
                "", None, path, line, SAID.format(path=path, test=test, given=given, expected=expected)
            )
    return tuple(found.values())


def key(value: object) -> Key:
    """A literal as it is looked up."""
    return type(value).__name__, value
