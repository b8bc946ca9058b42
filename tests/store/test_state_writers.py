"""Several writers at once, and writers that die: no update is lost, none is there twice."""

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tdd_orchestrator.store.state import StateStore
from world.git_server import GitServer
from world.state_world import REF, RUN_ID, files_of, put, state_store

NewStore = Callable[[], StateStore]
ROOT = Path(__file__).parents[2]


def handled(url: str) -> list[str]:
    """What the run on the branch says that it has handled; the database is whole."""

    async def look() -> list[str]:
        store = state_store(url)
        loaded = await store.load(RUN_ID)
        store.close()
        assert loaded.rebuilt == ""
        return [] if loaded.run is None else list(loaded.run.handled)

    return asyncio.run(look())


def writer(url: str, name: str, count: int) -> "subprocess.Popen[str]":
    environment = {"PYTHONPATH": f"{ROOT / 'app'}:{ROOT / 'tests'}", "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "world.state_child", url, name, str(count)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def test_writers_in_threads_lose_nothing_from_the_very_first_push_on(server: GitServer) -> None:
    async def write(name: str) -> None:
        store = state_store(server.url)
        for number in range(3):
            await put(store, f"{name}-{number}")
        store.close()

    threads = [threading.Thread(target=lambda name=name: asyncio.run(write(name))) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(handled(server.url)) == sorted(f"{name}-{number}" for name in "abcd" for number in range(3))
    assert server.git("rev-list", "--count", REF) == "1"


async def test_tasks_on_one_store_lose_nothing_either(store: StateStore) -> None:
    await asyncio.gather(*[put(store, f"task-{number}") for number in range(4)])
    loaded = await store.load(RUN_ID)
    assert loaded.run is not None
    assert sorted(loaded.run.handled) == [f"task-{number}" for number in range(4)]


def test_a_writer_that_is_killed_leaves_all_it_acknowledged_and_its_successor_repeats_nothing(
    server: GitServer,
) -> None:
    chance = random.Random(7)
    for round_ in range(3):
        with writer(server.url, f"w{round_}", 20) as process:
            assert process.stdout is not None
            acknowledged = [process.stdout.readline().strip() for _ in range(2)]
            threading.Event().wait(chance.uniform(0.0, 0.12))  # somewhere within the next push
            process.send_signal(signal.SIGKILL)
            acknowledged += process.stdout.read().split()
        assert set(acknowledged) <= set(handled(server.url))
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(files_of(server.url)[1]["run.sqlite"])
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with writer(server.url, "w2", 8) as successor:  # does it all again, as a redelivery would
        assert successor.wait(60) == 0
    found = handled(server.url)
    assert len(found) == len(set(found))
    assert {f"w2-{number}" for number in range(8)} <= set(found)
    server.git("fsck", "--strict")
