"""Stubs in Java for second sight: classes with methods that give nothing, made of javac's complaints.

Results are `Object` until the tests or the compiler ask for a type of their own.
"""

import re
from dataclasses import dataclass, field

from tdd_orchestrator.core.java_compiler import Fault, faults
from tdd_orchestrator.core.language import StubOrder
from tdd_orchestrator.core.stubs import Flavour

MISFIT = re.compile(
    r"incompatible types: (?:java\.lang\.)?Object cannot be converted to (?:java\.lang\.)?([\w.<>\[\]]+)"
)
NUMBERS = frozenset({"int", "long", "short", "byte", "double", "float", "Integer", "Long", "Double", "Float"})
OTHERS = {"boolean": "true", "Boolean": "true", "String": '"stub"', "char": "'?'", "Object": "new Object()"}


@dataclass
class Missing:
    """One class: whether it is wanted as a whole, and the methods and fields that it lacks."""

    whole: bool = False
    methods: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)


def stubs(order: StubOrder) -> dict[str, str]:
    """The planned class files that are missing, and those that are there with what they lack."""
    texts = {path: text for path, text in order.tests.items() if path.endswith(".java")}
    everything = "\n".join(texts.values())
    wanted: dict[str, Missing] = {}
    results: dict[str, str] = {}
    for fault in faults(line for told in order.told for line in told.splitlines()):
        _note(fault, texts, wanted, results)
    return {
        path: _written(path, missing, everything, results, order)
        for path, missing in wanted.items()
        if order.planned.owns(path)
    }


def _note(fault: Fault, texts: dict[str, str], wanted: dict[str, Missing], results: dict[str, str]) -> None:
    source = texts.get(fault.path, "")
    path, _, name = fault.place(source).partition(":")
    if fault.kind == "package":
        for imported in re.findall(rf"import (?:static )?{re.escape(fault.owner)}\.(\w+)", source):
            wanted.setdefault(f"{path}{imported}.java", Missing()).whole = True
    elif fault.kind == "class":
        wanted.setdefault(path, Missing()).whole = True
    elif fault.kind == "method":
        wanted.setdefault(path, Missing()).methods.add(name.rpartition(".")[2])
    elif fault.kind == "variable":
        wanted.setdefault(path, Missing()).fields.add(name.rpartition(".")[2])
    elif misfit := MISFIT.search(fault.said):
        line = "".join(source.splitlines()[fault.line - 1 : fault.line])
        for called in re.findall(r"(\w+)\s*\(", line):
            results.setdefault(called, misfit[1])


def _written(path: str, missing: Missing, everything: str, results: dict[str, str], order: StubOrder) -> str:
    name = path.rpartition("/")[2].removesuffix(".java")
    before = order.read(path)
    members = "\n".join(_member(name, each, everything, results, order.flavour) for each in sorted(missing.methods))
    fields = "".join(f"    public static Object {each} = null;\n" for each in sorted(missing.fields))
    if before is not None:
        head, brace, tail = before.rpartition("}")
        return f"{head}\n{fields}{members}\n{brace}{tail}"
    package = path.partition("src/main/java/")[2].rpartition("/")[0].replace("/", ".")
    declared = f"package {package};\n\n" if package else ""
    if name.endswith(("Exception", "Error")):
        body = f'    public {name}(Object... given) {{ super("stub"); }}\n'
        return f"{declared}public class {name} extends RuntimeException {{\n{body}{fields}{members}\n}}\n"
    body = f"    public {name}(Object... given) {{ }}\n"
    return f"{declared}public class {name} {{\n{body}{fields}{members}\n}}\n"


def _member(owner: str, name: str, everything: str, results: dict[str, str], flavour: Flavour) -> str:
    static = "static " if re.search(rf"\b{owner}\.{name}\s*\(", everything) else ""
    result = results.get(name) or _asked(owner, name, everything)
    return f"    public {static}{result} {name}(Object... given) {{ {_value(result, flavour)} }}"


def _asked(owner: str, name: str, everything: str) -> str:
    """The type that the tests take a result for: what they declare, what they assert of it."""
    call = rf"(?:[\w.]+\([^()]*\)\.|[\w.]+\.)?{name}\s*\("
    if declared := re.search(rf"\b([\w.<>\[\]]+)\s+\w+\s*=\s*{call}", everything):
        return "Object" if declared[1] in ("var", "return", "final") else declared[1]
    if re.search(rf"\bassert(?:True|False)\s*\(\s*!?\s*{call}|\bif\s*\(\s*!?\s*{call}", everything):
        return "boolean"
    statement = re.search(rf"(?:->|[;{{}}])\s*{call}(?:[^()]|\([^()]*\))*\)\s*[;)]", everything)
    taken = re.search(rf"[(,=]\s*{call}", everything)
    return "void" if statement and not taken else "Object"


def _value(result: str, flavour: Flavour) -> str:
    if result == "void":
        return ""
    if flavour is Flavour.ANYTHING and (
        other := "91" if result in NUMBERS - {"Integer", "Long"} else OTHERS.get(result)
    ):
        return f"return {other};"
    if result in NUMBERS and result[0].islower():
        return "return 0;"
    return {"boolean": "return false;", "char": "return ' ';"}.get(result, "return null;")
