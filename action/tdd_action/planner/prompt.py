"""What the planner is told: the rules of a plan, and the requirements as data. A change of words is a new version."""

from collections.abc import Iterable

from tdd_action.planner.fence import EXPLANATION, fenced, from_prd
from tdd_orchestrator.core.plan import Finding
from tdd_orchestrator.core.requirements import PlanHints, Requirement

PROMPT_VERSION = "claude-plan-1"
MOST_REQUIREMENT = 12_000
MOST_HINT = 6_000
MOST_FINDINGS = 40

RULES = f"""\
You plan work on a software repository. Each task of your plan will be done by somebody who sees only that task, its
requirements and the repository, and it will go through RED (write a failing test), GREEN (make it pass) and REFACTOR.

How to plan:
- Look first: list the files, read what the requirements touch. Plan on what is there, in the style that is there.
- Make a task as small as one behaviour that a test can observe. One requirement may need several tasks, and one task
  may serve several requirements that cannot be told apart by a test.
- Every requirement is served by at least one task. Plan nothing that no requirement asks for.
- `files` are the code files that the task may change, `tests` its own test files. Name files, not whole folders. A test
  file belongs to one task alone.
- Two tasks that own the same file cannot run side by side: let one depend on the other, or cut them differently.
- `depends_on` says only what is really needed, because tasks without order run at the same time. No circles.
- `acceptance` lists what a test asserts: concrete inputs, concrete results, errors included.
- An author's own order, kind, files and tests of a requirement are to be kept.
- When the plan is ready, call `propose_plan` with all of it. If something is found wrong with it, you will be told;
  mend that and propose the whole plan again.

{EXPLANATION}
"""

NUDGE = "That was no plan yet: call `propose_plan` with the whole plan."


def wishes(requirements: Iterable[Requirement], hints: Iterable[PlanHints] = ()) -> str:
    """Requirements, and what PRDs say around them, each in a fence of its own."""
    parts = [fenced(f"requirement {each.id}", _requirement(each), MOST_REQUIREMENT) for each in requirements]
    for hint in hints:
        if context := from_prd(hint.context).strip():
            parts.append(fenced("context", context, MOST_HINT))
        if outside := from_prd(hint.out_of_scope).strip():
            parts.append(fenced("out of scope", outside, MOST_HINT))
    return "\n\n".join(parts)


def _requirement(each: Requirement) -> str:
    lines = [
        f"Id: {each.id}",
        f"Title: {from_prd(each.title)}",
        f"From: {each.path}:{each.line}",
        "",
        from_prd(each.text),
    ]
    listed = {
        "Acceptance": each.acceptance,
        "Depends on": each.depends_on,
        "Kind": (each.kind,) if each.kind else (),
        "Files": each.files,
        "Tests": each.tests,
    }
    for name, entries in listed.items():
        if entries:
            lines += ["", f"{name}:", *(f"- {from_prd(entry)}" for entry in entries)]
    return "\n".join(lines)


def corrections(findings: Iterable[Finding]) -> str:
    """What the critic says of a proposed plan, for the planner."""
    told = [f"- {finding.sentence}" for finding in findings]
    more = [f"- and {len(told) - MOST_FINDINGS} more."] if len(told) > MOST_FINDINGS else []
    return "\n".join(["The plan cannot be carried out yet:", *told[:MOST_FINDINGS], *more])
