"""What rustc complains of: which complaints say that a name is not there yet, and whose name it is."""

import re
from dataclasses import dataclass

SHAPE = re.compile(r"^(\S+\.rs):(\d+): (?:\[(E\d+)\] )?(.*)$")
QUOTED = re.compile(r"`([^`]+)`")
IMPORTS, PATHS, NAMES = "E0432", "E0433", frozenset({"E0425", "E0412", "E0422", "E0405", "E0531", "E0423"})
MEMBERS, FIELDS, ARGUMENTS = "E0599", frozenset({"E0560", "E0609", "E0610"}), frozenset({"E0061", "E0107"})
# What a stub cannot be asked for: these types are the language's own.
FOREIGN = re.compile(
    r"^(?:&|\(|\[|dyn |impl |std::|core::|alloc::)|^(?:Vec|String|Option|Result|Box|Rc|Arc|HashMap|HashSet|BTreeMap|"
    r"BTreeSet|Cow|VecDeque|str|bool|char|[iu]\d+|[iu]size|f\d+|Path|PathBuf)\b"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One complaint: `code` is rustc's (none: the text is no Rust); `names` are missing, as rustc writes them."""

    path: str
    line: int
    code: str
    said: str
    names: tuple[str, ...] = ()

    @property
    def syntax(self) -> bool:
        """Whether the file is no Rust at all."""
        return not self.code

    def told(self) -> str:
        """The complaint on one line; `fault_of` reads it again."""
        return f"{self.path}:{self.line}: {f'[{self.code}] ' if self.code else ''}{self.said}"


def fault_of(told: str) -> Fault | None:
    """A complaint from its line."""
    found = SHAPE.match(told)
    return fault(found[1], int(found[2]), found[3] or "", found[4]) if found else None


def fault(path: str, line: int, code: str, said: str) -> Fault:
    """A complaint with the names in it that could be planned."""
    quoted = QUOTED.findall(said.partition(" (")[0])
    names: tuple[str, ...] = ()
    if code in (IMPORTS, PATHS) or code in NAMES:
        names = tuple(quoted[:1] if code != IMPORTS else quoted)
        if code in NAMES and len(quoted) > 1:  # `total` in module `cart`
            names = (f"{quoted[1]}::{quoted[0]}",)
    elif code == MEMBERS and len(quoted) > 1 and not FOREIGN.match(quoted[1]):
        names = (f"{quoted[1].partition('<')[0]}.{quoted[0]}",)
    elif code in FIELDS and quoted:
        names = (f"{quoted[0].partition('<')[0]}.{quoted[-1]}",)
    elif code in ARGUMENTS:
        names = ("the signature",)
    return Fault(path, line, code, said, tuple(dict.fromkeys(names)))


def is_own(name: str, code: str, crate: str, modules: frozenset[str]) -> bool:
    """Whether a path begins in this crate: by its name, a keyword, or one of its modules.

    A bare name is the crate's own unless it was taken for another crate.
    """
    first = re.split(r"::|\.", name)[0]
    if first in {crate, "crate", "super", "self"} | modules:
        return True
    return "::" not in name and not (code in (IMPORTS, PATHS) and first[:1].islower())
