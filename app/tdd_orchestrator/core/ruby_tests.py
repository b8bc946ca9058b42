"""Ruby's tests by their text: minitest's methods and blocks, rspec's examples; what is new, what a file offers.

Ruby's grammar is out of reach here; blocks are read by their indentation, as every formatter writes them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

ENDINGS = ("_test.rb", "_spec.rb")
GROUP = re.compile(
    r"^(?P<indent>[ \t]*)(?:(?:class|module)\s+(?P<constant>[A-Z][\w:]*)|"
    r"(?:RSpec\.)?(?:describe|context|feature)\s*\(?\s*(?P<said>[^\n]*?)\)?\s*do\b)"
)
METHOD = re.compile(r"^(?P<indent>[ \t]*)def (?P<name>test_\w+[?!]?)")
BLOCK = re.compile(
    r"^(?P<indent>[ \t]*)(?P<word>it|specify|example|scenario|test|should|fit|xit)\b\s*\(?\s*"
    r"(?P<said>\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')?[^\n]*?(?:\bdo\b(?:\s*\|[^|]*\|)?\s*$|\{)"
)
PUBLIC = re.compile(r"^[ \t]*(?:(class|module)\s+([A-Z][\w:]*)|def ((?:self\.)?[a-z]\w*[?!=]?)([^\n#]*))", re.MULTILINE)
STARTING = re.compile(r"\bOpen3\.|\bsystem\(|\bspawn\(|\bRack::Test|\bvisit\b|`[^`\n]+`|\bNet::HTTP\b")


@dataclass(frozen=True, slots=True)
class Example:
    """One test: its name below the file, its line, and the text of its body."""

    name: str
    line: int
    body: str


def tests_in(source: str) -> dict[str, Example]:
    """The tests of a file by their name below it, such as `CartTest::test_total` or `Cart::adds up`."""
    return {each.name: each for each in _examples(source.splitlines())}


def _examples(lines: list[str]) -> Iterator[Example]:
    groups: list[tuple[int, str]] = []
    for place, line in enumerate(lines):
        if not line.strip():
            continue
        depth = len(line) - len(line.lstrip())
        groups = [group for group in groups if group[0] < depth]
        if found := GROUP.match(line):
            groups.append((depth, found["constant"] or _words(found["said"])))
        elif found := METHOD.match(line):
            yield _example(groups, found["name"], lines, place, depth)
        elif found := BLOCK.match(line):
            name = _words(found["said"] or "")
            named = f"test_{re.sub(r'[^a-zA-Z0-9]+', '_', name)}" if found["word"] == "test" else name
            yield _example(groups, named, lines, place, depth)


def _example(groups: list[tuple[int, str]], name: str, lines: list[str], place: int, depth: int) -> Example:
    end = place
    if not re.search(r"\bend\b\s*$|\}\s*$|=\s*\S", lines[place].split("#")[0].partition(" do")[2] or lines[place]):
        end = next(
            (at for at in range(place + 1, len(lines)) if re.match(rf"^[ \t]{{{depth}}}(?:end|\}})", lines[at])),
            len(lines) - 1,
        )
    body = "\n".join(lines[place + 1 : end]) if end > place else lines[place]
    return Example("::".join((*(group[1] for group in groups), name)), place + 1, body)


def _words(said: str) -> str:
    """A description as the runner prints it: a string's text, a constant's name."""
    first = re.match(r"\s*(?:\"((?:\\.|[^\"\\])*)\"|'((?:\\.|[^'\\])*)'|([\w:]+))", said)
    return next((each for each in first.groups() if each is not None), "") if first else ""


def new_tests(path: str, before: str | None, after: str) -> tuple[str, ...]:
    """Selectors: a new file as a whole, else each test that was written or rewritten."""
    if not path.endswith(ENDINGS) and not path.rpartition("/")[2].startswith("test_"):
        return ()
    now = tests_in(after)
    if before is None:
        return (path,) if now else ()
    was = {name: _bare(each.body) for name, each in tests_in(before).items()}
    changed = [name for name, each in now.items() if was.get(name) != _bare(each.body)]
    if any("#{" in name for name in changed):
        return (path,)
    return tuple(f"{path}::{name}" for name in changed)


def _bare(body: str) -> str:
    return " ".join(re.sub(r"(?m)^\s*#.*$", "", body).split())


def entering(source: str, path: str) -> tuple[str, ...]:
    """The tests that start a process, or ask a server."""
    return tuple(f"{path}::{name}" for name, each in tests_in(source).items() if STARTING.search(each.body))


def public_names(source: str) -> frozenset[str]:
    """Classes, modules and methods with their parameters, as far as the text tells; what follows `private` is not."""
    shown = re.sub(r"(?ms)^([ \t]+)private\s*$.*?(?=^(?!\1)[ \t]*end\b|\Z)", "", source)
    return frozenset(
        f"{kind} {constant}" if constant else f"def {name}{_parameters(rest)}"
        for kind, constant, name, rest in PUBLIC.findall(shown)
    )


def _parameters(rest: str) -> str:
    """What a method takes, without the body of one that is written on one line: `def total(a) = a.sum`."""
    given = re.match(r"\s*(\((?:[^()]|\([^()]*\))*\))", rest)
    if given:
        return " ".join(given[1].split())
    return "" if rest.strip().startswith("=") else " ".join(rest.split())
