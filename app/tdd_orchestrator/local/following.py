"""Following a run to its end: what has changed since the last look, and when somebody is asked for something."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tdd_orchestrator.local.watching import CheckSeen, PullSeen, Watcher

LOOK_EVERY_S = 0.25
RUN = "TDD"
WAITING = frozenset({"action_required"})
OVER = frozenset({"success", "failure", "cancelled", "timed_out"})


@dataclass(slots=True)
class Followed:
    """A run as it was seen so far; task checks stay in view when the head moves on."""

    pull: PullSeen
    tasks: dict[str, CheckSeen]

    @property
    def run(self) -> CheckSeen | None:
        return self.pull.check(RUN)

    @property
    def over(self) -> bool:
        return self.run is not None and (self.run.conclusion or "") in OVER

    @property
    def waits(self) -> bool:
        return self.run is not None and (self.run.conclusion or "") in WAITING


def is_over(followed: Followed) -> bool:
    """Whether nothing more will happen."""
    return followed.over


def follow(
    watcher: Watcher,
    number: int,
    alive: Callable[[], None],
    limit_s: float,
    *,
    over: Callable[[Followed], bool] = is_over,
) -> Iterator[Followed]:
    """Look until the run is over; `alive` raises when nobody works on it any more. Raises TimeoutError."""
    tasks: dict[str, CheckSeen] = {}
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        alive()
        pull = watcher.pull(number)
        for check in pull.checks:
            known = tasks.get(check.name)
            if check.name != RUN and (known is None or check.id >= known.id) and check.conclusion != "neutral":
                tasks[check.name] = check
        followed = Followed(pull, tasks)
        yield followed
        if over(followed):
            return
        time.sleep(LOOK_EVERY_S)
    raise TimeoutError(f"The run was not over after {limit_s:.0f} s.")
