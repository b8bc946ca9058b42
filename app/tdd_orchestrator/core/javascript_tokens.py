"""JavaScript and TypeScript cut into tokens, as far as reading tests needs it: no grammar, and never an error.

What cannot be cut (text in JSX, an unclosed string) ends at its line, so that a fault stays where it is.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

SUFFIXES = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")
PLAIN = re.compile(
    r"""(?P<blank>\s+|//[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<name>[#@]?[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*)
    |(?P<number>\.?\d[\w.]*)
    |(?P<string>"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?)
    |(?P<mark>=>|[=!]==?|\?\?|\?\.|\.\.\.|&&|\|\||.)""",
    re.DOTALL | re.VERBOSE,
)
PATTERN = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*")
BEFORE_PATTERN = frozenset({"return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do"})
BEFORE_PATTERN |= {"await", "yield", "instanceof"}
PAIRS = {"(": ")", "[": "]", "{": "}"}
ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class Token(NamedTuple):
    """One word: `kind` is name, number, string, template, regex or mark; `line` is 1-based, `at` where it begins."""

    kind: str
    text: str
    line: int
    at: int

    @property
    def end(self) -> int:
        """Just behind its last character."""
        return self.at + len(self.text)


def tokens_of(source: str) -> tuple[Token, ...]:
    """Every token, comments and blanks left out."""
    return tuple(_tokens(source))


def _tokens(source: str) -> Iterator[Token]:
    at, line, last = 0, 1, None
    if source.startswith("#!"):
        at = (source + "\n").index("\n")
    while at < len(source):
        kind, end = _next(source, at, last)
        text = source[at:end]
        if kind != "blank":
            last = Token(kind, text, line, at)
            yield last
        line += text.count("\n")
        at = end


def _next(source: str, at: int, last: Token | None) -> tuple[str, int]:
    if source[at] == "`":
        return "template", _template_end(source, at + 1)
    if source[at] == "/" and source[at + 1 : at + 2] not in ("/", "*") and _may_be_pattern(last):
        found = PATTERN.match(source, at)
        if found:
            return "regex", found.end()
    plain = PLAIN.match(source, at)
    assert plain is not None
    return str(plain.lastgroup), plain.end()


def _may_be_pattern(last: Token | None) -> bool:
    if last is None or last.text in BEFORE_PATTERN:
        return True
    return last.kind == "mark" and last.text not in (")", "]", "}")


def _template_end(source: str, at: int) -> int:
    """Just behind the closing backtick; what stands in `${}` may hold strings and templates of its own."""
    depth = 0
    while at < len(source):
        letter = source[at]
        if letter == "\\":
            at += 1
        elif depth and letter == "`":
            at = _template_end(source, at + 1) - 1
        elif depth and letter in "\"'":
            plain = PLAIN.match(source, at)
            at = plain.end() - 1 if plain else at
        elif letter == "`":
            return at + 1
        elif source.startswith("${", at):
            depth, at = depth + 1, at + 1
        elif depth and letter in "{}":
            depth += 1 if letter == "{" else -1
        at += 1
    return len(source)


def pairs_of(tokens: Sequence[Token]) -> dict[int, int]:
    """Where each bracket closes, by where it opens. Raises SyntaxError where they do not match."""
    found: dict[int, int] = {}
    open_ones: list[int] = []
    for place, token in enumerate(tokens):
        if token.kind != "mark":
            continue
        if token.text in PAIRS:
            open_ones.append(place)
        elif token.text in PAIRS.values():
            if not open_ones or PAIRS[tokens[open_ones[-1]].text] != token.text:
                raise SyntaxError(f"a {token.text} at line {token.line} closes nothing")
            found[open_ones.pop()] = place
    if open_ones:
        raise SyntaxError(f"a {tokens[open_ones[-1]].text} at line {tokens[open_ones[-1]].line} is never closed")
    return found


def arguments(tokens: Sequence[Token]) -> list[tuple[Token, ...]]:
    """What stands between the commas of an argument list or an object, the brackets around it left out."""
    found: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        if token.kind == "mark" and token.text in PAIRS:
            depth += 1
        elif token.kind == "mark" and token.text in PAIRS.values():
            depth -= 1
        if token.kind == "mark" and token.text == "," and depth == 0:
            found.append([])
        else:
            found[-1].append(token)
    return [tuple(each) for each in found if each]


def literal(token: Token) -> str | None:
    """The text that a string or a template without places stands for; `None` for everything else."""
    if token.kind not in ("string", "template") or (token.kind == "template" and "${" in token.text):
        return None
    return re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), token.text[1:-1], flags=re.DOTALL)


def is_mark(token: Token | None, text: str) -> bool:
    """Whether a token is this sign."""
    return token is not None and token.kind == "mark" and token.text == text
