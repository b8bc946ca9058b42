"""The matrix of cheats: which gate stopped each, for the terminal and for docs/cheaters.md."""

import re
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.cheaters.cases import Cheat
from bench.cheaters.playing import Caught
from bench.pages import Cells, renewed
from tdd_orchestrator.core.evidence.fingerprints import steadied

GENERATED = "<!-- Written by `make cheaters`; the cases are in tests/bench/cheaters. -->"
INTRODUCTION = """# What cheats come to

Each line is a worker that cheats, played by a script through the real gates: same git, same sandbox, same test runner.
A cheat that is stopped at another gate, or for another reason than its case says, counts as missed.

- **red**, **green**, **refactor**: the stage was refused (or the refactoring dropped), with this reason.
- **notice**: it may be honest, so it is accepted and named on its line.
- **sandbox**: it was played and had no effect: nothing left, nothing read, nothing sent.
- **prove**, **certificate**: the proof from git alone does not hold, or does not agree with the certificate.
"""


def printed(played: Iterable[Caught], console: Console) -> None:
    """The matrix for people at a terminal."""
    table = Table("Cheat", "Language", "Caught at", "Reason")
    for each in played:
        gate = each.gate if each.right else f"[red]MISSED[/red] ({each.gate or 'no gate'})"
        table.add_row(each.cheat.cheat, each.cheat.language, gate, shortened(each.said))
    console.print(table)


def shortened(said: str) -> str:
    """One sentence without what differs from run to run."""
    plain = re.sub(r"\b[0-9a-f]{7,40}\b", "…", steadied(said))
    first = re.split(r"(?<=[.!?]) (?=[A-Z`])", plain)[0]
    return first if len(first) <= 150 else f"{first[:147]}..."


def written(played: Iterable[Caught], path: Path, known: Iterable[Cheat]) -> None:
    """The matrix as a page of the documentation; rows of cases that were not played now stay as they were."""
    rows: dict[Cells, Cells] = {
        (each.cheat.cheat, each.cheat.language): (each.gate if each.right else "**MISSED**", shortened(each.said))
        for each in played
    }
    keys = [(each.cheat, each.language) for each in known]
    renewed(path, f"{GENERATED}\n\n{INTRODUCTION}", ("Cheat", "Language", "Caught at", "Reason"), rows, keys)
