"""Which tests of a Python file are new, or say something else than they did: the selectors that RED judges."""

import ast

Function = ast.FunctionDef | ast.AsyncFunctionDef


def new_tests(path: str, before: str | None, after: str) -> tuple[str, ...]:
    """Selectors for what changed: the whole file where it is new, else each test (`file::Class::test`) that was
    written or rewritten.

    A file that cannot be read as Python is named as a whole: the run will say what is wrong with it.
    """
    if before is None:
        return (path,) if _may_hold_tests(after) else ()
    try:
        was, now = functions_of(before), functions_of(after)
    except SyntaxError:
        return (path,)
    changed = (name for name, node in now.items() if name not in was or ast.dump(was[name]) != ast.dump(node))
    return tuple(f"{path}::{name}" for name in changed)


def _may_hold_tests(source: str) -> bool:
    try:
        return bool(functions_of(source))
    except SyntaxError:
        return True


def functions_of(source: str) -> dict[str, Function]:
    """The test functions of a module by their name below the file, such as `TestCart::test_total`. Raises
    SyntaxError.
    """
    return dict(_below(ast.parse(source).body, ""))


def _below(body: list[ast.stmt], prefix: str) -> list[tuple[str, Function]]:
    found: list[tuple[str, Function]] = []
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            found.append((prefix + node.name, node))
        elif isinstance(node, ast.ClassDef) and _holds_tests(node):
            found += _below(node.body, f"{prefix}{node.name}::")
    return found


def _holds_tests(node: ast.ClassDef) -> bool:
    bases = [base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases]
    return node.name.startswith("Test") or any(base.endswith("TestCase") for base in bases)
