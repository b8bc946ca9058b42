"""What is said about a PRD that is drafted from an issue."""

from tdd_orchestrator.core.drafts import Issue
from tdd_orchestrator.core.inert import inert
from tdd_orchestrator.core.result import DraftResult
from tdd_orchestrator.report.words import usd

TITLE = "PRD: {}"
NO_MONEY = (
    "The repository has nothing left to spend: `budget.per_day` or `budget.per_repo` on the base branch is reached, or"
    " jobs in progress may take the rest (`tdd status` shows it). Raise it, or say `/tdd prd` again tomorrow (UTC)."
)


def refused(author: str, why: str) -> str:
    """Why nothing is done, at the place where it was asked for."""
    return f"@{author} {why}"


def under_way(url: str) -> str:
    """A draft is being written."""
    log = f" ([log]({url}))" if url else ""
    then = "It comes as a pull request, and nothing is worked before you say so."
    return f"A PRD is being drafted from this issue{log}. {then}"


def there_already(url: str, branch: str) -> str:
    """The branch is taken: nothing is overwritten."""
    return f"The draft of this issue is there: {url} Edit it, or delete the branch `{branch}` to have it drafted anew."


def no_draft(reason: str, url: str) -> str:
    """The job left no PRD."""
    log = f" [Log]({url})" if url else ""
    return f"There is no draft: {inert(reason)} Mend that and write `/tdd prd` again.{log}"


def opened(url: str, result: DraftResult) -> str:
    """The draft is there."""
    cost = sum(usage.usd for usage in result.usage)
    spent = f" It cost {usd(cost)}." if cost else ""
    return f"The PRD is drafted: {url} Read and edit it there; `/tdd plan` on that pull request starts the work.{spent}"


def pull_body(issue: Issue, path: str) -> str:
    """What the draft's pull request says."""
    return (
        f"`{path}` was drafted from #{issue.number}, which @{issue.author} wrote.\n\n"
        "It is a draft: check each requirement and each line of acceptance, and edit the file until it says what you "
        "want. Then comment `/tdd plan`.\n"
    )


def commit_message(issue: Issue) -> str:
    """The commit that adds the draft."""
    return f"PRD drafted from #{issue.number}"
