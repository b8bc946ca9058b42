"""`python -m bench.cheaters [WORD...]`: plays cheats and gives the matrix; a word is a language or part of a name."""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from bench.cheaters.cases import Cheat, cheats, languages
from bench.cheaters.matrix import printed, written
from bench.cheaters.playing import Caught, play
from bench.runners import absent
from world.tdd_project import plain_python, remembered

PAGE = Path(__file__).parents[3] / "docs" / "cheaters.md"


def main(words: Sequence[str]) -> int:
    """0: every cheat was caught for the right reason; 1: one was missed."""
    console = Console()
    every = [each for language in languages() for each in cheats(language)]
    meant = [each for each in every if _meant(each, words)]
    absences = {suite: absent(suite) for suite in {each.config.tdd.suite for each in meant}}
    chosen = [each for each in meant if not absences[each.config.tdd.suite]]
    with (
        tempfile.TemporaryDirectory(prefix="tdd-cheaters-") as folder,
        plain_python(Path(folder) / "bin"),
        remembered(),
    ):
        played = list(_played(chosen, Path(folder), console))
    printed(played, console)
    missed = [each for each in played if not each.right]
    console.print(f"{len(played) - len(missed)} of {len(played)} cheats caught, each for the right reason.")
    for suite, why in absences.items():
        if why:
            left = sum(1 for each in meant if each.config.tdd.suite == suite)
            console.print(f"{left} cheats of {suite} were not played: {why}.")
    written(played, PAGE, every)
    return 1 if missed else 0


def _meant(cheat: Cheat, words: Sequence[str]) -> bool:
    return not words or any(word.lower() == cheat.language or word.lower() in cheat.cheat.lower() for word in words)


def _played(chosen: list[Cheat], folder: Path, console: Console) -> Iterator[Caught]:
    with console.status("") as status:
        for number, each in enumerate(chosen):
            status.update(f"{number + 1} of {len(chosen)}: {each.cheat}")
            yield play(each, folder / str(number))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
