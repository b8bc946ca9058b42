"""The examples that JavaScript tests give, and the literals of JavaScript code."""

from collections.abc import Iterator, Sequence

from tdd_orchestrator.core.echoes import Example, Key, key
from tdd_orchestrator.core.javascript_tests import blocks_of, titled
from tdd_orchestrator.core.javascript_tokens import Token, arguments, is_mark, literal, pairs_of, tokens_of
from tdd_orchestrator.core.vacuous_javascript import ALIKE, MATCHED_ALIKE


def examples(source: str) -> Iterator[Example]:
    """What each test passes in and expects: `assert.equal(f(given), expected)`, `expect(f(given)).toBe(expected)`."""
    try:
        tests = list(titled(blocks_of(source)))
    except SyntaxError:
        return
    for titles, block in tests:
        name = " > ".join(title or "a test with a computed title" for title in titles)
        for call, expected in _equalities(block.body):
            answer = value(expected)
            if answer is not None:
                yield from ((name, given, answer) for given in _given(call))


def constants(source: str) -> dict[Key, int]:
    """Every text and number with its first line."""
    found: dict[Key, int] = {}
    for token in tokens_of(source):
        said = value([token])
        if said is not None:
            found.setdefault(key(said), token.line)
    return found


def value(tokens: Sequence[Token]) -> str | int | float | None:
    """What a single literal stands for; nothing for all else."""
    if len(tokens) != 1:
        return None
    if tokens[0].kind != "number":
        return literal(tokens[0])
    try:
        number = float(tokens[0].text.replace("_", ""))
    except ValueError:
        return None
    return int(number) if number.is_integer() else number


def _equalities(tokens: Sequence[Token]) -> Iterator[tuple[Sequence[Token], Sequence[Token]]]:
    """The two sides of every equality."""
    pairs = pairs_of(tokens)
    for place, token in enumerate(tokens[:-1]):
        if token.kind != "name" or not is_mark(tokens[place + 1], "("):
            continue
        given = arguments(tokens[place + 2 : pairs[place + 1]])
        if token.text in ALIKE and len(given) > 1:
            yield given[0], given[1]
        elif token.text == "expect" and len(given) == 1:
            end = pairs[place + 1]
            matcher = end + 2
            if matcher + 1 < len(tokens) and tokens[matcher].text in MATCHED_ALIKE and matcher + 1 in pairs:
                expected = arguments(tokens[matcher + 2 : pairs[matcher + 1]])
                yield from ((given[0], each) for each in expected[:1])


def _given(call: Sequence[Token]) -> Iterator[str | int | float]:
    """The literals among the arguments of a call."""
    opening = next((place for place, token in enumerate(call) if is_mark(token, "(")), None)
    if opening is None or not is_mark(call[-1], ")"):
        return
    for each in arguments(call[opening + 1 : -1]):
        said = value(each)
        if said is not None:
            yield said
