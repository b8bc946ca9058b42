"""Whole runs on instant runners: the app's requests by kind and route, and what the engine adds to the work itself."""

import asyncio
import logging
import re
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

import world.story as stage
from tdd_orchestrator.core.plan import PlannedTask, path_lengths
from tdd_orchestrator.core.result import Step
from tdd_orchestrator.hub.site import Exchange

PATIENCE_S = 1_800.0
CONFIG = (
    '[tdd]\nworker = "script"\nmax_parallel = {parallel}\npacking = {packing}\n\n[budget]\napprove_above = 1000.0\n'
)
PARALLEL = 4
TASKS, WIDTHS = 30, (1, 2, 6)
CHAIN, PACKS = 12, (1, 3)


@dataclass(frozen=True)
class Measured:
    """One run: how long it took, what was asked of GitHub, how many webhooks came.

    `proofs` are those of merges, `pushes` the heads that landing made.
    """

    tasks: int
    path: int
    seconds: float
    dispatches: int
    rest: Counter[str]
    git: int
    webhooks: int
    proofs: int
    pushes: int

    @property
    def writes(self) -> int:
        """How many of the requests change something."""
        return sum(number for name, number in self.rest.items() if not name.startswith("GET"))


def columns(tasks: int, wide: int) -> tuple[PlannedTask, ...]:
    """Chains side by side: `wide` tasks at a time, and a critical path of `tasks / wide`."""
    keys = [f"TASK-{number}" for number in range(1, tasks + 1)]
    return tuple(
        stage.task(key, *([keys[place - wide]] if place >= wide else []), requirement=f"REQ-{1 + place % 2}")
        for place, key in enumerate(keys)
    )


async def run(directory: Path, tasks: Sequence[PlannedTask], parallel: int, packing: int) -> Measured:
    """A run from its pull request to its end, without a sweep."""
    config = CONFIG.format(parallel=parallel, packing=packing)
    async with stage.story(directory, tuple(tasks), config=config) as told:
        before, started = len(told.hub.requests), time.perf_counter()
        told.open_pull()
        await told.until(lambda: told.state() == "success", "the end of the run")
        seconds = time.perf_counter() - started
        await told.quiet()
        asked = [one for one in told.hub.requests[before:] if one.token_kind in ("app", "installation")]
        rest = [one for one in asked if ".git/" not in one.path]
        return Measured(
            tasks=len(tasks),
            path=round(max(path_lengths(tasks).values())),
            seconds=seconds,
            dispatches=len(told.runner.seen),
            rest=Counter(map(kind, rest)),
            git=len(asked) - len(rest),
            webhooks=len(told.hub.post.deliveries),
            proofs=sum(1 for given in told.runner.seen if given.step is Step.PROVE),
            pushes=len({task.landed for task in (await told.run()).tasks}),
        )


def kind(one: Exchange) -> str:
    """Method and route of a request, without what differs from task to task."""
    return f"{one.method} {re.sub(r'^/repos/{[^}]+}/{[^}]+}', '', one.route) or one.path}"


def quietly() -> None:
    """The app's log is not what is asked for here, and a long run needs patience."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    stage.PATIENCE_S = PATIENCE_S


def measured(tasks: int, wide: int, packing: int = 1) -> Measured:
    quietly()
    with tempfile.TemporaryDirectory(prefix="tdd-bench-") as folder:
        return asyncio.run(run(Path(folder), columns(tasks, wide), max(PARALLEL, wide), packing))


def requests() -> None:
    """Print what a run of thirty tasks asks of GitHub, by how many of its tasks are worked side by side."""
    runs = [measured(TASKS, wide) for wide in WIDTHS]
    columns = "".join(f"{f'{wide} at a time':>15}" for wide in WIDTHS)
    print(f"{f'Requests to the API of GitHub by the app, a run of {TASKS} tasks':<62}{columns}")
    for name, number in sum((each.rest for each in runs), Counter[str]()).most_common():
        if number:
            print(_row(name, [each.rest[name] for each in runs]))
    print(_row("a run", [each.rest.total() for each in runs]))
    print(_row("a task", [each.rest.total() / TASKS for each in runs]))
    print(_row("writes a task", [each.writes / TASKS for each in runs]))
    print(_row("pushes to the branch a task: what waits goes together", [each.pushes / TASKS for each in runs]))
    print(_row("proofs of merges a task", [each.proofs / TASKS for each in runs]))
    print(_row("git requests over HTTP a task", [each.git / TASKS for each in runs]))
    print(_row("webhooks a task", [each.webhooks / TASKS for each in runs]))


def packs() -> None:
    """Print what a chain of small tasks asks of GitHub, by how many of them share a job."""
    runs = [measured(CHAIN, 1, packing) for packing in PACKS]
    columns = "".join(f"{f'packing = {packing}':>15}" for packing in PACKS)
    print(f"{f'A chain of {CHAIN} small tasks':<62}{columns}")
    print(_row("requests to the API of GitHub a task", [each.rest.total() / CHAIN for each in runs]))
    print(_row("writes a task", [each.writes / CHAIN for each in runs]))
    print(_row("git requests over HTTP a task", [each.git / CHAIN for each in runs]))
    print(_row("workflow runs, that of the plan included", [each.dispatches for each in runs]))
    print(_row("pushes to the branch", [each.pushes for each in runs]))


def _row(name: str, figures: Sequence[float]) -> str:
    return f"  {name:<60}" + "".join(f"{f'{figure:.1f}' if figure % 1 else f'{figure:.0f}':>15}" for figure in figures)


def engine() -> None:
    """Print what the engine adds where the work takes no time."""
    print(
        "A run of 100 tasks whose work takes no time, ten side by side; hub and app share this machine ...", flush=True
    )
    found = measured(100, 10)
    hop = found.seconds / found.path
    print(
        f"  critical path {found.path} tasks, {found.dispatches} dispatches, {sum(found.rest.values())} REST requests"
    )
    print(
        f"  {found.seconds:.1f} s: {found.seconds * 10:.0f} ms a task, {hop:.2f} s for each task of the critical path"
    )
    for minutes in (1, 5):
        print(f"  with tasks of {minutes} min: {1 + hop / (60 * minutes):.3f} × the critical path")


if __name__ == "__main__":
    requests()
    packs()
    engine()
