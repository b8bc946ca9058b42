"""Finds new modules that would stand in for others of the same name: the standard library's, or what tests import."""

import ast
import sys
from collections.abc import Iterable

from tdd_orchestrator.core.policy import Refusal

TEST_TOOLS = frozenset(
    {"pytest", "_pytest", "pluggy", "hypothesis", "mock", "freezegun", "respx", "responses", "syrupy", "faker", "xdist"}
)
INSTEAD = "{path} would be imported instead of `{module}`, which is {whose}: give it another name."


def top_module(path: str, roots: Iterable[str]) -> str:
    """The module that a file becomes right below a folder that imports start from; empty where it becomes none."""
    for root in sorted(roots, key=len, reverse=True):
        inside = path.removeprefix(f"{root}/") if root else path
        if root and inside == path:
            continue
        first, _, rest = inside.partition("/")
        if not rest:
            return first.removesuffix(".py") if first.endswith(".py") else ""
        return first if rest.endswith(".py") else ""
    return ""


def module_of_test(path: str, tree: frozenset[str]) -> str:
    """The top module that pytest makes of a file below the tests: the topmost folder that is a package, or the file."""
    parts = path.split("/")
    at = len(parts) - 1
    while at > 0 and "/".join([*parts[:at], "__init__.py"]) in tree:
        at -= 1
    return parts[at].removesuffix(".py")


def imports_of(source: str) -> frozenset[str]:
    """The top modules that a file imports."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):
        return frozenset()
    named = [each.name for node in nodes if isinstance(node, ast.Import) for each in node.names]
    named += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level]
    return frozenset(name.partition(".")[0] for name in named)


def shadowing(modules: Iterable[tuple[str, str]], taken: Iterable[str], whose: str) -> tuple[Refusal, ...]:
    """New files (path, module) whose module is the standard library's or among `taken`."""
    others = frozenset(taken)
    found = []
    for path, module in modules:
        if module in sys.stdlib_module_names or module in others:
            owner = "Python's own" if module in sys.stdlib_module_names else whose
            found.append(Refusal(path, INSTEAD.format(path=path, module=module, whose=owner)))
    return tuple(found)
