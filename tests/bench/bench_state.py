"""What a push of the state costs at 10, 100 and 1,000 tasks. A part of `make bench`.

Times depend on the machine; what stays is the ratios to the first line.
"""

import asyncio
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.result import Stage, StageReport, StageState, Step, Usage
from tdd_orchestrator.core.run import Job, JobState, Run
from tdd_orchestrator.core.states import RunState, TaskState
from tdd_orchestrator.core.task import Attempt, Task
from tdd_orchestrator.store.state import StateStore
from tdd_orchestrator.store.values import Change, Loaded
from world.git_server import GitServer, git_server
from world.state_world import RUN_ID, SEEN, folded, happened, state_store

UPDATES = 10


@dataclass(frozen=True)
class Cost:
    """Medians over the updates; sizes in bytes, times in milliseconds; `requests` over git and HTTP for one event."""

    tasks: int
    database: int
    push: int
    requests: float
    save: float
    load: float


def grown(tasks: int) -> Run:
    """A run with two attempts of three stages for each task."""
    run, _ = folded(None, SEEN)
    jobs = tuple(
        Job(f"{number:08d}{attempt:04d}", Step.WORK, 1.7e9 + number, f"TASK-{number}", JobState.DONE, 10**10 + number)
        for number in range(tasks)
        for attempt in (1, 2)
    )
    return replace(run, state=RunState.RUNNING, tasks=tuple(map(_task, range(tasks))), jobs=jobs)


def _task(number: int) -> Task:
    usage = Usage("claude-opus-5-5", 4, 31_000 + number, 2_100, 25_000, 800, 0.2137)
    stages = tuple(
        StageReport(stage, StageState.ACCEPTED, f"{stage}: 3 new tests.", 41.7, f"{number:040x}", usage=(usage,))
        for stage in (Stage.RED, Stage.GREEN, Stage.REFACTOR)
    )
    attempts = tuple(
        Attempt(n, f"{number:08d}{n:04d}", 1.7e9 + number, 1.7e9 + number + 90, "b" * 40, n == 2, stages=stages)
        for n in (1, 2)
    )
    planned = PlannedTask(
        f"TASK-{number}", f"Title of task {number}", requirements=(f"REQ-{number}",), files=("src/**",)
    )
    return Task(planned, TaskState.COMPLETE, attempts, landed=f"{number:040x}")


async def measured(store: StateStore, server: GitServer, tasks: int) -> Cost:
    """Save a run, then change one task of it again and again."""
    run, pushes, saves, loads, requests = grown(tasks), [], [], [], 0
    loaded = await store.save(RUN_ID, Change(run, (happened("first"),)), Loaded(None, None))
    for number in range(UPDATES):
        chosen = run.tasks[number * 7 % tasks]
        run = run.with_task(replace(chosen, state=TaskState.BLOCKED, reason=f"Update {number}."))
        before, started = len(server.requests), time.perf_counter()
        loaded = await store.save(RUN_ID, Change(run, (happened(f"update-{number}"),)), loaded)
        requests += len(server.requests) - before
        saves.append(time.perf_counter() - started)
        pushes.append(server.uploaded[-1])
        with closing(state_store(server.url)) as other:
            started = time.perf_counter()
            await other.load(RUN_ID)
            loads.append(time.perf_counter() - started)
    middle = UPDATES // 2
    times = (sorted(saves)[middle] * 1000, sorted(loads)[middle] * 1000)
    return Cost(tasks, len(loaded.snapshot.database), sorted(pushes)[middle], requests / UPDATES, *times)


def cost(tasks: int) -> Cost:
    """The cost of one update at this size, over real git and HTTP."""
    with (
        tempfile.TemporaryDirectory() as root,
        git_server(Path(root)) as server,
        closing(state_store(server.url, timeout=60.0)) as store,
    ):
        return asyncio.run(measured(store, server, tasks))


def main() -> None:
    """Print one line for each size, and its ratio to the first."""
    first = cost(10)
    print("What one event costs on the state branch")
    print("tasks   database B     push B   requests   save ms  cold load ms   push × first")
    for one in (first, cost(100), cost(1_000)):
        ratio = one.push / first.push
        sizes = f"{one.tasks:5}  {one.database:11,} {one.push:10,} {one.requests:10.1f}"
        print(f"{sizes} {one.save:9.0f} {one.load:13.0f} {ratio:14.1f}")


if __name__ == "__main__":
    main()
