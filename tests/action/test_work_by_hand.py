"""What a person pushed goes through the gates that any worker's attempt goes through: real git, a real suite."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tdd_action.git import Git
from tdd_action.prove import prove
from tdd_action.work import work
from tdd_action.workers import WorkerSettings, connect
from tdd_orchestrator.core.plan import PlannedTask, TaskKind
from tdd_orchestrator.core.result import Assignment, Stage, Step, WorkResult
from world.small_repo import SmallRepo
from world.tdd_project import NEW_CODE, NEW_TEST, OLD, QUICK, TASK, plain_python, remembered, tiny_project

WHO = "Ada Writer <ada@example.invalid>"
MINE = {"tests/test_new.py": NEW_TEST, "src/shop.py": NEW_CODE}


def pushed(repo: SmallRepo, files: Mapping[str, str | None], onto: str = "") -> str:
    """A commit of a person on a branch of their own; the repository stands where it stood afterwards."""
    start = repo.head
    repo.git("switch", "--quiet", "--create", "by-hand", onto or start)
    for name, text in files.items():
        place = repo.path / name
        if text is None:
            place.unlink()
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--author", WHO, "-m", "Green tea, by hand")
    mine = repo.head
    repo.git("switch", "--quiet", "--detach", start)
    return mine


def handed_in(
    tmp_path: Path, repo: SmallRepo, source: str, head: str = "", task: PlannedTask = TASK
) -> tuple[WorkResult, Assignment]:
    head = head or repo.head
    given = Assignment(Step.WORK, "n0nce", "owner/tiny", 7, head, head, task=task, worker="human", source=source)
    worker = connect("human", WorkerSettings(repo.path, head, QUICK, head=head, source=source))
    with plain_python(tmp_path / "bin"), remembered():
        return work(given, repo.path, worker, QUICK, tmp_path / "out")[0], given


def states(result: WorkResult) -> list[str]:
    return [f"{report.stage}:{report.state}" for report in result.stages]


def test_a_persons_change_becomes_red_and_green_with_their_name_in_the_commits(tmp_path: Path) -> None:
    repo = tiny_project(tmp_path / "repo")
    result, given = handed_in(tmp_path, repo, pushed(repo, MINE))
    assert states(result) == ["red:accepted", "green:accepted", "refactor:skipped"], result.reason
    assert result.tip is not None
    repo.git("fetch", "--quiet", str(tmp_path / "out" / "work.bundle"), "refs/*:refs/bundle/*")
    log = repo.git(
        "log", "--reverse", "--format=%s|%(trailers:key=Co-authored-by,valueonly)", f"{given.head}..{result.tip}"
    )
    assert [line for line in log.splitlines() if line] == [
        f"TASK-1 red: {TASK.title}|{WHO}",
        f"TASK-1 green: {TASK.title}|{WHO}",
    ]
    with plain_python(tmp_path / "bin"), remembered():
        proof = prove(repo.path, given.head, result.tip, QUICK, task=TASK)
    assert proof.holds, proof.reason


def test_a_branch_that_is_behind_brings_its_own_change_and_nothing_else(tmp_path: Path) -> None:
    repo = tiny_project(tmp_path / "repo")
    old = repo.head
    source = pushed(repo, MINE)
    (repo.path / "README.md").write_text("# Tiny, and landed meanwhile\n")
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "-m", "Meanwhile")
    assert repo.head != old
    result, given = handed_in(tmp_path, repo, source)
    assert result.tip is not None, result.reason
    repo.git("fetch", "--quiet", str(tmp_path / "out" / "work.bundle"), "refs/*:refs/bundle/*")
    changed = repo.git("diff", "--name-only", f"{given.head}..{result.tip}").split()
    assert sorted(changed) == sorted(MINE)


@pytest.mark.parametrize(
    ("files", "ended", "told"),
    [
        ({"src/shop.py": NEW_CODE}, ["red:refused"], "test"),
        ({"tests/test_new.py": "def test_it():\n    assert True\n", "src/shop.py": NEW_CODE}, ["red:refused"], ""),
        (
            {**MINE, "pyproject.toml": OLD["pyproject.toml"] + "\n[tool.other]\n"},
            ["red:accepted", "green:refused"],
            "py",
        ),
        ({**MINE, "tests/test_shop.py": None}, ["red:accepted", "green:refused"], "tests/test_shop.py"),
        ({"tests/test_new.py": NEW_TEST}, ["red:accepted", "green:refused"], ""),
    ],
    ids=["no test", "a test that passes already", "outside the task", "an old test gone", "no code"],
)
def test_the_gates_refuse_a_person_as_they_refuse_a_worker(
    tmp_path: Path, files: Mapping[str, str | None], ended: list[str], told: str
) -> None:
    repo = tiny_project(tmp_path / "repo")
    result, _ = handed_in(tmp_path, repo, pushed(repo, files))
    assert states(result) == ended, result.reason
    assert result.tip is None
    assert told in result.reason


def test_a_conflict_is_told_with_its_file(tmp_path: Path) -> None:
    repo = tiny_project(tmp_path / "repo")
    source = pushed(repo, MINE)
    (repo.path / "src/shop.py").write_text("def price(article):\n    return 101\n")
    repo.git("commit", "--quiet", "--all", "-m", "Meanwhile")
    result, _ = handed_in(tmp_path, repo, source)
    assert "conflicts with what landed meanwhile in src/shop.py" in result.reason


def test_a_push_that_was_pushed_over_or_brings_nothing_is_said_so(tmp_path: Path) -> None:
    repo = tiny_project(tmp_path / "repo")
    gone, _ = handed_in(tmp_path, repo, "1" * 40)
    assert "Push again" in gone.reason
    nothing, _ = handed_in(tmp_path, repo, repo.head)
    assert "nothing that the pull request's branch lacks" in nothing.reason


def test_documents_by_hand_are_one_commit(tmp_path: Path) -> None:
    repo = tiny_project(tmp_path / "repo")
    docs = replace(TASK, kind=TaskKind.DOCS, files=("README.md",), tests=())
    result, _ = handed_in(tmp_path, repo, pushed(repo, {"README.md": "# Tea\n"}), task=docs)
    assert states(result) == ["green:accepted"], result.reason


def test_modes_links_and_bytes_come_as_they_were_pushed(tmp_path: Path) -> None:
    repo = tiny_project(tmp_path / "repo", {".gitattributes": "*.sh text eol=crlf\n"})
    docs = replace(TASK, kind=TaskKind.DOCS, files=("docs/**", "README.md"), tests=())
    source = pushed(repo, {"README.md": "# Tea\n", "docs/a.md": "a\r\nb\n"})
    result, given = handed_in(tmp_path, repo, source, task=docs)
    assert result.tip is not None, result.reason
    repo.git("fetch", "--quiet", str(tmp_path / "out" / "work.bundle"), "refs/*:refs/bundle/*")
    trees = [Git(repo.path)("rev-parse", f"{each}^{{tree}}") for each in (source, result.tip)]
    assert trees[0] == trees[1]
    assert given.source == source
    assert result.stages[0].stage is Stage.GREEN
