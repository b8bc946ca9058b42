"""A task's attempts as people read them: stages with their part of the time, and money by stage and model."""

from collections.abc import Mapping

from tdd_orchestrator.core.inert import cell, inert, line
from tdd_orchestrator.core.result import StageReport, Usage
from tdd_orchestrator.core.run import Job, Run
from tdd_orchestrator.core.task import Attempt, Task
from tdd_orchestrator.report.fitting import joined, table
from tdd_orchestrator.report.links import log_link, the_rest
from tdd_orchestrator.report.words import STAGE_ICON, duration, usd

CELLS = 16
SENTENCE_LIMIT, TOLD_LIMIT, MODEL_LIMIT, MOST_MODELS = 800, 2_000, 80, 40
HEADER = ("", "Stage", "What happened", "Timeline", "Time", "Cost", "Commit")
MONEY = ("Stage", "Model", "Calls", "Tokens", "Cost")


def attempts_text(run: Run, task: Task) -> str:
    """The money by stage and model, then the attempts, newest first, each with its stages."""
    jobs = {job.nonce: job for job in run.jobs}
    shown = [_attempt(attempt, jobs) for attempt in reversed(task.attempts)]
    return joined((*shown[:1], _money(task), *shown[1:]), left_out=the_rest(run, "What happened before"))


def _attempt(attempt: Attempt, jobs: Mapping[str, Job]) -> str:
    rows = [_row(stage, bar) for stage, bar in zip(attempt.stages, timeline(attempt.stages), strict=True)]
    head = " · ".join((f"### Attempt {attempt.number}", *_facts(attempt, jobs)))
    if attempt.feedback:
        head += f"\n\nIt was told: {inert(line(attempt.feedback, TOLD_LIMIT))}"
    if not rows:
        return f"{head}\n\n{inert(line(attempt.reason, TOLD_LIMIT)) or 'In progress.'}"
    return f"{head}\n\n{table(HEADER, rows, limit=20_000)}"


def _facts(attempt: Attempt, jobs: Mapping[str, Job]) -> list[str]:
    """Who worked, how long, for how much, and where the log is."""
    facts = [f"{inert(attempt.by)} pushed `{attempt.source[:7]}`"] if attempt.by else []
    if attempt.stages:
        facts += [duration(sum(stage.seconds for stage in attempt.stages)), usd(sum(u.usd for u in attempt.usage))]
    job = jobs.get(attempt.nonce)
    return [*facts, log_link("log", job)] if job and job.url else facts


def timeline(stages: tuple[StageReport, ...]) -> tuple[str, ...]:
    """For each stage a bar that begins where the one before it ended; the whole is `CELLS` wide."""
    whole = sum(stage.seconds for stage in stages)
    bars, at = [], 0.0
    for stage in stages:
        begin = round(CELLS * at / whole) if whole else 0
        at += stage.seconds
        end = max(begin, round(CELLS * at / whole)) if whole else 0
        bars.append("·" * begin + "█" * (end - begin) + "·" * (CELLS - end))
    return tuple(bars)


def _row(stage: StageReport, bar: str) -> tuple[str, ...]:
    cost = sum(usage.usd for usage in stage.usage)
    commit = cell(f"`{stage.commit[:7]}`") if stage.commit else ""
    said = cell(line(stage.sentence, SENTENCE_LIMIT))
    name = stage.stage.value.upper()
    return (STAGE_ICON[stage.state], name, said, f"`{bar}`", duration(stage.seconds), usd(cost), commit)


def _money(task: Task) -> str:
    """What each model took in each stage, over all attempts; "" where no model was called."""
    spent: dict[tuple[str, str], list[Usage]] = {}
    for attempt in task.attempts:
        for stage in attempt.stages:
            for usage in stage.usage:
                spent.setdefault((stage.stage.value.upper(), usage.model), []).append(usage)
    rows = [_spent(stage, model, found) for (stage, model), found in list(spent.items())[:MOST_MODELS]]
    return f"### Money by stage and model\n\n{table(MONEY, rows, limit=8_000)}" if rows else ""


def _spent(stage: str, model: str, found: list[Usage]) -> tuple[str, ...]:
    tokens = sum(u.input_tokens + u.output_tokens + u.cache_read_tokens + u.cache_write_tokens for u in found)
    told = cell(line(model, MODEL_LIMIT)) or "unnamed"
    return (stage, told, str(sum(u.calls for u in found)), f"{tokens:,}", usd(sum(u.usd for u in found)))
