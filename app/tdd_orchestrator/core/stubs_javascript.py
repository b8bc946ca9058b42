"""Stubs for JavaScript and TypeScript: the exports that tests import from planned files, answering nothing or anything.

As in `stubs.py` there are two flavours, since any one answer satisfies some assertion. What a planned file has already
stays in it; what it lacks is added at its end, as a module of its own kind (`import` or `require`) would have it.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tdd_orchestrator.core.javascript_exports import exported
from tdd_orchestrator.core.javascript_imports import DEFAULT, WHOLE, place_of, taken
from tdd_orchestrator.core.javascript_tokens import SUFFIXES, Token, is_mark, tokens_of
from tdd_orchestrator.core.language import StubOrder
from tdd_orchestrator.core.stubs import Flavour

NOTHING = "function __stubAnswer() { return undefined; }\n"
# Numbers and texts that no test expects; goes along with every call and property, equals nothing, is no promise.
ANYTHING = """function __stubAnswer() {
  return new Proxy(function () {}, {
    get(target, key) {
      if (key === Symbol.toPrimitive) return (hint) => (hint === "string" ? "<stub>" : 918273);
      if (key === Symbol.iterator) return function* () { yield __stubAnswer(); };
      if (typeof key === "symbol" || key === "then" || key === "toJSON") return undefined;
      if (key === "length" || key === "size") return 918273;
      if (key === "toString") return () => "<stub>";
      return key === "prototype" ? target.prototype : __stubAnswer();
    },
    apply: () => __stubAnswer(),
    construct: () => __stubAnswer(),
  });
}
"""
SHARED = """function __stubInstance() {
  return new Proxy({}, {
    get(_, key) {
      if (typeof key === "symbol" || key === "then") return undefined;
      return __stubCalled.has(key) ? __stub(key) : __stubAnswer();
    },
  });
}
function __stub(name) {
  const answer = () => (__stubAwaited.has(name) ? Promise.resolve(__stubAnswer()) : __stubAnswer());
  return new Proxy(function () {}, {
    apply: answer,
    construct: (_, given, kind) => (kind && kind.prototype ? __stubInstance() : answer()),
    get(target, key) {
      if (typeof key === "symbol" || key in target) return target[key];
      return key === "then" ? undefined : __stub(key);
    },
  });
}
class __StubError extends Error {}
"""
PREAMBLE = {Flavour.NOTHING: NOTHING, Flavour.ANYTHING: ANYTHING}
ERROR = re.compile(r"(Error|Exception)$")
COMMON = (".cjs", ".cts")
MODULE = (".mjs", ".mts")


@dataclass
class _Wants:
    """What the tests want of each planned file, whether it is called, and how they load it."""

    names: dict[str, set[str]] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    importing: dict[str, str] = field(default_factory=dict)
    awaited: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)


def stub_files(order: StubOrder) -> dict[str, str]:
    """The files to write before second sight, by path, each with its whole text."""
    wants = _wants(order)
    files = {}
    for path, names in sorted(wants.names.items()):
        source = order.read(path) or ""
        common = _is_common(path, source, wants, order)
        lines = list(_lines(source, names, wants.members.get(path, set()), wants, common))
        if not lines and order.read(path) is not None:
            continue
        awaited = f"const __stubAwaited = new Set({json.dumps(sorted(wants.awaited))});\n"
        called = f"const __stubCalled = new Set({json.dumps(sorted(wants.called))});\n"
        preamble = PREAMBLE[order.flavour] + awaited + called + SHARED
        unchecked = ("// @ts-nocheck",) if path.endswith((".ts", ".tsx", ".mts", ".cts")) else ()
        files[path] = "\n".join((*unchecked, source, preamble, *lines, ""))
    return files


def _wants(order: StubOrder) -> _Wants:
    wants = _Wants()
    for path, text in order.tests.items():
        if path.endswith(SUFFIXES):
            _read_uses(text, wants)
            _read_imports(path, text, order, wants)
    for each in " ".join(order.missing).split():
        place, _, name = each.partition(":")
        place = place.removeprefix("./")
        if order.planned.owns(place) and not place.endswith("/"):  # some file in a folder: its import names it
            wants.names.setdefault(place, set())
            if "." in name:
                wants.members.setdefault(place, set()).add(name)
            elif name:
                wants.names[place].add(name)
    return wants


def _read_imports(path: str, text: str, order: StubOrder, wants: _Wants) -> None:
    tokens = tokens_of(text)
    for each in taken(text):
        place = place_of(each.module, path, lambda found: order.read(found) is not None, order.planned.owns)
        if not place or not order.planned.owns(place):
            continue
        names = wants.names.setdefault(place, set())
        wants.importing[place] = path
        if each.required:
            wants.required.add(place)
        if each.name != WHOLE:
            names.add(each.name)
        else:
            names.update(_members_of(each.local, tokens))


def _members_of(local: str, tokens: Sequence[Token]) -> Iterator[str]:
    """Names that hang on a local name: `shop.total`."""
    for one, sign, other in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if local and one.text == local and is_mark(sign, "."):
            yield other.text


def _read_uses(text: str, wants: _Wants) -> None:
    """What is awaited, and what is called, by its last name."""
    tokens = tokens_of(text)
    waiting = False
    for place, token in enumerate(tokens):
        if token.text in ("await", "resolves", "rejects", "then"):
            waiting = True
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        if token.kind == "name" and is_mark(following, "("):
            wants.called.add(token.text)
            if waiting:
                wants.awaited.add(token.text)
        if is_mark(token, ";"):
            waiting = False


def _lines(source: str, names: set[str], members: set[str], wants: _Wants, common: bool) -> Iterator[str]:
    there = exported(source)
    for name in sorted(names - there):
        value = _value(name, wants)
        if common:
            yield f"module.exports = {value};" if name == DEFAULT else f"module.exports.{name} = {value};"
        elif name == DEFAULT:
            yield f"export default {value};"
        else:
            yield f"const __stub_{name} = {value};\nexport {{ __stub_{name} as {name} }};"
    for each in sorted(members):
        owner, _, member = each.partition(".")
        if owner in there:
            stub = f"__stub({json.dumps(member)})"
            yield f"if ({owner}.prototype) {owner}.prototype.{member} ??= {stub};\n{owner}.{member} ??= {stub};"


def _value(name: str, wants: _Wants) -> str:
    if ERROR.search(name):
        return f"class {name} extends __StubError {{}}"
    if name.isupper() and name not in wants.called:
        return "__stubAnswer()"
    return f"__stub({json.dumps(name)})"


def _is_common(path: str, source: str, wants: _Wants, order: StubOrder) -> bool:
    """Whether the file is a CommonJS module: by suffix, by what is in it, by its package, by who loads it."""
    if path.endswith(COMMON + MODULE):
        return path.endswith(COMMON)
    if path.endswith((".ts", ".tsx")):
        return False
    if source.strip():
        words = {token.text for token in tokens_of(source)}
        return "export" not in words and bool({"exports", "require"} & words)
    package = order.read("package.json") or ""
    if re.search(r'"type"\s*:\s*"module"', package):
        return False
    return path in wants.required or (wants.importing.get(path, "").endswith(MODULE) and "vitest" not in package)
