"""`tdd demo`: what a newcomer watches, from a PRD in a pull request to commits that prove themselves."""

import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from world.own_project import PATIENCE_S, ended, environment, family, listens, ports, until
from world.small_repo import SmallRepo

CHEAT = "Refused: TASK-5, attempt 1: "
TASKS = [f"TASK-{number}" for number in range(1, 8)]
PEOPLE = (
    "presses `Approve plan`",
    "takes a task over",
    "holds the run",
    "lets it go on",
    "pushes a test and code",
    "presses `Re-run`",
    "edits the PRD",
)


def begun(directory: Path, *words: object) -> subprocess.Popen[str]:
    """`tdd demo` in a folder of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tdd_orchestrator", "demo", *map(str, words)],
        cwd=directory,
        env=environment() | {"TMPDIR": str(directory)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_newcomer_watches_a_prd_become_proven_commits(tmp_path: Path) -> None:
    """One run for all of it, because it takes as long as ten other stories."""
    keep = tmp_path / "kept"
    said = ended(begun(tmp_path, "--keep", keep), 15 * PATIENCE_S)
    assert said.code == 0, said
    told = re.sub(r"\s+", " ", said.out)
    assert "7 tasks landed, each proven from git" in told
    assert "7 of 7 requirements held by tests" in told
    assert all(f"@maintainer {act}" in told for act in PEOPLE)
    assert "TASK-3 comes after TASK-2: each was right alone, together they were not." in told
    assert CHEAT in told
    assert "tests are frozen after RED" in told.partition(CHEAT)[2][:400]
    assert all(f"TDD / {key}" in told for key in TASKS)
    assert "tdd-state/pr-1" in told
    assert re.search(r"Cost: \$\d", told)
    assert not [port for port in ports(said.out) if listens(port)]
    assert [path.name for path in tmp_path.iterdir()] == ["kept"], "nothing else stays"
    assert_commits(SmallRepo(keep))
    assert_proven(keep)


def assert_commits(kept: SmallRepo) -> None:
    """Every task left its commits with trailers, each after what it depends on."""
    form = "%(trailers:key=TDD-Task,valueonly,separator=)|%(trailers:key=TDD-Stage,valueonly,separator=)"
    lines = kept.git("log", "--reverse", "--topo-order", f"--format={form}", "origin/main..HEAD").splitlines()
    stages = [tuple(line.split("|")) for line in lines if line.strip("|")]
    assert {task for task, _ in stages} == set(TASKS)
    counted = Counter(stage for _, stage in stages)
    assert (counted["red"], counted["green"]) == (7, 7)
    order = list(dict.fromkeys(task for task, _ in stages))
    assert (order[0], order[-1]) == ("TASK-1", "TASK-7")
    by_hand = kept.git("log", "--format=%(trailers:key=Co-authored-by,valueonly,separator=)", "--grep=TDD-Task: TASK-4")
    assert "demo@example.invalid" in by_hand


def assert_proven(kept: Path) -> None:
    """What it left is proven again from git alone."""
    done = subprocess.run(
        [sys.executable, "-m", "tdd_action", "prove", "origin/main..HEAD"],
        cwd=kept,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything holds: 7 tasks" in done.stdout


def test_a_demo_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    demo = begun(tmp_path)
    until(lambda: any("tdd_orchestrator serve" in words for words in family(demo.pid).values()), "the app")
    started = family(demo.pid)
    demo.send_signal(signal.SIGINT)
    said = ended(demo)
    assert said.code == 130, said
    assert "Traceback" not in said.err
    assert {one: words for one, words in started.items() if one.alive} == {}
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine\n")
    said = ended(begun(tmp_path, "--keep", tmp_path))
    assert said.code == 1
    assert "is not empty. Name a folder that does not exist yet." in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
