"""`tdd run`: the result is one more branch; what somebody was working on is not touched, whatever happens."""

import json
import signal
from pathlib import Path
from random import Random

import pytest

from world.own_project import HONEST, PRD, OwnProject, interrupted, listens, own_project, ports
from world.tdd_project import RED

BRANCH = "tdd/green-tea"


def in_mid_work(project: OwnProject) -> None:
    """Somebody has staged, changed and new files."""
    (project.repo.path / "src" / "staged.py").write_text("STAGED = 1\n")
    project.repo.git("add", "src/staged.py")
    (project.repo.path / "src" / "shop.py").write_text("def price(article):\n    return 'not done'\n")
    (project.repo.path / "tests" / "untracked.py").write_text("# later\n")


def stages(project: OwnProject, since: str = "main") -> list[str]:
    form = "%(trailers:key=TDD-Stage,valueonly,separator=)"
    return project.repo.git("log", "--reverse", f"--format={form}", f"{since}..{BRANCH}").split()


def test_the_result_is_a_branch_and_nothing_else_is_touched(tmp_path: Path) -> None:
    project = own_project(tmp_path)
    in_mid_work(project)
    before = project.seen()
    report = tmp_path / "reports" / "run.html"
    prd = project.prd("green tea, cheaper.md")
    said = project.tdd("run", prd, "--script", project.script(), "--yes", "--report", report)
    assert said.code == 0, said
    assert project.seen() == before
    assert stages(project) == ["red", "green"]
    assert project.repo.git("diff", "--name-only", "main", BRANCH).splitlines() == [
        "prds/green-tea,-cheaper.md",
        "src/shop.py",
        "tests/test_new.py",
    ]
    assert f"Result: branch {BRANCH}" in said.out
    assert not [port for port in ports(said.out) if listens(port)]
    page = report.read_text()
    assert page.startswith("<!doctype html>")
    assert "TASK-1" in page
    proved = project.tdd("prove", f"main..{BRANCH}")
    assert proved.code == 0, proved


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_leaves_nothing_running_and_can_be_taken_up(tmp_path: Path, by: int) -> None:
    project = own_project(tmp_path)
    before = project.seen()
    marker = f"sleep {Random().randint(10**6, 10**7)}"
    script = project.script({"red": RED | {"run": marker}, "green": HONEST["green"]})
    running = project.begun("run", project.prd(), "--script", script, "--yes")
    said, started = interrupted(running, marker, by)
    assert said.code == 130, said
    assert "tdd run --resume" in said.out
    assert len(started) > 3, "the app and a job had run"
    assert {one: words for one, words in started.items() if one.alive} == {}
    assert not [port for port in ports(said.out) if listens(port)]
    assert {**project.seen(), "files of .git": None} == {**before, "files of .git": None}
    assert project.repo.git("branch", "--list", "tdd/*") == ""
    if by == signal.SIGTERM:
        assert project.tdd("run", "--discard").out == "Dropped.\n"
    else:
        again = project.tdd("run", project.prd(), "--yes")
        assert (again.code, "--resume" in again.err, "--discard" in again.err) == (1, True, True)
        project.script(HONEST)
        report = tmp_path / "run.json"
        resumed = project.tdd("run", "--resume", "--yes", "--report", report)
        assert resumed.code == 0, resumed
        assert stages(project) == ["red", "green"]
        assert json.loads(report.read_text())["state"] == "completed"
    assert project.seen() == before


def test_a_plan_that_nobody_can_approve_waits_and_can_be_dropped(tmp_path: Path) -> None:
    project = own_project(tmp_path, approve_above=0.0)
    before = project.seen()
    said = project.tdd("run", project.prd(), "--script", project.script())
    assert said.code == 1
    assert "nobody is here to ask" in said.err
    assert "tdd run --resume --yes" in said.err
    assert project.tdd("run", "--discard").code == 0
    assert project.seen() == before


def test_what_cannot_be_done_is_told_and_goes_on_when_it_is_mended(tmp_path: Path) -> None:
    """On a detached HEAD, for a PRD that is on the base branch already, and with a script that gives up at first."""
    project = own_project(tmp_path, files={"docs/tea.md": PRD})
    project.repo.git("checkout", "--quiet", "--detach")
    before = project.seen()
    script = project.script({"red": {"run": "exit 3"}})
    prd = project.repo.path / "docs" / "tea.md"
    said = project.tdd("run", prd, "--script", script, "--base", "main", "--yes", "--report", tmp_path / "run.md")
    assert said.code == 1
    assert "TASK-1" in said.err
    assert "tdd run --resume" in said.err
    assert "exit code 3" in (tmp_path / "run.md").read_text()
    assert stages(project) == []
    project.script(HONEST)
    resumed = project.tdd("run", "--resume", "--yes")
    assert resumed.code == 0, resumed
    assert stages(project) == ["red", "green"]
    assert project.seen() == before
