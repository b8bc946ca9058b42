"""What a person who takes a task over is told: where to push, what a test must see, what belongs where."""

from tdd_orchestrator.core.inert import inert, line
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.task import Task

MOST, LONGEST = 20, 300


def acceptance(run: Run, task: Task) -> tuple[str, ...]:
    """What a test must be able to see: the plan's acceptance, or that of the requirements."""
    wanted = [each for each in run.requirements if each.id in task.planned.requirements]
    return task.planned.acceptance or tuple(each for r in wanted for each in r.acceptance or (r.text,))


def taken_text(run: Run, task: Task) -> str:
    """The answer to `/tdd take`."""
    if task.hand is None:
        return ""
    back = f"`/tdd release {task.key}` gives it back to the worker; your branch stays while it holds anything of yours."
    return "\n\n".join([f"{task.key} is yours, @{task.hand.by}.", *directions(run, task), back])


def directions(run: Run, task: Task) -> tuple[str, ...]:
    """What to write and where to push it, in paragraphs."""
    if task.hand is None:
        return ()
    wanted = "\n".join(f"- {inert(line(each, LONGEST))}" for each in acceptance(run, task)[:MOST])
    tests = _globs(task.planned.tests or run.rules.tests)
    code = _globs(task.planned.files or run.rules.files)
    commands = f"```sh\ngit fetch origin && git switch {task.hand.branch}\n```"
    judged = (
        "Commit as you like, then push: each push is judged by the same RED, GREEN and proof as a worker's attempt."
    )
    asked = f"A test must see:\n{wanted}" if wanted else ""
    told = (commands, asked, f"Tests belong in {tests}, code in {code}. {judged}")
    return tuple(each for each in told if each)


def refusal_text(task: Task, reason: str) -> str:
    """Why a task could not be handed over."""
    return (
        f"@{task.taken_by} {task.key} stays with the worker: there can be no branch for you. {inert(line(reason, 600))}"
    )


def left_behind(task: Task) -> str:
    """A note on commits that came too late."""
    branch = task.hand.branch if task.hand else ""
    return f"{task.key} has landed; `{branch}` has commits that came later: land them by a task or pull request."


def _globs(globs: tuple[str, ...]) -> str:
    return ", ".join(f"`{line(each, LONGEST).replace('`', '')}`" for each in globs)
