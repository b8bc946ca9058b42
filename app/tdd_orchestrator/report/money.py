"""Money as people read it: the quote and where it is from, the caps and how near they are, and where it went."""

from tdd_orchestrator.core.costs import Cost, by_requirement, by_stage_and_model, by_task
from tdd_orchestrator.core.inert import cell, line
from tdd_orchestrator.core.run import Quote, Run
from tdd_orchestrator.core.spending import Cap, caps
from tdd_orchestrator.report.fitting import table
from tdd_orchestrator.report.words import usd

HELP = {
    "run": "`/tdd budget +5` allows more.",
    "day": "`budget.per_day` on the base branch allows more; tomorrow at 00:00 UTC it begins anew.",
    "repository": "`budget.per_repo` on the base branch allows more.",
}


def money(run: Run) -> str:
    """The quote, what is spent, and a warning for every cap that is nearly reached."""
    parts = [quoted(run.quote)] if run.quote else []
    at = max(run.seen_at, run.ledger.at, *(attempt.ended_at or 0.0 for t in run.tasks for attempt in t.attempts), 0.0)
    own, *others = caps(run, at)
    if run.quote or run.usd:
        parts.append(_spent(own, run.rules.alert_at))
    parts += [_near(each) for each in others if _is_near(each, run.rules.alert_at)]
    return " ".join(parts)


def quoted(quote: Quote) -> str:
    """What it will probably take, and how that is known."""
    dollars = f"{usd(quote.usd_p50)} (nine in ten: {usd(quote.usd_p90)})"
    minutes = f"{quote.minutes_p50:.0f} min ({quote.minutes_p90:.0f} min)"
    runners = f", {quote.runner_minutes:.0f} runner minutes" if quote.runner_minutes else ""
    return f"Quote: {dollars}, {minutes}{runners}" + (f"; {quote.source}." if quote.source else ".")


def costs(run: Run) -> str:
    """Three tables, folded away: by task, by requirement, by stage and model."""
    if not any(cost.usd or cost.calls for cost in by_task(run)):
        return ""
    tables = (("Task", by_task(run)), ("Requirement", by_requirement(run)), ("Stage · model", by_stage_and_model(run)))
    body = "\n\n".join(_table(head, found) for head, found in tables)
    return f"<details><summary>Where {usd(run.usd)} went</summary>\n\n{body}\n\n</details>"


def _table(head: str, found: tuple[Cost, ...]) -> str:
    rows = [(cell(line(each.name, 80)), usd(each.usd), str(each.calls), f"{each.tokens:,}") for each in found]
    return table((head, "Cost", "Calls", "Tokens"), rows, limit=8_000)


def _spent(cap: Cap, alert_at: float) -> str:
    told = f"Spent {usd(cap.spent)} of at most {usd(cap.limit)}."
    return f"⚠️ **{told}** {HELP[cap.name]}" if _is_near(cap, alert_at) else told


def _near(cap: Cap) -> str:
    whose = "Today all pull requests" if cap.name == "day" else "All pull requests ever"
    return f"⚠️ **{whose} spent {usd(cap.spent)} of at most {usd(cap.limit)}.** {HELP[cap.name]}"


def _is_near(cap: Cap, alert_at: float) -> bool:
    return cap.limit > 0 and cap.spent >= alert_at * cap.limit
