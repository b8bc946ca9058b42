"""Turns what a test asserts into something that cannot hold, so that a run can show whether its outcome comes from it.

A test that passes over good code must fail once its expectation is false. One that passes all the same never reached
its assertion, compares with an object that equals everything, or is not what decides how it ends.
"""

import ast

from tdd_orchestrator.core.made_up import constant
from tdd_orchestrator.core.new_tests import Function, functions_of

INNER = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
EXPECTING = ("raises", "warns", "suppress", "deprecated_call", "assertRaises", "assertWarns")
OPPOSITE_METHODS = {
    "assertTrue": "assertFalse",
    "assertFalse": "assertTrue",
    "assertIn": "assertNotIn",
    "assertNotIn": "assertIn",
    "assertIs": "assertIsNot",
    "assertIsNot": "assertIs",
    "assertIsNone": "assertIsNotNone",
    "assertIsNotNone": "assertIsNone",
}
EQUAL_METHODS = frozenset({"assertEqual", "assertEquals", "assertListEqual", "assertDictEqual", "assertCountEqual"})
STOP = ast.parse("raise AssertionError('this test was made to fail')").body[0]
NOTHING_EQUALS = ast.parse("object()", mode="eval").body


def falsified(source: str, wanted: frozenset[str]) -> str | None:
    """The source with each of these tests (names below the file, such as `TestCart::test_total`) made to fail.

    An assertion that is surely reached is turned round, an equality into one with an object that equals nothing; any
    other test is stopped at its first line. `None` where there is nothing to turn round.
    """
    try:
        module = ast.parse(source)
        places = {node.lineno for name, node in functions_of(source).items() if name in wanted}
    except SyntaxError:
        return None
    chosen = [node for node in ast.walk(module) if isinstance(node, Function) and node.lineno in places]
    for node in chosen:
        if not _turned_round(node):
            at = 1 if ast.get_docstring(node) is not None else 0
            node.body.insert(at, STOP)
    return ast.unparse(ast.fix_missing_locations(module)) if chosen else None


def _turned_round(function: Function) -> bool:
    """Turn round the first claim that is surely reached; a test that may end early or yields has none."""
    if any(isinstance(each, ast.Return | ast.Yield | ast.YieldFrom) for each in _own(function)):
        return False
    return any(_of_statement(node) for node in function.body)


def _own(node: ast.AST) -> list[ast.AST]:
    """Everything below a node but what belongs to inner functions and classes."""
    found = []
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, INNER):
            found += [child, *_own(child)]
    return found


def _of_statement(node: ast.stmt) -> bool:
    match node:
        case ast.Assert() if not constant(node.test):
            node.test = _opposite(node.test)
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="self"))) as call):
            return _of_method(call)
        case ast.With() | ast.AsyncWith() if not any(_expects(item.context_expr) for item in node.items):
            return any(_of_statement(inner) for inner in node.body)
        case ast.For(iter=ast.List(elts=[_, *_]) | ast.Tuple(elts=[_, *_])):
            return any(_of_statement(inner) for inner in node.body)
        case _:
            return False


def _expects(context: ast.expr) -> bool:
    return isinstance(context, ast.Call) and _last_name(context.func).startswith(EXPECTING)


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _opposite(test: ast.expr) -> ast.expr:
    match test:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            kept = right if constant(left) else left
            return ast.Compare(kept, [ast.Eq()], [NOTHING_EQUALS])
        case ast.BoolOp(op=ast.And(), values=[first, *rest]):
            return ast.BoolOp(ast.And(), [_opposite(first), *rest])
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return operand
        case _:
            return ast.UnaryOp(ast.Not(), test)


def _of_method(call: ast.Call) -> bool:
    assert isinstance(call.func, ast.Attribute)
    name = call.func.attr
    if name in OPPOSITE_METHODS:
        call.func.attr = OPPOSITE_METHODS[name]
        return True
    if name in EQUAL_METHODS and len(call.args) > 1:
        call.args[0 if constant(call.args[0]) else 1] = NOTHING_EQUALS
        return True
    return False
