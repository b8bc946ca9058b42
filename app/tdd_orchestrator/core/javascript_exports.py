"""What a JavaScript or TypeScript module offers to others: the names that a refactoring must keep."""

from collections.abc import Iterator, Sequence

from tdd_orchestrator.core.javascript_tokens import Token, arguments, is_mark, pairs_of, tokens_of

DECLARING = frozenset({"function", "class", "const", "let", "var", "interface", "type", "enum", "namespace"})
ON_THE_WAY = frozenset({"async", "abstract", "declare", "*", "function"})
DEFAULT = "default"


def public_names(source: str) -> frozenset[str]:
    """Every name that the module exports, `default` among them; `* from x` for all of another. Raises SyntaxError."""
    tokens = tokens_of(source)
    pairs = pairs_of(tokens)
    return frozenset((*_exports(tokens, pairs), *_assigned(tokens, pairs)))


def exported(source: str) -> frozenset[str]:
    """The same; nothing for what cannot be read."""
    try:
        return public_names(source)
    except SyntaxError:
        return frozenset()


def _exports(tokens: Sequence[Token], pairs: dict[int, int]) -> Iterator[str]:
    for place, token in enumerate(tokens[:-1]):
        if token.text != "export" or token.kind != "name":
            continue
        following = tokens[place + 1]
        if following.text == DEFAULT:
            yield DEFAULT
        elif is_mark(following, "{"):
            yield from (each[-1].text for each in arguments(tokens[place + 2 : pairs[place + 1]]))
        elif is_mark(following, "*"):
            yield from _star(tokens[place + 2 : place + 5])
        elif following.text in DECLARING | ON_THE_WAY:
            yield from _declared(tokens, pairs, place + 1)


def _star(tokens: Sequence[Token]) -> Iterator[str]:
    if tokens and tokens[0].text == "as":
        yield tokens[1].text
    elif len(tokens) > 1:
        yield f"* from {tokens[1].text[1:-1]}"


def _declared(tokens: Sequence[Token], pairs: dict[int, int], place: int) -> Iterator[str]:
    variable = tokens[place].text in ("const", "let", "var")
    while place + 1 < len(tokens) and tokens[place].text in DECLARING | ON_THE_WAY:
        place += 1
    if variable and is_mark(tokens[place], "{"):
        yield from (each[-1].text for each in arguments(tokens[place + 1 : pairs[place]]))
    elif tokens[place].kind == "name":
        yield tokens[place].text


def _assigned(tokens: Sequence[Token], pairs: dict[int, int]) -> Iterator[str]:
    """`exports.a =`, `module.exports.a =`, `module.exports = {a, b: c}`."""
    for place, token in enumerate(tokens[:-2]):
        if token.text != "exports" or token.kind != "name":
            continue
        if is_mark(tokens[place + 1], ".") and any(is_mark(each, "=") for each in tokens[place + 3 : place + 4]):
            yield tokens[place + 2].text
        elif is_mark(tokens[place + 1], "=") and is_mark(tokens[place + 2], "{"):
            for each in arguments(tokens[place + 3 : pairs[place + 2]]):
                if each[0].kind in ("name", "string"):
                    yield each[0].text.strip("\"'")
        elif is_mark(tokens[place + 1], "="):
            yield DEFAULT
