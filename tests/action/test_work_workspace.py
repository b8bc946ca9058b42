"""The private work tree: exact contents, nobody's settings, nothing left behind."""

import os
from pathlib import Path

import pytest

from tdd_action.git import BOT, GitFailed
from tdd_action.workspace import Workspace, trailers, workspace
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.result import Stage
from world.small_repo import SmallRepo, small_repo


@pytest.fixture
def repo(tmp_path: Path) -> SmallRepo:
    files = {"src/x.py": "x = 1\n", ".gitignore": "*.log\n", ".gitattributes": "*.py eol=crlf filter=evil\n"}
    return small_repo(tmp_path / "repo", dict(files))


def test_the_tree_holds_what_is_stored_byte_for_byte_and_is_gone_afterwards(repo: SmallRepo) -> None:
    with workspace(repo.path, "HEAD") as made:
        assert (made.tree / "src/x.py").read_bytes() == b"x = 1\n"
        assert not (made.tree / ".git").exists()
        place = made.place
    assert not place.exists()


def test_no_remote_and_no_credential_is_copied_from_the_repository(repo: SmallRepo) -> None:
    repo.git("config", "remote.origin.url", "https://x-access-token:SECRET@example.org/o/r.git")
    repo.git("config", "http.extraheader", "AUTHORIZATION: basic SECRET")
    with workspace(repo.path, "HEAD") as made:
        texts = [path.read_bytes() for path in made.git.directory.rglob("*") if path.is_file()]
    assert not any(b"SECRET" in text for text in texts)


def test_what_a_stage_changed_is_named_with_modes(repo: SmallRepo) -> None:
    with workspace(repo.path, "HEAD") as made:
        (made.tree / "src/x.py").unlink()
        (made.tree / "src/new.py").write_text("y = 2\n")
        os.symlink("/etc/passwd", made.tree / "src/link")
        (made.tree / "run.log").write_text("ignored")
        found = made.differences("HEAD", made.snapshot())
    assert [(each.path, each.mode_before, each.mode_after) for each in found] == [
        ("src/link", "000000", "120000"),
        ("src/new.py", "000000", "100644"),
        ("src/x.py", "100644", "000000"),
    ]


def test_settings_and_hooks_planted_in_the_work_tree_are_never_read(repo: SmallRepo, tmp_path: Path) -> None:
    with workspace(repo.path, "HEAD") as made:
        planted = made.tree / ".git"
        (planted / "hooks").mkdir(parents=True)
        (planted / "config").write_text(
            f'[core]\nfsmonitor = touch {tmp_path}/pwned\n[filter "evil"]\nclean = touch {tmp_path}/pwned\n'
        )
        (planted / "HEAD").write_text("ref: refs/heads/main\n")
        tree = made.snapshot()
        made.checkout("HEAD")
        assert not planted.exists()
    assert tree == repo.git("rev-parse", "HEAD^{tree}")
    assert not (tmp_path / "pwned").exists()


def test_an_edit_that_keeps_size_and_time_is_seen(repo: SmallRepo) -> None:
    with workspace(repo.path, "HEAD") as made:
        before = (made.tree / "src/x.py").stat()
        (made.tree / "src/x.py").write_text("x = 2\n")
        os.utime(made.tree / "src/x.py", ns=(before.st_atime_ns, before.st_mtime_ns))
        assert [each.path for each in made.differences("HEAD", made.snapshot())] == ["src/x.py"]


def test_checkout_takes_away_ignored_files_too(repo: SmallRepo) -> None:
    with workspace(repo.path, "HEAD") as made:
        (made.tree / "run.log").write_text("ignored")
        (made.tree / "src/x.py").write_text("changed")
        made.checkout("HEAD")
        assert sorted(path.name for path in made.tree.rglob("*") if path.is_file()) == [
            ".gitattributes",
            ".gitignore",
            "x.py",
        ]
        assert (made.tree / "src/x.py").read_text() == "x = 1\n"


def test_paths_are_put_back_as_they_were_or_as_absent(repo: SmallRepo) -> None:
    with workspace(repo.path, "HEAD") as made:
        (made.tree / "src/x.py").write_text("weakened")
        (made.tree / "conftest.py").write_text("planted")
        (made.tree / "src/kept.py").write_text("kept")
        tree = made.put_back("HEAD", ["src/x.py", "conftest.py"], onto=made.snapshot())
        assert [each.path for each in made.differences("HEAD", tree)] == ["src/kept.py"]


def test_a_commit_is_the_bots_and_carries_trailers(repo: SmallRepo) -> None:
    with workspace(repo.path, "HEAD") as made:
        (made.tree / "new.py").write_text("")
        sha = made.commit(
            made.snapshot(),
            repo.head,
            "TASK-1 red: a test",
            trailers(PlannedTask("TASK-1", "A test"), Stage.RED, "pr-7"),
        )
        shown = made.git("show", "--no-patch", "--format=%an|%cn|%P|%s|%(trailers:key=TDD-Stage,valueonly)", sha)
    assert shown.split("|")[:4] == [BOT, BOT, repo.head, "TASK-1 red: a test"]
    assert shown.split("|")[4].strip() == "red"


def test_a_bundle_carries_the_commits_to_another_repository(repo: SmallRepo, tmp_path: Path) -> None:
    ref = "refs/heads/tdd/7/TASK-1"
    with workspace(repo.path, "HEAD") as made:
        (made.tree / "new.py").write_text("new")
        tip = made.commit(made.snapshot(), repo.head, "TASK-1 red: a test", ())
        made.bundle(repo.head, {ref: tip}, tmp_path / "work.bundle")
    with workspace(repo.path, "HEAD") as other:
        other.take(tmp_path / "work.bundle")
        assert other.git("rev-parse", "refs/bundle/heads/tdd/7/TASK-1") == tip
    assert repo.git("bundle", "list-heads", str(tmp_path / "work.bundle")) == f"{tip} {ref}"


def test_a_name_that_is_no_commit_is_refused_with_what_to_do(repo: SmallRepo) -> None:
    told = r"no commit 'nowhere'.*fetch the whole history"
    with pytest.raises(GitFailed, match=told), workspace(repo.path, "nowhere"):
        pass


def test_a_folder_that_cannot_be_written_is_removed_all_the_same(repo: SmallRepo) -> None:
    with workspace(repo.path, "HEAD") as made:
        (made.tree / "shut").mkdir()
        (made.tree / "shut/file").write_text("")
        (made.tree / "shut").chmod(0o500)
        kept: Workspace = made
    assert not kept.place.exists()


def test_what_npm_installed_in_an_inner_folder_is_shown_there_for_a_run(tmp_path: Path) -> None:
    repo = small_repo(tmp_path / "repo", {"packages/web/a.js": "1\n", ".gitignore": "node_modules\n"})
    for folder in ("", "packages/web/"):
        (repo.path / folder / "node_modules/left").mkdir(parents=True)
    (repo.path / "packages/web/node_modules/left/node_modules/deep").mkdir(parents=True)
    with workspace(repo.path, repo.head) as place:
        inner = place.tree / "packages/web/node_modules"
        place.show_modules("packages/web")
        place.show_modules("packages/web")
        assert inner.resolve() == repo.path / "packages/web/node_modules"
        assert (place.place / "node_modules").resolve() == repo.path / "node_modules"
        place.show_modules("packages")
        assert not (place.tree / "packages/node_modules").exists()
        place.checkout(repo.head)
        assert not inner.is_symlink()
