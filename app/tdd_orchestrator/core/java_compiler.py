"""What javac says through Maven or Gradle: what it could not find, and whose file that would be."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

MAVEN = re.compile(r"^\[ERROR\] (\S+\.java):\[(\d+),\d+\] (?:error: )?(.*)$")
GRADLE = re.compile(r"^(\S+\.java):(\d+): error: (.*)$")
SYMBOL = re.compile(r"symbol:\s+(\w+) (\w+)(?:\(.*\))?")
LOCATION = re.compile(
    r"location:\s+(?:variable \w+ of type|(?:class|interface|enum|record|package|@interface)) ([\w.]+)"
)
PACKAGE = re.compile(r"package ([\w.]+) does not exist")
SIGNATURE = re.compile(
    r"(?:method|constructor) (\w+) in (?:class|record|enum|interface) ([\w.]+)(?:<.*>)? cannot be applied"
)
SYNTAX = re.compile(
    r"';' expected|illegal start|reached end of file|expected$|class, interface, enum|not a statement|unclosed"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One complaint, all its lines as one; `kind` and `name` of what is missing, `owner` where it was looked for."""

    path: str
    line: int
    said: str
    kind: str = ""
    name: str = ""
    owner: str = ""

    @property
    def syntax(self) -> bool:
        """Whether the file is no Java."""
        return SYNTAX.search(self.said) is not None

    def told(self) -> str:
        """The complaint on one line, as Gradle writes it; `faults` reads it again."""
        return f"{self.path}:{self.line}: error: {self.said}"

    def place(self, source: str) -> str:
        """What is missing, as `src/main/java/shop/Cart.java:Cart.add`; empty where nothing is.

        `source` is the file complained of: its imports say which package a class is looked for in.
        """
        module, _, inside = self.path.partition("src/test/")
        package = inside.partition("/")[2].rpartition("/")[0]
        root = f"{module}src/main/java/"
        match self.kind:
            case "package":
                return f"{root}{self.owner.replace('.', '/')}/:"
            case "class":
                imported = re.search(rf"^\s*import ([\w.]+)\.{self.name};", source, re.MULTILINE)
                own = (imported[1] if imported else self.owner).replace(".", "/")
                folder = own if own and not own.rpartition("/")[2][:1].isupper() else package
                return f"{root}{folder}/{self.name}.java:{self.name}".replace("//", "/")
            case "method" | "variable" | "constructor":
                owner = (self._imported(source) or f"{package}/{self.owner}".lstrip("/")).replace(".", "/")
                return f"{root}{owner}.java:{owner.rpartition('/')[2]}.{self.name}"
            case _:
                return ""

    def _imported(self, source: str) -> str:
        """The owner with its package, where it is told with one (as by Maven) or the file imports it (Gradle tells the
        bare name).
        """
        if "." in self.owner:
            return self.owner
        found = re.search(rf"^\s*import ([\w.]+\.{self.owner});", source, re.MULTILINE)
        return found[1] if found else ""


def faults(lines: Iterable[str], root: str = "") -> list[Fault]:
    """The complaints among the lines of a build, each once; lines below one that are indented belong to it."""
    found: list[tuple[str, int, list[str]]] = []
    for line in lines:
        if at := MAVEN.match(line) or GRADLE.match(line):
            found.append((at[1].removeprefix(f"{root}/") if root else at[1], int(at[2]), [at[3]]))
        elif found and re.match(r"^(?:\[ERROR\])?\s{2,}\S", line):
            found[-1][2].append(line.removeprefix("[ERROR]").strip())
    return [*dict.fromkeys(_fault(path, line, " | ".join(said)) for path, line, said in found)]


def _fault(path: str, line: int, said: str) -> Fault:
    if (signature := SIGNATURE.search(said)) is not None:
        return Fault(
            path, line, said, "constructor" if said.startswith("constructor") else "method", *signature.groups()
        )
    if (package := PACKAGE.search(said)) is not None:
        return Fault(path, line, said, "package", "", package[1])
    symbol, location = SYMBOL.search(said), LOCATION.search(said)
    if "cannot find symbol" in said and symbol:
        return Fault(path, line, said, symbol[1], symbol[2], location[1] if location else "")
    return Fault(path, line, said)
