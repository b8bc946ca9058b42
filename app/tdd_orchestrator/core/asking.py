"""Questions that a worker leaves to people: asked, answered once, set aside. The task waits for that alone."""

from dataclasses import replace

from tdd_orchestrator.core import keeping
from tdd_orchestrator.core.choosing import Outcome, retried, unblocked, word
from tdd_orchestrator.core.event import Commanded
from tdd_orchestrator.core.inert import line
from tdd_orchestrator.core.people import Escalation
from tdd_orchestrator.core.result import Answered, Question, Stage, WorkResult
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import FINAL, TaskState
from tdd_orchestrator.core.task import Task

SURE = 0.75
"""From this confidence on a worker decides by itself."""
LONGEST, LONGEST_ANSWER, MOST_OPTIONS, MOST_ANSWERS = 1_500, 4_000, 8, 10
GOES_ON = "somebody answers it"
SET_ASIDE = "Nobody decides this: do what you would do by yourself."


def escalates(question: Question | None) -> bool:
    """Whether the question goes to people: a worker that is sure enough is not waited for."""
    return question is not None and bool(question.text.strip()) and not question.confidence >= SURE


def asked(run: Run, task: Task, result: WorkResult, at: float) -> Run:
    """The task waits for an answer; asking uses up no chance."""
    assert result.question is not None
    stage = result.stages[-1].stage if result.stages else Stage.RED
    new = Escalation(f"ESC-{len(run.escalations) + 1}", task.key, stage, _kept(result.question), at)
    reason = f"{new.id}: {new.question.text}"
    waiting = replace(task, state=TaskState.BLOCKED, reason=reason, asks=new.id, chances=task.chances + 1, proven=None)
    return replace(run, escalations=(*run.escalations, new)).with_task(waiting)


def answer(run: Run, event: Commanded) -> Outcome:
    """Give an open question its answer; the task goes on with it."""
    found = by_id(run, event.command.subject)
    if isinstance(found, str):
        return found
    if not found.open:
        said = line(found.answer, 200)
        return f"{found.id} has been answered by {found.by}: {said} `/tdd retry {found.task}` tries the task again."
    task = run.task(found.task)
    if task is None or task.asks != found.id:
        return f"Nothing waits for {found.id} any more: {found.task} is {word(task.state) if task else 'gone'}."
    if run.state in FINAL:
        return f"The run is {word(run.state)}: `/tdd plan` starts it anew."
    return _closed(run, task, event.command.text, event.author, event.at), ()


def set_aside(run: Run, task: Task, author: str, at: float) -> Run:
    """The task tried again without an answer: the worker is told to do what it would do by itself."""
    found = by_id(run, task.asks)
    if isinstance(found, str) or not found.open:
        return run
    alone = f" You said: {found.question.alone}" if found.question.alone else ""
    return _closed(run, task, f"{SET_ASIDE}{alone}", author, at)


def by_id(run: Run, id: str) -> Escalation | str:
    """The question of this id, or the sentence that says which there are."""
    found = next((each for each in run.escalations if each.id == id), None)
    if found is not None:
        return found
    known = ", ".join(each.id for each in run.escalations)
    return (
        f"There is no {id} here. Questions so far: {known}." if known else f"There is no {id}: nothing was asked yet."
    )


def answers(run: Run, task: Task) -> tuple[Answered, ...]:
    """What people have answered for this task, the newest last."""
    mine = [each for each in run.escalations if each.task == task.key and not each.open]
    return tuple(Answered(each.question.text, each.answer, each.by) for each in mine[-MOST_ANSWERS:])


def open_questions(run: Run) -> tuple[Escalation, ...]:
    """The questions for whose answer a task waits."""
    waited = {task.asks for task in run.tasks if task.asks}
    return tuple(each for each in run.escalations if each.open and each.id in waited)


def _closed(run: Run, task: Task, said: str, by: str, at: float) -> Run:
    closed = tuple(
        replace(each, answer=said.strip()[:LONGEST_ANSWER], by=by, answered_at=at) if each.id == task.asks else each
        for each in run.escalations
    )
    run = replace(run, escalations=closed)
    if task.hand is not None:
        return run
    heard = replace(task, asks="", reason="")
    run = run.with_task(heard)
    stage = next((each.stage for each in run.escalations if each.id == task.asks), Stage.RED)
    again = None if stage is Stage.RED else keeping.kept(run, heard, task.asks, by, must=False)
    return unblocked(again or retried(run, replace(heard, kept=None)))


def _kept(question: Question) -> Question:
    """The question as it is kept: what comes from a runner may be long."""
    return replace(
        question,
        text=line(question.text, LONGEST),
        tried=line(question.tried, LONGEST),
        options=tuple(line(each, LONGEST // 5) for each in question.options[:MOST_OPTIONS]),
        alone=line(question.alone, LONGEST),
        confidence=min(max(question.confidence, 0.0), 1.0),
        goes_on=line(question.goes_on, LONGEST // 5),
    )
