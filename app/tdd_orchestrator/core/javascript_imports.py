"""What a JavaScript or TypeScript file takes from which other file of the repository."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from posixpath import dirname, join, normpath, splitext

from tdd_orchestrator.core.javascript_tokens import SUFFIXES, Token, arguments, is_mark, literal, pairs_of, tokens_of

# Aliases of the source folder that projects commonly set up; everything else that is not relative is a package.
ALIASES = (("@/", "src/"), ("~/", "src/"), ("#/", "src/"), ("src/", "src/"), ("lib/", "lib/"))
WHOLE = "*"
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Taken:
    """One name that is imported: `name` as the module offers it (`*`: all of it), `local` as it is called here."""

    module: str
    name: str
    local: str
    required: bool = False


def taken(source: str) -> tuple[Taken, ...]:
    """Every import and require of a file; none where its brackets do not match."""
    tokens = tokens_of(source)
    try:
        pairs = pairs_of(tokens)
    except SyntaxError:
        return ()
    return (*_imports(tokens), *_requires(tokens, pairs))


def place_of(
    module: str, path: str, is_there: Callable[[str], bool], may_be: Callable[[str], bool] = lambda path: False
) -> str:
    """The file that `module` means where `path` imports it: one that is there, else one that may be; else nothing.

    Nothing for packages and built-in modules.
    """
    if module.startswith("."):
        base = normpath(join(dirname(path), module))
    else:
        base = next((put + module[len(alias) :] for alias, put in ALIASES if module.startswith(alias)), "")
    if not base or base.startswith(".."):
        return ""
    found = list(_candidates(base, splitext(path)[1]))
    return next(filter(is_there, found), next(filter(may_be, found), ""))


def _candidates(base: str, importing: str) -> Iterator[str]:
    """The base as it is; as TypeScript writes it (`./x.js` for x.ts); with a suffix, the importer's own first."""
    stem, suffix = splitext(base)
    own = (importing, *SUFFIXES) if importing in SUFFIXES else SUFFIXES
    if suffix in SUFFIXES:
        yield base
        yield from (stem + each for each in {".js": (".ts", ".tsx", ".jsx"), ".mjs": (".mts",)}.get(suffix, ()))
        return
    if suffix:
        yield base
    yield from dict.fromkeys(base + each for each in own)
    yield from (f"{base}/index{each}" for each in SUFFIXES)


def _imports(tokens: Sequence[Token]) -> Iterator[Taken]:
    for place, token in enumerate(tokens):
        if token.text != "import" or token.kind != "name" or (place and is_mark(tokens[place - 1], ".")):
            continue
        end = next((at for at in range(place + 1, len(tokens)) if tokens[at].kind == "string"), None)
        if end is None or is_mark(tokens[place + 1], "("):
            continue
        clause = tokens[place + 1 : end]
        if clause and clause[0].text == "type" and len(clause) > 2 and clause[1].text != "from":
            continue
        yield from _clause(clause, literal(tokens[end]) or "")


def _clause(clause: Sequence[Token], module: str) -> Iterator[Taken]:
    """`Name, {a, b as c} from` and `* as all from`, without the module."""
    for part in arguments([token for token in clause if token.text != "from"]):
        if is_mark(part[0], "{"):
            for each in arguments(part[1:-1]):
                if each[0].text != "type" or len(each) == 1:
                    yield Taken(module, each[0].text, each[-1].text)
        elif is_mark(part[0], "*"):
            yield Taken(module, WHOLE, part[-1].text)
        elif part[0].kind == "name":
            yield Taken(module, DEFAULT, part[0].text)


def _requires(tokens: Sequence[Token], pairs: dict[int, int]) -> Iterator[Taken]:
    """`const {a, b: c} = require("x")`, `const x = await import("x")`, `require("x").a`."""
    for place, token in enumerate(tokens[:-2]):
        if token.text not in ("require", "import") or not is_mark(tokens[place + 1], "("):
            continue
        module = literal(tokens[place + 2])
        if module is None:
            continue
        start, required = place, token.text == "require"
        while start and tokens[start - 1].text in ("await", "("):
            start -= 1
        after = pairs[place + 1] + 1
        if start >= 2 and is_mark(tokens[start - 1], "="):
            yield from _bound(tokens, pairs, start - 2, module, required)
        elif after + 1 < len(tokens) and is_mark(tokens[after], "."):
            yield Taken(module, tokens[after + 1].text, "", required)
        else:
            yield Taken(module, WHOLE, "", required)


def _bound(tokens: Sequence[Token], pairs: dict[int, int], last: int, module: str, required: bool) -> Iterator[Taken]:
    """What stands before the `=`: one name, or a pattern of names."""
    if tokens[last].kind == "name":
        yield Taken(module, WHOLE, tokens[last].text, required)
    elif is_mark(tokens[last], "}"):
        opening = next(start for start, end in pairs.items() if end == last)
        for each in arguments(tokens[opening + 1 : last]):
            if each[0].kind == "name":
                local = each[2].text if len(each) > 2 and is_mark(each[1], ":") else each[0].text
                yield Taken(module, each[0].text, local, required)
