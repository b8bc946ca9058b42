"""Stubs in Go for second sight: what a test calls for and the compiler did not find, made of its own complaints.

Results are `any` until the compiler asks for more: an `any` of nothing compares with everything and equals nothing.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import dirname

from tdd_orchestrator.core.go_compiler import Fault, Kind, faults, module_of
from tdd_orchestrator.core.language import StubOrder
from tdd_orchestrator.core.stubs import Flavour

FILE = "tdd_stub.go"
# The compiler's words where `any` did not do: what was used, and what is wanted of it.
MISFITS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"cannot use (?P<used>.+?) \((?:value|variable) of type (?:any|interface ?\{\})\) as (?P<type>\S+) value"
        ),
        "",
    ),
    (re.compile(r"cannot range over (?P<used>.+?) \("), "[]any"),
    (re.compile(r"invalid argument: (?P<used>.+?) \(.*\) for (?:built-in )?len"), "[]any"),
    (re.compile(r"invalid operation: cannot index (?P<used>.+?) \("), "[]any"),
    (re.compile(r"invalid operation: operator ! not defined on (?P<used>.+?) \("), "bool"),
    (
        re.compile(r"invalid operation: (?:operator \S+ not defined on )?(?P<used>[\w.]+(?:\(.*?\))?) (?:[-+*/<>]|\()"),
        "int",
    ),
)
NON_BOOLEAN = re.compile(r"non-boolean condition in if statement")
SOMETHING = {"bool": "true", "string": '"stub"', "error": "tddStubError{}", "any": "tddStubError{}"}
NUMBERS = re.compile(r"u?int\d*|float\d+|byte|rune")


@dataclass
class Package:
    """What one folder has to get: functions, values, members of types (true: called), and what is known of results.

    Only `declared` types are new; the others are there and get methods.
    """

    types: dict[str, dict[str, bool]] = field(default_factory=dict)
    declared: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    values: set[str] = field(default_factory=set)
    wanted: dict[tuple[str, int], str] = field(default_factory=dict)

    def declare(self, name: str) -> dict[str, bool]:
        """A type of this name is to be written; its members so far."""
        self.declared.add(name)
        return self.types.setdefault(name, {})


def stubs(order: StubOrder) -> dict[str, str]:
    """One file for each folder that lacks something: `tdd_stub.go`."""
    texts = {path: text for path, text in order.tests.items() if path.endswith(".go")}
    packages: dict[str, Package] = {}
    for said in dict.fromkeys(line for told in order.told for line in told.splitlines()):
        for fault in faults([said]):
            _note(fault, texts, order, packages)
    everything = "\n".join(texts.values())
    return {
        f"{folder.removeprefix('./')}{FILE}": _written(folder, package, texts, everything, order)
        for folder, package in packages.items()
        if order.planned.plans(f"{folder}:")
    }


def _note(fault: Fault, texts: Mapping[str, str], order: StubOrder, packages: dict[str, Package]) -> None:
    source = texts.get(fault.path, "")
    line = "".join(source.splitlines()[fault.line - 1 : fault.line])
    folder = fault.place(source, module_of(order.read("go.mod") or "")).partition(":")[0]
    match fault.kind:
        case Kind.PACKAGE if folder:
            packages.setdefault(folder, Package())
        case Kind.NAME if folder:
            _name(packages.setdefault(folder, Package()), fault.name, source)
        case Kind.MEMBER:
            _member(fault, source, line, packages, folder)
        case Kind.OTHER:
            _misfit(fault, source, line, packages)
        case _:
            pass


def _name(package: Package, name: str, source: str) -> None:
    typed = rf"(?:[*&\]]|\bvar \w+ |\bmap\[\w+\])(?:\w+\.)?{name}\b|\b{name}\{{|\b{name}\)\("
    if re.search(typed, source):
        package.declare(name)
    elif re.search(rf"\b{name}\(", source):
        package.functions.add(name)
        if (made := re.fullmatch(r"New([A-Z]\w*)", name)) is not None:
            package.declare(made[1])
            package.wanted[name, 0] = f"*{made[1]}"
    else:
        package.values.add(name)


def _member(fault: Fault, source: str, line: str, packages: dict[str, Package], folder: str) -> None:
    owner = fault.owner.rpartition(".")[2]
    called = re.search(rf"\.{fault.name}\(", line) is not None
    if owner in ("any", "interface {}", "interface{}"):
        used = re.match(r"(.+)\.\w+ undefined", fault.said)
        for package, name, place in _makers(used[1] if used else "", source, packages):
            made = f"tddStub{name}"
            package.wanted[name, place] = f"*{made}"
            package.declare(made)[fault.name] = called
        return
    known = next((each for each in packages.values() if owner in each.types), None)
    if known is None and folder:
        known = packages.setdefault(folder, Package())
    if known is not None:
        known.types.setdefault(owner, {})[fault.name] = called


def _misfit(fault: Fault, source: str, line: str, packages: dict[str, Package]) -> None:
    if NON_BOOLEAN.match(fault.said):
        for package, name, place in _makers(line, source, packages):
            package.wanted[name, place] = "bool"
        return
    for shape, default in MISFITS:
        if found := shape.match(fault.said):
            for package, name, place in _makers(found["used"], source, packages):
                package.wanted[name, place] = default or found["type"].rpartition(".")[2]
            return


def _makers(used: str, source: str, packages: Mapping[str, Package]) -> Iterator[tuple[Package, str, int]]:
    """The stubs that a value comes from: called in these words, or assigned to this variable."""
    for package in packages.values():
        members = {name for each in package.types.values() for name in each}
        for name in package.functions | package.values | members:
            if re.search(rf"\b{name}\b", used):
                yield package, name, 0
            for found in re.finditer(rf"([\w, ]+?) :?= (?:[\w.]+\.)?{name}\(", source):
                names = [each.strip().removeprefix("if ") for each in found[1].split(",")]
                if used in names:
                    yield package, name, names.index(used)


def _results(name: str, everything: str, package: Package) -> list[str]:
    """The types of what a function gives, as many as the tests take."""
    taken = [""]
    for found in re.finditer(rf"(?:^|[\s;])([\w, ]+?) :?= (?:[\w.()]+\.)?{name}\(", everything, re.MULTILINE):
        names = [each.strip().removeprefix("if ").removeprefix("var ") for each in found[1].split(",")]
        taken = names if len(names) > len(taken) or taken == [""] else taken
    if re.search(rf"!\s*(?:\w+\.)?{name}\(|\bif (?:\w+\.)?{name}\([^{{;=<>!]*\) \{{", everything):
        package.wanted.setdefault((name, 0), "bool")
    return [package.wanted.get((name, place), _guess(each)) for place, each in enumerate(taken)]


def _guess(name: str) -> str:
    if re.fullmatch(r"(?i)\w*err(?:or)?\d*", name):
        return "error"
    return "bool" if name in ("ok", "found", "exists") else "any"


def _value(kind: str, flavour: Flavour) -> str:
    if flavour is Flavour.NOTHING:
        return ""
    if kind.startswith("*"):
        return f"&{kind[1:]}{{}}"
    return "91" if NUMBERS.fullmatch(kind) else SOMETHING.get(kind, "")


def _function(heading: str, results: list[str], flavour: Flavour) -> str:
    named = ", ".join(f"r{place} {kind}" for place, kind in enumerate(results))
    values = ((place, _value(kind, flavour)) for place, kind in enumerate(results))
    body = "".join(f"\tr{place} = {value}\n" for place, value in values if value)
    return f"func {heading}(_ ...any) ({named}) {{\n{body}\treturn\n}}\n"


def _written(folder: str, package: Package, texts: Mapping[str, str], everything: str, order: StubOrder) -> str:
    parts = [f"package {_package_name(folder, texts, order)}\n"]
    parts.append('type tddStubError struct{}\n\nfunc (tddStubError) Error() string { return "stub" }\n')
    for name in sorted(package.types):
        members = package.types[name]
        fields = "".join(
            f"\t{each} {_field(package, each)}\n" for each, called in sorted(members.items()) if not called
        )
        if name in package.declared:
            parts.append(f"type {name} struct {{\n{fields}{_unnamed(name, everything)}}}\n")
        star = "" if re.search(rf"\b{name}\{{[^{{}}]*\}}\)?\.", everything) else "*"
        parts += [
            _function(f"({star}{name}) {each}", _results(each, everything, package), order.flavour)
            for each, called in sorted(members.items())
            if called
        ]
    for name in sorted(package.functions):
        parts.append(_function(name, _results(name, everything, package), order.flavour))
    for name in sorted(package.values):
        kind = package.wanted.get((name, 0), "error" if name.startswith("Err") else "any")
        parts.append(f"var {name} {kind}{' = tddStubError{}' if kind == 'error' else ''}\n")
    return "\n".join(parts)


def _unnamed(name: str, everything: str) -> str:
    """Fields for literals that give their values by place: `Money{90}`."""
    given = re.search(rf"\b{name}\{{([^{{}}:]+)\}}", everything)
    return "".join(f"\tA{place} any\n" for place in range(given[1].count(",") + 1)) if given else ""


def _field(package: Package, name: str) -> str:
    return package.wanted.get((name, 0), "any")


def _package_name(folder: str, texts: Mapping[str, str], order: StubOrder) -> str:
    """As the tests in the folder say, else the planned files that are there, else the folder's own name."""
    inside = [text for path, text in texts.items() if f"{dirname(path) or '.'}/" == folder]
    owned = [order.read(path) or "" for path in order.planned.owned if f"{dirname(path) or '.'}/" == folder]
    for text in (*inside, *owned):
        if found := re.search(r"^package (\w+)", text, re.MULTILINE):
            return found[1].removesuffix("_test")
    return re.sub(r"\W", "", folder.strip("./").rpartition("/")[2]) or "main"
