"""What a plan will take, from the repository's own figures or the price table; and where a run's money went."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdd_orchestrator.core.budget import quote
from tdd_orchestrator.core.command import Verb
from tdd_orchestrator.core.costs import Cost, by_requirement, by_stage_and_model, by_task
from tdd_orchestrator.core.event import PlanReported
from tdd_orchestrator.core.ledger_view import Figure, LedgerView, iso_day, utc
from tdd_orchestrator.core.plan import Plan, PlannedTask, TaskKind
from tdd_orchestrator.core.result import PlanResult, Step, Usage
from tdd_orchestrator.core.rules import Rules
from tdd_orchestrator.core.run import Run
from world.imagined import command, planned, seen
from world.runs import after, only, plan_of, report

FIGURE = Figure("behaviour", "small", "claude", 9, 0.5, 2.0, 4.0, 10.0, 3.0)
ANY_SIZE = replace(FIGURE, size="", usd_p50=0.75)
LARGE = PlannedTask("TASK-2", "large", acceptance=("it works",) * 6, depends_on=("TASK-1",))


def test_with_enough_tasks_of_its_own_the_repository_says_what_a_plan_will_take() -> None:
    told = quote(
        (planned("TASK-1"), planned("TASK-2", "TASK-1"), planned("TASK-3")), worker="claude", figures=(FIGURE,)
    )
    assert (told.usd_p50, told.usd_p90) == (1.5, 6.0)
    assert (told.minutes_p50, told.minutes_p90, told.runner_minutes) == (8.0, 20.0, 9.0)
    assert told.source == "from what tasks like these took in this repository"


@pytest.mark.parametrize(
    ("figures", "source"),
    [
        ((), "assumed from the price table"),
        ((replace(FIGURE, worker="other"),), "assumed from the price table"),
        ((replace(FIGURE, kind="docs"),), "assumed from the price table"),
        ((FIGURE,), "for 1 of 2 tasks"),
        ((FIGURE, ANY_SIZE), "from what tasks like these took"),
    ],
    ids=["none", "another worker's", "another kind", "another size", "of any size"],
)
def test_it_is_said_where_a_quote_is_from(figures: tuple[Figure, ...], source: str) -> None:
    assert quote((planned("TASK-1"), LARGE), worker="claude", figures=figures).source.startswith(source)


def test_the_price_is_that_of_the_models_on_the_day_and_grows_with_the_size() -> None:
    small = quote((planned("TASK-1"),), worker="claude", models=("claude-sonnet-5-5",), on="2026-11-20")
    assert small.usd_p50 == round(0.06 * 2 + 0.30 * 0.10 + 0.015 * 10, 2)
    opus = quote((planned("TASK-1"),), worker="claude/opus-5-5", on="2026-11-20")
    assert opus.usd_p50 == round(0.06 * 4 + 0.30 * 0.20 + 0.015 * 20, 2)
    assert quote((LARGE,), worker="claude").usd_p50 > small.usd_p50
    assert quote((planned("TASK-1"),), worker="claude", models=("unheard-of",), on="2026-11-20") == small
    assert all(quote((replace(LARGE, kind=kind),), worker="claude").usd_p90 > 0 for kind in TaskKind)


def test_a_plan_is_quoted_from_what_the_run_has_seen_of_the_ledger() -> None:
    rules = Rules(worker="claude", approve_above=1000.0)
    opened = after(None, seen(rules=rules, ledger=LedgerView(figures=(FIGURE,))))
    taken = after(opened, plan_of(opened, planned("TASK-1")))
    assert taken.quote is not None
    assert (taken.quote.usd_p50, taken.quote.runner_minutes) == (0.5, 3.0)


@given(st.integers(0, 4_000_000_000))
def test_days_are_those_of_the_calendar(at: int) -> None:
    moment = datetime.fromtimestamp(at, UTC)
    assert iso_day(at) == moment.date().isoformat()
    assert utc(at) == moment.strftime("%H:%M UTC")


# Costs


def worked() -> Run:
    """Planned for a dollar; two tasks, of which one covers two requirements; one plan before that was dropped."""
    opened = after(None, seen(rules=Rules(worker="script", approve_above=1000.0)))
    spent = (Usage("claude-opus-5-5", 1, usd=1.0),)
    both = replace(planned("TASK-2"), requirements=("REQ-1", "REQ-2"))
    result = PlanResult(only(opened, Step.PLAN).nonce, Plan((planned("TASK-1"), both)), usage=spent)
    requirements = (*seen().requirements, replace(seen().requirements[0], id="REQ-2"))
    opened = replace(opened, requirements=requirements)
    running = after(opened, PlanReported(at=3.0, result=result))
    return after(running, report(running), report(running, "TASK-2", at=10.0))


def names(found: tuple[Cost, ...]) -> dict[str, float]:
    return {cost.name: cost.usd for cost in found}


def test_money_is_told_by_task_requirement_stage_and_model() -> None:
    one = worked()
    assert names(by_task(one)) == {"plan": 1.0, "TASK-1": 0.25, "TASK-2": 0.25}
    assert names(by_requirement(one)) == {"REQ-1": 0.375, "REQ-2": 0.125, "no requirement": 1.0}
    assert names(by_stage_and_model(one)) == {"plan · claude-opus-5-5": 1.0, "red · claude-opus-5-5": 0.5}
    (first, *_) = by_stage_and_model(one)
    assert (first.calls, first.tokens) == (1, 0)


def test_what_late_reports_and_earlier_plans_spent_is_told_too() -> None:
    one = worked()
    late = replace(
        one, jobs=tuple(replace(j, usage=(Usage("m", 1, usd=2.0),)) if j.task == "TASK-1" else j for j in one.jobs)
    )
    assert names(by_task(late))["TASK-1"] == 2.25
    assert names(by_stage_and_model(late))["late · m"] == 2.0
    anew = after(worked(), command(Verb.CANCEL, id="3:1"), command(Verb.PLAN, id="4:1"))
    assert names(by_task(anew)) == {"plan": 1.0, "earlier plans": 0.5}


@pytest.mark.parametrize("by", [by_task, by_requirement, by_stage_and_model])
def test_every_table_adds_up_to_what_the_run_has_spent(by) -> None:  # type: ignore[no-untyped-def]
    for one in (worked(), after(worked(), command(Verb.CANCEL, id="3:1"), command(Verb.PLAN, id="4:1"))):
        assert sum(cost.usd for cost in by(one)) == pytest.approx(one.usd)
