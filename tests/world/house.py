"""The house's rules, as functions over source text: each returns its breaches as `file:line: rule` sentences."""

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from statistics import median, quantiles

APP, ACTION = "tdd_orchestrator", "tdd_action"
SHARED = frozenset({"manifests", "version"})
"""Rooms that everybody of the app may look into: where the copied files lie, and the version."""
BELOW: Mapping[str, frozenset[str]] = {
    "core": frozenset(),
    "report": frozenset({"core"}),
    "store": frozenset({"core"}),
    "github": frozenset({"core"}),
    "documents": frozenset({"core"}),
    "inbox": frozenset({"core"}),
    "hub": frozenset(),
    "demo": frozenset(),
    "manifests": frozenset(),
    "version": frozenset(),
    "engine": frozenset({"store", "github", "report", "core"}),
    "drafting": frozenset({"bookkeeping", "intake", "github", "documents", "report", "core"}),
    "bookkeeping": frozenset({"store", "core"}),
    "place": frozenset({"engine", "bookkeeping", "drafting", "intake", "github", "store", "core"}),
    "intake": frozenset({"github", "documents", "core"}),
    "server": frozenset(
        {"engine", "bookkeeping", "place", "drafting", "onboarding", "intake", "inbox", "github", "store", "core"}
    )
    | SHARED,
    "onboarding": frozenset({"core", "documents", "github", "store", "report"}) | SHARED,
    "local": frozenset({"core", "documents", "store", "report", "github", "engine", "hub", "onboarding", "demo"})
    | SHARED,
    "doctor": frozenset({"server", "onboarding", "intake", "github", "core"}) | SHARED,
    "cli": frozenset({"core", "documents", "report", "store", "github", "engine", "intake", "inbox", "server"})
    | frozenset({"hub", "local", "onboarding", "demo", "doctor"})
    | SHARED,
    "__main__": frozenset({"cli"}),
    ACTION: frozenset(
        {
            "core",
            "documents",
            "onboarding",
            "report",
            "store",
            "github",
            "engine",
            "drafting",
            "bookkeeping",
            "intake",
            "place",
        }
    )
    | SHARED,
}
"""Which rooms each room may import, itself aside. A room that is not named here may not exist."""
KEPT_IN: Mapping[str, tuple[str, ...]] = {
    "dulwich": ("store",),
    "sqlite3": ("store",),
    "githubkit": ("github",),
    "jwt": ("github", "hub"),
    "sqlalchemy": ("inbox", "server.settings"),
    "starlette": ("server", "hub"),
    "graphql": ("hub",),
    "uvicorn": ("server", "hub"),
    "anthropic": ("tdd_action.workers", "tdd_action.planner"),
    "httpx2": ("tdd_action.workers", "tdd_action.planner"),
    "openai": ("tdd_action.workers", "tdd_action.planner"),
    "typer": ("cli", "local"),
    "pytest": ("tdd_action.suites",),
}
"""Libraries with one home: what knows them, so that nothing else has to."""
PURE_TEXT = {
    "ast",
    "base64",
    "difflib",
    "fnmatch",
    "json",
    "re",
    "string",
    "textwrap",
    "tokenize",
    "tomllib",
    "unicodedata",
}
PURE_VALUES = {"collections", "copy", "dataclasses", "enum", "fractions", "hashlib", "math", "statistics", "types"}
PURE_WORK = {"abc", "bisect", "functools", "graphlib", "heapq", "itertools", "operator", "reprlib", "typing"}
PURE_OTHER = {"builtins", "inspect", "keyword", "pathlib", "posixpath", "sys"}
PURE = PURE_TEXT | PURE_VALUES | PURE_WORK | PURE_OTHER
"""The standard library as far as the core may have it: no clock, no chance, no file, no process, no event loop."""
ACTS = frozenset({"open", "input", "print", "eval", "exec", "compile", "__import__", "breakpoint"})
LONGEST_FILE, MEDIAN_FILE, LONG_FUNCTION, MEDIAN_FUNCTION = 400, 120, 30, 10


@dataclass(frozen=True)
class Source:
    """One module of ours: its dotted name, where it lies, and its text."""

    name: str
    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def room(self) -> str:
        """`core`, `engine`, ... of the app; the action is one room."""
        return room_of(self.name)

    @property
    def is_package(self) -> bool:
        return self.path.endswith("__init__.py")


@dataclass(frozen=True)
class Import:
    """One imported module, absolute; `inside` says that the import stands in a function."""

    source: Source
    line: int
    target: str
    inside: bool

    def breach(self, rule: str) -> str:
        return f"{self.source.path}:{self.line}: {rule}"


def sources(root: Path, package: str) -> tuple[Source, ...]:
    """Every module below `root/package`, the demo's samples aside: they are what users write."""
    found = []
    for path in sorted((root / package).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        if parts[1:3] not in (("demo", "project"), ("demo", "person")):
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found.append(Source(name, str(path), path.read_text()))
    return tuple(found)


def room_of(module: str) -> str:
    package, _, rest = module.partition(".")
    if package == ACTION:
        return ACTION
    name = rest.partition(".")[0]
    return "version" if name in ("", "__version__") else name


def imports(source: Source, known: frozenset[str]) -> Iterator[Import]:
    """Every import of a module; `from x import y` is an import of `x.y` where that is a module of ours."""
    inner = {id(each) for node in ast.walk(source.tree) if _is_function(node) for each in ast.walk(node)}
    for node in ast.walk(source.tree):
        for target in _targets(source, node, known):
            yield Import(source, node.lineno, target, id(node) in inner)  # type: ignore[attr-defined]


def _targets(source: Source, node: ast.AST, known: frozenset[str]) -> tuple[str, ...]:
    if isinstance(node, ast.Import):
        return tuple(name.name for name in node.names)
    if not isinstance(node, ast.ImportFrom):
        return ()
    origin = node.module or ""
    if node.level:
        parts = source.name.split(".")[: None if source.is_package else -1]
        origin = ".".join([*parts[: len(parts) - node.level + 1], *filter(None, [node.module])])
    return tuple(dict.fromkeys(_module(origin, name.name, known) for name in node.names))


def _module(origin: str, name: str, known: frozenset[str]) -> str:
    return f"{origin}.{name}" if f"{origin}.{name}" in known or (origin, name) == (APP, "__version__") else origin


def forbidden_arrows(all_imports: Iterable[Import]) -> list[str]:
    """Imports that go up or sideways, and rooms that the plan of the house does not know."""
    return [each.breach(rule) for each in all_imports if (rule := _arrow(each))]


def _arrow(each: Import) -> str | None:
    here = each.source.room
    if each.target.partition(".")[0] not in (APP, ACTION):
        return None
    there = room_of(each.target)
    if here not in BELOW:
        return f"the room `{here}` has no place in the house: give it one in BELOW"
    if there == here or there in BELOW[here]:
        return None
    return f"`{here}` must not import `{there}` ({each.target})"


def strayed_libraries(all_imports: Iterable[Import]) -> list[str]:
    """Libraries that are imported outside their one home."""
    found = []
    for each in all_imports:
        library = each.target.partition(".")[0]
        homes = KEPT_IN.get(library, ())
        name = each.source.name.removeprefix(f"{APP}.")
        if homes and not any(name == home or name.startswith(f"{home}.") for home in homes):
            found.append(each.breach(f"`{library}` belongs in {' or '.join(homes)} only"))
    return found


def hidden_imports(all_imports: Iterable[Import]) -> list[str]:
    """Imports of our own inside a function: they hide a cycle or a wrong room."""
    return [
        each.breach(f"an import of our own ({each.target}) inside a function")
        for each in all_imports
        if each.inside and each.target.partition(".")[0] in (APP, ACTION)
    ]


def cycles(all_imports: Iterable[Import]) -> list[str]:
    """The first cycle among modules, at the line that closes it."""
    graph: dict[str, dict[str, Import]] = {}
    for each in all_imports:
        graph.setdefault(each.source.name, {}).setdefault(each.target, each)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as found:
        loop: list[str] = list(reversed(found.args[1]))  # each imports the one after it
        return [graph[loop[0]][loop[1]].breach(f"an import cycle: {' -> '.join(loop)}")]
    return []


def impurities(source: Source, all_imports: Iterable[Import]) -> list[str]:
    """Whatever in the core could see the clock, chance, files, processes or the network."""
    found = []
    for each in all_imports:
        library = each.target.partition(".")[0]
        if each.source is source and library != APP and library not in PURE:
            kind = "a library" if library not in sys.stdlib_module_names else "not known to be pure"
            found.append(each.breach(f"core must not import `{library}`: {kind}"))
    for node in ast.walk(source.tree):
        if what := _act(node):
            found.append(f"{source.path}:{node.lineno}: core must not {what}")  # type: ignore[attr-defined]
    return found


def _act(node: ast.AST) -> str | None:
    match node:
        case ast.ImportFrom(module="pathlib", names=names) if any(not n.name.startswith("Pure") for n in names):
            return "import `Path`: only pure paths, which read nothing"
        case ast.Import(names=names) if any(name.name == "pathlib" for name in names):
            return "import `pathlib` as a whole: name the pure path that is meant"
        case ast.ImportFrom(module="sys"):
            return "import from `sys`: write `sys.stdlib_module_names`, the one thing it may look at there"
        case ast.Attribute(value=ast.Name(id="sys"), attr=name) if name != "stdlib_module_names":
            return f"look at `sys.{name}`"
        case ast.Call(func=ast.Name(id=name)) if name in ACTS:
            return f"call `{name}`"
        case ast.AsyncFunctionDef() | ast.Await() | ast.AsyncFor() | ast.AsyncWith():
            return "wait for anything"
        case _:
            return None


def long_files(files: Iterable[Source]) -> list[str]:
    """Files that want to be split."""
    lengths = [(each.path, len(each.text.splitlines())) for each in files]
    return [f"{path}:{size}: {size} lines; at most {LONGEST_FILE}" for path, size in lengths if size > LONGEST_FILE]


def long_median(files: Iterable[Source]) -> list[str]:
    """The middle file's length."""
    middle = median(len(each.text.splitlines()) for each in files)
    return [f"the median file has {middle:.0f} lines; at most {MEDIAN_FILE}"] if middle > MEDIAN_FILE else []


def long_functions(files: Iterable[Source]) -> list[str]:
    """The longest functions, where the median or the 90th percentile is too long."""
    sized = sorted(
        (node.end_lineno - node.lineno + 1, f"{each.path}:{node.lineno}")
        for each in files
        for node in ast.walk(each.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    )
    lengths = [length for length, _ in sized]
    nine_in_ten = quantiles(lengths, n=10, method="inclusive")[-1] if len(lengths) > 1 else lengths[0]
    if nine_in_ten <= LONG_FUNCTION and median(lengths) <= MEDIAN_FUNCTION:
        return []
    figures = f"median {median(lengths):.0f}, nine in ten {nine_in_ten:.0f}"
    limits = f"at most {MEDIAN_FUNCTION} and {LONG_FUNCTION}"
    return [f"{where}: a function of {length} lines ({figures}; {limits})" for length, where in sized[-10:]]


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
