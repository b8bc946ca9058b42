"""Money in the checks: the quote and its source, warnings at the alert, and where it went."""

from dataclasses import replace

import pytest

from tdd_orchestrator.core.ledger_view import LedgerView
from tdd_orchestrator.core.result import Step
from tdd_orchestrator.core.rules import Rules
from tdd_orchestrator.core.run import Job, JobState, Quote
from tdd_orchestrator.core.states import RunState, TaskState
from tdd_orchestrator.report.money import costs, money, quoted
from tdd_orchestrator.report.run_check import run_check
from world.runs import run, stage, task

QUOTE = Quote(6.0, 13.2, 12.0, 26.4, 18.0, "from what tasks like these took in this repository")
ONE = task(state=TaskState.COMPLETE, tries=1)
SPENT = replace(ONE, attempts=(replace(ONE.attempts[0], stages=(stage(),), ended_at=100.0),))


def test_a_quote_says_where_it_is_from() -> None:
    assert quoted(QUOTE) == (
        "Quote: $6.00 (nine in ten: $13.20), 12 min (26 min), 18 runner minutes; "
        "from what tasks like these took in this repository."
    )


@pytest.mark.parametrize(
    ("rules", "elsewhere", "words", "silent"),
    [
        ({}, 0.0, ("Spent $0.25 of at most $20.00.",), ("⚠️",)),
        ({"per_run": 0.3}, 0.0, ("⚠️ **Spent $0.25 of at most $0.30.** `/tdd budget +5`",), ("Today",)),
        (
            {"per_day": 5.0},
            3.75,
            ("⚠️ **Today all pull requests spent $4.00 of at most $5.00.**", "00:00 UTC"),
            ("ever",),
        ),
        ({"per_repo": 5.0}, 3.75, ("⚠️ **All pull requests ever spent $4.00", "budget.per_repo"), ("Today",)),
        ({"per_repo": 5.0}, 3.74, ("Spent",), ("⚠️",)),
    ],
)
def test_a_cap_that_is_nearly_reached_is_told(
    rules: dict[str, float], elsewhere: float, words: tuple[str, ...], silent: tuple[str, ...]
) -> None:
    view = LedgerView(at=90.0, day_usd=elsewhere, repo_usd=elsewhere)
    job = Job(SPENT.attempts[0].nonce, Step.WORK, 10.0, "TASK-1", JobState.DONE)
    one = run(RunState.RUNNING, SPENT, rules=Rules(**rules), ledger=view)  # type: ignore[arg-type]
    told = money(replace(one, jobs=(job,)))
    assert all(word in told for word in words), told
    assert not any(word in told for word in silent), told


def test_where_the_money_went_is_folded_away_under_the_graph() -> None:
    text = run_check(run(RunState.RUNNING, SPENT), "a" * 40, 0).text
    assert "<summary>Where $0.25 went</summary>" in text
    assert "| TASK-1 | $0.25 | 1 | 1,500 |" in text
    assert "| REQ-1 | $0.25 | 1 | 1,500 |" in text
    assert "| red · claude-opus-5-5 | $0.25 | 1 | 1,500 |" in text
    assert costs(run(RunState.RUNNING, task())) == ""
