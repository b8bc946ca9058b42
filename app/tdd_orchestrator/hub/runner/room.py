"""The directories of one job: made fresh, thrown away with it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Room:
    """Where a job lives. `files` holds the exchange files and the event."""

    root: Path
    workspace: Path
    temp: Path
    tools: Path
    home: Path
    files: Path


@contextmanager
def room(repository: str) -> Iterator[Room]:
    """Make the directories of a job for a repository named `owner/name`, and delete them afterwards."""
    root = Path(tempfile.mkdtemp(prefix="tdd-job-"))
    name = repository.rpartition("/")[2]
    made = Room(
        root, root / "work" / name / name, root / "_temp", root / "_tool", root / "home", root / "_temp" / "_runner"
    )
    try:
        for folder in (made.workspace, made.temp, made.tools, made.home, made.files):
            folder.mkdir(parents=True, exist_ok=True)
        yield made
    finally:
        shutil.rmtree(root, ignore_errors=True)
