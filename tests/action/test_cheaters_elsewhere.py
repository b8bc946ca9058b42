"""The cheats in other languages than Python, each in its language's own runners, as far as they are installed."""

from pathlib import Path

import pytest

from bench.cheaters.cases import Cheat, cheats, languages
from bench.cheaters.playing import play
from bench.runners import absent

ELSEWHERE = [each for language in languages() if language != "python" for each in cheats(language)]


@pytest.mark.parametrize("cheat", ELSEWHERE, ids=lambda cheat: f"{cheat.language}: {cheat.cheat}")
def test_a_cheat_is_caught_for_the_right_reason(cheat: Cheat, tmp_path: Path) -> None:
    if why := absent(cheat.config.tdd.suite):
        pytest.skip(why)
    caught = play(cheat, tmp_path / "place")
    assert caught.right, f"caught at {caught.gate or 'no gate'}: {caught.said}"
