"""Go's tests by their text: which a file holds, which are new, which say nothing; the names that a package offers."""

import re

from tdd_orchestrator.core.braces import GO, Function, functions, masked, told_apart

ENDING = "_test.go"
HEADING = re.compile(r"^func ((?:Test|Fuzz|Example)(?![a-z])\w*)\s*\(", re.MULTILINE)
PUBLIC = re.compile(
    r"^(?:func (?:\([^)]*?\*?(\w+)(?:\[[^\]]*\])?\) )?([A-Z]\w*)(?:\[[^\]]*\])?(\([^{\n]*)"
    r"|(?:type|var|const) ([A-Z]\w*))",
    re.MULTILINE,
)
STARTING = re.compile(r"\bexec\.Command|\bhttptest\.NewServer|\bmain\(\)|\bhttp\.(?:Get|Post)\b")


def tests_in(source: str) -> dict[str, Function]:
    """The tests, fuzz tests and examples of a file, by name."""
    return {each.name: each for each in functions(source, GO, HEADING)}


def new_tests(path: str, before: str | None, after: str) -> tuple[str, ...]:
    """Selectors: the whole file where it is new and holds tests, else each test that was written or rewritten."""
    if not path.endswith(ENDING):
        return ()
    now = tests_in(after)
    if before is None:
        return (path,) if now or "func " not in after else ()
    was = {name: told_apart(each.whole, GO) for name, each in tests_in(before).items()}
    return tuple(f"{path}::{name}" for name, each in now.items() if was.get(name) != told_apart(each.whole, GO))


def entering(source: str, path: str) -> tuple[str, ...]:
    """The tests that start a process, a server or `main`."""
    return tuple(f"{path}::{name}" for name, each in tests_in(source).items() if STARTING.search(each.plain))


def public_names(source: str) -> frozenset[str]:
    """Exported names; functions and methods with their parameters and results."""
    found = set()
    for owner, name, signature, other in PUBLIC.findall(masked(source, GO)):
        if other or not owner or owner[:1].isupper():
            found.add(other or f"{f'{owner}.' if owner else ''}{name}{' '.join(signature.split())}")
    return frozenset(found)
