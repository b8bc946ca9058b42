"""The claims of one Python test: every place where it says what should hold, and what is wrong with that place, if
anything.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tdd_orchestrator.core.made_up import constant, made_up_names, speaks_of_made_up

Function = ast.FunctionDef | ast.AsyncFunctionDef
EXPECTATIONS = frozenset({"raises", "warns", "deprecated_call"})
TOO_BROAD = frozenset({"Exception", "BaseException"})
SWALLOWING = TOO_BROAD | {"AssertionError"}
# A function of another module with such a name is believed to assert something.
CHECKING = ("assert", "check", "verify", "expect", "ensure", "must", "should")
STUB = "is a stub: it can only fail, whatever the code does. Write what should hold."
TAUTOLOGY = "asserts what is always so. Assert something that the code decides."
ITSELF = "compares a thing with itself. Compare what the code gives with what it should be."
SWALLOWED = "catches its own assertion, so that it cannot fail. Take the `try` or `suppress` away."
BROAD = "is content with any exception. Name the exception that the code should raise, or match its message."
EXISTS = "asserts only that something is there. Assert what it does."
OWN = "asserts only about values that it made up itself. Assert something that the code decides."


@dataclass(frozen=True, slots=True)
class Claim:
    """One assertion; `fault` is the rest of a sentence that begins with the test's name, empty where it is sound."""

    line: int
    fault: str = ""
    never_holds: bool = False


@dataclass(frozen=True, slots=True)
class _Scope:
    """What is known where a statement stands: made-up names, the file's functions, and those already looked into."""

    made_up: frozenset[str]
    local: dict[str, Function]
    seen: frozenset[str]


def claims_of(function: Function, local: dict[str, Function]) -> Iterator[Claim]:
    """Every claim of a test, those in functions of the same file that it calls among them (`local`: by name)."""
    scope = _Scope(made_up_names(function), local, frozenset({function.name}))
    yield from _of_block(function.body, scope, top=True)


def _of_block(body: Sequence[ast.stmt], scope: _Scope, *, top: bool = False) -> Iterator[Claim]:
    for node in body:
        yield from _of_statement(node, scope, top=top)
        if isinstance(node, ast.Return | ast.Raise | ast.Continue | ast.Break):
            return  # what follows is never reached


def _of_statement(node: ast.stmt, scope: _Scope, *, top: bool) -> Iterator[Claim]:
    match node:
        case ast.Assert():
            yield _of_assert(node, scope.made_up, top)
        case ast.Raise() if _named(node.exc) == "AssertionError":
            yield Claim(node.lineno, STUB if top else "", never_holds=top)
        case ast.If() if constant(node.test):
            yield from _of_block(node.body if _truth(node.test) else node.orelse, scope)
        case ast.Try() if _swallows(node.handlers):
            yield from (_faulty(claim, SWALLOWED) for claim in _of_block(node.body, scope))
            yield from _of_block([*node.orelse, *node.finalbody], scope)
        case ast.With() | ast.AsyncWith():
            yield from _of_with(node, scope, top)
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield from _of_block(node.body, scope)
        case _:
            yield from _of_calls(node, scope)
            for block in _blocks(node):
                yield from _of_block(block, scope)


def _of_assert(node: ast.Assert, made_up: frozenset[str], top: bool) -> Claim:
    test = node.test
    if constant(test):
        holds = _truth(test)
        return Claim(node.lineno, TAUTOLOGY if holds else STUB, never_holds=top and not holds)
    if isinstance(test, ast.Compare) and _with_itself(test):
        return Claim(node.lineno, ITSELF)
    if (
        isinstance(test, ast.BoolOp)
        and isinstance(test.op, ast.Or)
        and any(constant(e) and _truth(e) for e in test.values)
    ):
        return Claim(node.lineno, TAUTOLOGY)
    if isinstance(test, ast.Tuple | ast.Lambda) or _counts_to_nothing(test):
        return Claim(node.lineno, TAUTOLOGY)
    if _only_existence(test):
        return Claim(node.lineno, EXISTS)
    return Claim(node.lineno, OWN if speaks_of_made_up(test, made_up) else "")


def _only_existence(test: ast.expr) -> bool:
    """`hasattr(shop, "total")`, `callable(total)`, `Path("shop.py").exists()`: an empty shell would do."""
    if isinstance(test, ast.BoolOp):
        return all(_only_existence(value) for value in test.values)
    if not isinstance(test, ast.Call):
        return False
    name = _named(test.func)
    source = any(isinstance(each, ast.Constant) and str(each.value).endswith(".py") for each in ast.walk(test))
    return name in ("hasattr", "callable", "find_spec") or (name in ("exists", "is_file", "isfile") and source)


def _with_itself(test: ast.Compare) -> bool:
    reflexive = (ast.Eq, ast.Is, ast.LtE, ast.GtE)
    same = ast.dump(test.left) == ast.dump(test.comparators[0])
    return len(test.ops) == 1 and isinstance(test.ops[0], reflexive) and same


def _counts_to_nothing(test: ast.expr) -> bool:
    """`len(x) >= 0` and `isinstance(x, object)` hold for everything."""
    match test:
        case ast.Compare(left=ast.Call(func=ast.Name(id="len")), ops=[ast.GtE()], comparators=[ast.Constant(value=0)]):
            return True
        case ast.Call(func=ast.Name(id="isinstance"), args=[_, ast.Name(id="object")]):
            return True
        case _:
            return False


def _of_with(node: ast.With | ast.AsyncWith, scope: _Scope, top: bool) -> Iterator[Claim]:
    suppressed = False
    for item in node.items:
        if isinstance(item.context_expr, ast.Call):
            suppressed = suppressed or _suppresses(item.context_expr)
            yield from _of_call(item.context_expr, scope)
    inner = _of_block(node.body, scope, top=top)
    yield from (_faulty(claim, SWALLOWED) for claim in inner) if suppressed else inner


def _of_calls(node: ast.AST, scope: _Scope) -> Iterator[Claim]:
    """Claims made by calling something, in the expressions of a statement but not in the statements under it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield from _of_call(child, scope)
        if not isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield from _of_calls(child, scope)


def _of_call(call: ast.Call, scope: _Scope) -> Iterator[Claim]:
    name = _named(call.func)
    if name in EXPECTATIONS or name.startswith(("assertRaises", "assertWarns")):
        broad = _named(call.args[0]) in TOO_BROAD if call.args else False
        matched = any(keyword.arg == "match" for keyword in call.keywords) or name.endswith("Regex")
        yield Claim(call.lineno, BROAD if broad and not matched else "")
    elif name in scope.local and name not in scope.seen:
        helper = scope.local[name]
        yield from _of_block(helper.body, _Scope(made_up_names(helper), scope.local, scope.seen | {name}))
    elif name.lower().lstrip("_").startswith(CHECKING):
        yield Claim(call.lineno, _fault_of_call(call, name, scope.made_up))


def _fault_of_call(call: ast.Call, name: str, made_up: frozenset[str]) -> str:
    """Only unittest's methods and mocks are known well enough to be doubted; other helpers know what they look at."""
    match call.func:
        case ast.Attribute(value=ast.Name(id="self" | "cls")) if name.startswith("assert"):
            return _fault_of_method(call, name, made_up)
        case ast.Attribute(value=owner) if name.startswith("assert_") and speaks_of_made_up(owner, made_up):
            return OWN
        case _:
            return ""


def _fault_of_method(call: ast.Call, name: str, made_up: frozenset[str]) -> str:
    if call.args and all(constant(value) for value in call.args):
        return TAUTOLOGY
    if name in ("assertEqual", "assertIs") and len({ast.dump(value) for value in call.args[:2]}) == 1:
        return ITSELF
    return OWN if call.args and all(speaks_of_made_up(value, made_up) for value in call.args) else ""


def _swallows(handlers: Sequence[ast.ExceptHandler]) -> bool:
    return any(_caught(handler.type) & SWALLOWING and not _goes_on(handler) for handler in handlers)


def _caught(kind: ast.expr | None) -> set[str]:
    if kind is None:
        return {"BaseException"}
    return {_named(each) for each in (kind.elts if isinstance(kind, ast.Tuple) else [kind])}


def _goes_on(handler: ast.ExceptHandler) -> bool:
    """Whether the handler raises, asserts or fails in its turn."""
    inner = [each for node in handler.body for each in ast.walk(node)]
    return any(
        isinstance(e, ast.Raise | ast.Assert) or (isinstance(e, ast.Call) and _named(e.func) == "fail") for e in inner
    )


def _suppresses(call: ast.Call) -> bool:
    return _named(call.func) == "suppress" and any(_named(each) in SWALLOWING for each in call.args)


def _faulty(claim: Claim, fault: str) -> Claim:
    return replace(claim, fault=claim.fault or fault, never_holds=False)


def _blocks(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        if isinstance(block := getattr(node, name, None), list):
            yield block
    for part in [*getattr(node, "handlers", []), *getattr(node, "cases", [])]:
        yield part.body


def _truth(node: ast.expr) -> bool:
    try:
        return bool(ast.literal_eval(node))
    except (ValueError, TypeError):
        return _compared(node)


def _compared(node: ast.expr) -> bool:
    """`1 == 1`, `not 0`: an expression of nothing but literals, which is safe to work out."""
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _truth(operand)
        case ast.Compare(left=left, ops=[ast.Eq() | ast.Is()], comparators=[right]):
            return ast.dump(left) == ast.dump(right)
        case ast.Compare(left=left, ops=[ast.NotEq() | ast.IsNot()], comparators=[right]):
            return ast.dump(left) != ast.dump(right)
        case _:
            return True


def _named(node: ast.expr | None) -> str:
    """The last name of `a.b.c`, `a.b.c(...)` or `c`."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case ast.Call(func=func):
            return _named(func)
        case _:
            return ""
