"""`tdd init`: the files that a repository starts with, what was chosen in them, and what to do next."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from tdd_orchestrator.cli.output import print_json, visible
from tdd_orchestrator.cli.repository import HERE, repository_root, usable_configuration
from tdd_orchestrator.core.settings import Config, ProjectSettings
from tdd_orchestrator.onboarding.choices import SuiteChoice, choices, parts_chosen
from tdd_orchestrator.onboarding.detection import Detection, detect
from tdd_orchestrator.onboarding.setup_step import SetupStep, setup_step
from tdd_orchestrator.onboarding.starting import TEMPLATE_PATH, WORKFLOW_PATH, Fate, put, starters
from tdd_orchestrator.onboarding.subprojects import subprojects

KEPT = "it differs from what `tdd init` writes; `--force` overwrites it"
NEXT = (
    "Read .tdd/config.toml, and the steps named `Set up the project` in the workflow: they are yours.",
    "Commit the files to the default branch, and push: configuration and workflow are read from there only.",
    "Add the secret of the worker `claude`: gh secret set ANTHROPIC_API_KEY",
    "Install the app on the repository; `tdd serve` runs it.",
    f"Copy {TEMPLATE_PATH} to prds/<name>.md, check it with `tdd ingest`, and open a pull request with it."
    " Or without any of this, on this machine: `tdd run prds/<name>.md`.",
)


def init_command(
    repo: Annotated[Path, typer.Option(help="The repository.")] = HERE,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that differ.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write configuration, workflow and a PRD template into a repository; nothing there is overwritten."""
    root = repository_root(repo)
    if not force:
        usable_configuration(root)
    seen, setup, parts = detect(root), setup_step(root), subprojects(root)
    suites = parts_chosen(parts) or choices(Config(), root)
    chosen = Config(ProjectSettings(source=(), tests=()), suites=tuple(each.settings for each in parts))
    if not parts:
        bare = Config().project
        chosen = Config(ProjectSettings(source=seen.source or bare.source, tests=seen.tests or bare.tests))
    fates = {starter.path: put(root, starter, force=force) for starter in starters(seen, setup, parts)}
    if as_json:
        print_json(_wire(root, seen, suites, setup, fates, chosen))
    else:
        typer.echo("\n".join([*_choices(root, seen, suites, setup, chosen), "", *_fates(fates), "", *_next()]))


def _choices(
    root: Path, seen: Detection, suites: tuple[SuiteChoice, ...], setup: SetupStep | None, chosen: Config
) -> Iterator[str]:
    yield f"Repository  {root}"
    yield f"Language    {seen.language or 'unknown'}" + (
        f" ({visible(seen.language_because)})" if seen.language else ""
    )
    yield from (f"Tests       {suite.shown} ({visible(suite.because)})" for suite in suites)
    yield f"Code        {', '.join(chosen.source)}"
    yield f"Test files  {', '.join(chosen.tests)}"
    if setup:
        yield f"Set-up      {setup.command} ({setup.because})"


def _fates(fates: dict[str, Fate]) -> Iterator[str]:
    for path, fate in fates.items():
        yield f"{fate:<11} {path}" + (f": {KEPT}" if fate is Fate.KEPT else "")


def _next() -> Iterator[str]:
    yield "Next:"
    yield from (f"  {number}. {step}" for number, step in enumerate(NEXT, 1))


def _wire(
    root: Path,
    seen: Detection,
    suites: tuple[SuiteChoice, ...],
    setup: SetupStep | None,
    fates: dict[str, Fate],
    chosen: Config,
) -> dict[str, object]:
    return {
        "repository": str(root),
        "language": {"name": seen.language, "because": seen.language_because},
        "suites": [suite.wire for suite in suites],
        "source": chosen.source,
        "tests": chosen.tests,
        "setup": setup.command if setup else None,
        "workflow": WORKFLOW_PATH,
        "files": [{"path": path, "state": fate.value} for path, fate in fates.items()],
        "next": NEXT,
    }
