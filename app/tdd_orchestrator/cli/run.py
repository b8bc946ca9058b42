"""`tdd run`: a PRD on this machine's repository."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tdd_orchestrator.cli.reports import check_report, write_report
from tdd_orchestrator.cli.repository import repository_root
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.local.asking import Approval
from tdd_orchestrator.local.own import Ended, RunWish, discard, resume, start

HERE = Path(".")


class RunUnfinished(TddError):
    """The run did not complete."""


def run_command(
    prd: Annotated[Path | None, typer.Argument(help="The PRD: Markdown, YAML or JSON.")] = None,
    repo: Annotated[Path, typer.Option(help="The repository to work on.")] = HERE,
    worker: Annotated[str, typer.Option(help="Who writes the code; otherwise what .tdd/config.toml says.")] = "",
    script: Annotated[Path | None, typer.Option(help="The file that the worker `script` plays.")] = None,
    base: Annotated[str, typer.Option(help="The branch to build on; otherwise the current one.")] = "",
    python: Annotated[Path | None, typer.Option(help="The Python that runs the project's tests.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Approve the plan without asking.")] = False,
    resume_it: Annotated[bool, typer.Option("--resume", help="Go on with an unfinished run.")] = False,
    discard_it: Annotated[bool, typer.Option("--discard", help="Drop an unfinished run.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write a report: .html, .md or .json.")] = None,
) -> None:
    """Work a PRD on your own repository; the result is a branch `tdd/<title>`, and nothing else there changes."""
    console = Console()
    approval = Approval(yes, interactive=sys.stdin.isatty())
    top = repository_root(repo)
    if discard_it:
        console.print(discard(top))
        return
    check_report(report)
    try:
        ended = (
            resume(top, approval, console)
            if resume_it
            else start(_wish(prd, top, base, worker, script, python), approval, console)
        )
    except (KeyboardInterrupt, typer.Abort):
        console.print("\nStopped. `tdd run --resume` goes on where it was, `tdd run --discard` drops it.")
        raise
    _told(ended, report, console)


def _wish(prd: Path | None, top: Path, base: str, worker: str, script: Path | None, python: Path | None) -> RunWish:
    if prd is None:
        raise TddError("Which PRD?", remedy="`tdd run PRD.md`; `tdd init` writes a template.")
    return RunWish(prd, top, base, worker, script, python)


def _told(ended: Ended, report: Path | None, console: Console) -> None:
    if report is not None and ended.run is not None:
        write_report(ended.run, report)
        console.print(f"Report: {report}")
    console.print(f"Result: branch {ended.branch}. Look at it: git log {ended.base}..{ended.branch}")
    if not ended.completed:
        raise RunUnfinished(f"The run did not complete: {ended.told}.", remedy="Mend it, then `tdd run --resume`.")
    console.print(f"Prove it again: tdd prove {ended.base}..{ended.branch}")
