"""The weather between us and the git server: whatever breaks, a transaction is in the run exactly once."""

from collections.abc import Callable

import pytest

from tdd_orchestrator.store.state import StateStore
from tdd_orchestrator.store.values import StateRefused, StateUnreachable
from world.git_server import Fault, GitServer
from world.state_world import REF, RUN_ID, Hurried, change, files_of, put

NewStore = Callable[[], StateStore]
PUSH, ADVERTISED, READ = "/git-receive-pack", "service=git-receive-pack", "git-upload-pack"
PASSING = [fault for fault in Fault if fault is not Fault.FORBIDDEN]


def assert_once(server: GitServer, name: str) -> None:
    """The transaction is in the log once, and the repository is whole."""
    log = files_of(server.url)[1]["events.ndjson"].decode()
    assert log.count(f'{{"txn":"{name}"') == 1
    assert server.git("rev-list", "--count", REF) == "1"
    server.git("fsck", "--strict")


@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: fault.name.lower())
async def test_a_push_that_meets_this_lands_exactly_once(new_store: NewStore, server: GitServer, fault: Fault) -> None:
    loaded = await put(new_store(), "first")
    server.hang = 1.2
    server.break_next(PUSH, fault)
    saved = await new_store().save(RUN_ID, change(loaded, "second"), loaded)
    assert saved.run is not None
    assert saved.run.handled == ("first", "second")
    assert_once(server, "second")
    assert (await new_store().load(RUN_ID)) == saved


@pytest.mark.parametrize("word", [ADVERTISED, READ])
async def test_whatever_happens_while_reading_is_read_again(new_store: NewStore, server: GitServer, word: str) -> None:
    faults = [fault for fault in PASSING if fault is not Fault.HANG]
    for number, fault in enumerate(faults):
        server.break_next(word, fault)
        await put(new_store(), f"event-{number}")
    assert not any(server.faults.values())
    log = files_of(server.url)[1]["events.ndjson"].decode()
    assert [log.count(f'{{"txn":"event-{number}"') for number in range(len(faults))] == [1] * len(faults)


async def test_a_push_whose_answers_are_all_lost_is_found_by_its_transaction(
    store: StateStore, server: GitServer
) -> None:
    loaded = await put(store, "first")
    server.break_next(PUSH, Fault.CUT_AFTER)
    server.interject = lambda request: (
        server.break_next(ADVERTISED, *[Fault.ERROR_BEFORE] * 9) if request.endswith(PUSH) else None
    )
    saved = await store.save(RUN_ID, change(loaded, "second"), loaded)
    assert saved.run is not None
    assert saved.run.handled == ("first", "second")


async def test_a_push_that_landed_unheard_and_was_built_upon_is_found_too(
    new_store: NewStore, server: GitServer
) -> None:
    store, other = new_store(), new_store()
    loaded = await put(store, "first")
    ahead = await other.load(RUN_ID)
    server.break_next(PUSH, Fault.CUT_AFTER)
    await other.save(RUN_ID, change(ahead, "delivery"), ahead)
    await put(other, "on top")
    standing = await store.save(RUN_ID, change(loaded, "delivery"), loaded)
    assert standing.run is not None
    assert standing.run.handled == ("first", "delivery", "on top")


async def test_a_server_that_stays_away_is_said_to_be_unreachable(
    store: StateStore, server: GitServer, hurried: Hurried
) -> None:
    loaded = await put(store, "first")
    server.break_next(PUSH, *[Fault.ERROR_BEFORE] * 9)
    with pytest.raises(StateUnreachable, match="500"):
        await store.save(RUN_ID, change(loaded, "second"), loaded)
    assert len(hurried.slept) == 4
    assert all(seconds <= 10 for seconds in hurried.slept)


@pytest.mark.parametrize("fault", [Fault.LIMITED, Fault.TOO_MANY])
async def test_a_server_that_asks_to_wait_is_obeyed(
    store: StateStore, server: GitServer, hurried: Hurried, fault: Fault
) -> None:
    server.break_next(ADVERTISED, fault)
    await put(store, "first")
    assert hurried.slept == [7.0]


async def test_a_server_that_asks_to_wait_for_long_is_left_alone(
    store: StateStore, server: GitServer, hurried: Hurried
) -> None:
    server.retry_after = "3600"
    server.break_next(READ, Fault.LIMITED)
    with pytest.raises(StateUnreachable, match="3600 s"):
        await store.load(RUN_ID)
    assert hurried.slept == []


async def test_no_permission_is_refused_with_what_to_do(store: StateStore, server: GitServer) -> None:
    server.break_next(ADVERTISED, Fault.FORBIDDEN)
    with pytest.raises(StateRefused, match="contents: write"):
        await put(store, "first")


async def test_a_token_that_expired_is_asked_for_again_once(new_store: NewStore, server: GitServer) -> None:
    logins = []

    async def token() -> tuple[str, str]:
        logins.append("x-access-token")
        return "x-access-token", "secret"

    store = new_store()
    store.refs._credentials = token
    server.break_next(READ, Fault.UNAUTHORIZED)
    await store.load(RUN_ID)
    assert len(logins) == 2
    assert server.logins[-1].startswith("Basic ")
    server.break_next(READ, *[Fault.UNAUTHORIZED] * 3)
    with pytest.raises(StateRefused, match="credentials"):
        await store.load(RUN_ID)
    assert len(logins) == 4


async def test_a_repository_that_is_not_there_is_refused_with_what_to_check(
    new_store: NewStore, server: GitServer
) -> None:
    store = new_store()
    store.refs._remote._path = "/elsewhere.git"
    with pytest.raises(StateRefused, match="installed"):
        await store.load(RUN_ID)
