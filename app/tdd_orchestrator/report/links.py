"""Addresses that a run knows: its runners' logs, and where the rest of a text is that does not fit."""

from tdd_orchestrator.core.inert import line
from tdd_orchestrator.core.run import Job, Run

URL_LIMIT = 300


def home(run: Run) -> str:
    """The repository's address on its server, "" while no job has told it."""
    at = f"/{run.repo}/actions/"
    return next(
        (job.url.split(at, 1)[0] + f"/{run.repo}" for job in run.jobs if at in job.url and _is_link(job.url)), ""
    )


def log_link(words: str, job: Job | None) -> str:
    """The words, as a link to the job's log where GitHub has told it. The words are ours."""
    return f"[{words}]({job.url})" if job and _is_link(job.url) else words


def the_rest(run: Run, what: str) -> str:
    """A last sentence for what does not fit, and where it is."""
    branch, here = f"tdd-state/{line(run.id, 60)}", home(run)
    where = f"[`{branch}`]({here}/tree/{branch})" if here else f"the branch `{branch}`"
    return f"{what} does not fit here. All of it is in {where}; `tdd status` shows it."


def _is_link(url: str) -> bool:
    return url.startswith(("https://", "http://")) and len(url) < URL_LIMIT and not set(url) & set("()<> \n|")
