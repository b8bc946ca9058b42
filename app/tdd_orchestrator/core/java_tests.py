"""Java's tests by their text: JUnit's annotated methods, nested classes included; the names that a class offers."""

import re

from tdd_orchestrator.core.braces import JAVA, Function, closing, functions, masked, told_apart

ANNOTATIONS = r"(?:@\w[\w.]*(?:\s*\((?:[^()]|\([^()]*\))*\))?\s*)*"
HEADING = re.compile(
    r"@(?:org\.junit\.(?:jupiter\.api\.)?)?(?:Test|ParameterizedTest|RepeatedTest|TestFactory|TestTemplate|Property)\b"
    rf"(?:\s*\((?:[^()]|\([^()]*\))*\))?\s*{ANNOTATIONS}(?:(?:public|protected|private|static|final)\s+)*"
    r"(?:<[^>]*>\s*)?[\w.<>\[\],? ]+?\s+(\w+)\s*\("
)
CLASS = re.compile(r"\b(?:class|record|interface|enum)\s+(\w+)[^{;]*\{")
PUBLIC = re.compile(
    r"\b(?:public|protected)\s+((?:(?:static|final|abstract|synchronized|sealed)\s+)*"
    r"(?:(?:class|interface|enum|record)\s+\w+|[\w.<>\[\],? ]+?\s*\([^)]*\)|[\w.<>\[\]]+\s+\w+(?=\s*[=;])))"
)
STARTING = re.compile(r"\bProcessBuilder\b|\bMockMvc\b|@SpringBootTest|\bHttpClient\b|\bmain\s*\(")


def is_test_file(path: str) -> bool:
    """Whether a Java file lies where tests do."""
    return path.endswith(".java") and (
        "/src/test/" in f"/{path}" or path.endswith(("Test.java", "Tests.java", "IT.java"))
    )


def tests_in(source: str) -> dict[str, Function]:
    """The tests of a file by their path within its outermost class, such as `price` or `Inner::price`."""
    plain = masked(source, JAVA)
    classes = [(each[1], each.end() - 1, closing(plain, each.end() - 1)) for each in CLASS.finditer(plain)]
    starts = [each.start(1) for each in HEADING.finditer(plain)]
    found = {}
    for at, test in zip(starts, functions(source, JAVA, HEADING), strict=False):
        inside = [name for name, start, end in classes if start < at < end][1:]
        found["::".join((*inside, test.name))] = test
    return found


def new_tests(path: str, before: str | None, after: str) -> tuple[str, ...]:
    """Selectors: a new file as a whole, else each test that was written or rewritten."""
    if not is_test_file(path):
        return ()
    now = tests_in(after)
    if before is None:
        return (path,) if now else ()
    was = {name: told_apart(each.whole, JAVA) for name, each in tests_in(before).items()}
    return tuple(f"{path}::{name}" for name, each in now.items() if was.get(name) != told_apart(each.whole, JAVA))


def entering(source: str, path: str) -> tuple[str, ...]:
    """The tests that start a process, a server or `main`."""
    whole = "@SpringBootTest" in source
    return tuple(f"{path}::{name}" for name, each in tests_in(source).items() if whole or STARTING.search(each.plain))


def public_names(source: str) -> frozenset[str]:
    """What is public or protected, methods with parameters and results."""
    return frozenset(" ".join(each.split()) for each in PUBLIC.findall(masked(source, JAVA)))
