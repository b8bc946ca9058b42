"""What `${{ }}` expressions come to, and the strings they stand in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from tdd_orchestrator.hub.runner.errors import WorkflowRefused
from tdd_orchestrator.hub.runner.syntax import Binary, Call, Index, Literal, Members, Name, Node, Not, parse, walk
from tdd_orchestrator.hub.runner.values import Filtered, Value, equal, less, lookup, members, plain, text, truthy

Function: TypeAlias = Callable[[Sequence[Value]], Value]

STATUS_FUNCTIONS = frozenset({"success", "failure", "always", "cancelled"})
_EXPRESSION = re.compile(r"\$\{\{((?:[^'}]|'[^']*'|\}(?!\}))*)\}\}")
_PLACE = re.compile(r"\{\{|\}\}|\{(\d+)\}|[{}]")


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may see: contexts by name, and the functions that depend on where it stands."""

    contexts: Mapping[str, Value]
    functions: Mapping[str, Function] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Template:
    """A string with expressions in it, parsed once."""

    source: str
    parts: tuple[str | Node, ...]

    def value(self, scope: Scope) -> Value:
        """The value as it is if the string is one expression, else the string."""
        if len(self.parts) == 1 and not isinstance(self.parts[0], str):
            return evaluate(self.parts[0], scope)
        return self.text(scope)

    def text(self, scope: Scope) -> str:
        """The string with every expression filled in."""
        return "".join(part if isinstance(part, str) else text(evaluate(part, scope)) for part in self.parts)

    def nodes(self) -> list[Node]:
        """The expressions in it."""
        return [part for part in self.parts if not isinstance(part, str)]


def template(source: str) -> Template:
    """Parse a string that may hold `${{ }}`. Raises WorkflowRefused."""
    parts: list[str | Node] = []
    at = 0
    for found in _EXPRESSION.finditer(source):
        parts += [source[at : found.start()], parse(found[1])]
        at = found.end()
    parts.append(source[at:])
    kept = tuple(part for part in parts if part != "")
    if any(isinstance(part, str) and "${{" in part for part in kept):
        raise WorkflowRefused(f"`{source.strip()[:60]}` opens an expression with ${{{{ that is never closed")
    return Template(source, kept)


def condition(source: str) -> Node:
    """Parse an `if:`, with or without `${{ }}`; without a status function it asks for `success()` first."""
    stripped = source.strip()
    whole = _EXPRESSION.fullmatch(stripped)
    if not whole and "${{" in stripped:
        raise WorkflowRefused(
            f"`if: {stripped}` mixes ${{{{ }}}} with text and would always be true; write the whole condition in it"
        )
    inner = whole[1] if whole else stripped
    if not inner.strip():
        return Call("success", ())
    node = parse(inner)
    if any(isinstance(part, Call) and part.name in STATUS_FUNCTIONS for part in walk(node)):
        return node
    return Binary("&&", Call("success", ()), node)


def check(nodes: Sequence[Node], contexts: frozenset[str], functions: frozenset[str]) -> None:
    """Refuse a context or a function that is not there in this place. Raises WorkflowRefused."""
    for node in (below for top in nodes for below in walk(top)):
        match node:
            case Name(name) if name not in contexts:
                raise WorkflowRefused(f"`{name}` cannot be used here; there is {', '.join(sorted(contexts))}")
            case Call(name) if name not in functions and name not in _FUNCTIONS:
                raise WorkflowRefused(f"the function `{name}()` is not known here")
            case _:
                pass


def evaluate(node: Node, scope: Scope) -> Value:
    """What an expression comes to. Raises WorkflowRefused for a name or function that is not there."""
    match node:
        case Literal(value):
            return value
        case Name(name):
            if name not in scope.contexts:
                raise WorkflowRefused(f"`{name}` cannot be used here")
            return scope.contexts[name]
        case Index(base, key):
            return lookup(evaluate(base, scope), evaluate(key, scope))
        case Members(base):
            return members(evaluate(base, scope))
        case Not(operand):
            return not truthy(evaluate(operand, scope))
        case Call(name, arguments):
            function = scope.functions.get(name) or _FUNCTIONS.get(name)
            if function is None:
                raise WorkflowRefused(f"the function `{name}()` is not known here")
            return function([evaluate(argument, scope) for argument in arguments])
        case Binary(operator, left, right):
            return _binary(operator, left, right, scope)


def _binary(operator: str, left: Node, right: Node, scope: Scope) -> Value:
    first = evaluate(left, scope)
    if operator in ("&&", "||"):
        return evaluate(right, scope) if truthy(first) == (operator == "&&") else first
    second = evaluate(right, scope)
    match operator:
        case "==":
            return equal(first, second)
        case "!=":
            return not equal(first, second)
        case "<":
            return less(first, second)
        case ">":
            return less(second, first)
        case "<=":
            return less(first, second) or equal(first, second)
        case _:
            return less(second, first) or equal(first, second)


def _needs(name: str, arguments: Sequence[Value], count: int) -> None:
    if len(arguments) < count:
        raise WorkflowRefused(f"`{name}()` needs {count} argument{'s' * (count > 1)} and got {len(arguments)}")


def _contains(arguments: Sequence[Value]) -> Value:
    _needs("contains", arguments, 2)
    where, what = arguments[0], arguments[1]
    if isinstance(where, Sequence) and not isinstance(where, str):
        return any(equal(item, what) for item in where)
    return text(what).casefold() in text(where).casefold()


def _starts_with(arguments: Sequence[Value]) -> Value:
    _needs("startsWith", arguments, 2)
    return text(arguments[0]).casefold().startswith(text(arguments[1]).casefold())


def _ends_with(arguments: Sequence[Value]) -> Value:
    _needs("endsWith", arguments, 2)
    return text(arguments[0]).casefold().endswith(text(arguments[1]).casefold())


def _format(arguments: Sequence[Value]) -> Value:
    _needs("format", arguments, 1)

    def filled(found: re.Match[str]) -> str:
        if found[0] in ("{{", "}}"):
            return found[0][0]
        if found[1] is None or int(found[1]) + 1 >= len(arguments):
            raise WorkflowRefused(f"`{found[0]}` in the text of format() has no argument")
        return text(arguments[int(found[1]) + 1])

    return _PLACE.sub(filled, text(arguments[0]))


def _join(arguments: Sequence[Value]) -> Value:
    _needs("join", arguments, 1)
    items = arguments[0]
    if isinstance(items, str) or not isinstance(items, Sequence):
        return text(items)
    return (text(arguments[1]) if len(arguments) > 1 else ",").join(text(item) for item in items)


def _to_json(arguments: Sequence[Value]) -> Value:
    _needs("toJSON", arguments, 1)
    found = arguments[0]
    return plain(list(found) if isinstance(found, Filtered) else found)


def _from_json(arguments: Sequence[Value]) -> Value:
    _needs("fromJSON", arguments, 1)
    try:
        parsed: Value = json.loads(text(arguments[0]))
    except ValueError as fault:
        raise WorkflowRefused(f"fromJSON() was given something that is not JSON: {fault}") from fault
    return parsed


_FUNCTIONS: dict[str, Function] = {
    "contains": _contains,
    "startswith": _starts_with,
    "endswith": _ends_with,
    "format": _format,
    "join": _join,
    "tojson": _to_json,
    "fromjson": _from_json,
}
