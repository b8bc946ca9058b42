"""Repositories that do not want our branch: the server's own words, what to do, and no hammering."""

from collections.abc import Callable

import pytest

from tdd_orchestrator.store.state import StateStore
from tdd_orchestrator.store.values import Conflict, Loaded, StateRefused
from world.git_server import GitServer
from world.state_world import REF, RUN_ID, Hurried, change, put

NewStore = Callable[[], StateStore]


async def test_a_hook_that_declines_is_quoted_and_not_asked_twice(store: StateStore, server: GitServer) -> None:
    server.hook("pre-receive", "echo 'No state branches here, says the owner.' >&2; exit 1")
    with pytest.raises(StateRefused, match=r"pre-receive hook declined.*No state branches here.*rulesets"):
        await put(store, "first")
    assert len(server.uploaded) == 1


async def test_a_hook_that_declines_while_the_branch_moves_is_a_race(new_store: NewStore, server: GitServer) -> None:
    store = new_store()
    loaded = await put(store, "first")
    elsewhere = server.git("commit-tree", "-m", "somebody else", f"{REF}^{{tree}}")
    server.hook("pre-receive", f"unset GIT_QUARANTINE_PATH; git update-ref {REF} {elsewhere}; exit 1")
    with pytest.raises(Conflict):
        await store.save(RUN_ID, change(loaded, "second"), loaded)


async def test_a_branch_where_the_prefix_should_be_is_named(store: StateStore, server: GitServer) -> None:
    empty = server.git("hash-object", "-t", "tree", "-w", "/dev/null")
    server.git("update-ref", "refs/heads/tdd-state", server.git("commit-tree", "-m", "in the way", empty))
    with pytest.raises(StateRefused, match=r"because `refs/heads/tdd-state` exists. Rename or delete `tdd-state`"):
        await put(store, "first")
    assert server.uploaded == []


async def test_a_branch_below_ours_is_named_too(store: StateStore, server: GitServer) -> None:
    empty = server.git("hash-object", "-t", "tree", "-w", "/dev/null")
    server.git("update-ref", f"{REF}/notes", server.git("commit-tree", "-m", "in the way", empty))
    with pytest.raises(StateRefused, match="tdd-state/pr-42/notes"):
        await put(store, "first")


async def test_a_lock_that_is_held_passes_by(new_store: NewStore, server: GitServer, hurried: Hurried) -> None:
    store = new_store()
    loaded = await put(store, "first")
    lock = server.path / f"{REF}.lock"
    lock.touch()

    async def released(seconds: float) -> None:
        await hurried(seconds)
        lock.unlink(missing_ok=True)

    store.refs.sleep = released
    saved = await store.save(RUN_ID, change(loaded, "second"), loaded)
    assert saved.revision == server.git("rev-parse", REF)
    assert len(hurried.slept) == 1


async def test_a_lock_that_is_never_released_is_told_after_four_tries(store: StateStore, server: GitServer) -> None:
    loaded = await put(store, "first")
    (server.path / f"{REF}.lock").touch()
    server.uploaded.clear()
    with pytest.raises(StateRefused, match="failed to update ref"):
        await store.save(RUN_ID, change(loaded, "second"), loaded)
    assert len(server.uploaded) == 4


async def test_a_repository_that_forbids_deleting_says_so(store: StateStore, server: GitServer) -> None:
    loaded = await put(store, "first")
    server.git("config", "receive.denyDeletes", "true")
    with pytest.raises(StateRefused, match="deletion prohibited"):
        await store.delete(RUN_ID, loaded)


async def test_a_repository_that_forbids_to_replace_commits_says_so(store: StateStore, server: GitServer) -> None:
    server.git("config", "receive.denyNonFastForwards", "true")
    loaded = await store.save(RUN_ID, change(Loaded(None, None), "first"), Loaded(None, None))
    with pytest.raises(StateRefused, match="non-fast-forward"):
        await store.save(RUN_ID, change(loaded, "second"), loaded)
