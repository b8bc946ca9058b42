"""Honest changes in other languages than Python, each by its language's own runner, as far as that is installed."""

from pathlib import Path

import pytest

from bench.honest.changes import Change, foreign_changes, judge
from bench.runners import absent


@pytest.mark.parametrize("change", foreign_changes(), ids=lambda change: f"{change.language}: {change.change}")
def test_an_honest_change_is_judged_rightly(change: Change, tmp_path: Path) -> None:
    if why := absent(change.suite):
        pytest.skip(why)
    judged = judge(change, tmp_path / "place")
    assert judged.right, f"{judged.stages}: {judged.reason}"
