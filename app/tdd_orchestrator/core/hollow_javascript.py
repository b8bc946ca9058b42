"""What makes an assertion of a JavaScript test hollow: it speaks of the test's own values, or only of existence."""

from collections.abc import Iterator, Mapping, Sequence

from tdd_orchestrator.core.javascript_tokens import Token, is_mark, literal, pairs_of

CONSTANT_NAMES = frozenset({"true", "false", "null", "undefined", "NaN", "Infinity"})
WORDS = CONSTANT_NAMES | {"typeof", "new", "async", "void", "instanceof", "in"}
MOCKING = frozenset({"mock", "vi", "jest", "sinon"})
MAKING = frozenset({"fn", "stub", "spy", "fake"})
ASSERTING = frozenset({"expect", "assert", "strictEqual", "deepEqual", "deepStrictEqual", "notStrictEqual", "ok"})
THERE = frozenset({"toBeDefined", "exist", "exists", "isDefined", "isFunction", "isOk"})
NOT_THERE = frozenset({"toBeUndefined", "toBeNull", "undefined", "null"})
OF_KIND = frozenset({"a", "an", "toBeInstanceOf", "instanceOf"})
THROWING = frozenset({"throws", "rejects", "toThrow", "toThrowError", "throw"})
OPERATORS = frozenset("+-*/%=<>?:.,&|!([{") | {"=>", "&&", "||", "??", "===", "!==", "==", "!="}


def constant(tokens: Sequence[Token]) -> bool:
    """Whether an expression is made of literals only."""
    return bool(tokens) and all(
        token.kind in ("number", "string", "regex")
        or (token.kind == "template" and "${" not in token.text)
        or token.text in CONSTANT_NAMES
        or (token.kind == "mark" and token.text in "!-+[]{},:=====!==")
        for token in tokens
    )


def free_names(tokens: Sequence[Token]) -> frozenset[str]:
    """The names of an expression that do not hang on another."""
    return frozenset(
        token.text
        for place, token in enumerate(tokens)
        if token.kind == "name" and token.text not in WORDS and not (place and tokens[place - 1].text in (".", "?."))
    )


def made_up_names(tokens: Sequence[Token]) -> frozenset[str]:
    """Local names of a test that stand for literals and mocks of its own, and that nobody else got hold of."""
    pairs = pairs_of(tokens)
    inside = {place: opening for opening, end in sorted(pairs.items()) for place in range(opening + 1, end)}
    names = {name for name, value in _values(tokens, pairs) if _is_made_up(value)}
    assigned = {tokens[place - 1].text for place, each in enumerate(tokens) if place and is_mark(each, "=")}
    counted = [name for name, _ in _values(tokens, pairs)]
    return frozenset(
        name
        for name in names & assigned
        if counted.count(name) == 1 and not any(_handed_out(tokens, inside, place) for place in _places(tokens, name))
    )


def _values(tokens: Sequence[Token], pairs: Mapping[int, int]) -> Iterator[tuple[str, Sequence[Token]]]:
    """`const name = value`, and what is assigned to a name later."""
    for place, token in enumerate(tokens[:-1]):
        if is_mark(token, "=") and place and tokens[place - 1].kind == "name":
            yield tokens[place - 1].text, tokens[place + 1 : _end(tokens, pairs, place + 1)]


def _end(tokens: Sequence[Token], pairs: Mapping[int, int], place: int) -> int:
    """Just behind an expression: at a `;`, a `,`, a closing bracket, or a new line that does not go on with it."""
    while place < len(tokens):
        place = pairs.get(place, place) + 1
        if place >= len(tokens) or tokens[place].text in (";", ",", ")", "]", "}"):
            return place
        fresh = tokens[place].line > tokens[place - 1].line and tokens[place].kind == "name"
        if fresh and tokens[place - 1].text not in OPERATORS:
            return place
    return place


def _is_made_up(value: Sequence[Token]) -> bool:
    if constant(value):
        return True
    names = [token.text for token in value[:6] if token.kind == "name"]
    makes = len(names) > 1 and bool(MOCKING & {*names[:2]}) and not MAKING.isdisjoint(names[:3])
    return makes and free_names(value) <= MOCKING | {"t"}


def _places(tokens: Sequence[Token], name: str) -> Iterator[int]:
    for place, token in enumerate(tokens):
        if token.kind == "name" and token.text == name and not (place and tokens[place - 1].text in (".", "?.")):
            yield place


def _handed_out(tokens: Sequence[Token], inside: Mapping[int, int], place: int) -> bool:
    """Whether it stands bare where somebody else could take it: an argument of a call, an object, a returned value."""
    following = tokens[place + 1].text if place + 1 < len(tokens) else ""
    if following in ("=", "(", ".", "?.", "["):
        return False
    opening = inside.get(place)
    if opening is None or not is_mark(tokens[opening], "("):
        return True
    first = opening - 1
    while first >= 2 and tokens[first - 1].text == ".":
        first -= 2
    words = {tokens[at].text for at in range(max(first, 0), opening)}
    return ASSERTING.isdisjoint(words)


def only_there(
    names: Sequence[str], subject: Sequence[Token], expected: Sequence[Sequence[Token]], imported: frozenset[str]
) -> bool:
    """Whether an assertion (`names`: its words) about what is imported would be content with an empty shell."""
    roots = free_names(subject)
    if "not" in names:
        return bool(roots) and roots <= imported and names[-1] in NOT_THERE and not _calls(subject)
    if not roots or not roots <= imported or _calls(subject):
        return False
    said = {literal(each[0]) or each[0].text for each in expected if len(each) == 1}
    if subject[0].text == "typeof":
        return "function" in said | {literal(each) for each in subject}
    return names[-1] in THERE or (names[-1] in OF_KIND and bool(said & {"function", "Function"}))


def _calls(tokens: Sequence[Token]) -> bool:
    return any(is_mark(each, "(") for each in tokens)


def any_exception(names: Sequence[str], expected: Sequence[Sequence[Token]]) -> bool:
    """Whether it is content with whatever is thrown."""
    if names[-1] not in THROWING or "not" in names:
        return False
    if not expected or len(expected[0]) != 1:
        return not expected
    only_a_note = names[-1] in ("throws", "rejects") and expected[0][0].kind == "string"
    return expected[0][0].text == "Error" or only_a_note
