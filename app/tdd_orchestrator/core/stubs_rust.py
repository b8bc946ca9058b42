"""Stubs in Rust for second sight: items appended to the modules that the tests look into, made of rustc's complaints.

What a stub gives is a type of its own that equals nothing, so that most comparisons compile and none holds; where the
compiler asks for another type, that type's default (or, in the other flavour, some other value) is given.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tdd_orchestrator.core.braces import RUST, arguments, masked
from tdd_orchestrator.core.language import StubOrder
from tdd_orchestrator.core.rust_compiler import ARGUMENTS, FIELDS, IMPORTS, MEMBERS, Fault, fault_of
from tdd_orchestrator.core.stubs import Flavour
from tdd_orchestrator.core.stubs_rust_answer import ANSWER, COMPARED, comparisons

USE = re.compile(r"\buse\s+([\w:]+(?:::\{[^;]*\})?)\s*(?:as\s+\w+\s*)?;", re.DOTALL)
EXPECTED = re.compile(r"expected `([^`]+)`, found `(?:&)?TddStub`")
GIVEN = re.compile(r"expected `TddStub`, found (?:`&?([^`]+)`|(integer|floating-point number))")
TRIED = "the `?` operator can only be applied to values"
ERROR = re.compile(r"->\s*(?:\w+::)*Result<.*,\s*([^,]+?)>\s*\{")
UNTOLD = re.compile(r"type parameter `A(\d+)` declared on the \w+(?: function)? `(\w+)`")
# Arguments that have no type of their own, with one that they can have.
EMPTY = (
    (r"&mut \[.*", "&mut [{}]"),
    (r"&\[.*", "&[{}]"),
    (r"vec!.*|Vec::new.*", "Vec<{}>"),
    (r"None|Some\(.*", "Option<{}>"),
)
ELEMENTS = ((r"\W*\"", "&str"), (r"\D*\d+\.\d", "f64"), (r"\D*\d", "i32"), (r".*\.to_string|.*String::", "String"))
OTHER_VALUES = {"bool": "true", "String": '"stub".to_string()', "&str": '"stub"', "char": "'?'"}


@dataclass
class Item:
    """A function, a method, a type or a constant that is missing; `owner` is a method's type."""

    name: str
    module: tuple[str, ...]
    owner: str = ""
    field: bool = False


@dataclass
class Wanted:
    """Everything that the complaints ask for: items, results of functions and types of fields, errors beside results,
    arguments whose type nothing tells.
    """

    items: dict[tuple[str, str], Item] = field(default_factory=dict)
    results: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    taken: set[tuple[str, int]] = field(default_factory=set)

    def add(self, item: Item) -> None:
        self.items.setdefault((item.owner, item.name), item)

    def variants(self, owner: str) -> list[str]:
        """What is asked of a type by names that only the variants of an enum have."""
        names = (item.name for item in self.items.values() if item.owner == owner and not item.field)
        return [name for name in names if name[:1].isupper() and not name.isupper()]

    def path(self, name: str) -> str:
        """A type that is to be written, from anywhere in the crate; empty where it is not among them."""
        item = self.items.get(("", name))
        return "::".join(("crate", *item.module, name)) if item else ""


def stubs(order: StubOrder) -> dict[str, str]:
    """Files of the crate with what is missing at their ends; new modules are declared in the crate's root."""
    texts = {path: text for path, text in order.tests.items() if path.endswith(".rs")}
    if not texts:
        return {}
    folder = next((place.partition(":")[0] for each in order.missing for place in each.split()), "src/")
    wanted = Wanted()
    lines = dict.fromkeys(line for told in order.told for line in told.splitlines())
    for fault in filter(None, map(fault_of, lines)):
        _note(fault, texts, wanted)
    return _written(wanted, folder, texts, order)


def _note(fault: Fault, texts: dict[str, str], wanted: Wanted) -> None:
    source = texts.get(fault.path, "")
    if found := EXPECTED.search(fault.said):
        for name in _called_on(source, fault.line, wanted):
            wanted.results.setdefault(name, found[1])
        return
    if found := GIVEN.search(fault.said):
        _given(found, source, fault.line, wanted)
        return
    if TRIED in fault.said:
        for name in _called_on(source, fault.line, wanted):
            wanted.errors.setdefault(name, _error(source, fault.line, wanted))
        return
    if found := UNTOLD.search(fault.said):
        wanted.taken.add((found[2], int(found[1])))
        return
    for name in fault.names:
        if fault.code in (MEMBERS, *FIELDS):
            owner, _, member = name.rpartition(".")
            wanted.add(Item(member, (), owner.rpartition("::")[2], field=fault.code in FIELDS))
        elif fault.code not in ARGUMENTS:
            for path in _leaves(name, source) if fault.code == IMPORTS else [_path(name, source, fault.path)]:
                wanted.add(Item(path[-1], path[:-1]))


def _given(found: re.Match[str], source: str, line: int, wanted: Wanted) -> None:
    """A value stands where a stub was: the field that it is given to, or the function that it is compared with."""
    text = "".join(source.splitlines()[line - 1 : line])
    kind = {"integer": "i64", "floating-point number": "f64"}.get(found[2] or "", found[1] or "")
    fields = [each.name for each in wanted.items.values() if each.field and re.search(rf"\b{each.name}\s*:", text)]
    if own := wanted.path(kind):
        for name in _called_on(source, line, wanted):
            wanted.results.setdefault(name, own)
    for name in fields:
        wanted.results.setdefault(name, {"str": "&'static str"}.get(kind, own or kind))


def _error(source: str, line: int, wanted: Wanted) -> str:
    """The error of the test that a line belongs to; a stub where it is none of the crate's."""
    before = "\n".join(source.splitlines()[:line])
    told = ERROR.findall(before)
    return (wanted.path(told[-1].rpartition("::")[2]) if told else "") or "crate::TddStub"


def _leaves(name: str, source: str) -> list[tuple[str, ...]]:
    """What an import that fails was for: itself, or, where a module is missing, everything taken out of that module."""
    own = tuple(name.split("::"))
    below = [path for path in _imported(source) if path[: len(own)] == own]
    return [_rooted(path) for path in (below or [own])]


def _imported(source: str) -> Iterator[tuple[str, ...]]:
    for found in USE.finditer(masked(source, RUST)):
        head, _, group = found[1].partition("::{")
        base = tuple(head.split("::"))
        names = re.findall(r"(?:^|,)\s*([\w:]+)", group.rstrip("} \n")) if group else []
        yield from ((*base, *name.split("::")) for name in names) if names else [base]


def _rooted(path: tuple[str, ...]) -> tuple[str, ...]:
    """A path below the crate's root: without the crate's own name or `crate`."""
    return path[1:] if len(path) > 1 else path


def _path(name: str, source: str, file: str) -> tuple[str, ...]:
    """Where a name used in an expression is looked for: its path, the module it is imported with, or its own file."""
    parts = tuple(each for each in name.split("::") if each not in ("crate", "self", "super"))
    known = {path[-1]: _rooted(path) for path in _imported(source)}
    if len(parts) > 1:
        return (
            *known.get(parts[0], parts[:1] if parts[0].islower() and not _is_crate(parts[0], source) else ()),
            *parts[1:],
        )
    return (*_module_of(file), *parts)


def _is_crate(name: str, source: str) -> bool:
    return any(path[0] == name for path in _imported(source)) or f"{name}::" in source


def _module_of(file: str) -> tuple[str, ...]:
    inside = file.partition("src/")[2].removesuffix(".rs")
    return () if inside in ("", "lib", "main") else tuple(each for each in inside.split("/") if each != "mod")


def _called_on(source: str, line: int, wanted: Wanted) -> list[str]:
    """The stubs that a line of the test calls."""
    text = "".join(source.splitlines()[line - 1 : line])
    return [name for _, name in wanted.items if re.search(rf"\b{name}\b", text)]


def _written(wanted: Wanted, folder: str, texts: dict[str, str], order: StubOrder) -> dict[str, str]:
    everything = "\n".join(texts.values())
    root = f"{folder}lib.rs"
    files: dict[str, str] = {}
    homes: dict[str, str] = {}

    def text(path: str) -> str:
        return files.get(path, order.read(path) or "")

    for item in wanted.items.values():
        if not item.owner:
            homes[item.name] = _file(item.module, folder, order)
    for (owner, name), item in wanted.items.items():
        home = homes.get(owner) or (_defining(owner, folder, order) if owner else homes.get(name))
        if home is None:
            continue
        if not item.field and not (owner in homes and name in wanted.variants(owner)):
            body = _item(item, wanted, everything, order.flavour)
            files[home] = f"{text(home)}\n{body}\n"
        if home != root and item.module and not re.search(rf"\bmod {item.module[0]}\b", text(root)):
            files[root] = f"{text(root)}\npub mod {item.module[0]};\n"
    if not files:
        return {}
    yes = "false" if order.flavour is Flavour.NOTHING else "true"
    files[root] = f"{text(root)}\n{ANSWER.replace('YES', yes)}{comparisons()}"
    return files


def _file(module: tuple[str, ...], folder: str, order: StubOrder) -> str:
    if not module:
        return f"{folder}lib.rs"
    inside = "/".join(module)
    deep = f"{folder}{inside}/mod.rs"
    return deep if order.read(deep) is not None else f"{folder}{inside}.rs"


def _defining(owner: str, folder: str, order: StubOrder) -> str | None:
    """The planned or usual file that defines a type which lacks a method."""
    for path in (*order.planned.owned, f"{folder}lib.rs"):
        if re.search(rf"\b(?:struct|enum)\s+{owner}\b", order.read(path) or ""):
            return path
    return None


def _item(item: Item, wanted: Wanted, everything: str, flavour: Flavour) -> str:
    name = item.name
    if item.owner:
        return f"impl {item.owner} {{ {_function(item, wanted, everything, flavour)} }}"
    if name[:1].isupper() and not name.isupper():
        if variants := wanted.variants(name):
            usual = variants[0] if flavour is Flavour.NOTHING else variants[-1]
            body = " ".join(f"{'#[default] ' if each == usual else ''}{each}," for each in variants)
            return f"#[derive(Debug, Clone, Default, PartialEq)]\npub enum {name} {{ {body} }}"
        fields = [each.name for each in wanted.items.values() if each.owner == name and each.field]
        body = " ".join(f"pub {each}: {wanted.results.get(each, 'crate::TddStub')}," for each in fields)
        return f"#[derive(Debug, Clone, Default, PartialEq)]\npub struct {name} {{ {body} }}"
    if name.isupper():
        return f"pub const {name}: crate::TddStub = crate::TddStub;"
    return _function(item, wanted, everything, flavour)


def _function(item: Item, wanted: Wanted, everything: str, flavour: Flavour) -> str:
    name = item.name
    static = not item.owner or re.search(rf"\b{item.owner}::{name}\s*\(", everything) is not None
    calls = _calls(name, everything)
    kinds = [f"A{place}" for place in range(max(map(len, calls), default=0))]
    known = {place: _concrete(place, calls) for function, place in wanted.taken if function == name}
    typed = [known.get(place, kind) for place, kind in enumerate(kinds)]
    taken = ", ".join(([] if static else ["&self"]) + [f"_: {kind}" for kind in typed])
    free = [kind for kind in kinds if kind in typed]
    generic = f"<{', '.join(free)}>" if free else ""
    result = wanted.results.get(name) or _result(item, everything)
    value = _value(result, flavour)
    if name in wanted.errors:
        result, value = f"Result<{result}, {wanted.errors[name]}>", f"Ok({value})"
    return f"pub fn {name}{generic}({taken}) -> {result} {{ {value} }}"


def _calls(name: str, everything: str) -> list[list[str]]:
    """The arguments that the tests give it, call by call."""
    plain = masked(everything, RUST)
    return [arguments(everything, plain, found.end() - 1) for found in re.finditer(rf"(?<!fn )\b{name}\s*\(", plain)]


def _concrete(place: int, calls: list[list[str]]) -> str:
    """A type for an argument that tells none by itself, after the fullest of its like."""
    given = sorted((call[place] for call in calls if len(call) > place), key=len, reverse=True)
    for argument in given:
        for shape, kind in EMPTY:
            if re.fullmatch(shape, argument, re.DOTALL):
                inner = next((each for start, each in ELEMENTS if re.match(start, argument)), "crate::TddStub")
                return kind.format(inner)
    return "i32"


def _result(item: Item, everything: str) -> str:
    if item.owner and re.search(rf"\b{item.owner}::{item.name}\(", everything):
        return item.owner
    asked = re.search(rf"assert!\(\s*!?\s*(?:[\w:]+(?:\.|::))?{item.name}\((?:[^()]|\([^()]*\))*\)\s*[,)]", everything)
    return "bool" if asked else "crate::TddStub"


def _value(result: str, flavour: Flavour) -> str:
    if result == "crate::TddStub":
        return result
    other = OTHER_VALUES.get(result, "91 as _" if result in COMPARED else "")
    return other if other and flavour is Flavour.ANYTHING else "Default::default()"
