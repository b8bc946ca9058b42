"""What the TypeScript compiler complains of, where a runner checks types before it runs a file (ts-jest)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

ERROR = re.compile(r"^\s*(?:\S*?\.[cm]?[jt]sx?)(?::|\()(\d+)[:,]\d+\)?(?: -|:) error TS(\d+): (.*)$", re.MULTILINE)
NO_MEMBER = re.compile(r"""'"([^"]+)"' has no (?:exported|default) (?:member|export)(?:.*?'(\w+)')?""")
DECLARED = re.compile(r"""'"([^"]+)"' declares '(\w+)' locally""")
NO_FILE = re.compile(r"Cannot find module '([^']+)'|File '([^']+)' is not a module")
NO_PROPERTY = re.compile(r"Property '(\w+)' does not exist on type '(?:typeof )?([\w$]+)")
CALLED_OTHERWISE = frozenset({"2554", "2555", "2556"})
"""Expected so many arguments, but got others."""


@dataclass(frozen=True, slots=True)
class TypeFault:
    """One complaint: its line (1-based) and words, and what was looked for: `name` in `module`, or of the type `owner`.

    `called` says that something on the line was called with other arguments than it takes.
    """

    line: int
    code: str
    said: str
    module: str = ""
    name: str = ""
    owner: str = ""

    @property
    def syntax(self) -> bool:
        """Whether the file is no TypeScript: the compiler's numbers from 1000 on."""
        return len(self.code) == 4 and self.code.startswith("1")

    @property
    def called(self) -> bool:
        """Whether something was called with other arguments than it takes."""
        return self.code in CALLED_OTHERWISE


def type_faults(message: str) -> tuple[TypeFault, ...]:
    """The complaints in a message, in their order; none where no compiler speaks."""
    return tuple(_faults(message))


def _faults(message: str) -> Iterator[TypeFault]:
    for found in ERROR.finditer(message):
        line, code, said = int(found[1]), found[2], found[3].strip()
        if file := NO_FILE.search(said):
            yield TypeFault(line, code, said, module=file[1] or file[2])
        elif member := DECLARED.search(said):
            yield TypeFault(line, code, said, member[1], member[2])
        elif member := NO_MEMBER.search(said):
            yield TypeFault(line, code, said, member[1], member[2] or "default")
        elif held := NO_PROPERTY.search(said):
            yield TypeFault(line, code, said, name=held[1], owner=held[2])
        else:
            yield TypeFault(line, code, said)
