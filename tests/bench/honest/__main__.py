"""`python -m bench.honest [WORD...]`: plays honest changes; a word is a language or part of a name."""

import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.cheaters.matrix import shortened
from bench.honest.changes import Change, Judged, foreign_changes, judge, small_changes
from bench.honest.packages import package_changes, package_names
from bench.pages import Cells, renewed
from bench.runners import absent
from world.tdd_project import plain_python, remembered

PAGE = Path(__file__).parents[3] / "docs" / "honest.md"
INTRODUCTION = """<!-- Written by `make honest`; the changes are in tests/bench/honest. -->

# What honest changes come to

Each line is an honest change, played by a script through the real gates with the default configuration: the work is to
be accepted, and its proof is to hold. Changes of public packages bring their authors' own code and tests back. A
refusal that is right is listed with its reason; any other counts as wrong.
"""


def main(words: Sequence[str]) -> int:
    """0: nothing was refused wrongly; 1: something was."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="tdd-honest-") as folder, plain_python(Path(folder) / "bin"), remembered():
        judged, skipped = _judged(words, Path(folder), console)
    table = Table("Change", "Stages", "Judgement")
    for each in judged:
        table.add_row(each.change.change, each.stages, verdict(each) if each.right else f"[red]{verdict(each)}[/red]")
    console.print(table)
    for word in skipped:
        console.print(word)
    wrong = [each for each in judged if not each.right]
    console.print(f"{len(judged)} changes, {len(wrong)} wrongly judged.")
    small = [(each.change, each.language) for each in (*small_changes(), *foreign_changes())]
    written(judged, PAGE, [*small, *((name, "python") for name in package_names())])
    return 1 if wrong else 0


def _judged(words: Sequence[str], folder: Path, console: Console) -> tuple[list[Judged], list[str]]:
    judged: list[Judged] = []
    skipped: dict[str, None] = {}
    with console.status("") as status:
        for number, each in enumerate(_chosen(words)):
            if isinstance(each, str):
                skipped[each] = None
            elif why := absent(each.suite):
                skipped[f"Changes for {each.suite} are skipped: {why}."] = None
            else:
                status.update(f"{number + 1}: {each.change}")
                judged.append(judge(each, folder / str(number)))
    return judged, list(skipped)


def _chosen(words: Sequence[str]) -> Iterator[Change | str]:
    yield from (each for each in (*small_changes(), *foreign_changes()) if _meant(each.change, each.language, words))
    if any(_meant(name, "python", words) for name in package_names()):
        found = package_changes()
        yield from (each for each in found if isinstance(each, str) or _meant(each.change, each.language, words))


def _meant(change: str, language: str, words: Sequence[str]) -> bool:
    return not words or any(word.lower() == language or word.lower() in change.lower() for word in words)


def verdict(judged: Judged) -> str:
    """In words: accepted, rightly refused, or wrong."""
    if judged.right:
        return f"rightly refused: {shortened(judged.reason)}" if judged.change.refused else "accepted and proven"
    return f"WRONG: {shortened(judged.reason) if judged.reason else 'accepted'}"


def written(judged: Iterable[Judged], path: Path, known: Iterable[tuple[str, str]]) -> None:
    """The matrix as a page of the documentation; rows of changes that were not played now stay as they were."""
    rows: dict[Cells, Cells] = {
        (each.change.change, each.change.language): (each.stages, verdict(each)) for each in judged
    }
    renewed(path, INTRODUCTION, ("Change", "Language", "Stages", "Judgement"), rows, known)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
