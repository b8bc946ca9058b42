"""`python -m bench.honest [WORD...]`: plays the honest changes (those with a word in their name), gives the matrix."""

import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.cheaters.matrix import shortened
from bench.honest.changes import Change, Judged, judge, small_changes
from bench.honest.packages import package_changes
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
    if not words and not skipped:
        written(judged, PAGE)
    return 1 if wrong else 0


def _judged(words: Sequence[str], folder: Path, console: Console) -> tuple[list[Judged], list[str]]:
    judged: list[Judged] = []
    skipped: list[str] = []
    with console.status("") as status:
        for number, each in enumerate([*small_changes(), *package_changes()]):
            if isinstance(each, str):
                skipped.append(each)
            elif _meant(each, words):
                status.update(f"{number + 1}: {each.change}")
                judged.append(judge(each, folder / str(number)))
    return judged, skipped


def _meant(change: Change, words: Sequence[str]) -> bool:
    return not words or any(word.lower() in change.change.lower() for word in words)


def verdict(judged: Judged) -> str:
    """In words: accepted, rightly refused, or wrong."""
    if judged.right:
        return f"rightly refused: {shortened(judged.reason)}" if judged.change.refused else "accepted and proven"
    return f"WRONG: {shortened(judged.reason) if judged.reason else 'accepted'}"


def written(judged: Iterable[Judged], path: Path) -> None:
    """The matrix as a page of the documentation."""
    rows = [f"| {each.change.change} | {each.stages} | {verdict(each).replace('|', '∣')} |" for each in judged]
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join([INTRODUCTION, "| Change | Stages | Judgement |", "|---|---|---|", *rows, ""]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
