"""What the inbox answers at the door, on each database."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from tdd_orchestrator.inbox import Accepted, Duplicate, Full, Inbox, InboxBroken, InboxTaken, InboxUnusable
from tdd_orchestrator.inbox.upkeep import TOMBSTONE_S
from world.inbox_work import OpenInbox, Recorder, work_off


async def test_the_same_guid_four_times_is_handled_once(url: str, open_inbox: OpenInbox) -> None:
    inbox = await open_inbox(url)
    handler = Recorder()
    assert await inbox.accept("g1", "push", "a/b", b"{}") == Accepted()
    assert await inbox.accept("g1", "push", "a/b", b"{}") == Duplicate()
    await work_off(inbox, handler)
    assert await inbox.accept("g1", "push", "a/b", b"{}") == Duplicate()
    assert await inbox.accept("g1", "push", "a/b", b"{}") == Duplicate()
    await work_off(inbox, handler)
    assert handler.batches == [("a/b", ["g1"])]


async def test_the_same_guid_in_one_transaction_is_stored_once(url: str, open_inbox: OpenInbox) -> None:
    inbox = await open_inbox(url)
    answers = await asyncio.gather(*(inbox.accept("g1", "push", "a/b", b"{}") for _ in range(4)))
    assert sorted(type(answer).__name__ for answer in answers) == ["Accepted", "Duplicate", "Duplicate", "Duplicate"]
    assert (await inbox.stats()).waiting == 1


async def test_what_waits_is_capped_and_a_duplicate_is_still_known(url: str, open_inbox: OpenInbox) -> None:
    inbox = await open_inbox(url, capacity=3)
    answers = await asyncio.gather(*(inbox.accept(f"g{n}", "push", "a/b", b"{}") for n in range(5)))
    assert answers == [Accepted(), Accepted(), Accepted(), Full(), Full()]
    assert await inbox.accept("g5", "push", "a/b", b"{}") == Full()
    assert await inbox.accept("g1", "push", "a/b", b"{}") == Duplicate()
    await work_off(inbox, Recorder())
    assert await inbox.accept("g5", "push", "a/b", b"{}") == Accepted()


async def test_what_stands_at_the_door_is_capped_too(url: str, open_inbox: OpenInbox) -> None:
    inbox = await open_inbox(url, capacity=2)
    callers = [asyncio.create_task(inbox.accept("g1", "push", "a/b", b"{}")) for _ in range(5)]
    answers = await asyncio.gather(*callers)
    assert answers == [Accepted(), Duplicate(), Full(), Full(), Full()]


async def test_a_dead_delivery_is_let_in_again_at_the_end_of_its_lane(url: str, open_inbox: OpenInbox) -> None:
    inbox = await open_inbox(url, max_attempts=2)
    await inbox.accept("bad", "push", "a/b", b"old")
    await work_off(inbox, Recorder(poison={"bad"}))
    assert (await inbox.stats()).dead == 1
    await inbox.accept("next", "push", "a/b", b"{}")
    assert await inbox.accept("bad", "push", "a/b", b"new") == Accepted()
    handler = Recorder()
    await work_off(inbox, handler)
    assert handler.order("a/b") == ["next", "bad"]
    assert (await inbox.stats()).dead == 0


async def test_arrivals_during_a_commit_share_the_next_one(sqlite_url: str, open_inbox: OpenInbox) -> None:
    inbox = await open_inbox(sqlite_url)
    before = inbox.commits
    answers = await asyncio.gather(*(inbox.accept(f"g{n}", "push", f"a/b#{n % 7}", b"{}") for n in range(300)))
    assert answers == [Accepted()] * 300
    assert inbox.commits - before <= 6


async def test_tombstones_are_cleared_after_eight_days(url: str, open_inbox: OpenInbox) -> None:
    now = [1_000_000.0]
    inbox = await open_inbox(url, clock=lambda: now[0])
    await inbox.accept("g1", "push", "a/b", b"{}")
    await work_off(inbox, Recorder())
    now[0] += TOMBSTONE_S - 1
    await work_off(inbox, Recorder())
    assert await inbox.held(["g1", "g2"]) == {"g1"}
    now[0] += 2
    await work_off(inbox, Recorder())
    assert await inbox.held(["g1"]) == frozenset()


async def test_what_need_not_be_remembered_leaves_nothing(url: str, open_inbox: OpenInbox) -> None:
    inbox = await open_inbox(url)
    handler = Recorder()
    for _ in range(2):
        assert await inbox.accept("tick", "tick", "a/b", b"", remember=False) == Accepted()
        assert await inbox.accept("tick", "tick", "a/b", b"", remember=False) == Duplicate()
        await work_off(inbox, handler)
        assert await inbox.held(["tick"]) == frozenset()
    assert handler.order("a/b") == ["tick", "tick"]


async def test_statistics_tell_how_old_the_oldest_is(url: str, open_inbox: OpenInbox) -> None:
    now = [1_000_000.0]
    inbox = await open_inbox(url, clock=lambda: now[0])
    assert (await inbox.stats()).oldest_age_s == 0
    await inbox.accept("g1", "push", "a/b", b"{}")
    now[0] += 40
    await inbox.accept("g2", "push", "a/b", b"{}")
    stats = await inbox.stats()
    assert (stats.waiting, stats.leased, stats.dead, stats.oldest_age_s) == (2, 0, 0, 40)


async def test_a_second_inbox_on_the_same_file_is_refused_until_the_first_closes(sqlite_url: str) -> None:
    first = await Inbox.open(sqlite_url)
    with pytest.raises(InboxTaken, match=r"already works on .*inbox\.sqlite.*PostgreSQL"):
        await Inbox.open(sqlite_url)
    await first.close()
    await (await Inbox.open(sqlite_url)).close()


async def test_a_closed_inbox_says_so(sqlite_url: str) -> None:
    inbox = await Inbox.open(sqlite_url)
    alive = [inbox.alive]
    await inbox.close()
    alive += [inbox.alive]
    assert alive == [True, False]
    with pytest.raises(InboxBroken, match="closed"):
        await inbox.accept("g1", "push", "a/b", b"{}")


async def test_an_inbox_whose_database_fails_accepts_nothing_and_recovers(
    sqlite_url: str, open_inbox: OpenInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = await open_inbox(sqlite_url)

    def full_disk(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    with monkeypatch.context() as patch:
        patch.setattr("tdd_orchestrator.inbox.inbox.admit", full_disk)
        with pytest.raises(InboxBroken, match="disk is full"):
            await inbox.accept("g1", "push", "a/b", b"{}")
    assert await inbox.accept("g1", "push", "a/b", b"{}") == Accepted()


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("no url at all", "not a database URL"),
        ("mysql://reader:hush@db/inbox", r"cannot live in mysql://reader:\*\*\*@db/inbox"),
        ("sqlite://", "cannot live in sqlite://"),
    ],
)
async def test_a_database_we_cannot_use_is_refused_with_what_to_write(url: str, complaint: str) -> None:
    with pytest.raises(InboxUnusable, match=complaint) as caught:
        await Inbox.open(url)
    assert "sqlite:////path/inbox.sqlite" in str(caught.value)
    assert "hush" not in str(caught.value)


async def test_a_place_where_nothing_can_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InboxUnusable, match=r"cannot be written: .*Name a folder"):
        await Inbox.open(f"sqlite:///{tmp_path}/file/inbox.sqlite")


async def test_a_file_that_is_no_database_is_refused_and_the_lock_is_let_go(tmp_path: Path) -> None:
    file = tmp_path / "inbox.sqlite"
    file.write_text("this is not a database at all, but it is long enough to be taken for one" * 20)
    with pytest.raises(InboxUnusable, match="cannot be opened: file is not a database"):
        await Inbox.open(f"sqlite:///{file}")
    file.unlink()
    await (await Inbox.open(f"sqlite:///{file}")).close()
