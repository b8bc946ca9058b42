"""What `tdd run` refuses before any work: one sentence, what to do, exit 1, and nothing is left in the repository."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tdd_orchestrator.cli import main
from tdd_orchestrator.local.keeping import Room
from world.command_line import Said, Tdd
from world.own_project import PRD, OwnProject
from world.small_repo import small_repo


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OwnProject:
    """A small repository, in which the commands are given."""
    made = OwnProject(small_repo(tmp_path / "repo", {"README.md": "# Small\n", "prds/tea.md": PRD}), tmp_path)
    monkeypatch.chdir(made.repo.path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    return made


@pytest.fixture
def tdd(capfd: pytest.CaptureFixture[str]) -> Tdd:
    """Run `tdd` with these words."""

    def run(*words: object) -> Said:
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        out, err = capfd.readouterr()
        return Said(int(ended.value.code or 0), out, err)

    return run


def refused(project: OwnProject, said: Said, *parts: str) -> None:
    """It was refused in these words, and nothing was begun."""
    assert said.code == 1, said
    for part in parts:
        assert part in said.err
    assert "Traceback" not in said.err
    assert not (project.repo.path / ".git" / "tdd" / "run.json").exists()


def detached(project: OwnProject) -> None:
    project.repo.git("checkout", "--quiet", "--detach")


def unborn(project: OwnProject) -> None:
    project.repo.git("checkout", "--quiet", "--orphan", "new")


def result_there(project: OwnProject) -> None:
    project.repo.git("branch", "tdd/green-tea")


def room_taken(project: OwnProject) -> None:
    project.repo.git("branch", "tdd")


def faulty_config(project: OwnProject) -> None:
    project.repo.commit("Configure", {".tdd/config.toml": "[tdd]\nworkr = 'script'\nattempts = 'many'\n"})
    (project.repo.path / ".tdd" / "config.toml").write_text("")  # what is committed counts


def nothing(_: OwnProject) -> None: ...


@pytest.mark.parametrize(
    ("before", "words", "parts"),
    [
        (nothing, (), ("Which PRD?", "tdd init")),
        (nothing, ("none.md",), ("There is no file none.md",)),
        (nothing, ("prds",), ("There is no file prds",)),
        (nothing, ("prds/tea.md", "--base", "nope"), ("There is no branch nope", "`git branch`")),
        (nothing, ("prds/tea.md", "--script", "no.yml"), ("There is no script no.yml",)),
        (nothing, ("prds/tea.md", "--python", "/no/python"), ("There is no Python /no/python",)),
        (nothing, ("prds/tea.md", "--report", "x.pdf"), (".html, .md or .json",)),
        (nothing, ("prds/tea.md", "--repo", "nowhere"), ("There is no folder nowhere",)),
        (nothing, ("prds/tea.md", "--repo", ".."), ("is not in a git repository", "git init")),
        (nothing, ("--resume",), ("There is no unfinished run here", "tdd run PRD.md")),
        (detached, ("prds/tea.md",), ("HEAD is detached", "--base")),
        (unborn, ("prds/tea.md",), ("has no commit yet",)),
        (result_there, ("prds/tea.md",), ("The branch tdd/green-tea exists", "git branch -m")),
        (room_taken, ("prds/tea.md",), ("A branch `tdd` is in the way", "git branch -m")),
        (faulty_config, ("prds/tea.md",), (".tdd/config.toml:2: ", "`worker`", ".tdd/config.toml:3: ", "commit it")),
    ],
)
def test_what_is_in_the_way_is_told_before_any_work(
    project: OwnProject, tdd: Tdd, before: Callable[[OwnProject], None], words: tuple[str, ...], parts: tuple[str, ...]
) -> None:
    before(project)
    was = project.seen()
    refused(project, tdd("run", *words), *parts)
    assert {**project.seen(), "files of .git": 0} == {**was, "files of .git": 0}


@pytest.mark.parametrize("words", [("prds/tea.md",), ("--resume",), ("--discard",)])
def test_a_run_that_is_at_work_is_left_alone(project: OwnProject, tdd: Tdd, words: tuple[str, ...]) -> None:
    with Room.of(project.repo.path).held():
        refused(project, tdd("run", *words), "at work on this repository right now", "Ctrl-C")


REQUIREMENT = "# Shop\n\n## REQ-1: First\n\nIt adds.\n\n- [ ] one and one is two\n"


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        (b"", ("prd.md:1: ",)),
        (b"\x00\xff\xfe\x01" * 50, ("prd.md:1: ", "UTF-8")),
        (b"# Shop\n\nIt shall be nice.\n", ("prd.md:1: ", "requirement")),
        (REQUIREMENT.encode() + b"x" * 5_000_000, ("prd.md:1: ",)),
        ((REQUIREMENT + "\n## REQ-1: Again\n\nIt adds.\n\n- [ ] x is 1\n").encode(), ("prd.md:9: ", "REQ-1")),
        (b"---\ntitle: [\n---\n" + REQUIREMENT.encode(), ("prd.md:3: ", "This is not YAML")),
    ],
    ids=["empty", "binary", "no requirement", "5 MB", "ids that are there twice", "front matter that is no YAML"],
)
def test_a_malformed_prd_is_refused_at_its_line(
    project: OwnProject, tdd: Tdd, content: bytes, parts: tuple[str, ...]
) -> None:
    prd = project.room / "prd.md"
    prd.write_bytes(content)
    refused(project, tdd("run", prd), *parts, "tdd ingest")


def test_there_may_be_nothing_to_drop(project: OwnProject, tdd: Tdd) -> None:
    assert tdd("run", "--discard") == Said(0, "There is no unfinished run.\n", "")
