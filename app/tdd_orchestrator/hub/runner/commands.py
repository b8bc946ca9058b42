"""Workflow commands: what a step may say to the runner by printing `::name key=value::text`.

After GitHub's "Workflow commands for GitHub Actions". What is no known command stays a line of the log.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tdd_orchestrator.hub.runner.joblog import JobLog, Masks

Level: TypeAlias = Literal["failure", "warning", "notice"]

MESSAGE_CAP = 4096  # characters; GitHub cuts there too
STEP_CAP = 10  # annotations of each level per step
_COMMAND = re.compile(r"\s*::([A-Za-z-]+)(?:\s+([^:]*(?::(?!:)[^:]*)*))?::(.*)", re.DOTALL)
_LEVELS: dict[str, Level] = {"error": "failure", "warning": "warning", "notice": "notice"}


@dataclass(frozen=True, slots=True)
class Annotation:
    """A message of a job, with a place in a file where one was given; lines count from 1, 0 is none."""

    level: Level
    message: str
    title: str = ""
    path: str = ""
    start_line: int = 0
    end_line: int = 0


@dataclass(frozen=True, slots=True)
class Command:
    """One parsed command."""

    name: str
    properties: dict[str, str]
    text: str


def parse(line: str) -> Command | None:
    """The command that a line holds, or None."""
    found = _COMMAND.fullmatch(line)
    if not found:
        return None
    pairs = (pair.partition("=") for pair in (found[2] or "").split(",") if "=" in pair)
    properties = {key.strip(): _plain(value, ("%3A", ":"), ("%2C", ",")) for key, _, value in pairs}
    return Command(found[1].lower(), properties, _plain(found[3]))


def _plain(text: str, *more: tuple[str, str]) -> str:
    for code, character in (("%0D", "\r"), ("%0A", "\n"), *more, ("%25", "%")):
        text = text.replace(code, character)
    return text


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


class Listener:
    """Hears the output of one step: writes the log, obeys commands, gathers annotations."""

    def __init__(self, log: JobLog, masks: Masks, annotations: list[Annotation]) -> None:
        self._log, self._masks, self._annotations = log, masks, annotations
        self._stopped_until: str | None = None
        self._counts = dict.fromkeys(_LEVELS, 0)

    def hear(self, line: str) -> None:
        """Take one line of output, without its line end."""
        if self._stopped_until is not None:
            if line.strip() == f"::{self._stopped_until}::":
                self._stopped_until = None
            self._log.line(line)
            return
        command = parse(line)
        if command is None or not self._obey(command):
            self._log.line(line)

    def flush(self) -> None:
        """Hand on what was heard so far."""
        self._log.flush()

    def _obey(self, command: Command) -> bool:
        match command.name:
            case "add-mask":
                self._masks.add(command.text)
                self._log.line("::add-mask::***")
            case "stop-commands":
                self._stopped_until = command.text
                self._log.line(f"::stop-commands::{command.text}")
            case "group":
                self._log.line(f"##[group]{command.text}")
            case "endgroup":
                self._log.line("##[endgroup]")
            case "debug":
                pass  # shown by GitHub only where debugging is switched on
            case "error" | "warning" | "notice":
                self._annotate(command)
            case "set-output" | "save-state" | "set-env" | "add-path":
                self._log.line(f"##[error]`::{command.name}::` is no longer heard; write to the file in GITHUB_OUTPUT")
            case _:
                return False
        return True

    def _annotate(self, command: Command) -> None:
        self._log.line(f"##[{command.name}]{command.text}")
        self._counts[command.name] += 1
        if self._counts[command.name] > STEP_CAP:
            return
        given = command.properties
        start = _whole(given.get("line"))
        self._annotations.append(
            Annotation(
                level=_LEVELS[command.name],
                message=self._masks.hide(command.text)[:MESSAGE_CAP],
                title=self._masks.hide(given.get("title", "")),
                path=given.get("file", ""),
                start_line=start,
                end_line=_whole(given.get("endLine")) or start,
            )
        )
