"""Money and circuits beyond one pull request: what one spends or breaks, the other minds; with time both go on."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from tdd_orchestrator.core.ledger import Ledger
from tdd_orchestrator.core.ledger_view import DAY_S, day
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import RunState
from tdd_orchestrator.hub.state import PullRequest
from tdd_orchestrator.store import LedgerStore, StateStore
from world.story import PATIENCE_S, PRD, REPO, TWO, Story, story

QUICK_SWEEP_S = 0.3
CONFIG = """[tdd]
worker = "claude"
attempts = 9

[budget]
approve_above = 1000.0
per_day = {per_day}

[circuits]
worker_max_consecutive = 2
stage_max_failures = 9
pause_minutes = 30
"""


@dataclass
class Clock:
    """The app's clock, which can be moved on. It begins at noon of yesterday, so that no midnight comes in between."""

    ahead_s: float = 0.0

    def __post_init__(self) -> None:
        self.start, self.since = day(time.time()) * DAY_S - DAY_S / 2, time.monotonic()

    def __call__(self) -> float:
        return self.start + self.ahead_s + time.monotonic() - self.since


async def nobody() -> None:
    """Credentials where none are needed."""


async def ledger(told: Story) -> Ledger:
    """The ledger as its ref has it."""
    store = StateStore(str(told.repository.git.path), nobody)
    try:
        return (await LedgerStore(store.refs, store.prefix).load()).ledger
    finally:
        store.close()


async def run_of(told: Story, number: int) -> Run:
    store = StateStore(str(told.repository.git.path), nobody)
    try:
        run = (await store.load(f"pr-{number}")).run
    finally:
        store.close()
    assert run is not None
    return run


def second(told: Story) -> PullRequest:
    """Another pull request with a PRD of its own."""
    told.push("second", {"prds/second.md": PRD}, parent=told.repository.git.resolve("main") or "")
    return told.hub.open_pull(REPO, "writer", "Second", "second")


def shown(told: Story, branch: str) -> str:
    """The state of the check `TDD` on the head of a branch."""
    checks = told.checks(told.repository.git.resolve(branch) or "")
    return (checks["TDD"].conclusion or checks["TDD"].status) if "TDD" in checks else "absent"


def jobs(told: Story, number: int) -> int:
    return sum(1 for given in told.runner.seen if given.number == number)


async def test_a_days_cap_stops_the_second_pull_request_and_lets_it_go_on_the_next_day(tmp_path: Path) -> None:
    config, clock = CONFIG.format(per_day=1.0), Clock()
    async with story(tmp_path, TWO, config=config, sweep_s=QUICK_SWEEP_S, clock=clock) as told:
        told.runner.usd = 0.25  # a stage, and each task has two
        told.open_pull()
        await told.until_state("success")
        second(told)
        await told.until(lambda: shown(told, "second") == "action_required")
        summary = told.checks(told.repository.git.resolve("second") or "")["TDD"].output["summary"]
        assert "Today the repository has spent $1.00 of its $1.00" in summary
        assert "00:00 UTC" in summary
        assert jobs(told, 2) == 0
        clock.ahead_s = DAY_S
        await told.until(lambda: shown(told, "second") == "success")
        await told.quiet()
        assert (await run_of(told, 2)).usd == 1.0
    assert (await ledger(told)).usd() == 2.0


async def test_a_workers_circuit_opened_by_one_pull_request_keeps_another_and_a_probe_closes_it(tmp_path: Path) -> None:
    config, clock = CONFIG.format(per_day=100.0), Clock()
    async with story(tmp_path, TWO, config=config, sweep_s=QUICK_SWEEP_S, clock=clock) as told:
        told.runner.acts |= {f"TASK-1.{n}": "refuse" for n in (1, 2)}
        told.open_pull()
        await told.until_state("action_required")
        second(told)
        await told.until(lambda: shown(told, "second") == "action_required")
        summary = told.checks(told.repository.git.resolve("second") or "")["TDD"].output["summary"]
        assert "The worker claude has failed 2 times in a row, over all pull requests" in summary
        assert "/tdd reset worker:claude" in summary
        assert (jobs(told, 1), jobs(told, 2)) == (3, 0)
        told.runner.acts.clear()
        clock.ahead_s = 31 * 60.0
        await told.until(lambda: shown(told, "second") == "success" and told.state() == "success")
    steps = [(step.before, step.after) for step in (await ledger(told)).transitions]
    assert steps == [("closed", "open"), ("open", "half_open"), ("half_open", "closed")]


async def test_a_reset_by_a_person_lets_both_go_on_at_once(tmp_path: Path) -> None:
    async with story(tmp_path, TWO, config=CONFIG.format(per_day=100.0), sweep_s=QUICK_SWEEP_S) as told:
        told.runner.acts |= {f"TASK-1.{n}": "refuse" for n in (1, 2)}
        told.open_pull()
        await told.until_state("action_required")
        second(told)
        await told.until(lambda: shown(told, "second") == "action_required")
        told.runner.acts.clear()
        told.says("writer", "/tdd reset worker:claude")
        await told.until(lambda: shown(told, "second") == "success" and told.state() == "success")
    assert (await ledger(told)).transitions[-1].why == "Reset by @writer."


async def test_the_ledger_is_made_good_by_the_sweep_when_a_write_was_lost(tmp_path: Path) -> None:
    async with story(tmp_path, TWO, sweep_s=QUICK_SWEEP_S) as told:
        told.runner.usd = 0.25
        told.open_pull()
        await told.until_state("success")
        await told.stop_app()
        assert (await ledger(told)).usd() == 1.0
        told.repository.git.run("update-ref", "-d", "refs/heads/tdd-state/repo")
        await told.start_app()
        await told.until(lambda: told.repository.git.resolve("tdd-state/repo") is not None)
        assert (await ledger(told)).usd() == 1.0


async def test_a_closed_pull_requests_state_is_deleted_in_time_and_its_summary_stays(tmp_path: Path) -> None:
    clock = Clock()
    async with story(tmp_path, TWO, sweep_s=QUICK_SWEEP_S, clock=clock) as told:
        told.open_pull()
        await told.until_state("success")
        told.hub.faults.drop("pull_request", times=1)  # the sweep sees it as well
        told.close()
        async with asyncio.timeout(PATIENCE_S):
            while (await run_of(told, 1)).closed_at is None:  # noqa: ASYNC110 - nobody tells when a sweep is over
                await asyncio.sleep(0.05)
        clock.ahead_s = 31 * DAY_S
        await told.until(lambda: told.repository.git.resolve("tdd-state/pr-1") is None)
    kept = (await ledger(told)).runs[1]
    assert (kept.state, kept.tasks, kept.landed) == (RunState.COMPLETED, 2, 2)
    assert kept.closed_at is not None
