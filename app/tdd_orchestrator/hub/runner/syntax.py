"""The grammar of `${{ }}` expressions: text to tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from tdd_orchestrator.hub.runner.errors import WorkflowRefused
from tdd_orchestrator.hub.runner.values import Value, number


@dataclass(frozen=True, slots=True)
class Literal:
    """`'text'`, `1.5`, `true`, `null`."""

    value: Value


@dataclass(frozen=True, slots=True)
class Name:
    """A context: `github`, `needs`…"""

    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """`base.key` and `base[key]`."""

    base: Node
    key: Node


@dataclass(frozen=True, slots=True)
class Members:
    """`base.*`."""

    base: Node


@dataclass(frozen=True, slots=True)
class Call:
    """`name(arguments)`; the name is in lower case."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """`!operand`."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """`left operator right`."""

    operator: str
    left: Node
    right: Node


Node: TypeAlias = Literal | Name | Index | Members | Call | Not | Binary

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')"
    r"|(?P<number>[-+]?(?:0x[0-9a-fA-F]+|0o[0-7]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?![\w]))"
    r"|(?P<word>[A-Za-z_][\w-]*)"
    r"|(?P<sign>\|\||&&|==|!=|<=|>=|[<>!()\[\].,*]))"
)
_LEVELS = (("||",), ("&&",), ("==", "!="), ("<", "<=", ">", ">="))
_WORDS: dict[str, Value] = {"true": True, "false": False, "null": None}


def parse(source: str) -> Node:
    """The tree of an expression, given without its `${{ }}`. Raises WorkflowRefused."""
    return _Parser(source).whole()


def walk(node: Node) -> Iterator[Node]:
    """The node and everything under it."""
    yield node
    match node:
        case Index(base, key):
            below: tuple[Node, ...] = (base, key)
        case Members(base) | Not(base):
            below = (base,)
        case Call(_, arguments):
            below = arguments
        case Binary(_, left, right):
            below = (left, right)
        case Literal() | Name():
            below = ()
    for child in below:
        yield from walk(child)


def _tokens(source: str) -> Iterator[tuple[str, str]]:
    at = 0
    end = len(source.rstrip())
    while at < end:
        found = _TOKEN.match(source, at)
        if not found:
            raise WorkflowRefused(f"`{source[at:].strip()[:20]}` cannot be read in the expression `{source.strip()}`")
        at = found.end()
        kind = found.lastgroup or ""
        yield kind, found[kind]


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source.strip()
        self._rest = list(_tokens(source))
        self._rest.reverse()

    def whole(self) -> Node:
        node = self._level(0)
        if self._rest:
            raise self._wrong()
        return node

    def _wrong(self) -> WorkflowRefused:
        found = f"`{self._rest[-1][1]}` is not expected" if self._rest else "something is missing at the end"
        return WorkflowRefused(f"{found} in the expression `{self._source}`")

    def _next(self, *signs: str) -> str | None:
        """Take the next token if it is one of these signs."""
        if self._rest and self._rest[-1][0] == "sign" and self._rest[-1][1] in signs:
            return self._rest.pop()[1]
        return None

    def _expect(self, sign: str) -> None:
        if not self._next(sign):
            raise self._wrong()

    def _level(self, depth: int) -> Node:
        if depth == len(_LEVELS):
            return self._unary()
        node = self._level(depth + 1)
        while operator := self._next(*_LEVELS[depth]):
            node = Binary(operator, node, self._level(depth + 1))
        return node

    def _unary(self) -> Node:
        return Not(self._unary()) if self._next("!") else self._postfix(self._atom())

    def _postfix(self, node: Node) -> Node:
        while sign := self._next(".", "["):
            if sign == "." and self._next("*"):
                node = Members(node)
            elif sign == ".":
                node = Index(node, Literal(self._word()))
            elif self._next("*"):
                self._expect("]")
                node = Members(node)
            else:
                node = Index(node, self._level(0))
                self._expect("]")
        return node

    def _word(self) -> str:
        if not self._rest or self._rest[-1][0] != "word":
            raise self._wrong()
        return self._rest.pop()[1]

    def _atom(self) -> Node:
        if self._next("("):
            node = self._level(0)
            self._expect(")")
            return node
        if not self._rest or self._rest[-1][0] == "sign":
            raise self._wrong()
        kind, found = self._rest.pop()
        if kind == "string":
            return Literal(found[1:-1].replace("''", "'"))
        if kind == "number":
            return Literal(number(found))
        if self._next("("):
            return Call(found.lower(), self._arguments())
        return Literal(_WORDS[found]) if found in _WORDS else Name(found.lower())

    def _arguments(self) -> tuple[Node, ...]:
        if self._next(")"):
            return ()
        found = [self._level(0)]
        while self._next(","):
            found.append(self._level(0))
        self._expect(")")
        return tuple(found)
