"""The public names of a Python module with their signatures: what a refactoring has to keep."""

import ast

Definition = ast.FunctionDef | ast.AsyncFunctionDef


def public_names(source: str) -> frozenset[str]:
    """Names that others may use, such as `total(items, *, tax=…)` and `Cart.add(self, item)`; defaults are not
    compared.

    A name is public if `__all__` lists it, or, without `__all__`, if it has no leading underscore. Names that were
    only imported
    count where `__all__` lists them or the import says so (`from x import y as y`). Raises SyntaxError.
    """
    tree = ast.parse(source)
    listed = _listed(tree)
    found: set[str] = set()
    for node in _statements(tree):
        for name, written in _names(node):
            if name in listed if listed is not None else not name.startswith("_"):
                found.add(written)
                found.update(_members(node, name))
    for name in listed or ():
        if not any(each == name or each.startswith((f"{name}(", f"{name}.")) for each in found):
            found.add(name)
    return frozenset(found)


def imported_names(source: str) -> frozenset[str]:
    """Names that a module imports at its top, and so offers to whoever looks. Raises SyntaxError."""
    found = (node for node in _statements(ast.parse(source)) if isinstance(node, ast.ImportFrom | ast.Import))
    return frozenset(each.asname or each.name for node in found for each in node.names)


def _statements(tree: ast.Module) -> list[ast.stmt]:
    """The statements of a module, with those under `if` and `try`, which may define names as well."""
    found, pending = [], [*tree.body]
    while pending:
        node = pending.pop(0)
        found.append(node)
        if isinstance(node, ast.If | ast.Try):
            branches = [node.body, node.orelse, getattr(node, "finalbody", [])]
            branches += [handler.body for handler in getattr(node, "handlers", [])]
            pending += [each for branch in branches for each in branch]
    return found


def _listed(tree: ast.Module) -> frozenset[str] | None:
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and any(name == "__all__" for name, _ in _names(node)):
            elements = node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else []
            return frozenset(str(each.value) for each in elements if isinstance(each, ast.Constant))
    return None


def _names(node: ast.stmt) -> list[tuple[str, str]]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return [(node.name, _signature(node))]
        case ast.ClassDef():
            return [(node.name, node.name)]
        case ast.Assign():
            targets = [each for target in node.targets for each in ast.walk(target)]
            return [(each.id, each.id) for each in targets if isinstance(each, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [(name, name)]
        case ast.ImportFrom():
            return [(each.asname, each.asname) for each in node.names if each.asname and each.asname == each.name]
        case _:
            return []


def _members(node: ast.stmt, name: str) -> list[str]:
    if not isinstance(node, ast.ClassDef):
        return []
    members = []
    for inner in node.body:
        for member, written in _names(inner):
            if member == "__init__" or not member.startswith("_"):
                members.append(f"{name}.{written}")
    return members


def _signature(node: Definition) -> str:
    """Names, order and kinds of parameters; whether one may be left out; whether the call must be awaited."""
    given = node.args
    positional = [*given.posonlyargs, *given.args]
    without_default = len(positional) - len(given.defaults)
    parts = [each.arg + ("=…" if place >= without_default else "") for place, each in enumerate(positional)]
    if given.posonlyargs:
        parts.insert(len(given.posonlyargs), "/")
    if given.vararg or given.kwonlyargs:
        parts.append(f"*{given.vararg.arg if given.vararg else ''}")
    named = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    parts += [each.arg + ("=…" if default else "") for each, default in named]
    if given.kwarg:
        parts.append(f"**{given.kwarg.arg}")
    awaited = " awaited" if isinstance(node, ast.AsyncFunctionDef) else ""
    return f"{node.name}({', '.join(parts)}){awaited}"
