"""A worker that breaks out, floods, hangs or forks: a sentence in its result; nothing outside changes or goes on."""

import os
import re
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tdd_action.workers.script_file import ScriptFault
from tdd_orchestrator.core.settings import TddSettings
from world.own_project import processes
from world.tdd_project import GREEN, NEW_TEST, QUICK, RED, Worked, attempt

HASTY = replace(QUICK, tdd=TddSettings(test_seconds=2, stage_seconds=10))
KILOBYTES = 100_000
FLOOD = f"head -c {KILOBYTES * 1000} /dev/zero | tr '\\0' x; echo; echo the last line"


def tries(tmp_path: Path, red: dict[str, object]) -> Worked:
    """An attempt whose RED stage does this, in a folder that has a neighbour."""
    return attempt(tmp_path / "room", {"red": RED | red, "green": GREEN}, config=HASTY, afresh=True)


def neighbours(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in tmp_path.iterdir())


def left_running(tmp_path: Path, marker: str) -> list[str]:
    """The processes that have the marker on their command line, or sit in a folder of the test."""
    found = []
    for one, _, words in processes():
        try:
            sits = os.readlink(f"/proc/{one.pid}/cwd")
        except OSError:
            continue
        if marker in words or sits.startswith(str(tmp_path)):
            found.append(words)
    return found


@pytest.mark.parametrize(
    ("red", "said"),
    [
        ({"write": {"../../outside.txt": "x"}}, "'../../outside.txt'"),
        ({"write": {"/tmp/tdd-outside.txt": "x"}}, "'/tmp/tdd-outside.txt'"),
        ({"delete": ["../../../keep.txt"]}, "'../../../keep.txt'"),
        ({"write": {".git/hooks/pre-commit": "#!/bin/sh\n"}}, ".git"),
    ],
)
def test_what_would_leave_the_repository_is_refused_by_name(tmp_path: Path, red: dict[str, object], said: str) -> None:
    (tmp_path / "keep.txt").write_text("mine\n")
    with pytest.raises(ScriptFault, match=re.escape(said)):
        tries(tmp_path, red)
    assert neighbours(tmp_path) == ["keep.txt", "room"]
    assert not Path("/tmp/tdd-outside.txt").exists()


def test_a_patch_that_would_leave_the_repository_does_not_apply(tmp_path: Path) -> None:
    worked = tries(tmp_path, {"patch": "--- /dev/null\n+++ b/../../outside.txt\n@@ -0,0 +1 @@\n+x\n"})
    assert worked.states == ["red:refused"]
    assert "patch does not apply" in worked.result.reason
    assert neighbours(tmp_path) == ["room"]


def test_a_command_of_the_worker_changes_nothing_outside_by_a_link_or_by_name(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    marks = f"ln -s {outside} tests/way; echo x > tests/way/a.txt; echo x > {outside}/b.txt; rm tests/way; true"
    worked = tries(tmp_path, {"run": marks})
    assert list(outside.iterdir()) == []
    assert worked.states[:2] == ["red:accepted", "green:accepted"]


def test_a_hundred_megabytes_of_output_are_told_in_a_few_lines(tmp_path: Path) -> None:
    worked = tries(tmp_path, {"run": f"{FLOOD}; exit 3"})
    assert worked.states == ["red:refused"]
    assert "ended with exit code 3" in worked.result.reason
    assert worked.result.reason.endswith("the last line")
    assert (worked.out / "result.json").stat().st_size < 10_000


def test_a_test_that_prints_a_hundred_megabytes_is_judged_like_any_other(tmp_path: Path) -> None:
    loud = NEW_TEST.replace(
        "    assert", f"    for _ in range({KILOBYTES // 1000}):\n        print('x' * 10**6)\n    assert"
    )
    worked = tries(tmp_path, {"write": {"tests/test_new.py": loud}})
    assert worked.states[:1] == ["red:accepted"]
    assert (worked.out / "result.json").stat().st_size < 10_000


def test_a_suite_that_hangs_is_stopped_and_named(tmp_path: Path) -> None:
    hangs = NEW_TEST.replace("    assert", "    while True:\n        pass\n    assert")
    worked = tries(tmp_path, {"write": {"tests/test_new.py": hangs}})
    assert worked.states[0] in ("red:refused", "red:error")
    assert "test_tea_is_cheaper" in worked.result.reason
    assert "did not end in time" in worked.result.reason
    assert left_running(tmp_path, "tests/test_new.py") == []


FORKS = """import os
import subprocess
import time


def test_tea_is_cheaper():
    subprocess.Popen(["sleep", "{marker}"], start_new_session=True)
    for _ in range(200):
        if not os.fork():
            os.setsid()
            time.sleep(1000)
            os._exit(0)
    from shop import price
    assert price("green tea") == 90
"""


def test_what_a_suite_forks_does_not_outlive_it(tmp_path: Path) -> None:
    marker = str(Random().randint(10**7, 10**8))
    worked = tries(tmp_path, {"write": {"tests/test_new.py": FORKS.format(marker=marker)}})
    assert worked.result.stages[0].sentence
    assert left_running(tmp_path, marker) == []


def test_what_a_worker_starts_does_not_outlive_its_stage(tmp_path: Path) -> None:
    marker = str(Random().randint(10**7, 10**8))
    worked = tries(tmp_path, {"run": f"setsid sleep {marker} > /dev/null 2>&1 & sleep 0.1"})
    assert worked.states[:2] == ["red:accepted", "green:accepted"]
    assert left_running(tmp_path, marker) == []


def test_a_worker_that_takes_too_long_is_stopped_with_all_that_it_runs(tmp_path: Path) -> None:
    marker = str(Random().randint(10**7, 10**8))
    config = replace(HASTY, tdd=TddSettings(stage_seconds=1))
    worked = attempt(tmp_path / "room", {"red": {"run": f"sleep {marker} & sleep {marker}"}}, config=config)
    assert worked.states == ["red:refused"]
    assert "s." in worked.result.reason
    assert left_running(tmp_path, marker) == []
