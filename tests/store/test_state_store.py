"""Loading and saving a run over real git and real HTTP."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tdd_orchestrator.core.effect import ShowComment, ShowRun
from tdd_orchestrator.core.shown import Shown
from tdd_orchestrator.store.state import StateStore
from tdd_orchestrator.store.values import Change, Conflict, Loaded
from world.git_server import GitServer, bare_repository
from world.state_world import REF, RUN_ID, Hurried, change, files_of, happened, put, state_store

NewStore = Callable[[], StateStore]


async def test_where_there_is_no_branch_there_is_no_run(store: StateStore) -> None:
    assert await store.load(RUN_ID) == Loaded(None, None)
    assert await store.runs() == ()
    assert await store.export(RUN_ID) == b""


async def test_what_one_saves_another_loads(new_store: NewStore, server: GitServer) -> None:
    saved = await put(new_store(), "first", "second")
    loaded = await new_store().load(RUN_ID)
    assert loaded == saved
    assert loaded.run is not None
    assert loaded.run.handled == ("first", "second")
    assert loaded.applied == {"seen-first", "first", "second"}
    assert loaded.rebuilt == ""
    assert loaded.revision == server.git("rev-parse", REF)


async def test_the_branch_is_one_parentless_commit_of_three_files(store: StateStore, server: GitServer) -> None:
    for name in ("one", "two", "three"):
        await put(store, name)
    assert server.git("rev-list", "--count", REF) == "1"
    assert server.git("ls-tree", "--name-only", REF).split() == ["README.md", "events.ndjson", "run.sqlite"]
    assert server.git("show", f"{REF}:events.ndjson").count("\n") == 3  # four lines: seen, one, two, three
    assert "select * from v_tasks" in server.git("show", f"{REF}:README.md")
    assert "tdd-state/pr-42" in server.git("show", f"{REF}:README.md")
    server.git("fsck", "--strict")


async def test_a_load_fetches_nothing_while_the_branch_has_not_moved(store: StateStore, server: GitServer) -> None:
    saved = await put(store, "first")
    server.requests.clear()
    assert await store.load(RUN_ID) is saved
    assert len(server.requests) == 2  # capabilities and the ref's commit; no pack


async def test_a_save_uploads_three_files_a_tree_and_a_commit(store: StateStore, server: GitServer) -> None:
    await put(store, "first")
    assert server.git("count-objects", "-v").splitlines()[2] == "in-pack: 5"


async def test_the_second_of_two_writers_is_told_to_look_again(new_store: NewStore) -> None:
    first, second = new_store(), new_store()
    before = await put(first, "first")
    other = await second.load(RUN_ID)
    await first.save(RUN_ID, change(before, "mine"), before)
    with pytest.raises(Conflict):
        await second.save(RUN_ID, change(other, "late"), other)
    assert (await put(second, "late")).applied >= {"mine", "late"}


async def test_of_two_who_make_the_branch_one_is_told_to_look_again(new_store: NewStore) -> None:
    nothing = Loaded(None, None)
    await new_store().save(RUN_ID, change(nothing, "mine"), nothing)
    with pytest.raises(Conflict):
        await new_store().save(RUN_ID, change(nothing, "late"), nothing)


async def test_a_branch_that_moves_during_the_push_is_not_overwritten(new_store: NewStore, server: GitServer) -> None:
    store = new_store()
    loaded = await put(store, "first")
    elsewhere = server.git("commit-tree", "-m", "somebody else", f"{REF}^{{tree}}")

    def overtake(request: str) -> None:
        if request.startswith("POST") and request.endswith("receive-pack"):
            server.git("update-ref", REF, elsewhere)

    server.interject = overtake
    with pytest.raises(Conflict):
        await store.save(RUN_ID, change(loaded, "late"), loaded)
    assert server.git("rev-parse", REF) == elsewhere


async def test_a_transaction_that_is_there_already_is_not_written_again(store: StateStore, server: GitServer) -> None:
    saved = await put(store, "first")
    assert saved.run is not None
    assert await store.save(RUN_ID, Change(saved.run, (happened("first"),)), saved) is saved
    with pytest.raises(ValueError, match="first"):
        await store.save(RUN_ID, Change(saved.run, (happened("first"), happened("new"))), saved)
    assert len(server.uploaded) == 1


async def test_another_replicas_write_of_the_same_transaction_counts_as_ours(new_store: NewStore) -> None:
    one, two = new_store(), new_store()
    before = await put(one, "first")
    await one.save(RUN_ID, change(before, "delivery"), before)
    standing = await two.save(RUN_ID, change(before, "delivery"), before)
    assert standing.run is not None
    assert standing.run.handled == ("first", "delivery")


async def test_the_outbox_keeps_the_newer_of_two_and_strikes_what_is_done(store: StateStore) -> None:
    loaded = await put(store, "first")
    assert loaded.run is not None
    keys = tuple(effect.key for effect in loaded.outbox)
    asked = (ShowRun("c" * 40), ShowComment(), ShowRun("c" * 40))
    run = loaded.run
    loaded = await store.save(RUN_ID, Change(run, asked=asked, done=keys), loaded)
    assert loaded.outbox == (ShowComment(), ShowRun("c" * 40))
    shown = {"comment": Shown(12, "d" * 64)}
    loaded = await store.save(RUN_ID, Change(run, done=("comment",), shown=shown), loaded)
    assert loaded.outbox == (ShowRun("c" * 40),)
    assert loaded.shown == shown


async def test_runs_are_listed_by_number_and_other_refs_are_not_runs(store: StateStore, server: GitServer) -> None:
    await put(store, "first")
    for name in ("pr-7", "pr-100", "repo"):
        server.git("update-ref", f"refs/heads/tdd-state/{name}", REF)
    server.git("update-ref", "refs/heads/tdd-state-elsewhere/pr-9", REF)
    assert await store.runs() == ("pr-7", "pr-42", "pr-100")


async def test_deleting_is_a_compare_and_swap_too(new_store: NewStore, server: GitServer) -> None:
    store, other = new_store(), new_store()
    before = await put(store, "first")
    after = await put(other, "second")
    with pytest.raises(Conflict):
        await store.delete(RUN_ID, before)
    await store.delete(RUN_ID, after)
    await store.delete(RUN_ID, after)  # gone is gone
    assert await other.load(RUN_ID) == Loaded(None, None)
    assert server.git("for-each-ref") == ""


async def test_an_export_is_a_sqlite_file(store: StateStore, tmp_path: Path) -> None:
    await put(store, "first")
    file = tmp_path / "run.sqlite"
    file.write_bytes(await store.export(RUN_ID))
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA page_size").fetchone() == (4096,)
        assert connection.execute("SELECT id, state FROM run").fetchone()[0] == RUN_ID
    connection.close()


async def test_a_run_id_that_is_no_name_for_a_ref_is_a_bug(store: StateStore) -> None:
    for wrong in ("../main", "pr-1.lock", "", "pr 1", "PR"):
        with pytest.raises(ValueError, match="not a run id"):
            await store.load(wrong)


@pytest.mark.parametrize("form", ["{}", "file://{}"])
async def test_a_repository_on_this_machine_will_do(tmp_path: Path, hurried: Hurried, form: str) -> None:
    url = form.format(bare_repository(tmp_path / "local.git"))
    store = state_store(url, sleep=hurried)
    before = await put(store, "first")
    assert (await put(state_store(url), "second")).run == (await store.load(RUN_ID)).run
    with pytest.raises(Conflict):
        await store.save(RUN_ID, change(before, "late"), before)
    assert hurried.slept == []
    assert len(files_of(url)[1]) == 3
    GitServer(tmp_path / "local.git").git("fsck", "--strict")


async def test_a_prefix_may_hide_the_state_from_the_branches(server: GitServer, store: StateStore) -> None:
    hidden = StateStore(server.url, store.refs._credentials, prefix="refs/tdd/run", pace=store.refs._pace)
    loaded = await hidden.load(RUN_ID)
    await hidden.save(RUN_ID, change(loaded, "first"), loaded)
    assert server.git("for-each-ref", "--format=%(refname)") == "refs/tdd/run/pr-42"
    assert await hidden.runs() == (RUN_ID,)
    hidden.close()


async def test_a_repository_that_was_renamed_is_followed(server: GitServer) -> None:
    server.renamed_from = "/before.git"
    store = state_store(server.url.replace("/repo.git", "/before.git"))
    await put(store, "first")
    assert (await put(store, "second")).revision == server.git("rev-parse", REF)
    store.close()


async def test_a_save_that_was_given_up_is_settled_by_the_next(store: StateStore, server: GitServer) -> None:
    loaded = await put(store, "first")
    server.interject = lambda request: cancelled.set() if request.endswith("/git-receive-pack") else None
    cancelled = threading.Event()
    saving = asyncio.create_task(store.save(RUN_ID, change(loaded, "second"), loaded))
    await asyncio.to_thread(cancelled.wait, 5)
    saving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saving
    standing = await put(store, "second")
    assert standing.run is not None
    assert standing.run.handled == ("first", "second")
