"""What a JavaScript file declares outside of all brackets: functions, classes and constants, each with its lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tdd_orchestrator.core.javascript_tokens import Token, is_mark, pairs_of, tokens_of

DECLARING = frozenset({"function", "class", "const", "let", "var"})
LEADING = frozenset({"export", "default", "async", "abstract", "declare"})
BEGINNING = DECLARING | LEADING | {"import", "type", "interface", "enum", "module", "exports", "if", "for", "return"}
BEGINNING |= {"test", "it", "describe", "suite", "before", "beforeEach", "beforeAll", "after", "afterEach", "afterAll"}


@dataclass(frozen=True, slots=True)
class Declaration:
    """One declaration: its first and last line (1-based), and its words, by which two of them are compared."""

    first: int
    last: int
    words: tuple[str, ...]


def declarations(source: str) -> Mapping[str, Declaration]:
    """The declarations of a file by name. Raises SyntaxError where its brackets do not match."""
    tokens = tokens_of(source)
    pairs, place, found = pairs_of(tokens), 0, {}
    while place < len(tokens):
        named = place + 1 < len(tokens) and tokens[place + 1].kind == "name"
        if tokens[place].text in DECLARING and named:
            end = _end(tokens, pairs, place)
            found[tokens[place + 1].text] = _declaration(tokens, place, end)
            place = end
        else:
            place = pairs.get(place, place) + 1
    return found


def loose(source: str) -> tuple[Declaration, ...]:
    """The statements outside of all brackets that declare nothing and import nothing, in order. Raises SyntaxError."""
    tokens = tokens_of(source)
    pairs, place, found = pairs_of(tokens), 0, []
    while place < len(tokens):
        text = tokens[place].text
        if text in DECLARING and place + 1 < len(tokens):
            place = _end(tokens, pairs, place)
        elif text in LEADING | {";"}:
            place += 1
        elif text == "import" and tokens[place + 1].text not in ("(", "."):
            place = next((at for at in range(place, len(tokens)) if tokens[at].kind == "string"), len(tokens)) + 1
        else:
            end = max(_statement_end(tokens, pairs, place), place + 1)
            found.append(_declaration(tokens, place, end))
            place = end
    return tuple(found)


def _declaration(tokens: Sequence[Token], start: int, end: int) -> Declaration:
    first = start
    while first and tokens[first - 1].text in LEADING:
        first -= 1
    closing = tokens[end] if end < len(tokens) and is_mark(tokens[end], ";") else tokens[end - 1]
    return Declaration(
        tokens[first].line,
        closing.line + closing.text.count("\n"),
        tuple(token.text for token in tokens[first:end]),
    )


def _end(tokens: Sequence[Token], pairs: dict[int, int], start: int) -> int:
    """Just behind a declaration; functions and classes end with their body, an object type before it is not theirs."""
    place = start + 1
    while tokens[start].text in ("function", "class") and place < len(tokens):
        after = pairs.get(place, place) + 1
        if is_mark(tokens[place], "{") and not (after < len(tokens) and is_mark(tokens[after], "{")):
            return after
        place = after
    return _statement_end(tokens, pairs, start + 1)


def _statement_end(tokens: Sequence[Token], pairs: dict[int, int], place: int) -> int:
    """Just behind the statement: at a `;`, or where on a new line another one begins."""
    line = tokens[place].line
    while place < len(tokens):
        if is_mark(tokens[place], ";") or (tokens[place].line > line and tokens[place].text in BEGINNING):
            return place
        place = pairs.get(place, place) + 1
        line = tokens[place - 1].line
    return place
