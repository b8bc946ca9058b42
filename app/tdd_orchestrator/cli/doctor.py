"""`tdd doctor`: what keeps the App from working, and what to do about it."""

import asyncio
import logging
import os
import time
from typing import Annotated

import typer

from tdd_orchestrator.cli.faults import YOURS
from tdd_orchestrator.cli.output import print_json, visible
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.doctor.examination import examine
from tdd_orchestrator.doctor.finding import Finding, Level


def doctor_command(
    repo: Annotated[str, typer.Option(metavar="OWNER/NAME", help="Look at this repository only.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Examine machine, settings, App and repositories, in the environment of `tdd serve`; nothing is changed.

    Exit code 1 where something must be mended.
    """
    if repo and (repo.count("/") != 1 or not all(repo.split("/"))):
        raise TddError(f"`--repo {repo}` is not of the form owner/name.", remedy="Such as maintainer/shop.")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    findings = asyncio.run(_examined(repo, told=not as_json))
    failed = sum(finding.level is Level.FAIL for finding in findings)
    if as_json:
        print_json({"ok": not failed, "findings": [_wire(finding) for finding in findings]})
    else:
        typer.echo(_sum(findings, failed))
    raise typer.Exit(YOURS if failed else 0)


async def _examined(repo: str, *, told: bool) -> list[Finding]:
    findings = []
    async for finding in examine(os.environ, repo, time.time()):
        findings.append(finding)
        if told:
            typer.echo(_lines(finding))
    return findings


def _lines(finding: Finding) -> str:
    first = f"{finding.level:<4}  {visible(finding.about)}: {visible(finding.told)}"
    return f"{first}\n      {visible(finding.remedy)}" if finding.remedy else first


def _sum(findings: list[Finding], failed: int) -> str:
    warned = sum(finding.level is Level.WARN for finding in findings)
    if failed:
        return f"\n{failed} to mend, {warned} to look at."
    return f"\nNothing to mend{f', {warned} to look at' if warned else ''}."


def _wire(finding: Finding) -> dict[str, str]:
    return {"about": finding.about, "level": finding.level.value, "told": finding.told, "remedy": finding.remedy}
