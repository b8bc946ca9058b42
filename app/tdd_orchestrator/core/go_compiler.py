"""What Go's compiler says, line by line: what it could not find, and everything else that it would not take."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from posixpath import dirname, normpath

WHERE = re.compile(r"^(?:vet: )?(\S+\.go):(\d+)(?::(\d+))?: (.*)")


class Kind(StrEnum):
    """What sort of thing a line complains of."""

    NAME = "name"
    MEMBER = "member"
    PACKAGE = "package"
    SIGNATURE = "signature"
    SYNTAX = "syntax"
    OTHER = "other"


SHAPES: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.NAME, re.compile(r"undefined: (?:(?P<owner>\w+)\.)?(?P<name>\w+)$")),
    (Kind.NAME, re.compile(r"(?:name )?(?P<name>\w+) not exported by package (?P<owner>\w+)")),
    (
        Kind.MEMBER,
        re.compile(
            r".*\bundefined \(type \*?(?P<owner>[\w.{} ]+?) (?:has no|is interface with no|is pointer to interface,)"
            r" .*?(?P<name>\w+)\)?$"
        ),
    ),
    (Kind.MEMBER, re.compile(r"unknown field '?(?P<name>\w+)'? in struct literal(?: of type (?P<owner>[\w.]+))?")),
    (Kind.PACKAGE, re.compile(r"(?:no required module provides|cannot find) package (?P<name>[^;\s:]+)")),
    (Kind.PACKAGE, re.compile(r"(?:package )?(?P<name>\S+) is not in (?:GOROOT|std)")),
    (Kind.SIGNATURE, re.compile(r"(?:too many|not enough) arguments in call to (?:(?P<owner>\w+)\.)?(?P<name>\w+)")),
    (Kind.SIGNATURE, re.compile(r"assignment mismatch: .* but (?:(?P<owner>\w+)\.)?(?P<name>\w+).* returns? ")),
    (Kind.SYNTAX, re.compile(r"(?:syntax error: |expected |illegal |invalid character|.* not terminated)(?P<name>)")),
)
MISSING = frozenset({Kind.NAME, Kind.MEMBER, Kind.PACKAGE, Kind.SIGNATURE})


@dataclass(frozen=True, slots=True)
class Fault:
    """One complaint: where, of what sort, and the name it is about; `owner` is the package's or the type's name."""

    path: str
    line: int
    said: str
    kind: Kind = Kind.OTHER
    name: str = ""
    owner: str = ""

    def place(self, source: str, module: str) -> str:
        """What is missing, as `folder/:Name`; empty where nothing is, or where it is another module's."""
        if self.kind not in MISSING:
            return ""
        if self.kind is Kind.PACKAGE:
            folder = folder_of(self.name, module)
            return f"{folder}:" if folder else ""
        own = f"{dirname(self.path) or '.'}/"
        if self.kind is Kind.MEMBER:
            package, _, owner = self.owner.rpartition(".")
            return f"{_owning(package, source, module, own)}:{owner}.{self.name}"
        folder = _owning(self.owner, source, module, own)
        return f"{folder}:{self.name}" if folder else ""


def faults(lines: Iterable[str]) -> list[Fault]:
    """The complaints among the lines of a build; what is indented goes with the line before it."""
    found = []
    for line in lines:
        if at := WHERE.match(line):
            found.append(_fault(normpath(at[1]), int(at[2]), at[4].strip()))
    return found


def _fault(path: str, line: int, said: str) -> Fault:
    for kind, shape in SHAPES:
        if found := shape.match(said):
            parts = found.groupdict()
            return Fault(path, line, said, kind, parts.get("name") or "", parts.get("owner") or "")
    return Fault(path, line, said)


def imports(source: str) -> Mapping[str, str]:
    """The imported paths of a file by the name it uses for them."""
    found = {}
    for block, single in re.findall(r"^import\s*(?:\(([^)]*)\)|([^\n(]+))", source, re.MULTILINE):
        for alias, path in re.findall(r"(?:^|;|\n)\s*([\w.]+\s+)?\"([^\"]+)\"", block or single):
            found[alias.strip() or path.rpartition("/")[2]] = path
    return found


def module_of(go_mod: str) -> str:
    """The path that go.mod gives its module; empty where it gives none."""
    found = re.search(r"^module\s+\"?([^\s\"]+)", go_mod, re.MULTILINE)
    return found[1] if found else ""


def folder_of(package: str, module: str) -> str:
    """The folder of a package of this module, such as `tax/`; empty for any other package."""
    if package == module:
        return "./"
    return package.removeprefix(f"{module}/") + "/" if module and package.startswith(f"{module}/") else ""


def _owning(package: str, source: str, module: str, own: str) -> str:
    """The folder of a package by the name that a compiler's line has for it: the file's own alias or its real name."""
    if not package:
        return own
    known = imports(source)
    path = known.get(package) or next((path for path in known.values() if path.rpartition("/")[2] == package), "")
    return folder_of(path, module)
