"""Any order, repetition or loss of events ends in the same run; nothing starts early, nothing is asked twice."""

from dataclasses import replace
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdd_orchestrator.core.breakers import Circuit, CircuitState
from tdd_orchestrator.core.ci import CiCheck, CiState
from tdd_orchestrator.core.command import Verb
from tdd_orchestrator.core.decide import decide, pending
from tdd_orchestrator.core.effect import Dispatch, Effect
from tdd_orchestrator.core.event import (
    BranchReady,
    BranchRefused,
    CiSeen,
    DispatchRefused,
    Event,
    HeadMoved,
    JobLost,
    JobQueued,
    Landed,
    LandingHeld,
    LandingRefused,
    LedgerSeen,
    PullRequestClosed,
    PullRequestSeen,
    PushedByHand,
    RedGone,
    RedKept,
    Rerequested,
    Staged,
    Ticked,
)
from tdd_orchestrator.core.ledger_view import LedgerView
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.requirements import Requirement
from tdd_orchestrator.core.rules import STACKED, Rules
from tdd_orchestrator.core.run import Ref, Run
from tdd_orchestrator.core.states import FINAL, NEXT_RUN, NEXT_TASK, RunState, TaskState
from tdd_orchestrator.core.task import Task
from world.imagined import HEAD, Imagined, command, finish, planned, seen, step


@st.composite
def graphs(draw: st.DrawFn) -> tuple[PlannedTask, ...]:
    count = draw(st.integers(1, 5))
    keys = [f"TASK-{number}" for number in range(1, count + 1)]
    return tuple(
        planned(key, *draw(st.lists(st.sampled_from(keys[:index]), unique=True, max_size=2)) if index else ())
        for index, key in enumerate(keys)
    )


@st.composite
def worlds(draw: st.DrawFn) -> Imagined:
    tasks = draw(graphs())
    names = [f"{task.key}.{attempt}" for task in tasks for attempt in (1, 2)]
    refused = draw(st.frozensets(st.sampled_from(names), max_size=3))
    parallel, ci = draw(st.integers(1, 3)), draw(st.sampled_from(("ignore", "work")))
    asks = draw(st.frozensets(st.sampled_from(names), max_size=2)) - refused
    packing = draw(st.integers(1, 4))
    rules = Rules(approve_above=100.0, worker="script", max_parallel=parallel, ci=ci, packing=packing)
    return Imagined(tasks, rules, refused, asks)


def essence(run: Run) -> object:
    """What must be the same whatever the order was: states, attempts and verdicts, not times or merge shas."""
    tasks = [(t.key, t.state, [(a.accepted, a.reason) for a in t.attempts]) for t in run.tasks]
    return run.state, tasks


@settings(max_examples=120, deadline=None)
@given(worlds(), st.data())
def test_any_order_repetition_or_loss_ends_in_the_same_run(world: Imagined, data: st.DataObject) -> None:
    calm = finish(Imagined(world.tasks, world.rules, world.refused, world.asks))
    run: Run | None = None
    outbox: dict[str, Effect] = {}
    told: list[Event] = [world.seen()]
    for _ in range(data.draw(st.integers(0, 25))):
        if data.draw(st.integers(0, 9)) == 0:
            world.push()
        told += [world.report(job.nonce) for job in (run.open_jobs() if run else ()) if job.nonce in world.dispatched]
        event = data.draw(st.sampled_from(told))
        if data.draw(st.booleans()):
            told.remove(event)
        if not told:
            told = [world.seen()]
        run = step(world, run, event, outbox)
    assert essence(finish(world, run)) == essence(calm)


@st.composite
def clashing(draw: st.DrawFn) -> Imagined:
    """Worlds in which some pairs of tasks are wrong together, and some cannot be merged."""
    world = draw(worlds())
    keys = [task.key for task in world.tasks]
    if len(keys) > 1:
        pairs = st.frozensets(st.frozensets(st.sampled_from(keys), min_size=2, max_size=2), max_size=3)
        world.clashes, world.conflicts = draw(pairs), draw(pairs)
    landing = draw(st.sampled_from(["same-branch", STACKED]))
    batch = draw(st.integers(1, 5))
    world.rules = replace(world.rules, batch=batch, landing=landing, attempts=8, worker_max_consecutive=99)
    return world


@settings(max_examples=120, deadline=None)
@given(clashing(), st.data())
def test_what_is_wrong_together_never_reaches_the_branch_and_all_lands_in_the_end(
    world: Imagined, data: st.DataObject
) -> None:
    run: Run | None = None
    outbox: dict[str, Effect] = {}
    told: list[Event] = [world.seen()]
    for _ in range(data.draw(st.integers(0, 40))):
        if data.draw(st.integers(0, 14)) == 0:
            world.push()
        told += [world.report(job.nonce) for job in (run.open_jobs() if run else ()) if job.nonce in world.dispatched]
        event = data.draw(st.sampled_from(told or [world.seen()]))
        if event in told and data.draw(st.booleans()):
            told.remove(event)
        run = step(world, run, event, outbox)
        quiet = world.held(world.stack or world.head)
        assert not world.apart(world.clashes, quiet)
        assert not world.apart(world.conflicts, quiet)
    run = finish(world, run, rounds=150)
    assert not world.apart(world.clashes | world.conflicts, world.held(world.stack or world.head))
    assert not world.stack or world.head == HEAD.sha or world.head.startswith("person-"), "only people push there"
    assert {task.key for task in world.tasks} <= set(world.landed)
    assert run.state is RunState.COMPLETED


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 3), st.booleans(), st.integers(1, 5), st.sampled_from(["same-branch", STACKED]), st.booleans())
def test_a_pack_that_quarrels_with_what_landed_meanwhile_lands_in_the_end(
    member: int, conflict: bool, batch: int, landing: str, pushed: bool
) -> None:
    chain = (planned("TASK-1"), planned("TASK-2", "TASK-1"), planned("TASK-3", "TASK-2"), planned("TASK-4"))
    rules = Rules(approve_above=100.0, worker="script", packing=3, batch=batch, landing=landing, attempts=8)
    world, outbox = Imagined(chain, rules), dict[str, Effect]()
    pair = frozenset({frozenset({f"TASK-{member}", "TASK-4"})})
    world.clashes, world.conflicts = (frozenset(), pair) if conflict else (pair, frozenset())
    run = step(world, None, world.seen(), outbox)
    run = step(world, run, world.report(next(iter(world.dispatched))), outbox)
    jobs = {given.task.key: nonce for nonce, given in world.dispatched.items() if given.task}
    assert [each.key for each in world.dispatched[jobs["TASK-1"]].tasks] == ["TASK-2", "TASK-3"]
    for key in ("TASK-4", "TASK-1"):
        run = step(world, run, world.report(jobs[key]), outbox)
        if pushed and key == "TASK-4":
            world.push()
    run = finish(world, run)
    assert (run.state, set(world.landed)) == (RunState.COMPLETED, {each.key for each in chain})
    assert not world.apart(pair, world.held(world.stack or world.head))


def packed_before(run: Run, task: Task) -> set[str | None]:
    """The tasks that the newest job of this one takes before it."""
    job = run.job(task.attempts[-1].nonce)
    lead = run.job(job.lead) if job else None
    return {lead.task, *lead.pack[: lead.pack.index(task.key)]} if lead else set()


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_no_task_starts_before_its_dependencies_have_landed(world: Imagined) -> None:
    run: Run | None = None
    outbox: dict[str, Effect] = {}
    for _ in range(60):
        for event in world.sweep(run):
            before = dict(world.landed)
            run = step(world, run, event, outbox)
            assert run is not None
            for task in run.tasks:
                if task.attempts:
                    there = set(world.landed) | packed_before(run, task)
                    assert set(task.planned.depends_on) <= there, (task.key, before)
        if run is not None and run.state in FINAL:
            return
    raise AssertionError("not over")


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_one_job_is_never_asked_for_under_two_keys(world: Imagined) -> None:
    finish(world)
    told = [effect.assignment for effects in world.asked.values() for effect in effects if isinstance(effect, Dispatch)]
    jobs = {(a.step, a.task.key if a.task else None, a.attempt, a.head): a.nonce for a in told}
    assert len(jobs) == len({a.nonce for a in told})
    assert len(world.landed) == len(world.tasks) + (world.rules.ci == "work")


MINE = "tdd/7/TASK-1-by-hand"


@settings(max_examples=60, deadline=None)
@given(worlds(), st.data())
def test_a_task_taken_over_lands_by_its_last_push_whatever_is_repeated_or_lost(
    world: Imagined, data: st.DataObject
) -> None:
    world.refused = world.asks = frozenset()
    run: Run | None = None
    outbox: dict[str, Effect] = {}
    for event in world.sweep(run):
        run = step(world, run, event, outbox)
    run = step(world, run, world.report(next(iter(world.dispatched))), outbox)
    run = step(world, run, command(Verb.TAKE, "TASK-1", id="take"), outbox)
    assert run is not None
    assert run.tasks[0].taken_by == "writer"
    pushes = data.draw(st.integers(1, 3))
    for _ in range(pushes):
        world.push_by_hand(MINE)
        told = [*world.by_hand(run), *world.sweep(run)]
        for event in data.draw(st.lists(st.sampled_from(told), max_size=4)):
            run = step(world, run, event, outbox)
    run = finish(world, run)
    sources = [attempt.source for attempt in run.tasks[0].attempts if attempt.source]
    assert sources
    assert len(sources) == len(set(sources))
    assert run.tasks[0].landed


ANYTHING = st.sampled_from(
    [
        *(
            command(verb, *task, id=f"{verb}{task}", role=role)
            for verb in Verb
            for task in ((), ("TASK-1",))
            for role in ("admin", "none")
        ),
        Ticked(at=5.0),
        Ticked(at=1e9),
        PullRequestClosed(at=3.0, merged=True),
        Rerequested(at=3.0, id="r1", author="writer", role="write", task=None),
        Rerequested(at=3.0, id="r2", author="writer", role="write", task="TASK-1"),
        Landed(at=3.0, task="TASK-1", head="c" * 40),
        Staged(at=3.0, task="TASK-1", staged="d" * 40, onto="a" * 40),
        Landed(at=3.0, task="TASK-2", head="f" * 40, tasks=("TASK-2", "TASK-1")),
        Staged(at=3.0, task="TASK-1", staged="d" * 40, onto="a" * 40, tasks=("TASK-1", "TASK-2")),
        LandingRefused(at=3.0, task="TASK-1", tip="t", reason="a conflict"),
        LandingRefused(at=3.0, task="TASK-2", tip="t", reason="a conflict", against="TASK-1"),
        LandingHeld(at=3.0, task="TASK-1", reason="a ruleset"),
        HeadMoved(at=3.0, task="TASK-1", head="e" * 40),
        BranchReady(at=3.0, task="TASK-1", branch=MINE, tip="hand-0", ahead=True),
        BranchRefused(at=3.0, task="TASK-1", branch=MINE, reason="a ruleset"),
        command(Verb.RETRY, "TASK-1", id="keep", options=(("from", "green"),)),
        RedKept(at=3.0, task="TASK-1", commit="f" * 40),
        RedGone(at=3.0, task="TASK-1", commit="f" * 40, reason="expired"),
        PushedByHand(at=3.0, task="TASK-1", branch=MINE, tip="hand-1"),
        PushedByHand(at=3.0, task="TASK-1", branch=MINE, tip="hand-2"),
        JobLost(at=3.0, nonce="unknown", reason="gone"),
        JobQueued(at=4.0, nonce="unknown"),
        DispatchRefused(at=3.0, nonce="unknown", reason="no file"),
        CiSeen(at=3.0, head="a" * 40),
        CiSeen(at=3.0, head="a" * 40, checks=(CiCheck("build", CiState.HELD),), known=True),
        *(LedgerSeen(at=at, view=LedgerView(at=at, day_usd=usd, repo_usd=usd)) for at, usd in ((4.0, 1e6), (6.0, 0.0))),
        LedgerSeen(at=5.0, view=LedgerView(at=5.0, circuits=(Circuit("worker:script", CircuitState.OPEN, 3.0),))),
        LedgerSeen(
            at=7.0, view=LedgerView(at=7.0, circuits=(Circuit("system", CircuitState.HALF_OPEN, 6.0, probe=7),))
        ),
        seen(9.0),
        seen(9.0, fork=True),
        seen(9.0, fork=True, head=Ref("feature", "e" * 40)),
        seen(9.0, bot=True),
        seen(9.0, dropped=("TASK-1",)),
        seen(9.0, requirements=()),
    ]
)


@settings(max_examples=200, deadline=None)
@given(worlds(), st.lists(st.one_of(ANYTHING, st.just("sweep")), max_size=30))
def test_deciding_is_total_and_moves_only_along_the_tables(world: Imagined, events: list[Event | str]) -> None:
    run: Run | None = None
    outbox: dict[str, Effect] = {}
    for event in events:
        for one in world.sweep(run) if isinstance(event, str) else (event,):
            world.hears(one)  # what nobody caused may name heads that nobody made
            before, run = run, step(world, run, one, outbox)
            if run is not None:
                assert decide(run, Ticked(at=run.opened_at)).run is not None
                assert {e.key for e in pending(run)} == {e.key for e in pending(run)}
                moved_legally(before, run)


def moved_legally(before: Run | None, after: Run) -> None:
    """`step` may fold several events, so a state must be reachable, not adjacent."""
    if before is None:
        return
    assert after.state in reachable(before.state, NEXT_RUN)
    for task in after.tasks:
        old = before.task(task.key)
        if old is not None and before.tasks and len(task.attempts) >= len(old.attempts):
            assert task.state in reachable(old.state, NEXT_TASK) or after.state is RunState.PLANNING


State = TypeVar("State", RunState, TaskState)


def reachable(start: State, table: dict[State, frozenset[State]]) -> frozenset[State]:
    found, pending_states = {start}, [start]
    while pending_states:
        for state in table[pending_states.pop()] - found:
            found.add(state)
            pending_states.append(state)
    return frozenset(found)


@settings(max_examples=60, deadline=None)
@given(worlds(), st.lists(ANYTHING, max_size=4))
def test_deciding_again_after_a_lost_race_asks_for_the_very_same(world: Imagined, events: list[Event]) -> None:
    run: Run | None = None
    for event in (*world.sweep(None), *events):
        world.hears(event)
        once, again = decide(run, event), decide(run, event)
        assert once == again
        run = once.run
        for effect in once.effects:
            if run is not None and (follows := world.obey(effect, run)):
                assert decide(run, follows) == decide(run, follows)
                run = decide(run, follows).run


def test_a_repeated_event_changes_nothing_and_asks_nothing() -> None:
    run = decide(None, seen()).run
    assert run is not None
    assert decide(run, replace(seen(), at=run.seen_at)).effects == ()


@pytest.mark.parametrize("at", [float("inf"), float("-inf"), float("nan"), -1.0])
def test_a_clock_that_says_nonsense_raises_nothing(at: float) -> None:
    wanted = Requirement("REQ-1", "One", "Text.", "prds/one.md", 1, 2)
    seen = PullRequestSeen(
        at=at, repo="o/r", number=1, head=Ref("f", "a" * 40), base=Ref("main", "b" * 40), requirements=(wanted,)
    )
    opened = decide(None, seen).run
    assert opened is not None
    assert decide(opened, Ticked(at=at)).run is not None
    assert decide(opened, replace(seen, requirements=(), at=at)).run is not None
