"""What a runner says to GitHub: annotations in the log, the step summary, outputs and result files."""

import json
import secrets
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from tdd_orchestrator.core.redaction import Redactor
from tdd_orchestrator.core.result import Remark
from tdd_orchestrator.core.wire import to_wire

LEVELS = {"failure": "error", "warning": "warning", "notice": "notice"}
MOST_PER_LEVEL = 10
"""GitHub shows ten annotations of a level for a step (actions/toolkit, docs/problem-matchers.md)."""
LONGEST_MESSAGE = 4000
"""The runner cuts a message at 4,096 characters."""
SUMMARY_BYTES = 1_000_000
"""A step's summary may have 1 MiB; a larger one is dropped as a whole."""


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def annotation(remark: Remark) -> str:
    """A workflow command for one remark. Source: GitHub, "Workflow commands for GitHub Actions"."""
    properties = [f"file={_property(remark.path)}"] if remark.path else []
    if remark.line > 0:
        properties.append(f"line={remark.line}")
    if remark.title:
        properties.append(f"title={_property(remark.title)}")
    command = LEVELS.get(remark.level, "notice")
    head = f"{command} {','.join(properties)}" if properties else command
    return f"::{head}::{_escaped(remark.message[:LONGEST_MESSAGE])}"


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where this step speaks. Files that GitHub does not offer are left out."""

    folder: Path
    output_file: Path | None = None
    summary_file: Path | None = None
    log: TextIO = sys.stdout
    redact: Redactor = field(default_factory=Redactor)

    def say(self, sentence: str) -> None:
        """One line of our own in the log. Never text that a test or a worker wrote: see `quote`."""
        print(self.redact(sentence), file=self.log, flush=True)

    def quote(self, text: str, heading: str = "") -> None:
        """Text of others in the log, between `stop-commands`, so that no line of it is obeyed."""
        mark = secrets.token_hex(16)
        if heading:
            self.say(_escaped(heading))
        print(f"::stop-commands::{mark}\n{self.redact(text)}\n::{mark}::", file=self.log, flush=True)

    def annotate(self, remarks: Iterable[Remark]) -> None:
        """Annotations, ten of each level: the result file has them all."""
        shown: dict[str, int] = {}
        for remark in remarks:
            shown[remark.level] = shown.get(remark.level, 0) + 1
            if shown[remark.level] <= MOST_PER_LEVEL:
                self.say(annotation(remark))

    def summarise(self, markdown: str) -> None:
        """Add to the step's summary."""
        if self.summary_file is not None:
            with self.summary_file.open("a", encoding="utf-8") as summary:
                summary.write(self.redact(markdown).encode()[:SUMMARY_BYTES].decode("utf-8", "ignore") + "\n")

    def set(self, name: str, value: str) -> None:
        """Set an output of the step; a value of several lines gets a delimiter that it cannot contain."""
        if self.output_file is None:
            return
        mark, value = f"tdd-{secrets.token_hex(16)}", self.redact(value)
        with self.output_file.open("a", encoding="utf-8") as file:
            file.write(f"{name}<<{mark}\n{value}\n{mark}\n" if "\n" in value else f"{name}={value}\n")

    def taken(self, *names: str) -> dict[str, bytes]:
        """Result files, in memory: tests run as the same user and could change them on the disk."""
        return {name: (self.folder / name).read_bytes() for name in names if (self.folder / name).is_file()}

    def clear(self, kept: Mapping[str, bytes]) -> None:
        """Leave nothing in the folder but these files. A proof that a test planted must not be taken for ours."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, raw in kept.items():
            (self.folder / name).write_bytes(raw)

    def leave(self, name: str, value: object) -> Path:
        """A result file: a frozen value as JSON."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / name
        path.write_text(
            json.dumps(to_wire(self.redact.value(value)), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        return path
