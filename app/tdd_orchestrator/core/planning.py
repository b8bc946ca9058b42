"""From a pull request to an approved plan: what the run becomes when a pull request is seen and when a plan is
reported.
"""

from dataclasses import replace

from tdd_orchestrator.core import forks, jobs, replanning
from tdd_orchestrator.core.ci import Ci
from tdd_orchestrator.core.circuits import refused, tripped
from tdd_orchestrator.core.event import PlanReported, PullRequestSeen
from tdd_orchestrator.core.ledger_view import LedgerView
from tdd_orchestrator.core.overlapping import in_order
from tdd_orchestrator.core.plan import Plan, criticise, in_sequence
from tdd_orchestrator.core.prd import Requirement
from tdd_orchestrator.core.result import Step, Usage
from tdd_orchestrator.core.run import Job, JobState, Run
from tdd_orchestrator.core.sources import added
from tdd_orchestrator.core.spending import is_free, left
from tdd_orchestrator.core.states import FINAL, RunState
from tdd_orchestrator.core.task import Task

PLAN_TRIES = 3
"""How often a planning job may be lost or leave nothing before a person is asked."""


def opened(event: PullRequestSeen) -> Run | None:
    """A new run, planning or blocked; `None` where the pull request holds no PRD at all."""
    if not event.requirements and not event.faults:
        return None
    run = Run(
        repo=event.repo,
        number=event.number,
        state=RunState.PLANNING,
        head=event.head,
        base=event.base,
        opened_at=event.at,
        seen_at=event.at,
        read_heads=(event.head.sha,),
        rules=event.rules,
        title=event.title,
        author=event.author,
        requirements=event.requirements,
        faults=event.faults,
        fork=event.fork,
        bot=event.bot,
        sources=event.sources,
        ci=Ci(first=event.head.sha),
        ledger=event.ledger or LedgerView(),
    )
    return planned_again(run, event.at)


def seen(run: Run, event: PullRequestSeen) -> Run:
    """The run after a push or another look. A look older than what is known changes nothing."""
    if event.at < run.seen_at:
        return run
    before = run
    run = replace(
        _noted(run, event.dropped),
        head=event.head,
        base=event.base,
        rules=event.rules,
        title=event.title,
        seen_at=event.at,
        read_heads=run.read_heads if event.head.sha in run.read_heads else (event.head.sha,),
        requirements=event.requirements,
        faults=event.faults,
        fork=event.fork,
        sources=added(run.sources, event.sources),
        closed_at=None,
        ledger=event.ledger or run.ledger,
    )
    if run.fork:
        return forks.moved(before, run)
    changed = _wanted(run.requirements) ^ _wanted(before.requirements)
    if any(task.attempts for task in run.tasks):
        return replanning.noted(run, event.at) if changed and not _refused(run) else run
    if run.state in FINAL or not (changed or _mended(before, run)):
        return run
    return _unplanned(run) if run.state is RunState.PAUSED else planned_again(run, event.at)


def _noted(run: Run, dropped: tuple[str, ...]) -> Run:
    """Commits that somebody took off the branch are named, with what brings them back."""
    lost = [task.key for task in run.tasks if task.key in dropped]
    if not lost:
        return run
    told = f"Somebody rewrote {run.head.name}: the commits of {', '.join(lost)} are no longer on it."
    note = f"{told} If that was no intention, `git merge {run.head.sha[:12]}` brings them back."
    return replace(run, notes=(*(each for each in run.notes if each != note), note))


def planned_again(run: Run, at: float) -> Run:
    """The run with a planning job asked for, or blocked by what somebody must mend first."""
    run = _unplanned(run)
    if told := forks.held_back(run):
        return blocked(run, told)
    if _refused(run):
        worst = next(fault for fault in run.faults if fault.level == "failure")
        return blocked(
            run, f"The PRD cannot be planned: {worst.path}:{worst.line} {worst.message} {worst.remedy}".strip()
        )
    if not run.requirements:
        return blocked(run, "The pull request holds no requirement any more. Add a PRD, or close it.")
    run = replace(run, state=RunState.PLANNING, reason="", resume_to=None, ended_at=None)
    return _asked(run, at)


def _asked(run: Run, at: float) -> Run:
    """The run with a planning job, or held by what keeps new work from starting."""
    worker = run.rules.worker
    if trip := tripped(run, at) or refused(run, worker, at):
        return replace(blocked(run, trip.reason), held=trip.by)
    return jobs.asked(run, Step.PLAN, at, budget_usd=None if is_free(worker) else left(run, at))[0]


def reported(run: Run, event: PlanReported) -> Run:
    """The plan is taken if the critic finds nothing; overlapping tasks are put one after the other."""
    result = event.result
    job = run.job(result.nonce)
    if job is None or job.step is not Step.PLAN:
        return run
    if not jobs.is_open(run, result.nonce):
        return jobs.paid_late(run, result.nonce, result.usage)
    job = replace(job, state=JobState.DONE, ended_at=event.at, usage=result.usage, accepted=result.plan is not None)
    run = run.with_job(job)
    if result.plan is None:
        return blocked(run, f"There is no plan: {result.reason} Mend it, then `/tdd plan`.")
    if findings := criticise(result.plan, run.requirements):
        return blocked(
            run,
            "The plan was refused: " + " ".join(finding.sentence for finding in findings[:5]) + " Then `/tdd plan`.",
        )
    if any(task.attempts for task in run.tasks):
        run = replanning.merged(run, result.plan, event.at)
        return replanning.goes_on(run, RunState.AWAITING_APPROVAL if needs_approval(run) else RunState.RUNNING)
    plan, notes = in_sequence(result.plan)
    plan, more = in_order(run.overlaps, plan)
    return _taken(run, plan, tuple(note.sentence for note in (*notes, *more)), event.at)


def lost(run: Run, reason: str, at: float) -> Run:
    """The planning job left nothing: it is asked again, and at the third time a person is. A paused run only waits."""
    tries = run.plan_tries + 1
    run = replace(run, plan_tries=tries)
    if tries >= PLAN_TRIES:
        return blocked(
            run, f"Planning ended {tries} times without a result: {reason} Look at the workflow run, then `/tdd plan`."
        )
    return run if run.state is RunState.PAUSED else _asked(run, at)


def resumed(run: Run, at: float) -> Run:
    """A paused run where it was, or planning anew where the plan was lost or the PRD edited meanwhile."""
    state = run.resume_to or RunState.RUNNING
    if state is RunState.PLANNING and not any(job.step is Step.PLAN for job in run.open_jobs()):
        return planned_again(replace(run, plan_tries=0), at)
    return replace(run, state=state, resume_to=None, reason="")


def blocked(run: Run, reason: str) -> Run:
    """The run waits for somebody, for this reason."""
    return replace(run, state=RunState.BLOCKED, reason=reason, held="")


def needs_approval(run: Run) -> bool:
    """Whether the plan waits for a person: nine in ten plans like it cost more than the limit, or the limit is 0."""
    limit = run.rules.approve_above
    return not run.approved_by and run.quote is not None and (limit == 0 or run.quote.usd_p90 > limit)


def _taken(run: Run, plan: Plan, notes: tuple[str, ...], at: float) -> Run:
    tasks = tuple(Task(planned, chances=run.rules.attempts) for planned in plan.tasks)
    run = replace(
        run,
        tasks=tasks,
        notes=notes,
        prompt_version=plan.prompt_version,
        planned_from=replanning.digests(run.requirements),
        plan_tries=0,
        quote=replanning.quoted(run, plan.tasks, at),
    )
    state = RunState.AWAITING_APPROVAL if needs_approval(run) else RunState.RUNNING
    if run.state is RunState.PAUSED:
        return replace(run, resume_to=state)
    return replace(run, state=state, reason="")


def _refused(run: Run) -> bool:
    return any(fault.level == "failure" for fault in run.faults)


def _mended(before: Run, run: Run) -> bool:
    """Whether other faults keep the PRD from being planned than before, or none any more."""
    return [f for f in before.faults if f.level == "failure"] != [f for f in run.faults if f.level == "failure"]


def _unplanned(run: Run) -> Run:
    """The run without its plan; what that has cost stays counted."""
    spent = {attempt.nonce: attempt.usage for task in run.tasks for attempt in task.attempts}
    gone = tuple(usage for nonce, each in spent.items() if run.job(nonce) is None for usage in each)
    return replace(
        run,
        tasks=(),
        notes=(),
        quote=None,
        approved_by="",
        plan_usage=(*run.plan_usage, *gone),
        resume_to=RunState.PLANNING if run.state is RunState.PAUSED else None,
        jobs=tuple(_superseded(job, spent.get(job.nonce, ())) for job in run.jobs),
    )


def _superseded(job: Job, spent: tuple[Usage, ...]) -> Job:
    """What the attempt has spent stays with its job: the attempt goes with the plan."""
    return replace(job, usage=(*job.usage, *spent)).given_up()


def _wanted(requirements: tuple[Requirement, ...]) -> frozenset[tuple[str, str]]:
    return frozenset((r.id, r.digest) for r in requirements)
