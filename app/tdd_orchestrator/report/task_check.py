"""The check run `TDD / TASK-3 · title`: its attempts as a timeline of stages, and what was found at which line."""

from tdd_orchestrator.core.content import Button, CheckContent
from tdd_orchestrator.core.hand_texts import acceptance, directions
from tdd_orchestrator.core.inert import inert, line
from tdd_orchestrator.core.question_texts import question_text
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import FINAL, TaskState
from tdd_orchestrator.core.task import Task
from tdd_orchestrator.report.annotations import annotations
from tdd_orchestrator.report.keys import external_id
from tdd_orchestrator.report.links import log_link
from tdd_orchestrator.report.timeline import attempts_text
from tdd_orchestrator.report.words import count, duration, usd, word

NAME_LIMIT, TITLE_LIMIT = 100, 200
TOLD_LIMIT, ACCEPTANCE = 2_000, 20
CONCLUSION = {
    TaskState.COMPLETE: "success",
    TaskState.FAILED: "failure",
    TaskState.BLOCKED: "action_required",
    TaskState.SKIPPED: "skipped",
}
STATUS = {TaskState.PENDING: "queued", TaskState.READY: "queued"}


def task_check(run: Run, task: Task, head: str, generation: int) -> CheckContent:
    """The task as a check run on `head`."""
    conclusion = CONCLUSION.get(task.state) or ("cancelled" if run.state in FINAL else None)
    if conclusion is None and waits_for_push(task):
        conclusion = "action_required"
    last = task.attempts[-1] if task.attempts else None
    return CheckContent(
        name=task_check_name(task),
        external_id=external_id(run, task.key, head, generation),
        head=head,
        status="completed" if conclusion else STATUS.get(task.state, "in_progress"),
        conclusion=conclusion,
        title=_title(run, task),
        summary=_summary(run, task),
        text=attempts_text(run, task),
        annotations=annotations(remark for stage in (last.stages if last else ()) for remark in stage.remarks),
        buttons=_buttons(task),
        started_at=task.attempts[0].started_at if task.attempts else None,
        completed_at=last.ended_at if last and conclusion else None,
    )


def task_check_name(task: Task) -> str:
    """The check's name in the list; GitHub groups by it, so it never changes with the state."""
    return line(f"TDD / {task.key} · {task.planned.title}", NAME_LIMIT)


def _title(run: Run, task: Task) -> str:
    tries = count(len(task.attempts), "attempt")
    if run.state in FINAL and task.state not in CONCLUSION:
        return line(f"Stopped after {tries}: {run.reason}", TITLE_LIMIT)
    if task.hand is not None and task.state in (TaskState.READY, TaskState.PENDING, TaskState.IN_PROGRESS):
        return line(_in_hand(task), TITLE_LIMIT)
    match task.state:
        case TaskState.COMPLETE:
            return f"Proven and landed after {tries}"
        case TaskState.IN_PROGRESS:
            again = f": {task.attempts[-2].reason}" if len(task.attempts) > 1 else ""
            return line(f"Attempt {len(task.attempts)}{again}", TITLE_LIMIT)
        case TaskState.PASSING:
            return "Proven; landing"
        case TaskState.READY | TaskState.PENDING:
            return line(f"Sent back: {task.reason}", TITLE_LIMIT) if task.reason else "Waits for its turn"
        case TaskState.FAILED | TaskState.BLOCKED | TaskState.SKIPPED:
            return line(task.reason, TITLE_LIMIT) or word(task.state).capitalize()


def waits_for_push(task: Task) -> bool:
    """Whether nothing goes on until the person who has the task pushes."""
    return task.hand is not None and task.state in (TaskState.READY, TaskState.PENDING) and not task.hand.pushed


def _in_hand(task: Task) -> str:
    by = task.taken_by
    if task.state is TaskState.IN_PROGRESS:
        return f"Judging what {by} pushed: {task.attempts[-1].source[:7]}"
    if not waits_for_push(task):
        return f"What {by} pushed waits for its turn"
    return f"With {by}, refused: {task.reason}" if task.reason else f"With {by}, who pushes to {_branch(task)}"


def _branch(task: Task) -> str:
    return task.hand.branch if task.hand else ""


def _summary(run: Run, task: Task) -> str:
    lines = [f"**{word(task.state).capitalize()}** · {task.planned.kind} · {_covers(task)}"]
    question = next((each for each in run.escalations if each.id == task.asks), None)
    if question is not None:
        lines.append(question_text(question))
    elif task.reason:
        lines.append(inert(line(task.reason, TOLD_LIMIT)))
    if task.state in (TaskState.FAILED, TaskState.BLOCKED) and question is None:
        ways = f"`/tdd retry {task.key}` gives it more attempts, `/tdd skip {task.key}` goes on without it"
        lines.append(f"**Asked of a person:** {ways}, `/tdd take {task.key}` hands it to you.")
    if task.hand is not None and run.state not in FINAL:
        lines.append(f"**Taken over by {inert(task.taken_by)}.**")
        lines += directions(run, task)
        lines.append(f"`/tdd release {task.key}` gives it back to the worker.")
    links = [log_link("workflow run", job) for job in run.jobs if job.task == task.key and job.url]
    lines.append(" · ".join([*_facts(task), *links[-5:]]))
    lines.append(_asked(run, task) if task.hand is None else "")
    return "\n\n".join(line for line in lines if line)


def _asked(run: Run, task: Task) -> str:
    """What a test must be able to see: the plan's acceptance, or that of the requirements."""
    done = "x" if task.state is TaskState.COMPLETE else " "
    return "\n".join(f"- [{done}] {inert(line(each, TITLE_LIMIT))}" for each in acceptance(run, task)[:ACCEPTANCE])


def _covers(task: Task) -> str:
    return inert(line(", ".join(task.planned.requirements), TITLE_LIMIT)) or "no requirement"


def _facts(task: Task) -> tuple[str, ...]:
    if not any(attempt.stages for attempt in task.attempts):
        return ()
    seconds = sum(stage.seconds for attempt in task.attempts for stage in attempt.stages)
    tokens = sum(usage.input_tokens + usage.output_tokens for usage in task.usage)
    return (f"{duration(seconds)} of work, {tokens:,} tokens, {usd(task.usd)}",)


def _buttons(task: Task) -> tuple[Button, ...]:
    if waits_for_push(task):
        return (Button("Release", "Give it back to the worker", f"release:{task.key}"), _skip(task))
    if task.state not in (TaskState.FAILED, TaskState.BLOCKED):
        return ()
    return (
        Button("Retry", "Give this task more attempts", f"retry:{task.key}"),
        Button("Take over", "Write this task yourself", f"take:{task.key}"),
        _skip(task),
    )


def _skip(task: Task) -> Button:
    return Button("Skip", "Go on without this task", f"skip:{task.key}")
