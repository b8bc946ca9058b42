"""Which values of a Python test the test made up itself: literals, what is computed from them, and mocks nobody else
was given.
"""

import ast
import builtins
from collections.abc import Iterator

Function = ast.FunctionDef | ast.AsyncFunctionDef
INNER = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
MOCKS = frozenset({"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "sentinel"})
# Built-ins that only look at what they are given; the others might reach the code, or the world.
PURE = frozenset(dir(builtins)) - frozenset(
    {
        "open",
        "eval",
        "exec",
        "compile",
        "input",
        "__import__",
        "getattr",
        "setattr",
        "delattr",
        "vars",
        "globals",
        "locals",
    }
)


def constant(node: ast.expr) -> bool:
    """Whether an expression holds nothing but literals."""
    return not any(isinstance(each, ast.Name | ast.Call | ast.Attribute | ast.Await) for each in ast.walk(node))


def made_up_names(function: Function) -> frozenset[str]:
    """The local names whose every value the test made up, less those that something else got hold of."""
    values = list(_assigned(function))
    given = _parameters_given(function)
    names = {name for name, _ in values} | given
    changing = {name for name, value in values if not isinstance(value, ast.Constant)}
    while True:
        kept = {name for name in names if all(_is_own(value, names) for other, value in values if other == name)}
        kept -= _handed_out(function, kept) & changing
        kept -= _seen_inside(function)
        if kept == names:
            return frozenset(names)
        names = kept


def speaks_of_made_up(node: ast.expr, names: frozenset[str]) -> bool:
    """Whether nothing in an expression comes from outside the test."""
    return _is_own(node, set(names))


def _is_own(node: ast.expr, names: set[str]) -> bool:
    bound = {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    for each in ast.walk(node):
        if isinstance(each, ast.Await | ast.Yield | ast.YieldFrom):
            return False
        if isinstance(each, ast.Name) and each.id not in names | bound | PURE | MOCKS | {"mock"}:
            return False
    return True


def _assigned(function: Function) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=targets, value=value):
                yield from ((name, value) for target in targets for name in _stored(target))
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.AugAssign(target=target, value=value):
                yield from ((name, value) for name in _stored(target))
            case ast.NamedExpr(target=target, value=value) | ast.For(target=target, iter=value):
                yield from ((name, value) for name in _stored(target))
            case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
                yield from ((name, value) for name in _stored(target))
            case _:
                pass


def _stored(target: ast.expr) -> list[str]:
    return [each.id for each in ast.walk(target) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)]


def _parameters_given(function: Function) -> set[str]:
    """Parameters that `parametrize` fills with literals; a fixture may bring anything."""
    given: set[str] = set()
    for decorator in function.decorator_list:
        match decorator:
            case ast.Call(func=ast.Attribute(attr="parametrize"), args=[ast.Constant(value=str(names)), values, *_]):
                if constant(values) and not any(isinstance(v, ast.Dict | ast.Set) for v in ast.walk(values)):
                    given |= {name.strip() for name in names.split(",")}
            case _:
                pass
    return given


def _handed_out(function: Function, names: set[str]) -> set[str]:
    """Names given to a call that is not the test's own, or stored in another object: others may change or call them."""
    out: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and not _is_own(node.func, names):
            for value in [*node.args, *(keyword.value for keyword in node.keywords)]:
                out |= _loaded(value)
        elif isinstance(node, ast.Assign) and any(isinstance(t, ast.Attribute | ast.Subscript) for t in node.targets):
            out |= _loaded(node.value)
    return out


def _seen_inside(function: Function) -> set[str]:
    """Names that an inner function sees: it may be called, and change them, at any time."""
    inner = (node for node in ast.walk(function) if isinstance(node, INNER) and node is not function)
    return {name for node in inner for name in _loaded(node)}


def _loaded(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
