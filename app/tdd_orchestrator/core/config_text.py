"""The configuration as text: the table of the README, and the commented file that a repository starts with."""

import json
from collections.abc import Iterator
from dataclasses import Field, fields
from typing import Any

from tdd_orchestrator.core.settings import ENVIRONMENT, MEANING, SECTIONS, SUITES, SuiteSettings

SEVERAL = "# Several projects in one repository: a `[[suites]]` with folder, suite, source and tests for each.\n"


def toml(value: object) -> str:
    """A plain value as TOML writes it."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case tuple() | list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case dict():
            return "{ " + ", ".join([f"{key} = {toml(held)}" for key, held in value.items()]) + " }"
        case _:
            return str(value)


def config_table() -> str:
    """Every key with its default and its meaning, as a Markdown table."""
    rows = ["| Key | Default | Meaning |", "|---|---|---|"]
    for section, kind in SECTIONS:
        rows += [f"| `{section}.{each.name}` | {_default_cell(each)} | {_meaning(each)} |" for each in fields(kind)]
    rows += [f"| `suites[].{each.name}` | {_default_cell(each)} | {_meaning(each)} |" for each in fields(SuiteSettings)]
    return "\n".join(rows) + "\n"


def _default_cell(each: Field[Any]) -> str:
    if isinstance(each.default, tuple) and len(each.default) > 6:
        return f"{', '.join(f'`{item}`' for item in each.default)}".replace("|", "\\|")
    return f"`{toml(_written(each))}`".replace("|", "\\|")


def _meaning(each: Field[Any]) -> str:
    variable = each.metadata[ENVIRONMENT]
    meaning = str(each.metadata[MEANING]) + (f" Overridden by `{variable}`." if variable else "")
    return meaning.replace("|", "\\|")


def _written(each: Field[Any]) -> object:
    """A default as it stands in a file; roles are a table there."""
    return {} if each.name == "roles" else each.default


def template(
    language: str = "auto",
    suite: str = "auto",
    *,
    source: tuple[str, ...] = (),
    tests: tuple[str, ...] = (),
    worker: str = "",
    command: str = "",
    suites: tuple[SuiteSettings, ...] = (),
) -> str:
    """A `.tdd/config.toml` to start with: what is given here stands in it, every other key as a comment."""
    given: dict[tuple[str, str], object] = {
        ("project", "language"): language if language != "auto" else "",
        ("project", "source"): source,
        ("project", "tests"): tests,
        ("tdd", "suite"): suite if suite != "auto" else "",
        ("tdd", "worker"): worker,
        ("tdd", "command"): command,
    }
    lines = ["# Read from the base branch, never from a pull request. A line with `#` in front shows the default.", ""]
    for section, kind in SECTIONS:
        lines += [f"[{section}]", *_lines(section, kind, given), ""]
    for each in suites:
        held = {(SUITES, key.name): getattr(each, key.name) for key in fields(SuiteSettings)}
        lines += [f"[[{SUITES}]]", *_lines(SUITES, SuiteSettings, held), ""]
    if not suites:
        lines += [SEVERAL]
    return "\n".join(lines)


def _lines(section: str, kind: Any, given: dict[tuple[str, str], object]) -> Iterator[str]:
    for each in fields(kind):
        yield f"# {each.metadata[MEANING]}"
        value = given.get((section, each.name))
        yield f"{each.name} = {toml(value)}" if value else f"# {each.name} = {toml(_written(each))}"
