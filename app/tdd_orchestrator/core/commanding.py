"""What people ask for: who may, whether it makes sense now, and the one sentence for a refusal."""

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

from tdd_orchestrator.core import (
    asking,
    awaiting_ci,
    forks,
    keeping,
    leaving,
    planning,
    replanning,
    reproving,
    taking,
    working,
)
from tdd_orchestrator.core.breakers import SYSTEM, resets, worker_circuit
from tdd_orchestrator.core.choosing import Outcome, named, retried, unblocked, word
from tdd_orchestrator.core.circuits import workers
from tdd_orchestrator.core.command import ROLE_NEEDED, Verb
from tdd_orchestrator.core.effect import Effect, React, Reply
from tdd_orchestrator.core.event import Commanded, CommandMisread, Rerequested
from tdd_orchestrator.core.inert import inert
from tdd_orchestrator.core.question_texts import question_text
from tdd_orchestrator.core.roles import Role
from tdd_orchestrator.core.run import FINAL, Reset, Run, RunState, Task, TaskState
from tdd_orchestrator.core.scheduling import what_helps
from tdd_orchestrator.core.sources import Source, added
from tdd_orchestrator.core.spending import cap
from tdd_orchestrator.core.telling import explained, help_text, status_text

SEEN, DONE, REFUSED = "eyes", "+1", "confused"
LATER = frozenset({Verb.PROVE})
"""What is done only when a job has ended."""
RETRYABLE = frozenset({TaskState.FAILED, TaskState.BLOCKED, TaskState.SKIPPED})


def commanded(run: Run, event: Commanded) -> tuple[Run, tuple[Effect, ...]]:
    """Carry out a command once; say by a reaction that it was done, or by a sentence why not."""
    if event.id in run.handled:
        return run, ()
    run = replace(run, handled=(*run.handled, event.id))
    seen = _reaction(event.comment, SEEN)
    outcome = _denied(run, event) or _CARRY_OUT[event.command.verb](run, event)
    if isinstance(outcome, str):
        return run, (*seen, Reply(event.id, f"@{event.author} {outcome}"), *_reaction(event.comment, REFUSED))
    changed, effects = outcome
    if event.command.text:
        used = Source(event.author, f"/tdd {event.command.verb} in a comment")
        changed = replace(changed, sources=added(changed.sources, (used,)))
    done = () if event.command.verb in LATER else _reaction(event.comment, DONE)
    return changed, (*seen, *effects, *done)


def misread(run: Run, event: CommandMisread) -> tuple[Run, tuple[Effect, ...]]:
    """Answer a line that could not be read, once."""
    if event.id in run.handled:
        return run, ()
    run = replace(run, handled=(*run.handled, event.id))
    told = Reply(event.id, f"@{event.author} {inert(event.reason)}")
    return run, (*_reaction(event.comment, SEEN), told, *_reaction(event.comment, REFUSED))


def rerequested(run: Run, event: Rerequested) -> Run:
    """Re-run on a check: what failed is tried again, a blocked run goes on, new check runs show how it stands.

    A run that is over is only shown again.
    """
    if event.id in run.handled:
        return run
    run = replace(run, handled=(*run.handled, event.id))
    if (Role.from_word(event.role) or Role.NONE) < Role.WRITE:
        return run
    run = replace(run, generation=run.generation + 1)
    if run.state in FINAL:
        return run
    if event.task is None and run.state is RunState.BLOCKED and not run.tasks:
        return planning.planned_again(replace(run, plan_tries=0), event.at)
    if event.task is None:
        run = unblocked(run)
    for task in run.tasks:
        if event.task in (None, task.key):
            run = _rerun(run, task, event)
    return run


def _rerun(run: Run, task: Task, event: Rerequested) -> Run:
    """A failed task is tried again, a person's last push is judged again; a question only where it is meant alone."""
    if task.hand is not None:
        return run.with_task(taking.judged_again(task))
    if task.asks:
        return run if event.task is None else asking.set_aside(run, task, event.author, event.at)
    return retried(run, task) if task.state in (TaskState.FAILED, TaskState.BLOCKED) else run


def role_needed(run: Run, verb: Verb) -> Role:
    """The role that the base branch's configuration, or else the default, asks for."""
    configured = _configured(run, verb)
    return ROLE_NEEDED[verb] if configured is None else configured


def _denied(run: Run, event: Commanded) -> str | None:
    verb, why = event.command.verb, ""
    needed = role_needed(run, verb)
    if verb is Verb.APPROVE and run.quote is not None and run.quote.usd_p50 > cap(run) and not _configured(run, verb):
        needed = max(needed, Role.MAINTAIN)
        why = f": the quote of ${run.quote.usd_p50:.2f} is over the run's limit of ${cap(run):.2f}"
    if (Role.from_word(event.role) or Role.NONE) >= needed:
        return None
    return f"`/tdd {verb}` needs the role {needed.word} in this repository{why}; yours is {event.role or 'none'}."


def _configured(run: Run, verb: Verb) -> Role | None:
    return Role.from_word(dict(run.rules.roles).get(verb, ""))


def _reaction(comment: int, content: str) -> tuple[Effect, ...]:
    return (React(comment, content),) if comment else ()


def _help(run: Run, event: Commanded) -> Outcome:
    return run, (Reply(event.id, help_text()),)


def _status(run: Run, event: Commanded) -> Outcome:
    return run, (Reply(event.id, status_text(run)),)


def _explain(run: Run, event: Commanded) -> Outcome:
    if event.command.subject:
        question = asking.by_id(run, event.command.subject)
        return question if isinstance(question, str) else (run, (Reply(event.id, question_text(question)),))
    tasks = named(run, event.command)
    if isinstance(tasks, str):
        return tasks
    return run, (Reply(event.id, "\n\n".join(explained(task) for task in tasks) or status_text(run)),)


def _plan(run: Run, event: Commanded) -> Outcome:
    started = any(task.attempts for task in run.tasks)
    if started and run.state is RunState.COMPLETED:
        return _planned_on(run, event.at)
    if started and run.state not in FINAL:
        if replanning.changed(run):
            return replanning.asked(run, event.at), ()
        return "Work has started on this plan: `/tdd cancel` first, then `/tdd plan` makes a new one."
    if run.state is RunState.PLANNING:
        return "The plan is being made now; its check shows when it is there."
    if run.fork:
        return forks.fork_told(run)
    return planning.planned_again(replace(run, plan_tries=0, bot=False), event.at), ()


def _planned_on(run: Run, at: float) -> Outcome:
    """What changed since everything landed is planned and worked; the rest stands."""
    if run.fork:
        return forks.fork_told(run)
    if not replanning.changed(run):
        return "Nothing has changed in the PRD since the plan was made: push an edit, then `/tdd plan`."
    return replanning.asked(replace(run, state=RunState.RUNNING, ended_at=None, reason=""), at), ()


def _approve(run: Run, event: Commanded) -> Outcome:
    if run.fork:
        outcome = forks.approved(run, event)
        return outcome if isinstance(outcome, str) else (outcome, ())
    if run.state is not RunState.AWAITING_APPROVAL:
        return f"Nothing waits for approval: the run is {word(run.state)}."
    if event.command.subject and not run.head.sha.startswith(event.command.subject):
        seen, now = event.command.subject[:7], run.head.sha[:7]
        return f"The head is {now} now, not {seen}: look at the plan again, then approve."
    if event.head != run.head.sha:
        return f"The head has moved; it is {run.head.sha[:7]} now: look at the plan again, then approve."
    return replace(run, state=RunState.RUNNING, approved_by=event.author, reason=""), ()


def _pause(run: Run, event: Commanded) -> Outcome:
    if run.state in FINAL or run.state is RunState.PAUSED:
        return f"There is nothing to pause: the run is {word(run.state)}."
    if run.state is RunState.BLOCKED:
        return "Nothing starts while the run is blocked: there is nothing to pause. `/tdd status` says what it needs."
    reason = f"Paused by @{event.author}; what is in progress ends, nothing new starts. `/tdd resume` goes on."
    return replace(run, state=RunState.PAUSED, resume_to=run.state, reason=reason), ()


def _resume(run: Run, event: Commanded) -> Outcome:
    if run.state is RunState.PAUSED:
        return planning.resumed(run, event.at), ()
    if run.state is not RunState.BLOCKED:
        return f"The run is not paused: it is {word(run.state)}."
    if run.fork:
        return forks.fork_told(run)
    if not run.tasks:
        return planning.planned_again(replace(run, plan_tries=0, bot=False), event.at), ()
    stuck = run.tasks_in(TaskState.FAILED, TaskState.BLOCKED)
    if stuck and not run.tasks_in(TaskState.READY, TaskState.IN_PROGRESS, TaskState.PASSING):
        return f"{stuck[0].key} is {word(stuck[0].state)} and nothing else can start: {what_helps(stuck[0])}"
    return unblocked(awaiting_ci.resumed(run)), ()


def _cancel(run: Run, event: Commanded) -> Outcome:
    if run.state in FINAL:
        return f"The run is over: it is {word(run.state)}."
    return working.stopped(run, event.at, f"Cancelled by @{event.author}. `/tdd plan` starts anew."), ()


def _retry(run: Run, event: Commanded) -> Outcome:
    tasks = named(run, event.command, RETRYABLE)
    if isinstance(tasks, str):
        return tasks
    if run.state in (RunState.CANCELLED, RunState.COMPLETED):
        return f"The run is {word(run.state)}: `/tdd plan` starts it anew."
    begin = event.command.option("from")
    if begin not in (None, "red", "green"):
        return f"`--from {begin}` has nothing to begin with: `--from green` keeps the tests that RED left."
    for task in tasks:
        if task.hand is not None:
            return f"{task.key} is with {task.taken_by}, whose next push is tried; `/tdd release {task.key}` ends that."
        if task.state not in RETRYABLE:
            return f"{task.key} is {word(task.state)}; only a failed, blocked or skipped task can be tried again."
        if task.asks:
            run = asking.set_aside(run, task, event.author, event.at)
        task = replace(run.task(task.key) or task, worker=event.command.option("worker") or task.worker)
        asked = f"{event.id}:{task.key}"
        tried = (
            keeping.kept(run.with_task(task), task, asked, event.author, must=True)
            if begin == "green"
            else retried(run, replace(task, kept=None))
        )
        if tried is None:
            return f"No RED of {task.key} is left to keep: `/tdd retry {task.key}` starts it anew."
        run = tried
    return run, ()


def _skip(run: Run, event: Commanded) -> Outcome:
    tasks = named(run, event.command)
    if isinstance(tasks, str):
        return tasks
    if run.state in (RunState.CANCELLED, RunState.COMPLETED):
        return f"The run is {word(run.state)}: `/tdd plan` starts it anew."
    for task in tasks:
        if task.state is TaskState.COMPLETE:
            return f"{task.key} has landed already; revert its commits if it is not wanted."
        if run.is_landing(task.key):
            return f"{task.key} is being landed right now; revert its commits if it is not wanted."
        run = leaving.skipped(run, task, event.at, f"Skipped by @{event.author}.")
    return unblocked(run), ()


def _budget(run: Run, event: Commanded) -> Outcome:
    said = event.command.subject
    if not said:
        return f"The run has spent ${run.usd:.2f} of its ${cap(run):.2f}. `/tdd budget +5` allows five dollars more."
    amount = float(said.removeprefix("+"))
    allowed = round(cap(run) + amount if said.startswith("+") else amount, 2)
    if run.state in FINAL:
        return f"The run is over: it is {word(run.state)}."
    return _let_go(replace(run, budget=allowed)), ()


def _reset(run: Run, event: Commanded) -> Outcome:
    """Tasks aside, a reset is of circuits: it counts for all runs, and is kept so that the ledger hears of it."""
    what = event.command.subject or "all"
    known = _known_circuits(run)
    if what != "all" and not any(resets(what, name) for name in known):
        return f"There is no circuit {what} here. `/tdd reset all`, or one of {', '.join(known)}."
    if run.state in FINAL:
        return f"The run is over: it is {word(run.state)}."
    run = replace(run, resets=(*run.resets, Reset(what, event.at, event.author)))
    own = resets(what, worker_circuit(run.rules.worker))
    return _let_go(replace(run, reset_at=event.at) if own else run), ()


def _known_circuits(run: Run) -> tuple[str, ...]:
    return tuple(dict.fromkeys((SYSTEM, *map(worker_circuit, workers(run)), *(c.name for c in run.ledger.circuits))))


def _let_go(run: Run) -> Run:
    """A blocked run with tasks goes on; what held it is asked again before anything starts."""
    blocked = run.state is RunState.BLOCKED and bool(run.tasks)
    return replace(run, state=RunState.RUNNING, reason="") if blocked else run


def _prd(run: Run, event: Commanded) -> Outcome:
    return "`/tdd prd` drafts a PRD from an issue: write it there. This pull request has one already."


_CARRY_OUT: MappingProxyType[Verb, Callable[[Run, Commanded], Outcome]] = MappingProxyType(
    {
        Verb.HELP: _help,
        Verb.STATUS: _status,
        Verb.EXPLAIN: _explain,
        Verb.PLAN: _plan,
        Verb.APPROVE: _approve,
        Verb.PAUSE: _pause,
        Verb.RESUME: _resume,
        Verb.CANCEL: _cancel,
        Verb.BUDGET: _budget,
        Verb.RESET: _reset,
        Verb.RETRY: _retry,
        Verb.SKIP: _skip,
        Verb.ANSWER: asking.answer,
        Verb.TAKE: taking.take,
        Verb.RELEASE: taking.release,
        Verb.PROVE: reproving.prove,
        Verb.PRD: _prd,
    }
)
