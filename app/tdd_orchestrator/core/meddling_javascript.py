"""Finds JavaScript and TypeScript code that looks at, or reaches for, what judges it: the test run, clock, equality."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tdd_orchestrator.core.javascript_imports import taken
from tdd_orchestrator.core.javascript_statements import DECLARING
from tdd_orchestrator.core.javascript_tokens import Token, arguments, is_mark, literal, pairs_of, tokens_of
from tdd_orchestrator.core.meddling import EQUALS, FRAME, IMPORTS, LOOKS, REPLACES, Finding

RUNNERS = frozenset(
    {"node:test", "vitest", "jest", "@jest", "mocha", "jasmine", "ava", "tap", "chai", "sinon", "expect", "uvu"}
)
NAMES_OF_RUNS = frozenset({"node:test", "vitest", "jest", "mocha", "jasmine"})
ENVIRONMENT = re.compile(r"(?:JEST_|VITEST|NODE_TEST_|MOCHA_|JASMINE_|TAP_|AVA_)\w*$|NODE_V8_COVERAGE$")
# What only a test run puts among the global names.
GLOBALS_OF_TESTS = frozenset({"expect", "describe", "jest", "vi", "beforeEach", "afterEach", "jasmine", "mocha"})
STARTED_AS = re.compile(r"--test|\.(?:test|spec)\.|/(?:tests?|spec)/")
ABOUT_TESTS = re.compile(r"(?i)test|spec")
STACKS = frozenset({"stack", "captureStackTrace", "prepareStackTrace", "callsites"})
SAYING_YES = frozenset({"asymmetricMatch", "equals", "isEqual"})
ASSERTING = frozenset({"assert", "node:assert", "assert/strict", "node:assert/strict"})
WHOLE = frozenset({"globalThis", "global", "window", "self"})
# Replaced for a whole process, these change what every test sees.
SHARED = frozenset({"Date", "Math", "JSON", "Object", "Number", "String", "Boolean", "Array", "Function", "Promise"})
SHARED |= {"Symbol", "Reflect", "Error", "Map", "Set", "RegExp", "performance", "stdout", "stderr", "process"}
GLOBALS = (SHARED - {"stdout", "stderr"}) | GLOBALS_OF_TESTS | {"assert", "it", "test", "setTimeout", "setInterval"}
GLOBALS |= {"setImmediate", "queueMicrotask", "structuredClone", "Proxy"}
OF_PROCESS = frozenset({"exit", "reallyExit", "hrtime", "emit", "nextTick", "kill", "on", "uptime"})
OF_EVERYTHING = """
valueOf toString toJSON hasOwnProperty isPrototypeOf constructor then catch finally call apply bind toFixed equals
map filter forEach every some includes indexOf find push sort join slice concat reduce keys values entries
test exec get set has add match replace split startsWith endsWith trim charAt getTime toISOString
"""
MEMBERS = frozenset(OF_EVERYTHING.split())
DEFINING = frozenset({"defineProperty", "defineProperties", "assign", "set", "setPrototypeOf"})


@dataclass(frozen=True, slots=True)
class _Code:
    """A source: its tokens and brackets, the names that it binds itself, and those that mean node's `assert`."""

    tokens: Sequence[Token]
    pairs: Mapping[int, int]
    own: frozenset[str]
    asserts: frozenset[str]

    def text(self, place: int) -> str:
        return self.tokens[place].text if 0 <= place < len(self.tokens) else ""


def findings(source: str) -> Iterator[Finding]:
    """What a source holds of this kind, each at its line; nothing where its brackets do not match."""
    tokens = tokens_of(source)
    try:
        pairs = pairs_of(tokens)
    except SyntaxError:
        return
    asserts = frozenset(each.local for each in taken(source) if each.module in ASSERTING)
    code = _Code(tokens, pairs, _bound(tokens), asserts)
    for place in range(len(tokens)):
        yield from _imports_and_looks(code, place)
        yield from _of_environment(code, place)
        yield from _yes(code, place)
        yield from _replaced(code, place)
    yield from _callers(code)


def _bound(tokens: Sequence[Token]) -> frozenset[str]:
    """Names that the file declares: what hangs on them is its own."""
    return frozenset(two.text for one, two in pairwise(tokens) if one.text in DECLARING and two.kind == "name")


def _imports_and_looks(code: _Code, place: int) -> Iterator[Finding]:
    token = code.tokens[place]
    said = literal(token)
    if said is None:
        return
    before, earlier = code.text(place - 1), code.text(place - 2)
    loaded = before in ("from", "import") or (before == "(" and earlier in ("require", "import", ")"))
    if loaded and (said in RUNNERS or said.partition("/")[0] in RUNNERS):
        yield IMPORTS, said, token.line
    elif said in NAMES_OF_RUNS or ENVIRONMENT.match(said) or _among_globals(code, place, said):
        yield LOOKS, f"`{said}`", token.line


def _of_environment(code: _Code, place: int) -> Iterator[Finding]:
    token = code.tokens[place]
    if token.kind != "name":
        return
    before, earlier = code.text(place - 1), code.text(place - 2)
    if ENVIRONMENT.match(token.text):
        yield LOOKS, f"`{token.text}`", token.line
    elif token.text == "NODE_ENV" and any(_compared_with_test(code, at) for at in range(len(code.tokens))):
        yield LOOKS, "`NODE_ENV`", token.line
    elif token.text == "vitest" and before == "." and earlier == "meta":
        yield LOOKS, "`import.meta.vitest`", token.line
    elif _among_globals(code, place, token.text):
        yield LOOKS, f"`{token.text}`", token.line
    elif token.text in ("argv", "execArgv"):
        words = [said for each in code.tokens if (said := literal(each)) and STARTED_AS.search(said)]
        yield from ((LOOKS, f"`{word}`", token.line) for word in words[:1])


def _among_globals(code: _Code, place: int, name: str) -> bool:
    """`typeof describe`, `globalThis.it`, `"expect" in globalThis`: a look for what only a test run puts there."""
    before, earlier = code.text(place - 1), code.text(place - 2)
    if code.tokens[place].kind != "name":
        return name in GLOBALS_OF_TESTS and code.text(place + 1) == "in"
    asked = before == "typeof" and name in GLOBALS_OF_TESTS - code.own
    return asked or (before == "." and earlier in WHOLE and name in GLOBALS_OF_TESTS | {"it", "test"})


def _compared_with_test(code: _Code, place: int) -> bool:
    signs = ("===", "!==", "==", "!=", "case")
    return literal(code.tokens[place]) == "test" and (code.text(place - 1) in signs or code.text(place + 1) in signs)


def _callers(code: _Code) -> Iterator[Finding]:
    """A look at the stack, and words about tests, in one function (or outside of all of them)."""
    place, loose = 0, list[Token]()
    while place < len(code.tokens):
        if is_mark(code.tokens[place], "{"):
            yield from _caller(code.tokens[place : code.pairs[place]])
            place = code.pairs[place]
        loose.append(code.tokens[place])
        place += 1
    yield from _caller(loose)


def _caller(tokens: Sequence[Token]) -> Iterator[Finding]:
    look = next((each for each in tokens if each.kind == "name" and each.text in STACKS), None)
    texts = (each.text for each in tokens if each.kind in ("string", "template", "regex"))
    if look is not None and any(ABOUT_TESTS.search(text) for text in texts):
        yield FRAME, f"`{look.text}`", look.line


def _yes(code: _Code, place: int) -> Iterator[Finding]:
    """`equals() { return true; }` and `equals: () => true`."""
    token, following = code.tokens[place], code.text(place + 1)
    if token.kind != "name" or token.text not in SAYING_YES or code.text(place - 1) == ".":
        return
    opening = place + 1 if following == "(" else place + 2
    if opening not in code.pairs or following not in ("(", ":", "="):
        return
    after = code.pairs[opening] + 1
    words = [each.text for each in code.tokens[after : after + 4]]
    if words[:3] == ["{", "return", "true"]:
        plain = words[3:] in ([";"], ["}"])
    else:
        plain = words[:2] == ["=>", "true"] and words[2:3] in ([], [","], [";"], ["}"], [")"])
    if plain:
        yield EQUALS, token.text, token.line


def _replaced(code: _Code, place: int) -> Iterator[Finding]:
    token = code.tokens[place]
    if token.kind == "name" and token.text in DEFINING and code.text(place - 1) == ".":
        yield from _defined(code, place)
    elif is_mark(token, "=") and place:
        yield from ((REPLACES, what, token.line) for what in _target(code, place - 1))


def _target(code: _Code, last: int) -> Iterator[str]:
    """What is assigned to, where its last token stands there and it belongs to everybody."""
    names, at = _chain_before(code, last)
    if not names or code.text(at - 1) in (*DECLARING, ".", ",", "type"):
        return
    names = names[1:] if names[0] in WHOLE and len(names) > 1 else names
    if len(names) == 1:
        bare = code.text(at) in WHOLE or (names[0] not in code.own and code.text(at - 1) in (";", "", "}", "{", ")"))
        if bare and names[0] in GLOBALS:
            yield names[0]
    elif _shared(code, names[:-1], names[-1]):
        yield ".".join(names)


def _chain_before(code: _Code, last: int) -> tuple[list[str], int]:
    """`a.b["c"]` that ends there, as names, and where it begins."""
    names: list[str] = []
    at = last
    while at >= 0:
        if is_mark(code.tokens[at], "]") and at >= 2 and is_mark(code.tokens[at - 2], "["):
            said = literal(code.tokens[at - 1])
            if said is None:
                return [], at
            names.insert(0, said)
            at -= 3
            continue
        if code.tokens[at].kind != "name":
            return [], at
        names.insert(0, code.tokens[at].text)
        if code.text(at - 1) != ".":
            return names, at
        at -= 2
    return [], at


def _shared(code: _Code, owner: Sequence[str], name: str) -> bool:
    """Whether a member of this name, set on this owner, is everybody's."""
    if owner[0] in code.asserts:
        return True
    if owner[0] in code.own:
        return False
    if owner[-1] == "prototype":
        return owner[0] in SHARED and name in MEMBERS
    if owner[-1] == "process":
        return name in OF_PROCESS
    if owner[-1] in ("stdout", "stderr"):
        return name == "write"
    return len(owner) == 1 and owner[0] in SHARED | {"expect"} and not name.isupper()


def _defined(code: _Code, place: int) -> Iterator[Finding]:
    """`Object.defineProperty(Math, "random", ...)`, `Object.assign(Math, { random })`, `Reflect.set(Date, ...)`."""
    if code.text(place - 2) not in ("Object", "Reflect") or code.text(place + 1) != "(":
        return
    given = arguments(code.tokens[place + 2 : code.pairs[place + 1]])
    if len(given) < 2:
        return
    owner = [each.text for each in given[0] if each.kind == "name"]
    if not owner or any(each.kind not in ("name", "mark") or each.text in "([{" for each in given[0]):
        return
    names = [literal(given[1][0])] if literal(given[1][0]) else [each[0].text for each in arguments(given[1][1:-1])]
    for name in filter(None, names):
        whole = owner[0] in WHOLE and len(owner) == 1
        if (whole and name in GLOBALS) or (not whole and _shared(code, owner, name)):
            what = name if whole else ".".join((*owner, name))
            yield REPLACES, what, code.tokens[place].line
