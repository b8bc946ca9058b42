"""The check run `TDD / PRD`: the PRD as a living board, each requirement with what holds it.

While the run goes on it is one check in progress whose table is updated in place. Its annotations, one at the line of
each requirement, come once, with the conclusion: GitHub only appends annotations, so showing them earlier would make a
new check run at every change.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from tdd_orchestrator.core.content import CheckContent
from tdd_orchestrator.core.costs import by_requirement
from tdd_orchestrator.core.coverage import FAULTS, Board, Covered, Holding, Stray, board
from tdd_orchestrator.core.effect import PRD
from tdd_orchestrator.core.inert import cell, inert, line, plain
from tdd_orchestrator.core.result import Remark
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.states import RunState
from tdd_orchestrator.report.annotations import annotations
from tdd_orchestrator.report.fitting import joined, table
from tdd_orchestrator.report.keys import external_id
from tdd_orchestrator.report.words import bar, count, usd, word

NAME = "TDD / PRD"
Paid = Mapping[str, float]
"""US dollars by requirement; a task's money is shared evenly among its requirements."""
MOST_NOTED = 500
"""As many requirements as a PRD may have: GitHub takes their annotations in pages of 50."""
NAMED, FAULTS_TOLD, WORD_LIMIT = 10, 12, 160
HEADER = ("State", "Requirement", "Tasks and commits", "Held by", "Cost")
CONCLUSION = {RunState.CANCELLED: "cancelled"}
ICON = {
    Holding.UNPLANNED: "📝",
    Holding.REPLANNED: "🔁",
    Holding.OPEN: "⚪",
    Holding.WORKED: "🔵",
    Holding.STUCK: "🟠",
    Holding.HELD: "✅",
    Holding.UNCOVERED: "❌",
    Holding.UNTESTED: "❌",
    Holding.OUTDATED: "❌",
}
REMEDY = {
    Holding.UNCOVERED: "`/tdd plan` plans what is missing; take the requirement out of the PRD if it is not wanted.",
    Holding.UNTESTED: "Its tasks landed without a new test: write one, or word the requirement so that one can fail.",
    Holding.OUTDATED: "`/tdd plan` plans what changed.",
}


def prd_check(run: Run, head: str, generation: int) -> CheckContent:
    """The board as a check run on `head`."""
    shown = board(run)
    conclusion = _conclusion(run, shown)
    return CheckContent(
        name=NAME,
        external_id=external_id(run, PRD, head, generation),
        head=head,
        status="completed" if conclusion else "in_progress",
        conclusion=conclusion,
        title=_title(shown),
        summary=_summary(run, shown),
        text=_text(run, shown),
        annotations=annotations(_remarks(run, shown), most=MOST_NOTED) if conclusion else (),
        started_at=run.opened_at,
        completed_at=run.ended_at if conclusion else None,
    )


def _conclusion(run: Run, shown: Board) -> str | None:
    """Only at the end, because what is concluded is never taken back without a new check run."""
    if not shown.over:
        return None
    found = "failure" if shown.faults or shown.strays else "success"
    return CONCLUSION.get(run.state, found)


def _title(shown: Board) -> str:
    held = sum(row.holding is Holding.HELD for row in shown.rows)
    told = f"{held} of {count(len(shown.rows), 'requirement')} held by tests"
    wrong = [f"{len(shown.faults)} without a test"] if shown.faults else []
    wrong += [f"{count(len(shown.strays), 'test')} without a requirement"] if shown.strays else []
    return f"{told}: {', '.join(wrong)}" if wrong else told


def _summary(run: Run, shown: Board) -> str:
    held = sum(row.holding is Holding.HELD for row in shown.rows)
    parts = [f"{bar(held, len(shown.rows))} requirements held"]
    parts.append(_edit(run, shown))
    parts.append(_list(f"- ❌ {_name(row)}: {row.holding}. {REMEDY[row.holding]}" for row in shown.faults))
    parts.append(_list(f"- ❌ {_stray(each)}" for each in shown.strays))
    if not shown.over:
        parts.append("The lines of the PRD are annotated when the run ends; until then this table is kept up to date.")
    return joined(parts)


def _edit(run: Run, shown: Board) -> str:
    """What an edit of the PRD has set going: what is planned again, and which finished work it makes invalid."""
    again = [row for row in shown.rows if row.holding is Holding.REPLANNED]
    lines = [f"🔁 Being planned again after an edit: {', '.join(_id(row) for row in again)}."] if again else []
    for row in shown.rows:
        for key in row.outdated:
            task = run.task(key)
            landed = f" in {task.landed[:7]}" if task and task.landed else ""
            lines.append(f"- {key} had landed{landed} for an older text of {_id(row)}: it no longer counts.")
    return _list(lines)


def _paid(run: Run) -> Paid:
    return {cost.name: cost.usd for cost in by_requirement(run)}


def _text(run: Run, shown: Board) -> str:
    paid = _paid(run)
    return joined((table(HEADER, [_row(run, row, paid) for row in shown.rows]), _gone(shown)))


def _gone(shown: Board) -> str:
    rows = [(each.task, cell(line(each.test, WORD_LIMIT))) for each in shown.strays]
    return "### Tests without a requirement\n\n" + table(("Task", "Test"), rows, limit=10_000) if rows else ""


def _row(run: Run, row: Covered, paid: Paid) -> tuple[str, ...]:
    asked = row.requirement
    where = cell(line(f"{asked.path}:{asked.line}", WORD_LIMIT))
    return (
        f"{ICON[row.holding]} {row.holding}",
        f"**{cell(line(asked.id, 60))}** {cell(line(asked.title, WORD_LIMIT))}<br><sub>{where}</sub>",
        "<br>".join([*(_task(run, key, row) for key in row.tasks[:NAMED]), *_commits(row)]),
        "<br>".join(_few([cell(line(test, WORD_LIMIT)) for test in _together(row.tests)])),
        usd(paid.get(asked.id, 0.0)),
    )


def _commits(row: Covered) -> list[str]:
    return [" ".join(_few([f"`{commit[:7]}`" for commit in row.commits]))] if row.commits else []


def _task(run: Run, key: str, row: Covered) -> str:
    task = run.task(key)
    state = "for an older text" if key in row.outdated else word(task.state) if task else ""
    return f"{key} {state}".rstrip()


def _remarks(run: Run, shown: Board) -> Iterable[Remark]:
    paid = _paid(run)
    for row in shown.rows:
        level = "failure" if row.holding in FAULTS else "notice" if row.holding is Holding.HELD else "warning"
        title = line(f"{row.requirement.id} · {row.holding}", WORD_LIMIT)
        yield Remark(row.requirement.path, row.requirement.line, level, _message(run, row, paid), title)
    for each in shown.strays:
        path = each.test.partition("::")[0] if "::" in each.test else ""
        yield Remark(path, 1, "failure", plain(_stray(each)), "A test without a requirement")


def _message(run: Run, row: Covered, paid: Paid) -> str:
    """Plain text, as annotations are."""
    remedy = REMEDY.get(row.holding, "").replace("`", "")
    lines = [remedy] if remedy else []
    lines += [f"Tasks: {', '.join(_task(run, key, row) for key in row.tasks)}"] if row.tasks else []
    lines += ["Tests:", *(f"  {line(test, WORD_LIMIT)}" for test in _few(_together(row.tests)))] if row.tests else []
    lines += [f"Commits: {' '.join(commit[:7] for commit in row.commits)}"] if row.commits else []
    lines.append(f"Cost: {usd(paid.get(row.requirement.id, 0.0))}")
    return "\n".join(lines)


def _together(tests: tuple[str, ...]) -> list[str]:
    """Each test once: the cases of one are counted, and a file is named where its first test is."""
    cases = Counter(test.partition("[")[0] for test in tests)
    told, last = [], ""
    for name, count_of in cases.items():
        path, _, bare = name.rpartition("::")
        told += [f"{path}:"] if path and path != last else []
        last = path or last
        told.append(f"{bare} × {count_of}" if count_of > 1 else bare)
    return told


def _stray(each: Stray) -> str:
    return (
        f"{inert(line(each.test, WORD_LIMIT))} of {each.task} covers no requirement of the PRD: "
        "write the requirement, or revert the task's commits."
    )


def _name(row: Covered) -> str:
    return f"**{_id(row)}** {inert(line(row.requirement.title, WORD_LIMIT))}".rstrip()


def _id(row: Covered) -> str:
    return inert(line(row.requirement.id, 60))


def _few(names: list[str]) -> list[str]:
    return names if len(names) <= NAMED else [*names[:NAMED], f"… {len(names) - NAMED} more"]


def _list(lines: Iterable[str]) -> str:
    told = list(lines)
    more = [f"- … and {len(told) - FAULTS_TOLD} more"] if len(told) > FAULTS_TOLD else []
    return "\n".join([*told[:FAULTS_TOLD], *more])
