"""What people ask for, carried out once: who may, which room answers, and how the answer is shown."""

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

from tdd_orchestrator.core import allowing, asking, planning, reproving, retrying, steering, taking
from tdd_orchestrator.core.choosing import Outcome, named, retried, unblocked
from tdd_orchestrator.core.command import ROLE_NEEDED, Verb
from tdd_orchestrator.core.effect import Effect, React, Reply
from tdd_orchestrator.core.event import Commanded, CommandMisread, Rerequested
from tdd_orchestrator.core.inert import inert
from tdd_orchestrator.core.question_texts import question_text
from tdd_orchestrator.core.roles import Role
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.sources import Source, added
from tdd_orchestrator.core.spending import cap
from tdd_orchestrator.core.states import FINAL, RunState, TaskState
from tdd_orchestrator.core.task import Task
from tdd_orchestrator.core.telling import explained, help_text, status_text

SEEN, DONE, REFUSED = "eyes", "+1", "confused"
LATER = frozenset({Verb.PROVE})
"""What is done only when a job has ended."""


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


def _denied(run: Run, event: Commanded) -> str | None:
    """The refusal of somebody whose role the base branch's configuration, or else the default, does not let do this."""
    verb, why = event.command.verb, ""
    configured = Role.from_word(dict(run.rules.roles).get(verb, ""))
    needed = ROLE_NEEDED[verb] if configured is None else configured
    if verb is Verb.APPROVE and run.quote is not None and run.quote.usd_p50 > cap(run) and not configured:
        needed = max(needed, Role.MAINTAIN)
        why = f": the quote of ${run.quote.usd_p50:.2f} is over the run's limit of ${cap(run):.2f}"
    if (Role.from_word(event.role) or Role.NONE) >= needed:
        return None
    return f"`/tdd {verb}` needs the role {needed.word} in this repository{why}; yours is {event.role or 'none'}."


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


def _prd(run: Run, event: Commanded) -> Outcome:
    return "`/tdd prd` drafts a PRD from an issue: write it there. This pull request has one already."


_CARRY_OUT: MappingProxyType[Verb, Callable[[Run, Commanded], Outcome]] = MappingProxyType(
    {
        Verb.HELP: _help,
        Verb.STATUS: _status,
        Verb.EXPLAIN: _explain,
        Verb.PLAN: steering.plan,
        Verb.APPROVE: steering.approve,
        Verb.PAUSE: steering.pause,
        Verb.RESUME: steering.resume,
        Verb.CANCEL: steering.cancel,
        Verb.BUDGET: allowing.budget,
        Verb.RESET: allowing.reset,
        Verb.RETRY: retrying.retry,
        Verb.SKIP: retrying.skip,
        Verb.ANSWER: asking.answer,
        Verb.TAKE: taking.take,
        Verb.RELEASE: taking.release,
        Verb.PROVE: reproving.prove,
        Verb.PRD: _prd,
    }
)
