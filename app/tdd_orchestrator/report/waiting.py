"""What waits for whom: people first, then runners, the branch, the repository's CI, and tasks that wait for tasks."""

from collections.abc import Iterator

from tdd_orchestrator.core.asking import open_questions
from tdd_orchestrator.core.awaiting_ci import is_awaited
from tdd_orchestrator.core.breakers import SYSTEM, worker_circuit
from tdd_orchestrator.core.inert import inert, line
from tdd_orchestrator.core.result import Step
from tdd_orchestrator.core.run import Job, JobState, Run
from tdd_orchestrator.core.states import FINAL, SETTLED, RunState, TaskState
from tdd_orchestrator.core.task import Task
from tdd_orchestrator.report.links import log_link
from tdd_orchestrator.report.words import count

MOST = 12
NAMES_LIMIT = 160


def waiting(run: Run) -> str:
    """A list with one line for each; "" for a run that is over."""
    if run.state in FINAL:
        return ""
    lines = [*_people(run), *_runners(run), *_branch(run), *_tasks(run)]
    more = [f"- and {len(lines) - MOST} more"] if len(lines) > MOST else []
    return "\n".join(["### What waits for whom", "", *lines[:MOST], *more]) if lines else ""


def _people(run: Run) -> Iterator[str]:
    if run.state is RunState.AWAITING_APPROVAL:
        left = count(len(run.tasks) - len(run.tasks_in(*SETTLED)), "task")
        yield f"- 👤 **A maintainer**: {left} to do: `/tdd approve` starts the work."
    if run.state is RunState.PAUSED:
        yield "- 👤 **Anybody who may write**: the run waits for `/tdd resume`."
    asking = {question.task: question.id for question in open_questions(run)}
    for task in run.tasks:
        if task.key in asking:
            yield f"- 👤 **Whoever knows**: {task.key} waits for `/tdd answer {asking[task.key]} your words`."
        elif task.state in (TaskState.FAILED, TaskState.BLOCKED):
            ways = f"`/tdd retry {task.key}` or `/tdd skip {task.key}`"
            yield f"- 👤 **Anybody who may write**: {task.key} is stuck: {ways}."
        elif task.hand is not None and task.state in (TaskState.READY, TaskState.PENDING) and not task.hand.pushed:
            branch = line(task.hand.branch, NAMES_LIMIT).replace("`", "")
            yield f"- 👤 **{inert(task.taken_by)}**: {task.key} waits for a push to `{branch}`."
    if run.held in ("day", SYSTEM) or run.held.startswith(worker_circuit("")):
        yield "- ⏳ The run goes on by itself; the reason above says when, and what lets it go on sooner."
    elif run.state is RunState.BLOCKED and not run.tasks_in(TaskState.FAILED, TaskState.BLOCKED):
        yield "- 👤 **Somebody**: the run is blocked; the reason above says what helps."


def _runners(run: Run) -> Iterator[str]:
    for job in run.open_jobs():
        how = "is asked for" if job.state is JobState.ASKED else "is with its runner"
        yield f"- 🤖 {log_link(_named(run, job), job)} {how}."


def _named(run: Run, job: Job) -> str:
    if job.step is Step.PROVE:
        return f"The proof of {_batch(run, job)}"
    task = run.task(job.task) if job.task else None
    return f"{task.key} attempt {len(task.attempts)}" if task else f"The {job.step}"


def _batch(run: Run, job: Job) -> str:
    tasks = run.batch.tasks if run.batch and run.batch.nonce == job.nonce else (job.task or "a merge",)
    return f"{line(', '.join(tasks), NAMES_LIMIT)} on the merged tree"


def _branch(run: Run) -> Iterator[str]:
    proving = run.batch.tasks if run.batch and run.batch.waits else ()
    passing = [task.key for task in run.tasks_in(TaskState.PASSING) if task.key not in proving]
    if passing:
        yield f"- 🔀 {line(', '.join(passing), NAMES_LIMIT)}: proven, and next on the branch."
    if is_awaited(run):
        yield "- 🧪 The end waits for the repository's own CI."


def _tasks(run: Run) -> Iterator[str]:
    for task in run.tasks_in(TaskState.PENDING):
        if needed := _needed(run, task):
            yield f"- ⏳ {task.key} waits for {line(', '.join(needed), NAMES_LIMIT)}."
    free = [task.key for task in run.tasks_in(TaskState.READY) if task.hand is None]
    if free and run.state is RunState.RUNNING:
        yield f"- ⏳ {line(', '.join(free), NAMES_LIMIT)}: ready, waits for a free place."


def _needed(run: Run, task: Task) -> list[str]:
    return [key for key in task.planned.depends_on if (t := run.task(key)) and t.state not in SETTLED]
