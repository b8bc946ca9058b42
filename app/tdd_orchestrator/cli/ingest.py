"""`tdd ingest`: what a PRD says and what is wrong with it, before a pull request and without a model."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from tdd_orchestrator.cli.ingest_text import ingest_text
from tdd_orchestrator.cli.output import fault_json, print_json
from tdd_orchestrator.cli.repository import HERE, configuration, repository_root
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.fault import Fault
from tdd_orchestrator.core.paths import matches
from tdd_orchestrator.core.prd import Prd
from tdd_orchestrator.core.settings import Config
from tdd_orchestrator.documents.read import read_prd
from tdd_orchestrator.onboarding.choices import SuiteChoice, choices
from tdd_orchestrator.onboarding.preview import PlanPreview, Preview, preview


class PrdRefused(TddError):
    """The PRD cannot be planned."""


def ingest_command(
    prds: Annotated[list[Path], typer.Argument(metavar="PRD", help="PRDs: Markdown, YAML or JSON.")],
    repo: Annotated[Path, typer.Option(help="The repository whose configuration counts.")] = HERE,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check PRDs: requirements, faults at their lines, the plan and its quote. No model is asked."""
    root = _root(repo)
    config = configuration(root)
    faults = () if isinstance(config, Config) else config
    config = config if isinstance(config, Config) else Config()
    read = [_read(path) for path in dict.fromkeys(prds)]
    seen = preview(read, config, (*faults, *_unseen(prds, root, config)))
    suites = choices(config, root)
    if as_json:
        print_json(_wire(seen, suites))
    else:
        typer.echo("\n".join(ingest_text(seen, suites, config)))
    if seen.failures:
        number = len(seen.failures)
        faults_are = "1 fault is" if number == 1 else f"{number} faults are"
        raise PrdRefused(f"{faults_are} in the way of a plan.", remedy="Mend what is listed, then ingest again.")


def _root(repo: Path) -> Path:
    """The repository's root; outside of one the folder itself, for a PRD may be checked anywhere."""
    try:
        return repository_root(repo)
    except TddError:
        if repo != HERE:
            raise
        return Path.cwd()


def _read(path: Path) -> Prd:
    if not path.is_file():
        there = "is not a file" if path.exists() else "does not exist"
        raise TddError(f"{path} {there}.", remedy="Name a PRD; `tdd init` writes a template.")
    try:
        return read_prd(path.as_posix(), path.read_bytes())
    except OSError as error:
        raise TddError(f"{path} cannot be read: {error.strerror}.", remedy="Change its rights.") from error


def _unseen(prds: list[Path], root: Path, config: Config) -> Iterator[Fault]:
    """A warning for each file of the repository that no pull request would show as a PRD."""
    for path in prds:
        inside = os.path.relpath(path.resolve(), root.resolve())
        if not inside.startswith("..") and not matches(inside, config.prd.paths):
            globs = ", ".join(f"`{glob}`" for glob in config.prd.paths)
            remedy = f"Move it to where `prd.paths` looks ({globs}), or name it in the pull request: `PRD: {inside}`."
            message = "A pull request does not take this file for a PRD."
            yield Fault(path.as_posix(), 1, message, remedy, "warning", "not-a-prd-path")


def _wire(seen: Preview, suites: tuple[SuiteChoice, ...]) -> dict[str, Any]:
    return {
        "ok": not seen.failures,
        "files": [{"path": prd.path, "title": prd.title, "requirements": len(prd.requirements)} for prd in seen.prds],
        "requirements": [
            {
                "id": each.id,
                "title": each.title,
                "path": each.path,
                "line": each.line,
                "end_line": each.end_line,
                "text": each.text,
                "acceptance": each.acceptance,
                "depends_on": each.depends_on,
                "kind": each.kind,
                "digest": each.digest,
            }
            for each in seen.requirements
        ],
        "faults": [fault_json(fault) for fault in seen.faults],
        "plan": _plan_wire(seen.plan) if seen.plan else None,
        "suites": [suite.wire for suite in suites],
    }


def _plan_wire(plan: PlanPreview) -> dict[str, Any]:
    cost = plan.quote
    return {
        "tasks": [
            {
                "key": task.key,
                "title": task.title,
                "kind": task.kind.value,
                "requirements": task.requirements,
                "depends_on": task.depends_on,
                "files": task.files,
                "tests": task.tests,
            }
            for task in plan.tasks
        ],
        "critical_path": plan.critical,
        "added_order": plan.added,
        "quote": {
            "usd_p50": cost.usd_p50,
            "usd_p90": cost.usd_p90,
            "minutes_p50": cost.minutes_p50,
            "minutes_p90": cost.minutes_p90,
        },
        "waits_for_approval": plan.waits_for_approval,
    }
