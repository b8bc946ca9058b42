"""Damaged files on the branch: what can be told from the rest is told, and a save makes the branch whole again."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from tdd_orchestrator.store import log
from tdd_orchestrator.store.database import StateNewer
from tdd_orchestrator.store.state import StateStore
from world.git_server import GitServer
from world.state_world import RUN_ID, change, files_of, put, put_files

NewStore = Callable[[], StateStore]
Damage = Callable[[bytes], bytes | None]


def bit_rot(database: bytes) -> bytes:
    """A page in the middle goes bad; the header stays as it was."""
    middle = len(database) // 2 // 4096 * 4096
    return database[:middle] + b"\x0d\xff\x00\x01" * 1024 + database[middle + 4096 :]


def edited(statement: str) -> Damage:
    """Somebody opens the file and does this to it."""

    def damage(database: bytes) -> bytes:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(database)
            connection.executescript(statement)
            return connection.serialize()

    return damage


DAMAGES: dict[str, Damage] = {
    "bit rot inside a page": bit_rot,
    "truncated": lambda database: database[: len(database) // 3],
    "empty": lambda database: b"",
    "missing": lambda database: None,
    "garbage": lambda database: b"garbage" * 1000,
    "an older version": edited("PRAGMA user_version = 0"),
    "a table is gone": edited("DROP TABLE job"),
    "a trigger that is not ours": edited("CREATE TRIGGER t AFTER INSERT ON applied BEGIN DELETE FROM outbox; END"),
    "a value without sense": edited("""UPDATE run SET doc = replace(doc, '"state":"', '"state":"un')"""),
    "a value that is no JSON": edited("UPDATE run SET doc = '{'"),
    "an effect that nobody knows": edited("UPDATE outbox SET kind = 'Explode'"),
}


@pytest.mark.parametrize("name", DAMAGES)
async def test_a_database_that_cannot_be_trusted_is_rebuilt_from_the_log(
    new_store: NewStore, server: GitServer, name: str
) -> None:
    saved = await put(new_store(), "first", "second")
    put_files(server.url, {"run.sqlite": DAMAGES[name](files_of(server.url)[1]["run.sqlite"])})
    loaded = await new_store().load(RUN_ID)
    assert loaded.run == saved.run
    assert loaded.applied == saved.applied
    assert {effect.key for effect in loaded.outbox} >= {"comment"}
    assert loaded.rebuilt.startswith("run.sqlite could not be used (")
    again = await put(new_store(), "third")
    assert (await new_store().load(RUN_ID)) == again
    assert again.rebuilt == ""


async def test_a_newer_apps_state_is_left_alone(new_store: NewStore, server: GitServer) -> None:
    await put(new_store(), "first")
    newer = edited("PRAGMA user_version = 99")(files_of(server.url)[1]["run.sqlite"])
    put_files(server.url, {"run.sqlite": newer})
    with pytest.raises(StateNewer, match="Update the app"):
        await new_store().load(RUN_ID)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda lines: lines[:-5], "its last line (4) is cut"),
        (lambda lines: None, "it is missing"),
        (lambda lines: lines.replace(b'{"txn":"first"', b"\x00\x00"), "line 2 cannot be read"),
        (lambda lines: b"[]\n" + lines, "line 1 cannot be read"),
    ],
    ids=["cut", "missing", "rotten", "foreign"],
)
async def test_a_damaged_log_starts_again_from_the_database(
    new_store: NewStore, server: GitServer, damage: Damage, said: str
) -> None:
    saved = await put(new_store(), "first", "second", "third")
    put_files(server.url, {"events.ndjson": damage(files_of(server.url)[1]["events.ndjson"])})
    loaded = await new_store().load(RUN_ID)
    assert loaded.run == saved.run
    assert loaded.rebuilt == f"events.ndjson starts again from the database: {said}."
    fourth = await put(new_store(), "fourth")
    assert f'{{"checkpoint":"{said}"'.encode() in files_of(server.url)[1]["events.ndjson"]
    put_files(server.url, {"run.sqlite": None})  # the log alone is enough again
    rebuilt = await new_store().load(RUN_ID)
    assert rebuilt.run == fourth.run
    assert rebuilt.applied == fourth.applied


async def test_a_log_whose_last_line_is_cut_is_read_up_to_there(new_store: NewStore, server: GitServer) -> None:
    await put(new_store(), "first", "second")
    lines = files_of(server.url)[1]["events.ndjson"]
    put_files(server.url, {"run.sqlite": None, "events.ndjson": lines[:-5]})
    loaded = await new_store().load(RUN_ID)
    assert loaded.run is not None
    assert loaded.run.handled == ("first",)
    assert loaded.applied == {"seen-first", "first"}  # so that a redelivery of the second counts
    assert "of which its last line (3) is cut" in loaded.rebuilt
    assert (await put(new_store(), "second")).applied >= {"first", "second"}


async def test_an_event_that_nobody_knows_ends_what_is_rebuilt(new_store: NewStore, server: GitServer) -> None:
    await put(new_store(), "first", "second")
    lines = files_of(server.url)[1]["events.ndjson"]
    strange = lines.replace(b'"txn":"second"', b'"txn":"second","event":{"is":"Exploded"},"was":0', 1)
    strange = strange.replace(b'"is":"CommandMisread","at":2.0,"id":"second"', b'"is":"Exploded"')
    put_files(server.url, {"run.sqlite": None, "events.ndjson": strange})
    loaded = await new_store().load(RUN_ID)
    assert loaded.run is not None
    assert loaded.run.handled == ("first",)
    assert "line 3 has no meaning here" in loaded.rebuilt


async def test_where_nothing_can_be_read_the_run_starts_anew_and_says_so(
    new_store: NewStore, server: GitServer
) -> None:
    await put(new_store(), "first")
    sha = put_files(server.url, {"run.sqlite": b"?", "events.ndjson": None})
    loaded = await new_store().load(RUN_ID)
    assert (loaded.run, loaded.revision) == (None, sha)
    assert loaded.rebuilt.startswith("Neither run.sqlite (")
    assert (await put(new_store(), "second")).run is not None


async def test_a_long_log_is_cut_at_a_checkpoint(
    new_store: NewStore, server: GitServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "LIMIT", 1_500)
    store, sizes = new_store(), []
    for number in range(12):
        last = await put(store, f"event-{number}")
        sizes.append(len(files_of(server.url)[1]["events.ndjson"]))
    assert max(sizes[6:]) < 6_000
    put_files(server.url, {"run.sqlite": None})
    rebuilt = await new_store().load(RUN_ID)
    assert rebuilt.run == last.run
    assert rebuilt.applied == last.applied


async def test_a_rebuilt_run_can_be_exported(new_store: NewStore, server: GitServer) -> None:
    await put(new_store(), "first")
    put_files(server.url, {"run.sqlite": None})
    exported = await new_store().export(RUN_ID)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(exported)
        assert connection.execute("SELECT count(*) FROM applied").fetchone() == (2,)


async def test_a_change_that_only_strikes_effects_keeps_the_log(new_store: NewStore, server: GitServer) -> None:
    store = new_store()
    loaded = await put(store, "first")
    before = files_of(server.url)[1]["events.ndjson"]
    await store.save(RUN_ID, change(loaded), loaded)
    assert files_of(server.url)[1]["events.ndjson"] == before
