"""Rust's tests by their text: in files of their own, or in the test part of a source file; the names a crate offers."""

import re
from collections.abc import Iterator

from tdd_orchestrator.core.braces import RUST, Function, closing, functions, line_of, masked, told_apart

HEADING = re.compile(
    r"#\[\s*(?:\w+::)*(?:test|rstest|test_case|quickcheck)\b[^\]]*\]\s*(?:#\[[^\]]*\]\s*)*"
    r"(?:pub(?:\([^)]*\))?\s+)?(?:async\s+)?fn\s+(\w+)\s*(?:<[^>]*>)?\s*\("
)
MODULE = re.compile(r"\bmod\s+(\w+)\s*\{")
TEST_PART = re.compile(r"#\[\s*cfg\s*\(\s*test\s*\)\s*\]\s*(?:#\[[^\]]*\]\s*)*")
PUBLIC = re.compile(
    r"\bpub\s+(?:async\s+|unsafe\s+|const\s+(?=fn\b))*(fn|struct|enum|trait|const|static|type|mod)\s+(\w+)"
    r"((?:<[^>]*>)?\([^{;]*)?"
)
STARTING = re.compile(r"\bCommand::(?:new|cargo_bin)\b|CARGO_BIN_EXE_|\bTcpListener::bind|\bmain\(\)")


def tests_in(source: str) -> dict[str, Function]:
    """The tests of a file by their path within it, such as `tests::adds`."""
    plain = masked(source, RUST)
    modules = [(found[1], found.end() - 1, closing(plain, found.end() - 1)) for found in MODULE.finditer(plain)]
    found = {}
    for test in functions(source, RUST, HEADING):
        at = plain.find(test.plain) if test.plain.strip() else -1
        at = at if at >= 0 else _start_of(plain, test.line)
        path = [name for name, start, end in modules if start < at < end]
        found["::".join((*path, test.name))] = test
    return found


def _start_of(plain: str, line: int) -> int:
    return sum(len(each) + 1 for each in plain.split("\n")[: line - 1])


def new_tests(path: str, before: str | None, after: str) -> tuple[str, ...]:
    """Selectors: a new file of tests as a whole, else each test that was written or rewritten."""
    now = tests_in(after)
    if before is None and is_whole(path):
        return (path,) if now or "#[test]" in after else ()  # a macro may write them
    was = {name: told_apart(each.whole, RUST) for name, each in tests_in(before or "").items()}
    return tuple(f"{path}::{name}" for name, each in now.items() if was.get(name) != told_apart(each.whole, RUST))


def is_whole(path: str) -> bool:
    """Whether a file holds nothing but tests, by its place."""
    return "/tests/" in f"/{path}" or path.endswith(("_test.rs", "/tests.rs"))


def entering(source: str, path: str) -> tuple[str, ...]:
    """The tests that start a process or a server."""
    return tuple(f"{path}::{name}" for name, each in tests_in(source).items() if STARTING.search(each.plain))


def parted(source: str) -> tuple[str, str]:
    """A source file's test part, word for word, and the rest of it."""
    plain, tests, code, at = masked(source, RUST), [], [], 0
    for start, end in _parts(plain):
        code.append(source[at:start].rstrip())
        tests.append(source[start:end])
        at = end
    return "\n".join(tests), "\n".join((*code, source[at:].strip())).strip()


def _parts(plain: str) -> Iterator[tuple[int, int]]:
    """From `#[cfg(test)]` to the end of the item behind it."""
    at = 0
    while (found := TEST_PART.search(plain, at)) is not None:
        brace, semicolon = plain.find("{", found.end()), plain.find(";", found.end())
        short = semicolon >= 0 and (brace < 0 or semicolon < brace)
        at = semicolon + 1 if short else closing(plain, brace) + 1 if brace >= 0 else len(plain)
        yield found.start(), min(at, len(plain))


def public_names(source: str) -> frozenset[str]:
    """What is `pub` outside of the tests; functions with parameters and results."""
    plain = masked(parted(source)[1], RUST)
    return frozenset(f"{kind} {name}{' '.join(signature.split())}" for kind, name, signature in PUBLIC.findall(plain))


def line_in_test(source: str, line: int) -> bool:
    """Whether a line lies within some test function."""
    return any(each.line <= line <= each.line + each.whole.count("\n") for each in tests_in(source).values())


def module_path(path: str, root: str) -> tuple[str, ...]:
    """The module that a file is, seen from its crate's root file: `src/cart/mod.rs` is `cart`."""
    folder = root.rpartition("/")[0]
    inside = path.removeprefix(f"{folder}/").removesuffix(".rs")
    if path == root:
        return ()
    return tuple(part for part in inside.split("/") if part != "mod")


__all__ = [
    "entering",
    "is_whole",
    "line_in_test",
    "line_of",
    "module_path",
    "new_tests",
    "parted",
    "public_names",
    "tests_in",
]
