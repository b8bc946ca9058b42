"""What a conversation begins with: the project in a few lines, what is wanted, and the task, all of it as data."""

from itertools import islice

from tdd_action.planner.fence import fenced, from_prd
from tdd_action.planner.prompt import wishes
from tdd_action.workers import PlanRequest, StageRequest
from tdd_action.workers.claude.ground import Ground
from tdd_orchestrator.core.settings import Config

MOST_PATHS = 400
MOST_TASK = 8_000
MOST_FEEDBACK = 6_000
MOST_ANSWERS = 12_000


def overview(ground: Ground, config: Config) -> str:
    """Name, language, globs and files of the project. The same tree gives the same bytes."""
    project = config.project
    paths = list(islice(ground.paths(), MOST_PATHS + 1))
    more = ["[and more: use list_files]"] if len(paths) > MOST_PATHS else []
    lines = [
        f"Name: {project.name or 'not given'}",
        f"Language: {project.language}",
        f"Code: {', '.join(config.source)}",
        f"Tests: {', '.join(config.tests)}",
        *(f"Suite of {each.folder}: {each.suite}" for each in config.suites),
        "Files:",
        *paths[:MOST_PATHS],
        *more,
    ]
    return fenced("project", "\n".join(lines), 40_000)


def of_stage(request: StageRequest, ground: Ground, config: Config) -> tuple[str, str]:
    """What stays the same from attempt to attempt, and what this attempt is about."""
    stable = f"{overview(ground, config)}\n\n{wishes(request.requirements)}".rstrip()
    return stable, "\n\n".join(
        part for part in (_task(request), _answers(request), _feedback(request), _order(request)) if part
    )


def of_plan(request: PlanRequest, ground: Ground) -> tuple[str, str]:
    """What is to be planned, and the order to do so."""
    stable = f"{overview(ground, request.config)}\n\n{wishes(request.requirements, request.hints)}"
    protected = ", ".join(request.config.git.protected)
    return stable, f"No task may own these protected paths: {protected}\n\nPlan the requirements above."


def _task(request: StageRequest) -> str:
    task = request.task
    lines = [f"Title: {task.title}", f"Kind: {task.kind}", "Acceptance:", *(f"- {each}" for each in task.acceptance)]
    lines += [f"Code of the task: {', '.join(task.files)}", f"Tests of the task: {', '.join(task.tests)}"]
    return fenced(f"task {task.key}", from_prd("\n".join(lines)), MOST_TASK)


def _feedback(request: StageRequest) -> str:
    if not request.feedback:
        return ""
    told = fenced("feedback", from_prd(request.feedback), MOST_FEEDBACK)
    if request.attempt == 1:  # nothing was sent back yet: this is what the task is about
        return f"This is what is wrong with the code as it stands:\n{told}"
    return f"An attempt before this one was sent back. This is why; its files are gone, you begin anew:\n{told}"


def _answers(request: StageRequest) -> str:
    """Answers decide what they were asked for; they are people's text all the same."""
    if not request.answers:
        return ""
    said = "\n".join(f"Question: {each.question}\nAnswer: {each.answer}" for each in request.answers)
    told = fenced("answers", from_prd(said), MOST_ANSWERS)
    return f"You asked people about this task. What they answered decides these questions, and nothing else:\n{told}"


def _order(request: StageRequest) -> str:
    return f"Do the stage {request.stage.upper()} of this task. You may change: {', '.join(request.globs)}."
