"""Pull requests for which nothing starts by itself: heads in forks, and those that bots open.

A fork's head is code of somebody whom this repository does not know. A maintainer approves one commit of it by its sha;
then its claims are proven, by the job that holds no secret at all. Nothing is worked there: the app cannot push to a
fork, and a job with a key is for code of this repository.
"""

from dataclasses import replace

from tdd_orchestrator.core import jobs
from tdd_orchestrator.core.event import Commanded
from tdd_orchestrator.core.result import ProofResult, Step
from tdd_orchestrator.core.roles import Role
from tdd_orchestrator.core.run import JobState, Run
from tdd_orchestrator.core.states import RunState

BOT = "{author} is a bot: nothing starts for a pull request that no person opened. `/tdd plan` by a person starts it."


def held_back(run: Run) -> str:
    """Why nothing starts for this pull request, and what starts it; "" for those of people, from this repository."""
    if run.fork:
        return fork_told(run)
    return BOT.format(author=run.author) if run.bot else ""


def fork_told(run: Run) -> str:
    """What a maintainer may do about a fork's head."""
    short, branch = run.head.sha[:12], f"fork-{run.number}"
    return (
        f"The head {short} is in a fork: nothing of it runs, and no secret is given to it. A maintainer may write"
        f" `/tdd approve {short}`: its commits are then proven, in a job without any key; a push needs a new approval."
        " To have its PRD worked, push it to a branch of this repository:"
        f" `git fetch origin pull/{run.number}/head && git push origin {run.head.sha}:refs/heads/{branch}`."
    )


def moved(before: Run, run: Run) -> Run:
    """The run of a fork after a look: what was approved was another commit, so whatever goes on is given up."""
    if before.head.sha == run.head.sha and before.fork:
        return run
    if run.state is RunState.CANCELLED:
        return run
    for job in run.open_jobs():
        run = jobs.closed(run, job.nonce, JobState.LOST)
    return replace(run, state=RunState.BLOCKED, reason=fork_told(run), allowed="", approved_by="", ended_at=None)


def approved(run: Run, event: Commanded) -> Run | str:
    """The run with a proof of the commit that a maintainer named, or the sentence that says why not."""
    short, named = run.head.sha[:12], event.command.subject
    if (Role.from_word(event.role) or Role.NONE) < Role.MAINTAIN:
        return f"`/tdd approve` of a fork's commit needs the role maintain in this repository; yours is {event.role}."
    if not named:
        return f"An approval of a fork's code is for one commit: look at it, then `/tdd approve {short}`."
    if not run.head.sha.startswith(named):
        return f"The head is {short} now, not {named[:12]}: look at it again, then `/tdd approve {short}`."
    if run.open_jobs():
        return "It is being proven now; the check shows when that is done."
    run = replace(run, state=RunState.RUNNING, reason="", allowed=run.head.sha, approved_by=event.author, ended_at=None)
    return jobs.asked(run, Step.PROVE, event.at)[0]


def proven(run: Run, result: ProofResult, at: float) -> Run:
    """What the proof of the approved commit came to."""
    short = run.allowed[:12]
    if result.tip != run.allowed:
        return lost(run, f"The job proved {result.tip[:12]}, not {short}.")
    if not result.holds:
        return replace(run, state=RunState.BLOCKED, reason=f"{short} is not proven: {result.reason}")
    told = f"{short} is proven from git, approved by @{run.approved_by}: every RED, GREEN and REFACTOR that it claims."
    return replace(run, state=RunState.COMPLETED, reason=told, ended_at=at)


def lost(run: Run, reason: str) -> Run:
    """The proof left nothing: a maintainer is asked again."""
    return replace(run, state=RunState.BLOCKED, reason=f"{reason} `/tdd approve {run.head.sha[:12]}` tries again.")
