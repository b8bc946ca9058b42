"""Go tests that say nothing about the code, by their text: no claim, a failure that nothing averts, a tautology."""

import re

from tdd_orchestrator.core.braces import Function, arguments, outermost
from tdd_orchestrator.core.evidence.verdicts import FailureClass, Reason
from tdd_orchestrator.core.go_tests import ENDING, tests_in

FAILING = r"\b\w+\.(?:Errorf?|Fatalf?|Fail|FailNow)\s*\("
# A failure of its own, a library's assertion, or a call that is handed the test and may fail it.
CLAIM = re.compile(
    rf"{FAILING}|\b(?:assert|require|is|qt|must|check|expect)\w*[.(]|\b(?!func\b)[\w.]+\(\s*(?:t|f|tb)\b(?!\.)"
)
UNCONDITIONAL = re.compile(rf"(?:^|[;\n])\s*{FAILING}")
COMPARED = re.compile(r"\bif\s+(?:[^;{\n]*;\s*)?([^{};\n]+?)\s*(==|!=)\s*([^{}\n]+?)\s*\{")
CONSTANT = re.compile(r"\bif\s+(?:true|false)\s*\{")
LIBRARY = re.compile(r"\b(?:assert|require)\.(Equal|Equalf|EqualValues|Same|True|False|NotNil)\s*\(")
LITERAL = re.compile(r"-?[\d.]+|true|false|nil|\"[^\"]*\"")


def vacuous_tests(source: str, path: str) -> tuple[Reason, ...]:
    """The tests of a file that prove nothing, each with the reason at its line."""
    if not path.endswith(ENDING):
        return ()
    found = ((test, _fault(test)) for test in tests_in(source).values())
    return tuple(
        Reason(f"{path}::{test.name}", FailureClass.VACUOUS, path, test.line, f"{test.name} {fault}")
        for test, fault in found
        if fault
    )


def _fault(test: Function) -> str:
    if test.name.startswith("Example"):
        said = re.search(r"//\s*(?:Unordered o|O)utput:", test.body)
        return "" if said else "has no output to compare: it is compiled and never run."
    if not CLAIM.search(test.plain):
        return "asserts nothing: say what should hold once the code is there."
    if _always_fails(test.plain):
        return "fails whatever the code does: let it compare something."
    return _tautology(test)


def _always_fails(plain: str) -> bool:
    """Whether a failure stands at the top of the body and nothing could leave before it."""
    found = UNCONDITIONAL.search(outermost(plain))
    return bool(found) and "return" not in plain[: found.start()] if found else False


def _tautology(test: Function) -> str:
    """What is wrong where every comparison is of a thing with itself, or of literals alone."""
    pairs = [(left, right) for left, _, right in COMPARED.findall(test.body)]
    for call in LIBRARY.finditer(test.plain):
        given = arguments(test.body, test.plain, call.end() - 1)[1:]
        two = call[1] not in ("True", "False", "NotNil")
        pairs.append((given[0], given[1]) if two and len(given) > 1 else (given[0] if given else "1", "true"))
    pairs += [("true", "true")] * len(CONSTANT.findall(test.plain))
    if pairs and all(left == right or (_literal(left) and _literal(right)) for left, right in pairs):
        claims = len(re.findall(FAILING, test.plain)) + len(LIBRARY.findall(test.plain))
        return "compares a thing with itself: that holds without any code." if claims <= len(pairs) else ""
    return ""


def _literal(text: str) -> bool:
    return LITERAL.fullmatch(text.strip()) is not None
