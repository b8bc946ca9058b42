"""A run's values as rows and back: what people may read in columns, and the `doc` from which the value comes back."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from tdd_orchestrator.core.redaction import Redactor
from tdd_orchestrator.core.result import StageReport, Step, Usage
from tdd_orchestrator.core.run import Job, Run
from tdd_orchestrator.core.task import Attempt, Task
from tdd_orchestrator.core.wire import MalformedWire, from_wire, to_wire

T = TypeVar("T")
Cell = str | int | float | None
Row = tuple[Cell, ...]
LARGEST = 2**63 - 1
REDACT = Redactor()
"""The last wall: what the engine was told is without secrets already."""


def doc(value: object) -> str:
    """JSON for the program; letters stay letters, so that a person can read it too."""
    text = json.dumps(to_wire(value), ensure_ascii=False, separators=(",", ":"))
    return REDACT(text if _is_writable(text) else json.dumps(to_wire(value), separators=(",", ":")))


def from_doc(expected: type[T], text: object) -> T:
    """The value in a `doc`; `MalformedWire` where there is none."""
    try:
        return from_wire(expected, json.loads(str(text)))
    except (ValueError, RecursionError) as broken:
        raise MalformedWire(f"{expected.__name__}: not JSON ({broken}).") from broken


def cells(*values: Cell) -> Row:
    """Values as SQLite can hold them: half a surrogate pair and numbers beyond 64 bits become text that it takes."""
    return tuple(_cell(value) for value in values)


def run_row(run: Run) -> Row:
    """The run without its tasks and jobs, which have tables of their own."""
    bare = replace(run, tasks=(), jobs=())
    return cells(
        run.id, run.repo, run.number, run.state.value, run.title, run.author, run.head.sha, run.base.name,
        run.opened_at, run.ended_at, run.usd, run.reason, doc(bare),
    )  # fmt: skip


def task_row(task: Task, seq: int) -> Row:
    """The task without its attempts."""
    plan, tries = task.planned, len(task.attempts)
    bare = doc(replace(task, attempts=()))
    return cells(
        task.key,
        seq,
        plan.title,
        plan.kind.value,
        task.state.value,
        tries,
        task.chances,
        task.landed,
        task.reason,
        bare,
    )


def attempt_rows(task: Task) -> Iterator[Row]:
    """The task's attempts without their stages."""
    for seq, attempt in enumerate(task.attempts):
        accepted = None if attempt.accepted is None else int(attempt.accepted)
        bare = doc(replace(attempt, stages=()))
        yield cells(
            task.key,
            seq,
            attempt.number,
            attempt.nonce,
            attempt.started_at,
            attempt.ended_at,
            accepted,
            attempt.reason,
            bare,
        )


def stage_rows(task: Task) -> Iterator[Row]:
    """Every stage of every attempt."""
    for number, attempt in enumerate(task.attempts):
        for seq, stage in enumerate(attempt.stages):
            yield cells(
                task.key, number, seq, stage.stage.value, stage.state.value, stage.sentence, stage.seconds,
                stage.suite_runs, stage.commit, doc(stage),
            )  # fmt: skip


def usage_rows(task: Task) -> Iterator[Row]:
    """What each stage spent. Only for people: the program reads it from the stage."""
    for number, attempt in enumerate(task.attempts):
        for place, stage in enumerate(attempt.stages):
            for seq, usage in enumerate(stage.usage):
                yield _usage_row(task.key, number, place, seq, stage.stage.value, usage)


def plan_usage_rows(run: Run) -> Iterator[Row]:
    """What was spent beside the attempts, under the task '': planning, and reports that came too late."""
    spent = [("plan", usage) for usage in run.plan_usage]
    spent += [("plan" if job.step is Step.PLAN else "late", usage) for job in run.jobs for usage in job.usage]
    for seq, (stage, usage) in enumerate(spent):
        yield _usage_row("", 0, 0, seq, stage, usage)


def job_row(job: Job, seq: int) -> Row:
    return cells(
        job.nonce, seq, job.step.value, job.task, job.state.value, job.asked_at, job.workflow_run, job.url, doc(job)
    )


def run_from(run: object, tasks: dict[str, Task], jobs: tuple[Job, ...]) -> Run:
    """The run of a `doc`, with the tasks and jobs of the other tables."""
    return replace(from_doc(Run, run), tasks=tuple(tasks.values()), jobs=jobs)


def with_attempts(task: Task, attempts: dict[int, Attempt]) -> Task:
    return replace(task, attempts=tuple(attempts.values()))


def with_stages(attempt: Attempt, stages: tuple[StageReport, ...]) -> Attempt:
    return replace(attempt, stages=stages)


def _usage_row(task: str, attempt: int, place: int, seq: int, stage: str, usage: Usage) -> Row:
    return cells(
        task, attempt, place, seq, stage, usage.model, usage.calls, usage.input_tokens, usage.output_tokens,
        usage.cache_read_tokens, usage.cache_write_tokens, usage.usd,
    )  # fmt: skip


def _cell(value: Cell) -> Cell:
    if isinstance(value, str):
        value = REDACT(value)
    if isinstance(value, str) and not _is_writable(value):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int) and not -LARGEST <= value <= LARGEST:
        return hex(value)
    return value


def _is_writable(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text) if not text.isascii() else True
