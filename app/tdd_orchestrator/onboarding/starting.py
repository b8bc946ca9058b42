"""The files with which a repository begins, and how they are put there without taking anything away."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tdd_orchestrator.core.config import CONFIG_PATH, template
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.documents.prd_template import PRD_TEMPLATE
from tdd_orchestrator.manifests import manifest
from tdd_orchestrator.onboarding.detection import Detection
from tdd_orchestrator.onboarding.setup_step import SetupStep
from tdd_orchestrator.onboarding.subprojects import Subproject

WORKFLOW_PATH = ".github/workflows/tdd.yml"
TEMPLATE_PATH = "docs/prd-template.md"
"""No glob of `prd.paths` matches it, so that it is not taken for a PRD itself."""
SETUP_LINE = "run: python -I -c 'import pytest' || python -I -m pip install pytest"
"""The line of the workflow that is the project's own; it stands in every job that runs tests."""


class Fate(StrEnum):
    """What became of a file."""

    WRITTEN = "written"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    OVERWRITTEN = "overwritten"


@dataclass(frozen=True, slots=True)
class Starter:
    """A file to begin with; `path` is relative to the repository."""

    path: str
    content: str


def starters(seen: Detection, setup: SetupStep | None, parts: tuple[Subproject, ...] = ()) -> Iterator[Starter]:
    """Configuration, workflow and a PRD to copy; `parts` are the projects of a repository with several."""
    suite = seen.suite.name if seen.suite else "auto"
    if parts:
        settings = template(suites=tuple(each.settings for each in parts))
    else:
        settings = template(seen.language or "auto", suite, source=seen.source, tests=seen.tests)
    yield Starter(CONFIG_PATH, settings)
    yield Starter(WORKFLOW_PATH, workflow(setup))
    yield Starter(TEMPLATE_PATH, PRD_TEMPLATE)


def workflow(setup: SetupStep | None) -> str:
    """The workflow as it comes with the distribution, with the project's own set-up where one is known."""
    text = manifest("workflows/tdd.yml").read_text("utf-8")
    return text.replace(SETUP_LINE, f"run: {setup.command}") if setup else text


def put(root: Path, starter: Starter, *, force: bool) -> Fate:
    """Write one file unless another is there; `force` writes over that. Raises `TddError` where the disk refuses."""
    path = root / starter.path
    if not path.resolve().is_relative_to(root.resolve()):
        raise TddError(f"{starter.path} leads out of the repository.", remedy="Replace the symbolic link by a folder.")
    try:
        there = path.read_text("utf-8", "replace") if path.exists() else None
        if there == starter.content:
            return Fate.UNCHANGED
        if there is not None and not force:
            return Fate.KEPT
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(starter.content, "utf-8")
    except OSError as error:
        remedy = "Make room for it, or change the rights of its folder."
        raise TddError(f"{starter.path} cannot be written: {error.strerror}.", remedy=remedy) from error
    return Fate.WRITTEN if there is None else Fate.OVERWRITTEN
