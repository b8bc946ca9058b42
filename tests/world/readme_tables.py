"""The parts of the README that are made from the code, and how they are put between its markers.

`PYTHONPATH=app:action:tests python tests/world/readme_tables.py` renews them.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from tdd_action.suites import SUITES
from tdd_orchestrator.core.command import ROLE_NEEDED, Verb
from tdd_orchestrator.core.config import config_table
from tdd_orchestrator.core.diagram import mermaid
from tdd_orchestrator.core.states import NEXT_RUN, NEXT_TASK
from tdd_orchestrator.core.telling import HELP

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
PERMISSIONS: Mapping[str, tuple[str, str]] = {
    "actions": ("write", "start, watch and stop workflow runs, read their artifacts"),
    "checks": ("write", "the checks `TDD`, `TDD / PRD` and `TDD / TASK-n`, and their buttons"),
    "contents": ("write", "read PRDs and configuration, land commits, keep the state branch"),
    "issues": ("write", "reactions to commands"),
    "metadata": ("read", "every app has it; the role of whoever gives a command"),
    "pull_requests": ("write", "the sticky comment, answers, the files of a pull request"),
    "statuses": ("read", "commit statuses of the repository's own CI"),
}
"""What the effects and reads of the app take, and what for."""


def action() -> Any:
    """`action.yml`, every scalar as the text that stands there."""
    return yaml.load((ROOT / "action.yml").read_text(), yaml.BaseLoader)  # noqa: S506 (plain strings)


def command_table() -> str:
    """What `/tdd help` lists, with the role that each command needs."""
    rows = ["| Command | Role | What it does |", "|---|---|---|", "| `/tdd help` | read | list these |"]
    for form, meaning in HELP:
        for each, told in zip(form.split(" · "), meaning.split(" · "), strict=True):
            role = ROLE_NEEDED[Verb(each.split()[0])].word
            rows.append(f"| `/tdd {each}` | {role} | {told} |")
    return "\n".join(rows)


def input_table() -> str:
    """The inputs of the action, as `action.yml` tells them."""
    rows = ["| Input | Meaning | Default |", "|---|---|---|"]
    for name, told in action()["inputs"].items():
        default = f"`{told['default']}`" if told.get("default") else "required" if told.get("required") else "empty"
        rows.append(f"| `{name}` | {told['description']} | {default} |")
    return "\n".join(rows)


def permission_table() -> str:
    """What the app may do, and what for."""
    rows = ["| Permission | Level | What for |", "|---|---|---|"]
    return "\n".join([*rows, *(f"| `{name}` | {level} | {why} |" for name, (level, why) in PERMISSIONS.items())])


def suite_list() -> str:
    """The test runners that have an adapter."""
    return ", ".join(f"`{name}`" for name in sorted(SUITES)) + "."


MADE: Mapping[str, Callable[[], str]] = {
    "commands": command_table,
    "configuration": lambda: config_table().strip(),
    "inputs": input_table,
    "permissions": permission_table,
    "suites": suite_list,
    "run states": lambda: f"```mermaid\n{mermaid(NEXT_RUN)}\n```",
    "task states": lambda: f"```mermaid\n{mermaid(NEXT_TASK)}\n```",
}


def between(text: str, name: str) -> str | None:
    """What stands between the markers of this name, or `None` where there are none."""
    found = re.search(rf"<!-- {name} -->\n(.*?)\n?<!-- /{name} -->", text, re.DOTALL)
    return found[1] if found else None


def renewed(text: str) -> str:
    """The text with every made part as it should be."""
    for name, make in MADE.items():
        part = f"<!-- {name} -->\n{make()}\n<!-- /{name} -->"
        text = re.sub(rf"<!-- {name} -->.*?<!-- /{name} -->", lambda _, part=part: part, text, flags=re.DOTALL)  # type: ignore[misc]
    return text


if __name__ == "__main__":
    README.write_text(renewed(README.read_text()))
