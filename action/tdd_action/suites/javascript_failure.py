"""What a JavaScript error means: an assertion, a name that is missing, a file that cannot be read, a time that is up.

Pure: an error as the record tells it goes in, the fields of a `TestResult` come out. The phrases are those of node,
vitest (with vite) and jest (with babel); what none of them fits is an error like any other.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from posixpath import dirname, splitext
from typing import Any

from tdd_action.suites.typescript_errors import TypeFault, type_faults
from tdd_orchestrator.core.evidence.reports import TIMEOUT
from tdd_orchestrator.core.javascript_imports import WHOLE, Taken, place_of, taken
from tdd_orchestrator.core.javascript_tokens import SUFFIXES, is_mark, tokens_of
from tdd_orchestrator.core.policy import is_named_as_test

FRAME = re.compile(r"^\s*at (?:.*\()?(?:async )?(?:file://)?(/[^()\n]+?):(\d+):\d+\)?$", re.MULTILINE)
HEAD = re.compile(r"^(?:Uncaught )?([A-Z]\w*(?:Error|Exception)|Error)(?: \[(\w+)\])?(?:: |$)", re.MULTILINE)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
TOO_LATE = re.compile(r"^(test )?timed out|Test timed out in|Exceeded timeout of|Promise resolution is still pending")
UNREADABLE = re.compile(r"PARSE_ERROR|Transform failed|Unexpected token|Failed to parse source|SyntaxError")
NO_EXPORT = re.compile(
    r"requested module '([^']+)' (?:does not provide an export named|is a CommonJS module, which.*?)"
)
EXPORT_NAME = re.compile(r"export named '([^']+)'|Named export '([^']+)' not found")
NO_MODULE = re.compile(r"(?:Cannot find (?:module|package)|Failed to resolve import) ['\"]([^'\"]+)['\"]")
IMPORTER = re.compile(r"(?:imported )?from ['\"]?([^'\"\s]+)['\"]?")
NOT_CALLABLE = re.compile(r"(?:\(0 , )?([\w$.]+)\)? is not a (?:function|constructor)")
OF_UNDEFINED = re.compile(r"Cannot read properties of undefined \(reading '([^']+)'\)")
INLINED = re.compile(r"^(?:__vite_ssr_import_\d+__|__vi_import_\d+__|_[\w$]+)\.")
# Where a file cannot be read: `file:///a.js:3` (node), `a.ts:3:9` (vite), `(3:8)` (babel).
UNREAD_AT = re.compile(r"^(?:file://)?/[^\n:]+:(\d+)$|\s[\w./@-]+\.[cm]?[jt]sx?:(\d+):\d+|\((\d+):\d+\)", re.MULTILINE)
# How jest words its assertions, and how each runner says that a test made more or fewer than it planned.
COUNTED = re.compile(r"(expect|assert)[.(]|plan expected \d|expected (any )?number of assertions")
ASSERTING = ("AssertionError", "AssertionError2", "JestAssertionError")


@dataclass(frozen=True, slots=True)
class Failure:
    """What is known of an error: fields of `TestResult` by the same names."""

    exception: str = ""
    message: str = ""
    path: str = ""
    line: int = 0
    asserted: bool = False
    missing: str = ""
    raised_in: str = ""


def failure_of(error: Mapping[str, Any], test: str, root: Path) -> Failure:
    """Read one error of a test in the file `test` (relative to `root`)."""
    stack = COLOUR.sub("", str(error.get("stack", "")))
    name, code, message = _head(error, stack)
    frames = [(str(path), int(line)) for path, line in error.get("frames") or ()] or FRAME.findall(stack)
    ours = [(inside, int(number)) for path, number in frames if (inside := relative(path, root))]
    in_tests = [frame for frame in ours if is_named_as_test(frame[0]) or frame[0] == test]
    raised_in = ours[0][0] if ours else ""
    said = (
        name in ASSERTING or code == "ERR_ASSERTION" or bool(error.get("matcher")) or message.startswith("Snapshot `")
    )
    said = said or COUNTED.match(message) is not None
    shown, line = in_tests[0] if in_tests else ("", 0)
    missing, kind = _missing(message, test, line, root), name
    if typed := type_faults(message):
        return _of_types(typed, test, root)
    if TOO_LATE.search(message):
        kind = TIMEOUT
    elif NO_EXPORT.search(message) or EXPORT_NAME.search(message) or NO_MODULE.search(message):
        kind = "ImportError"
    elif not ours and UNREADABLE.search(f"{name}: {message}"):
        kind, at = "SyntaxError", UNREAD_AT.search(f"{stack}\n{message}")
        line = next((int(each) for each in at.groups() if each), 0) if at else 0
    asserted = said and (not ours or raised_in == test or is_named_as_test(raised_in))
    return Failure(kind, message, shown, line, asserted, missing, raised_in)


def _of_types(faults: tuple[TypeFault, ...], test: str, root: Path) -> Failure:
    """A file that the compiler did not let through: what is missing, if that is all; else its first other complaint."""
    places = [(fault, _untyped(fault, test, root)) for fault in faults]
    other = [fault for fault, place in places if not place]
    shown = next((fault for fault in other if fault.syntax), other[0] if other else faults[0])
    missing = "" if other else " ".join(dict.fromkeys(place for _, place in places))
    kind = "ImportError" if not other else "SyntaxError" if shown.syntax else "type error"
    message = "\n".join(f"{test}:{each.line}: TS{each.code}: {each.said}" for each in (shown, *faults))
    return Failure(kind, message, test, shown.line, missing=missing)


def _untyped(fault: TypeFault, test: str, root: Path) -> str:
    """What a complaint says is missing, as `src/cart.ts:Name`; nothing where it says something else."""
    if fault.module:
        place = _place(fault.module, test, root)
        return f"{place}:{fault.name}" if place and fault.name else place
    imports = [each for each in taken(_text(root / test)) if each.module.startswith(".")]
    if fault.owner:
        owner = next((each for each in imports if fault.owner in (each.local, each.name)), None)
        return _named(owner, fault.name, _place(owner.module, test, root)) if owner else ""
    line = "".join(_text(root / test).splitlines()[fault.line - 1 : fault.line]) if fault.called else ""
    named = [each for each in imports if each.local and re.search(rf"\b{re.escape(each.local)}\b", line)]
    return _named(named[0], "", _place(named[0].module, test, root)) if len(named) == 1 else ""


def _head(error: Mapping[str, Any], stack: str) -> tuple[str, str, str]:
    """Name, code and message: as they were told, else as the stack begins."""
    message = COLOUR.sub("", str(error.get("message", "")))
    if message or not stack:
        return str(error.get("name", "Error")), str(error.get("code", "")), message
    found = HEAD.search(stack)
    text = stack[found.end() :] if found else stack
    first = re.split(r"\n\s+at ", text, maxsplit=1)[0].strip()
    return (found[1] if found else "Error"), (found[2] or "" if found else ""), first


def relative(path: str, root: Path) -> str:
    """The path below the root; nothing for what lies outside, or is installed."""
    real = os.path.realpath(path.removeprefix("file://"))
    base = os.path.realpath(root)
    if not real.startswith(base + os.sep) or "/node_modules/" in real:
        return ""
    return os.path.relpath(real, base).replace(os.sep, "/")


def _missing(message: str, test: str, line: int, root: Path) -> str:
    """What was looked for in vain, as `src/cart.js:Name`; nothing where that is not what went wrong."""
    if found := EXPORT_NAME.search(message):
        module = NO_EXPORT.search(message)
        name = found[1] or found[2]
        importer = _importer_of(module[1] if module else "", name, test, root)
        return f"{_place(module[1], importer, root)}:{name}" if module else ""
    if found := NO_MODULE.search(message):
        by = IMPORTER.search(message, found.end())
        importer = relative(str(root / by[1]), root) if by else ""
        return _place(found[1], importer or test, root)
    if found := NOT_CALLABLE.search(message):
        return _missing_name(INLINED.sub("", found[1]), test, root)
    if found := OF_UNDEFINED.search(message):
        text = _text(root / test).splitlines()[line - 1 : line]
        owner = re.search(rf"([\w$]+)(?:\?\.|\.|\[['\"]){re.escape(found[1])}\b", text[0]) if text else None
        return _missing_name(owner[1], test, root) if owner else ""
    return ""


def _importer_of(module: str, name: str, test: str, root: Path) -> str:
    """The file whose import failed: the test, unless only a helper beside it takes that name from that module."""
    mine = taken(_text(root / test))
    if any(each.module == module and each.name == name for each in mine):
        return test
    for each in mine:
        near = place_of(each.module, test, lambda path: (root / path).is_file())
        if near and any(inner.module == module and inner.name == name for inner in taken(_text(root / near))):
            return near
    return test


def _place(module: str, importer: str, root: Path) -> str:
    """The file that a module means; a folder with `/` at its end where its suffix is not known; "" for packages."""
    if module.startswith("/"):
        inside = relative(module, root)
        module = f"./{os.path.relpath(inside, dirname(importer) or '.')}" if inside else ""
    found = place_of(module, importer, lambda path: (root / path).is_file(), lambda path: True) if module else ""
    if not found:
        return ""
    exact = splitext(module)[1] in SUFFIXES and splitext(importer)[1] not in (".ts", ".tsx", ".mts")
    if exact or (root / found).is_file():
        return found if "/" in found else f"./{found}"
    return f"{dirname(found) or '.'}/"


def _missing_name(dotted: str, test: str, root: Path) -> str:
    """The module of a name that the test calls: imported as it is, hanging on what is imported, or made by it."""
    text = _text(root / test)
    imports, (first, _, rest) = taken(text), dotted.partition(".")
    found = next((each for each in imports if first in (each.local, each.name)), None)
    if found is None and rest:
        kind = _made_by(first, text)
        found = next((each for each in imports if kind and each.local == kind), None)
        rest = rest if found is not None else ""
    if found is None:
        return ""
    return _named(found, rest, _place(found.module, test, root))


def _named(found: Taken, rest: str, place: str) -> str:
    if not place:
        return ""
    name = rest if found.name == WHOLE else ".".join(part for part in (found.name, rest) if part)
    return f"{place}:{name}"


def _made_by(local: str, text: str) -> str:
    """`Cart` where `const local = new Cart(...)` stands somewhere."""
    tokens = tokens_of(text)
    for place, token in enumerate(tokens[:-3]):
        if token.text == local and is_mark(tokens[place + 1], "=") and tokens[place + 2].text == "new":
            return tokens[place + 3].text
    return ""


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
