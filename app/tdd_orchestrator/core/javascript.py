"""JavaScript and TypeScript as one entry of the table of languages."""

from collections.abc import Iterator, Mapping

from tdd_orchestrator.core import echoes_javascript, meddling_javascript
from tdd_orchestrator.core.controls_javascript import falsified, names
from tdd_orchestrator.core.echoes import Literals
from tdd_orchestrator.core.javascript_exports import public_names
from tdd_orchestrator.core.javascript_statements import declarations
from tdd_orchestrator.core.javascript_tests import blocks_of, new_tests, titled
from tdd_orchestrator.core.javascript_tokens import SUFFIXES, tokens_of
from tdd_orchestrator.core.language import Control, Language
from tdd_orchestrator.core.old_support_javascript import undermined
from tdd_orchestrator.core.stubs_javascript import stub_files
from tdd_orchestrator.core.vacuous_javascript import vacuous_tests

# Calls that start the program or ask its server, by their last name.
STARTING = frozenset({"spawn", "spawnSync", "exec", "execSync", "execFile", "execFileSync", "fork", "execa", "main"})
STARTING |= {"fetch", "request", "supertest", "inject", "listen", "cli"}


def entering(source: str, path: str) -> tuple[str, ...]:
    """Ids of the tests that start the program from outside: a process, its `main`, a request to its server."""
    try:
        return tuple(_entering(source, path))
    except SyntaxError:
        return ()


def _entering(source: str, path: str) -> Iterator[str]:
    known = STARTING | _starters(source)
    for titles, block in titled(blocks_of(source)):
        called = {one.text for one, two in zip(block.body, block.body[1:], strict=False) if two.text == "("}
        if called & known:
            yield "::".join((path, *(title or "" for title in titles)))


def _starters(source: str) -> frozenset[str]:
    """Functions of the file itself that a start stands in, as far as the text shows: `function run() { spawn(...)`."""
    tokens, found, last = tokens_of(source), set(), ""
    for place, token in enumerate(tokens[:-1]):
        if token.text in ("function", "const") and tokens[place + 1].kind == "name":
            last = tokens[place + 1].text
        if token.text in STARTING and tokens[place + 1].text == "(" and last:
            found.add(last)
    return frozenset(found)


def _definitions(source: str) -> Mapping[str, tuple[int, int, int]]:
    return {name: (each.first, each.first, each.last) for name, each in declarations(source).items()}


JAVASCRIPT = Language(
    "javascript",
    SUFFIXES,
    new_tests,
    vacuous_tests,
    entering,
    stubs=stub_files,
    public_names=public_names,
    control=Control(names, falsified),
    findings=meddling_javascript.findings,
    literals=Literals(echoes_javascript.examples, echoes_javascript.constants),
    undermined=undermined,
    definitions=_definitions,
)
