"""The check run `TDD / TASK-3 · title`: its attempts as a timeline of stages, and what was found at which line."""

from tdd_orchestrator.core.content import Button, CheckContent
from tdd_orchestrator.core.result import Remark, StageReport
from tdd_orchestrator.core.run import Attempt, Run, Task, TaskState
from tdd_orchestrator.report.keys import external_id
from tdd_orchestrator.report.words import STAGE_ICON, cell, count, duration, inert, table, usd, word

NAME_LIMIT = 100
ANNOTATIONS = 150
CONCLUSION = {
    TaskState.COMPLETE: "success",
    TaskState.FAILED: "failure",
    TaskState.BLOCKED: "action_required",
    TaskState.SKIPPED: "skipped",
}
STATUS = {TaskState.PENDING: "queued", TaskState.READY: "queued"}


def task_check(run: Run, task: Task, head: str, generation: int) -> CheckContent:
    """The task as a check run on `head`."""
    conclusion = CONCLUSION.get(task.state)
    last = task.attempts[-1] if task.attempts else None
    return CheckContent(
        name=task_check_name(task),
        external_id=external_id(run, task.key, head, generation),
        head=head,
        status="completed" if conclusion else STATUS.get(task.state, "in_progress"),
        conclusion=conclusion,
        title=_title(task),
        summary=_summary(run, task),
        text=attempts_text(task),
        annotations=_annotations(last),
        buttons=_buttons(task),
        started_at=task.attempts[0].started_at if task.attempts else None,
        completed_at=last.ended_at if last and conclusion else None,
    )


def task_check_name(task: Task) -> str:
    """The check's name in the list; GitHub groups by it, so it never changes with the state."""
    return f"TDD / {task.key} · {task.planned.title}"[:NAME_LIMIT]


def attempts_text(task: Task) -> str:
    """The attempts, newest first, each with its stages."""
    return "\n\n".join(_attempt(attempt) for attempt in reversed(task.attempts))


def _title(task: Task) -> str:
    tries = count(len(task.attempts), "attempt")
    match task.state:
        case TaskState.COMPLETE:
            return f"Proven and landed after {tries}"
        case TaskState.IN_PROGRESS:
            again = f": {task.attempts[-2].reason}" if len(task.attempts) > 1 else ""
            return f"Attempt {len(task.attempts)}{again}"[:200]
        case TaskState.PASSING:
            return "Proven; landing"
        case TaskState.READY | TaskState.PENDING:
            return f"Sent back: {task.reason}"[:200] if task.reason else "Waits for its turn"
        case TaskState.FAILED | TaskState.BLOCKED | TaskState.SKIPPED:
            return task.reason[:200] or word(task.state)


def _summary(run: Run, task: Task) -> str:
    lines = [f"**{word(task.state).capitalize()}** · {task.planned.kind} · {', '.join(task.planned.requirements)}"]
    if task.reason:
        lines.append(inert(task.reason))
    if task.state in (TaskState.FAILED, TaskState.BLOCKED):
        lines.append(f"`/tdd retry {task.key}` gives it more attempts, `/tdd skip {task.key}` goes on without it.")
    lines.append(_facts(task))
    links = [f"[workflow run]({job.url})" for job in run.jobs if job.task == task.key and job.url]
    lines.append(" · ".join(links[-5:]))
    return "\n\n".join(line for line in lines if line)


def _facts(task: Task) -> str:
    seconds = sum(stage.seconds for attempt in task.attempts for stage in attempt.stages)
    tokens = sum(usage.input_tokens + usage.output_tokens for usage in task.usage)
    return f"{duration(seconds)} of work, {tokens:,} tokens, {usd(task.usd)}"


def _attempt(attempt: Attempt) -> str:
    rows = [_stage(stage) for stage in attempt.stages]
    head = f"### Attempt {attempt.number}"
    if attempt.feedback:
        head += f"\n\nIt was told: {inert(attempt.feedback)}"
    if not rows:
        return f"{head}\n\n{inert(attempt.reason) or 'In progress.'}"
    return f"{head}\n\n{table(('', 'Stage', 'What happened', 'Time', 'Cost', 'Commit'), rows)}"


def _stage(stage: StageReport) -> tuple[str, ...]:
    cost = sum(usage.usd for usage in stage.usage)
    commit = f"`{stage.commit[:7]}`" if stage.commit else ""
    name = stage.stage.value.upper()
    return (STAGE_ICON[stage.state], name, cell(stage.sentence), duration(stage.seconds), usd(cost), commit)


def _annotations(last: Attempt | None) -> tuple[Remark, ...]:
    """The last attempt's findings; each once, however many stages repeated it."""
    found = [remark for stage in (last.stages if last else ()) for remark in stage.remarks]
    return tuple(dict.fromkeys(found))[:ANNOTATIONS]


def _buttons(task: Task) -> tuple[Button, ...]:
    if task.state not in (TaskState.FAILED, TaskState.BLOCKED):
        return ()
    return (
        Button("Retry", "Give this task more attempts", f"retry:{task.key}"[:20]),
        Button("Skip", "Go on without this task", f"skip:{task.key}"[:20]),
    )
