"""Reads languages with braces just well enough: where strings and comments are, and where a block ends.

No parser of Go, Rust or Java is in the standard library. What is read with this is judged again by the compiler.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LINE, BLOCK = r"//[^\n]*", r"/\*.*?\*/"
QUOTED = r'"(?:\\.|[^"\\\n])*"'
CHARACTER = r"'(?:\\.[^'\n]*|[^'\\\n])'"
GO = re.compile("|".join((LINE, BLOCK, r"`[^`]*`", QUOTED, CHARACTER)), re.DOTALL)
RUST = re.compile(
    "|".join((LINE, BLOCK, r'\bb?r(#*)".*?"\1', r'b?"(?:\\.|[^"\\])*"', CHARACTER)),
    re.DOTALL,
)
JAVA = re.compile("|".join((LINE, BLOCK, r'""".*?"""', QUOTED, CHARACTER)), re.DOTALL)
OPENING, CLOSING = "{([", "})]"


def masked(source: str, quiet: re.Pattern[str]) -> str:
    """The source with spaces for what is in strings and comments, every other character where it was."""
    return quiet.sub(lambda found: _blank(found[0]), source)


def _blank(text: str) -> str:
    """Comments vanish; of a string its quotes stay."""
    kept = text[0] if text[0] in "\"'`" else ""
    inner = text[len(kept) : len(text) - len(kept)] if kept else text
    return kept + re.sub(r"[^\n]", " ", inner) + kept


def closing(text: str, at: int) -> int:
    """Where the bracket that opens at `at` is closed, in masked text; the end where it never is."""
    depth = 0
    for place in range(at, len(text)):
        if text[place] in OPENING:
            depth += 1
        elif text[place] in CLOSING:
            depth -= 1
            if depth == 0:
                return place
    return len(text)


def outermost(plain: str) -> str:
    """The statements of a masked body with what stands inside braces blanked, place for place."""
    out, depth = [], 0
    for letter in plain:
        depth -= letter == "}"
        out.append(letter if depth == 0 or letter == "\n" else " ")
        depth += letter == "{"
    return "".join(out)


def line_of(text: str, at: int) -> int:
    """The line of a place, 1-based."""
    return text.count("\n", 0, at) + 1


def told_apart(source: str, quiet: re.Pattern[str]) -> str:
    """The source without comments and spacing: what differs here says something else."""
    bare = quiet.sub(lambda found: "" if found[0].startswith("/") else found[0], source)
    return " ".join(bare.split())


@dataclass(frozen=True, slots=True)
class Function:
    """One function: its name, the line it starts on, and its body within the braces (`plain` is masked)."""

    name: str
    line: int
    body: str
    plain: str
    whole: str


def functions(source: str, quiet: re.Pattern[str], heading: re.Pattern[str]) -> Iterator[Function]:
    """Functions whose heading matches (group 1: the name), each from there to the end of its block."""
    plain = masked(source, quiet)
    for found in heading.finditer(plain):
        start = plain.find("{", found.end() - 1)
        if start < 0 or ";" in plain[found.end() : start]:
            continue
        end = closing(plain, start)
        yield Function(
            found[1],
            line_of(plain, found.start(1)),
            source[start + 1 : end],
            plain[start + 1 : end],
            source[found.start() : end + 1],
        )


def arguments(text: str, plain: str, at: int) -> list[str]:
    """The arguments of the call whose bracket opens at `at`: split in masked text, given as written."""
    end = closing(plain, at)
    parts, depth, start = [], 0, at + 1
    for place in range(at + 1, end):
        if plain[place] in OPENING:
            depth += 1
        elif plain[place] in CLOSING:
            depth -= 1
        elif plain[place] == "," and depth == 0:
            parts.append(text[start:place].strip())
            start = place + 1
    last = text[start:end].strip()
    return [*parts, last] if last else parts
