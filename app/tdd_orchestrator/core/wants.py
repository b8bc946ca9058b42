"""What the tests of a task want from its planned modules: which names, and how each is used."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tdd_orchestrator.core.evidence.planned import Planned

RAISING = frozenset({"raises", "assertRaises", "assertRaisesRegex", "warns", "assertWarns"})


@dataclass
class Wants:
    """Names wanted of each module, and what the tests do with names and attributes, whatever they hang on."""

    names: dict[str, set[str]] = field(default_factory=dict)
    exceptions: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)
    awaited: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)

    def add(self, module: str, name: str = "") -> None:
        """A module is wanted, and a name in it."""
        self.names.setdefault(module, set()).update({name} - {""})


def wants_of(sources: Iterable[str], planned: Planned) -> Wants:
    """Read imports and uses out of the tests' sources. A source that is no Python wants nothing."""
    wants = Wants()
    for source in sources:
        try:
            tree = ast.parse(source)
        except SyntaxError:
            continue
        modules = dict(_imports(tree, planned, wants))
        for node in ast.walk(tree):
            _uses(node, modules, planned, wants)
    return wants


def _imports(tree: ast.Module, planned: Planned, wants: Wants) -> Iterator[tuple[str, str]]:
    """Note what is imported; give the local names that stand for whole modules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                if planned.plans_module(each.name):
                    wants.add(each.name)
                    yield each.asname or each.name, each.name
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level and planned.plans_module(node.module):
            for each in node.names:
                inner = f"{node.module}.{each.name}"
                if _is_module(inner, each.asname or each.name, tree, planned):
                    wants.add(inner)
                    yield each.asname or each.name, inner
                elif each.name != "*":
                    wants.add(node.module, each.name)


def _is_module(dotted: str, name: str, tree: ast.Module, planned: Planned) -> bool:
    """Whether `from package import name` means a module: the plan says so by its path, or the test uses it as one."""
    paths = planned.paths_of(dotted)
    if any(path in planned.owned for path in paths):
        return True
    nodes = list(ast.walk(tree))
    called = {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    owners = {each.value.id for each in nodes if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name)}
    return bool(paths) and name in owners - called and name.islower()


def _uses(node: ast.AST, modules: dict[str, str], planned: Planned, wants: Wants) -> None:
    match node:
        case ast.Attribute(value=value, attr=name) if (module := modules.get(_dotted(value))) is not None:
            if not planned.paths_of(f"{module}.{name}") or f"{module}.{name}" not in modules.values():
                wants.add(module, name)
        case ast.Await(value=ast.Call(func=func)):
            wants.awaited.add(_last(func))
        case ast.AsyncWith(items=items):
            wants.awaited.update(_last(i.context_expr.func) for i in items if isinstance(i.context_expr, ast.Call))
        case ast.ExceptHandler(type=ast.expr() as kind):
            wants.exceptions.update(_last(each) for each in (kind.elts if isinstance(kind, ast.Tuple) else [kind]))
        case ast.ClassDef(bases=bases):
            wants.classes.update(_last(base) for base in bases)
        case ast.Call():
            _calls(node, planned, wants)
        case _:
            pass


def _calls(node: ast.Call, planned: Planned, wants: Wants) -> None:
    name = _last(node.func)
    wants.called.add(name)
    match node.args:
        case [first, *_] if name in RAISING:
            wants.exceptions.update(_last(each) for each in (first.elts if isinstance(first, ast.Tuple) else [first]))
        case [_, kind] if name in ("isinstance", "issubclass", "assertIsInstance"):
            wants.classes.update(_last(each) for each in (kind.elts if isinstance(kind, ast.Tuple) else [kind]))
        case [ast.Constant(value=str(target)), *_] if name in ("patch", "setattr") and "." in target:
            module, _, attribute = target.rpartition(".")
            if planned.paths_of(module):
                wants.add(module, attribute)
        case _:
            pass


def _dotted(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{_dotted(value)}.{name}"
        case _:
            return ""


def _last(node: ast.expr) -> str:
    return _dotted(node).rpartition(".")[2] or (node.attr if isinstance(node, ast.Attribute) else "")
