"""Damaged files on the branch: what can be told from the rest is told, and the next save mends them."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from tdd_orchestrator.core.run import Run
from tdd_orchestrator.store import log
from tdd_orchestrator.store.snapshot import DATABASE, LOG, Snapshot
from tdd_orchestrator.store.sqlite_bytes import StateNewer
from tdd_orchestrator.store.state import StateStore
from world.git_server import GitServer
from world.state_world import RUN_ID, Branch, put, put_files

Damage = Callable[[bytes], bytes | None]


def txns(found: Snapshot) -> list[str]:
    return [one.txn for one in found.memory.applied]


def handled(found: Snapshot) -> tuple[str, ...]:
    assert isinstance(found.memory.run, Run)
    return found.memory.run.handled


def gone(content: bytes) -> None:
    """The file is removed."""


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
    "missing": gone,
    "garbage": lambda database: b"garbage" * 1000,
    "an older version": edited("PRAGMA user_version = 0"),
    "a table is gone": edited("DROP TABLE job"),
    "a trigger that is not ours": edited("CREATE TRIGGER t AFTER INSERT ON applied BEGIN DELETE FROM outbox; END"),
    "a value without sense": edited("""UPDATE run SET doc = replace(doc, '"state":"', '"state":"un')"""),
    "a value without a bottom": edited("UPDATE run SET doc = printf('%.100000c', '[')"),
    "a value that is no JSON": edited("UPDATE run SET doc = '{'"),
    "a transaction that is no text": edited("UPDATE applied SET txn = x'ff00'"),
    "a time that is no number": edited("UPDATE applied SET at = 'soon'"),
    "an id that is no number": edited("INSERT INTO shown VALUES ('comment', '../../user', '', '')"),
    "an effect that nobody knows": edited("UPDATE outbox SET kind = 'Explode'"),
}


@pytest.fixture
def branch() -> Branch:
    return Branch()


@pytest.mark.parametrize("name", DAMAGES)
def test_a_database_that_cannot_be_trusted_is_rebuilt_from_the_log(branch: Branch, name: str) -> None:
    saved = branch.put("first", "second")
    branch.damage(DATABASE, DAMAGES[name])
    loaded, told = branch.load()
    assert loaded.memory.run == saved.memory.run
    assert txns(loaded) == txns(saved)
    assert {effect.key for effect in loaded.memory.outbox} >= {"comment"}
    assert told.startswith("run.sqlite could not be used (")
    assert txns(branch.put("third")) == [*txns(saved), "third"]
    assert branch.load()[1] == ""


def test_a_newer_apps_state_is_left_alone(branch: Branch) -> None:
    branch.put("first")
    branch.damage(DATABASE, edited("PRAGMA user_version = 99"))
    with pytest.raises(StateNewer, match="Update the app"):
        branch.load()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda lines: lines[:-5], "its last line (4) is cut"),
        (gone, "it is missing"),
        (lambda lines: lines.replace(b'{"txn":"first"', b"\x00\x00"), "line 2 cannot be read"),
        (lambda lines: b"[]\n" + lines, "line 1 cannot be read"),
        (lambda lines: b"\xff\xfe\n" + lines, "line 1 cannot be read"),
        (lambda lines: b"[" * 100_000 + b"\n" + lines, "line 1 cannot be read"),
    ],
    ids=["cut", "missing", "rotten", "foreign", "no text", "without a bottom"],
)
def test_a_damaged_log_starts_again_from_the_database(branch: Branch, damage: Damage, said: str) -> None:
    saved = branch.put("first", "second", "third")
    branch.damage(LOG, damage)
    loaded, told = branch.load()
    assert loaded.memory == saved.memory
    assert told == f"events.ndjson starts again from the database: {said}."
    fourth = branch.put("fourth")
    assert f'{{"checkpoint":"{said}"'.encode() in branch.files[LOG]
    branch.damage(DATABASE, gone)  # the log alone is enough again
    rebuilt, _ = branch.load()
    assert rebuilt.memory.run == fourth.memory.run
    assert txns(rebuilt) == txns(fourth)


def test_a_log_whose_last_line_is_cut_is_read_up_to_there(branch: Branch) -> None:
    branch.put("first", "second")
    branch.damage(DATABASE, gone)
    branch.damage(LOG, lambda lines: lines[:-5])
    loaded, told = branch.load()
    assert handled(loaded) == ("first",)
    assert txns(loaded) == ["seen-first", "first"]  # so that a redelivery of the second counts
    assert "of which its last line (3) is cut" in told
    assert handled(branch.put("second")) == ("first", "second")


def test_an_event_that_nobody_knows_ends_what_is_rebuilt(branch: Branch) -> None:
    branch.put("first", "second")
    branch.damage(DATABASE, gone)
    known, strange = b'"is":"CommandMisread","at":2.0,"id":"second"', b'"is":"Exploded"'
    branch.damage(LOG, lambda lines: lines.replace(known, strange))
    loaded, told = branch.load()
    assert handled(loaded) == ("first",)
    assert "line 3 has no meaning here (union: no member named 'Exploded')" in told
    branch.put("third")
    assert branch.load()[1] == ""


def test_where_nothing_can_be_read_the_run_starts_anew_and_says_so(branch: Branch) -> None:
    branch.put("first")
    branch.damage(DATABASE, lambda database: b"?")
    branch.damage(LOG, gone)
    loaded, told = branch.load()
    assert loaded.memory.run is None
    assert told.startswith("Neither run.sqlite (")
    assert handled(branch.put("second")) == ("second",)


def test_a_long_log_is_cut_at_a_checkpoint(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "LIMIT", 1_500)
    sizes = []
    for number in range(30):
        last = branch.put(f"event-{number}")
        sizes.append(len(branch.files[LOG]))
    assert max(sizes) < 8_000
    branch.damage(DATABASE, gone)
    rebuilt, _ = branch.load()
    assert rebuilt.memory.run == last.memory.run
    assert txns(rebuilt) == txns(last)


def test_a_rebuilt_run_has_a_database_to_export(branch: Branch) -> None:
    branch.put("first")
    branch.damage(DATABASE, gone)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(branch.load()[0].sqlite())
        assert connection.execute("SELECT count(*) FROM applied").fetchone() == (2,)


async def test_over_git_a_damaged_branch_is_told_rebuilt_and_made_whole(store: StateStore, server: GitServer) -> None:
    saved = await put(store, "first")
    sha = put_files(server.url, {DATABASE: b"garbage"})
    loaded = await store.load(RUN_ID)
    assert (loaded.run, loaded.revision) == (saved.run, sha)
    assert loaded.rebuilt == "run.sqlite could not be used (file is not a database) and was rebuilt from events.ndjson."
    await put(store, "second")
    assert (await store.load(RUN_ID)).rebuilt == ""
