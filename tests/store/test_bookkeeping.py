"""The ledger as a process uses it: noted at once, written together, kept when the write fails, probed by one alone."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from tdd_orchestrator.bookkeeping import Bookkeeping, is_news
from tdd_orchestrator.core.breakers import CircuitState
from tdd_orchestrator.core.ledger import Ledger
from tdd_orchestrator.core.ledger_rows import DRAFT_S, draft_aside, draft_row
from tdd_orchestrator.core.ledger_view import DAY_S
from tdd_orchestrator.core.result import Usage
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.settings import BudgetSettings
from tdd_orchestrator.core.states import RunState
from tdd_orchestrator.store.ledger import LedgerStore
from tdd_orchestrator.store.state import StateStore
from world.git_server import Fault, GitServer
from world.runs import spent
from world.state_world import files_of, put

NewStore = Callable[[], StateStore]
REF = "refs/heads/tdd-state/repo"
SOON_S, NEVER_S = 0.05, 3600.0


def books(store: StateStore, interval_s: float = NEVER_S, at: float = 300.0) -> Bookkeeping:
    return Bookkeeping(LedgerStore(store.refs, store.prefix), lambda: at, interval_s=interval_s)


async def written(store: StateStore) -> Ledger:
    return (await LedgerStore(store.refs, store.prefix).load()).ledger


def pushes(server: GitServer) -> int:
    """How often the ref was moved: each push makes a commit that nobody else has."""
    return len(server.git("fsck", "--unreachable", "--no-reflogs").splitlines())


async def test_what_is_noted_is_seen_at_once_and_several_runs_go_out_in_one_push(
    store: StateStore, new_store: NewStore, server: GitServer
) -> None:
    one = books(store, SOON_S)
    for number in (1, 2):
        await one.note(spent(number))
    assert (await one.view(9, None)).repo_usd == 0.5
    assert (await written(new_store())).rows == {}
    await asyncio.wait_for(until_written(new_store(), 2), 20)
    assert pushes(server) == 0  # nothing was replaced: it was one push


async def until_written(store: StateStore, runs: int) -> None:
    while len((await written(store)).runs) < runs:  # noqa: ASYNC110 - nobody tells when a push is over
        await asyncio.sleep(0.02)


async def test_a_write_that_is_refused_is_kept_and_made_good(
    store: StateStore, new_store: NewStore, server: GitServer
) -> None:
    one = books(store)
    await one.note(spent(1))
    server.break_next("git-receive-pack", Fault.FORBIDDEN)
    await one.flush()
    assert (await written(new_store())).runs == {}
    assert (await one.view(9, None)).repo_usd == 0.25
    await one.note(spent(2))
    await one.close()
    assert sorted((await written(new_store())).runs) == [1, 2]


@pytest.mark.parametrize("fault", [Fault.CUT_AFTER, Fault.ERROR_AFTER, Fault.CUT_BEFORE, Fault.TRUNCATED])
async def test_a_write_whose_answer_is_lost_counts_once(
    store: StateStore, new_store: NewStore, server: GitServer, fault: Fault
) -> None:
    one = books(store)
    await one.note(spent(1))
    server.break_next("/git-receive-pack", fault)
    await one.flush()
    assert (await written(new_store())).usd() == 0.25


async def test_a_runs_own_save_does_not_wait_for_the_ledger(store: StateStore, new_store: NewStore) -> None:
    one = books(store)
    await one.note(spent(1))
    await put(store, "first")
    assert (await written(new_store())).runs == {}
    assert await one.keeps(spent(1))
    assert list((await written(new_store())).runs) == [1]


async def test_two_processes_ask_for_the_probe_and_one_has_it(new_store: NewStore) -> None:
    first, second = books(new_store(), at=5000.0), books(new_store(), at=5000.0)
    for number in (1, 2, 3):
        await first.note(spent(number))
    await first.flush()
    await second.ledger()
    held = replace(spent(4), state=RunState.BLOCKED, held="worker:claude")
    views = await asyncio.gather(first.view(4, held), second.view(5, replace(held, number=5)))
    probes = {view.circuit("worker:claude").probe for view in views if view.circuit("worker:claude")}  # type: ignore[union-attr]
    assert len(probes) == 1
    assert probes <= {4, 5}
    kept = (await written(new_store())).circuits["worker:claude"]
    assert (kept.state, {kept.probe}) == (CircuitState.HALF_OPEN, probes)


async def test_a_run_that_is_not_held_asks_for_no_probe(store: StateStore, server: GitServer) -> None:
    one = books(store, at=5000.0)
    for number in (1, 2, 3):
        await one.note(spent(number))
    await one.flush()
    before = files_of(server.url, REF)[0]
    running: Run = replace(spent(4), state=RunState.RUNNING)
    seen = await one.view(4, running)
    assert [circuit.state for circuit in seen.circuits] == [CircuitState.OPEN]
    assert files_of(server.url, REF)[0] == before


async def test_a_draft_outside_of_any_run_is_paid_from_the_same_money(store: StateStore, new_store: NewStore) -> None:
    one = books(store, at=DAY_S + 300.0)
    budget = BudgetSettings(per_run=20.0, per_day=10.0, per_repo=1000.0)
    assert await one.left(budget, "nonce") == 10.0
    await one.add(draft_row("nonce", 7, (Usage("claude-opus-5-5", 3, usd=4.0),), DAY_S + 200.0))
    assert await one.left(budget, "other") == 6.0
    assert (await one.view(1, None)).day_usd == 4.0
    await one.close()
    assert (await written(new_store())).rows["nonce"].usd == 4.0


async def test_drafts_that_are_asked_for_together_share_what_is_left(store: StateStore, new_store: NewStore) -> None:
    budget = BudgetSettings(per_run=20.0, per_day=30.0, per_repo=1000.0)
    one = books(store)
    await one.add(draft_aside("first", 7, await one.left(budget, "first"), 300.0))
    assert await one.left(budget, "second") == 10.0
    assert await one.left(budget, "first") == 20.0  # asked again, it has what was set aside for it
    assert ((seen := await one.view(1, None)).day_usd, seen.reserved_usd) == (0.0, 20.0)
    await one.close()
    other = books(new_store())  # another process knows of it
    assert await other.left(budget, "second") == 10.0
    await other.add(draft_row("first", 7, (Usage("claude-opus-5-5", 3, usd=4.0),), 300.0))
    await other.add(draft_aside("first", 7, 20.0, 300.0))  # a delivery that came twice takes nothing back
    assert await other.left(budget, "second") == 20.0
    assert (await other.view(1, None)).day_usd == 4.0


async def test_a_draft_that_never_ended_holds_no_money_for_ever(store: StateStore, new_store: NewStore) -> None:
    one = books(store)
    await one.add(draft_aside("lost", 7, 20.0, 300.0))
    await one.close()
    later = books(new_store(), at=301.0 + DRAFT_S)
    assert await later.left(BudgetSettings(per_run=20.0, per_day=20.0, per_repo=1000.0), "next") == 20.0


async def test_a_view_is_news_when_it_says_something_else_and_not_when_time_passes(store: StateStore) -> None:
    one = books(store)
    await one.note(spent(1))
    view = await one.view(2, None)
    known = replace(spent(2), ledger=view)
    assert not is_news(replace(view, at=view.at + 60), known)
    assert is_news(replace(view, repo_usd=1.0), known)
    assert is_news(replace(view, at=view.at + DAY_S), known)
    with pytest.raises(AttributeError):
        view.at = 1.0  # type: ignore[misc]
