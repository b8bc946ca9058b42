"""What `tdd ingest` prints for people: requirements, faults, plan, quote and suite."""

from collections.abc import Iterator

from tdd_orchestrator.cli.output import fault_line, visible
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.prd import Prd
from tdd_orchestrator.core.requirements import Requirement
from tdd_orchestrator.core.settings import Config
from tdd_orchestrator.onboarding.choices import SuiteChoice
from tdd_orchestrator.onboarding.preview import PlanPreview, Preview
from tdd_orchestrator.report.money import quoted
from tdd_orchestrator.report.words import count, usd

WIDEST = 100


def ingest_text(seen: Preview, suites: tuple[SuiteChoice, ...], config: Config) -> Iterator[str]:
    """The lines of the report."""
    for prd in seen.prds:
        yield f"{visible(prd.path)} · {visible(prd.title)} · {count(len(prd.requirements), 'requirement')}"
        yield from _requirements(prd)
        yield ""
    if seen.faults:
        yield from map(fault_line, seen.faults)
        yield ""
    if seen.plan:
        yield from _plan(seen.plan)
        yield from _quote(seen.plan, config)
    yield from (f"Tests: {suite.shown} ({visible(suite.because)})." for suite in suites)


def _requirements(prd: Prd) -> Iterator[str]:
    width = max((len(each.id) for each in prd.requirements), default=0)
    for each in prd.requirements:
        yield f"  {visible(each.id):<{width}}  {_lines(each):<9} {_short(each.title)}{_details(each)}"
        yield from (f"  {'':<{width}}  {'':<9} - {_short(one)}" for one in each.acceptance)


def _lines(requirement: Requirement) -> str:
    return f"{requirement.line}-{requirement.end_line}"


def _details(requirement: Requirement) -> str:
    after = f"after {', '.join(requirement.depends_on)}" if requirement.depends_on else ""
    told = ", ".join(filter(None, (requirement.kind or "", visible(after))))
    return f" ({told})" if told else ""


def _plan(plan: PlanPreview) -> Iterator[str]:
    yield "Plan, without a model: one task per requirement. A model may divide the work otherwise."
    yield from map(_task, plan.tasks)
    yield from (f"  {sentence}" for sentence in plan.added)
    yield f"Critical path: {' → '.join(plan.critical)} ({len(plan.critical)} of {count(len(plan.tasks), 'task')})."


def _task(task: PlannedTask) -> str:
    after = f", after {', '.join(task.depends_on)}" if task.depends_on else ""
    return f"  {task.key:<8} {_short(task.title)} ({task.kind}{after})"


def _quote(plan: PlanPreview, config: Config) -> Iterator[str]:
    limit = usd(config.budget.approve_above)
    yield f"{quoted(plan.quote)} The worker is `{config.tdd.worker}`."
    waits = f"waits for `/tdd approve`: `budget.approve_above` is {limit}"
    starts = f"starts without approval: below `budget.approve_above`, {limit}"
    yield f"The plan {waits if plan.waits_for_approval else starts}."


def _short(text: str) -> str:
    flat = visible(text)
    return flat if len(flat) <= WIDEST else flat[: WIDEST - 1] + "…"
