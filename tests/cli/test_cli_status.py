"""`tdd status` and `tdd state export`, from remotes of every kind and from an unfinished `tdd run`."""

import asyncio
import base64
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tdd_orchestrator.core.ledger import Ledger, noted
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.result import Stage, StageReport, StageState, Usage
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import RunState, TaskState
from tdd_orchestrator.core.task import Attempt, Task
from tdd_orchestrator.core.wire import from_wire
from tdd_orchestrator.local.keeping import Kept, Room
from tdd_orchestrator.local.staging import Staged
from tdd_orchestrator.store import Change, LedgerStore, StateStore
from world.command_line import Tdd
from world.git_server import Fault, bare_repository, git_server
from world.runs import spent
from world.small_repo import SmallRepo
from world.state_world import SEEN, folded, nobody, put_files


def stored(url: Path | str, number: int = 42, prefix: str = "refs/heads/tdd-state") -> Run:
    """Put a run with one task on the state branch of a repository."""
    usage = Usage(model="claude-sonnet-5-5", usd=0.4)
    attempt = Attempt(
        1,
        "n0nce",
        1.0,
        stages=(StageReport(Stage.RED, StageState.ACCEPTED, "It failed on an assertion.", usage=(usage,)),),
    )
    task = Task(PlannedTask("TASK-1", "Brew \x1b[31mtea"), TaskState.IN_PROGRESS, (attempt,), reason="The pot is cold.")
    run = replace(folded(None, SEEN)[0], number=number, title="Tea", state=RunState.RUNNING, tasks=(task,))

    async def save() -> None:
        with closing(StateStore(str(url), nobody, prefix=prefix)) as store:
            await store.save(f"pr-{number}", Change(run), await store.load(f"pr-{number}"))

    asyncio.run(save())
    return run


@pytest.fixture
def origin(tmp_path: Path, repo: SmallRepo) -> Path:
    """A bare repository that the clone calls origin."""
    bare = bare_repository(tmp_path / "origin.git")
    repo.git("remote", "add", "origin", str(bare))
    return bare


def test_the_runs_of_the_remote_are_shown_with_tasks_attempts_and_cost(tdd: Tdd, origin: Path) -> None:
    stored(origin, 42)
    stored(origin, 7)
    said = tdd("status")
    assert (said.code, said.err) == (0, "")
    first, second = said.out.split("\n\n")
    assert first.splitlines() == [
        "octo/demo #7 · Tea · running · $0.40 of at most $20.00",
        "  0 of 1 task landed",
        "  TASK-1  in progress, red    1 attempt   $0.40   Brew \ufffd[31mtea: The pot is cold.",
    ]
    assert second.startswith("octo/demo #42 · ")


def test_one_run_is_shown_by_its_number_and_as_json(tdd: Tdd, origin: Path) -> None:
    run = stored(origin)
    assert tdd("status", 42).out.startswith("octo/demo #42")
    assert from_wire(Run, tdd("status", 42, "--json").json) == run
    assert [each["number"] for each in tdd("status", "--json").json] == [42]


def test_no_run_is_an_answer_and_an_unknown_one_is_a_fault(tdd: Tdd, origin: Path) -> None:
    assert (tdd("status").code, tdd("status").out) == (0, "origin has no run.\n")
    assert tdd("status", "--json").json == []
    stored(origin, 3)
    for words in (["status", 7], ["status", 7, "--json"], ["state", "export", 7, "x.sqlite"]):
        said = tdd(*words)
        assert (said.code, said.out) == (1, "")
        assert said.err == "tdd: origin has no run of pull request #7. Runs there: #3.\n"


@pytest.mark.parametrize("words", [["status"], ["status", 1], ["state", "export", 1, "x"], ["init"]])
def test_outside_of_a_repository_there_is_one_sentence(tdd: Tdd, nowhere: Path, words: list[object]) -> None:
    said = tdd(*words)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("tdd: This folder is not in a git repository. Run `git init` there")
    said = tdd(*words, "--repo", "no-such-folder")
    assert said.err.startswith("tdd: There is no folder no-such-folder.")


def test_a_remote_that_is_not_there_is_told(tdd: Tdd, repo: SmallRepo, origin: Path) -> None:
    said = tdd("status", "--remote", "upstream")
    assert said.err == "tdd: This repository has no remote `upstream`. Name one with `--remote`: origin.\n"
    repo.git("remote", "set-url", "origin", "https://maintainer:hunter2@127.0.0.1:9/x.git")
    said = tdd("status")
    assert said.code == 1
    assert said.err.startswith("tdd: The remote `origin` cannot be read: ")
    assert "hunter2" not in said.err
    repo.git("remote", "remove", "origin")
    assert "Add it: `git remote add origin URL`." in tdd("status").err


def test_the_prefix_of_the_configuration_counts_and_the_remote_may_be_a_relative_path(
    tdd: Tdd, repo: SmallRepo, origin: Path
) -> None:
    stored(origin, prefix="refs/tdd")
    repo.git("remote", "set-url", "origin", "../origin.git")
    assert "has no run" in tdd("status").out
    (repo.path / ".tdd").mkdir()
    (repo.path / ".tdd" / "config.toml").write_text('[state]\nprefix = "refs/tdd"\n')
    (repo.path / "deep").mkdir()
    assert "#42" in tdd("status", "--repo", repo.path / "deep").out


def test_a_token_is_sent_to_github_and_to_nobody_else(
    tdd: Tdd, repo: SmallRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with git_server(tmp_path) as server:
        stored(server.url)
        repo.git("remote", "add", "origin", server.url)
        server.logins.clear()
        monkeypatch.setenv("GITHUB_TOKEN", "ghs_secret")
        assert tdd("status").code == 0
        assert set(server.logins) == {""}
        monkeypatch.setenv("GITHUB_SERVER_URL", server.url.rpartition("/")[0])
        server.logins.clear()
        assert tdd("status").code == 0
        assert set(server.logins) == {"Basic " + base64.b64encode(b"x-access-token:ghs_secret").decode()}
        server.break_next("info/refs", Fault.UNAUTHORIZED)
        said = tdd("status")
        assert (said.code, "ghs_secret" in said.err) == (1, False)
        assert "could not read Username" in said.err


def test_an_unfinished_run_of_this_machine_comes_first(tdd: Tdd, repo: SmallRepo, origin: Path) -> None:
    room = Room.of(repo.path)
    room.worked_on.parent.mkdir(parents=True)
    bare = bare_repository(room.worked_on)
    stored(bare, 1)
    stored(origin, 42)
    assert "#42" in tdd("status").out
    room.keep(Kept(Staged("main", "tdd/tea", "prds/tea.md", "Tea"), "script", "", "python"))
    said = tdd("status")
    assert "#1 ·" in said.out
    assert "#42" not in said.out
    assert said.err == "The runs of a remote: tdd status --remote origin\n"
    assert [run["number"] for run in tdd("status", "--json").json] == [1]
    assert "#42" in tdd("status", "--remote", "origin").out
    assert "#42" in tdd("status", 42).out


def test_the_database_is_written_and_never_over_another_file(tdd: Tdd, repo: SmallRepo, origin: Path) -> None:
    stored(origin)
    said = tdd("state", "export", 42, "run.sqlite")
    assert said.code == 0
    assert said.out.startswith("run.sqlite: ")
    with closing(sqlite3.connect(repo.path / "run.sqlite")) as database:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
        assert database.execute("select count(*) from v_tasks").fetchone() == (1,)
    (repo.path / "run.sqlite").write_bytes(b"mine")
    said = tdd("state", "export", 42, "run.sqlite")
    assert (said.code, said.err) == (1, "tdd: run.sqlite exists. Name another file, or say `--force`.\n")
    assert (repo.path / "run.sqlite").read_bytes() == b"mine"
    assert tdd("state", "export", 42, "run.sqlite", "--force").code == 0
    assert (repo.path / "run.sqlite").read_bytes().startswith(b"SQLite format 3")
    said = tdd("state", "export", 42, "no/such/folder/x.sqlite")
    assert (said.code, "cannot be written: No such file or directory" in said.err) == (1, True)


def test_the_clone_is_not_touched(tdd: Tdd, repo: SmallRepo, origin: Path) -> None:
    stored(origin)
    before = repo.git("for-each-ref"), sorted(path.name for path in (repo.path / ".git").iterdir())
    tdd("status")
    assert (repo.git("for-each-ref"), sorted(path.name for path in (repo.path / ".git").iterdir())) == before


def test_a_damaged_database_is_told_and_does_not_hide_the_run(tdd: Tdd, origin: Path) -> None:
    stored(origin)
    put_files(str(origin), {"events.ndjson": b"not a log"})
    said = tdd("status", "--json")
    assert (said.code, said.json[0]["number"]) == (0, 42)
    assert said.err.startswith("tdd: events.ndjson starts again from the database: ")


def test_the_ledger_stands_below_the_runs_and_can_be_exported(tdd: Tdd, origin: Path, tmp_path: Path) -> None:
    stored(origin)
    assert "All pull requests" not in tdd("status").out
    said = tdd("state", "export", "repo", tmp_path / "repo.sqlite")
    assert said.err == "tdd: origin has no ledger yet. It is written when the first attempt has ended.\n"

    def all_noted(book: Ledger) -> Ledger:
        return noted(noted(noted(book, spent(1)), spent(2)), spent(3))

    async def note() -> None:
        with closing(StateStore(str(origin), nobody)) as store:
            await LedgerStore(store.refs, store.prefix).change(all_noted)

    asyncio.run(note())
    assert tdd("status").out.split("\n\n")[-1].splitlines() == [
        "All pull requests (3 runs): $0.00 of at most $100.00 today, $0.75 of at most $1000.00 in all",
        "  claude: 0 of 3 attempts accepted, $0.75",
        "  worker:claude is open: The worker claude has failed 3 times in a row, over all pull requests."
        " (tried again from 1970-01-01 00:33 UTC)",
    ]
    assert "All pull requests" not in tdd("status", 42).out
    assert [each["number"] for each in tdd("status", "--json").json] == [42]
    assert tdd("state", "export", "repo", tmp_path / "repo.sqlite").code == 0
    with closing(sqlite3.connect(tmp_path / "repo.sqlite")) as database:
        assert database.execute("SELECT sum(usd) FROM v_days").fetchone() == (0.75,)


def test_what_is_no_pull_request_cannot_be_exported(tdd: Tdd, origin: Path) -> None:
    assert "neither the number of a pull request nor `repo`" in tdd("state", "export", "repos", "x").err
