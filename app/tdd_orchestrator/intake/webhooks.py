"""Which deliveries concern us, and whose lane each belongs to. Pure, and total over any JSON object."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import assert_never

from pydantic import ValidationError

from tdd_orchestrator.intake.payloads import (
    CheckRunEvent,
    CheckSuite,
    CheckSuiteEvent,
    InstallationEvent,
    InstallationRepositoriesEvent,
    IssueCommentEvent,
    PullRequestEvent,
    PullRequestStub,
    PushEvent,
    Repository,
    WorkflowRunEvent,
)

Webhook = (
    PullRequestEvent
    | IssueCommentEvent
    | CheckRunEvent
    | CheckSuiteEvent
    | WorkflowRunEvent
    | PushEvent
    | InstallationEvent
    | InstallationRepositoriesEvent
)
_MODELS: Mapping[str, type[Webhook]] = MappingProxyType(
    {
        "pull_request": PullRequestEvent,
        "issue_comment": IssueCommentEvent,
        "check_run": CheckRunEvent,
        "check_suite": CheckSuiteEvent,
        "workflow_run": WorkflowRunEvent,
        "push": PushEvent,
        "installation": InstallationEvent,
        "installation_repositories": InstallationRepositoriesEvent,
    }
)
EVENTS = frozenset(_MODELS)

_OUR_CHECK = re.compile(r"tdd1:pr-([1-9]\d{0,17})(?=:)")
_BY_HAND = re.compile(r"refs/heads/(?:.*\D)?([1-9]\d{0,17})/TASK-[1-9]\d*-by-hand")
_OUR_RUN = re.compile(r"tdd (?:pr|issue)-([1-9]\d{0,17})(?= )")
_COMMAND = re.compile(r"^ {0,3}/tdd(?![\w-])", re.MULTILINE | re.IGNORECASE)
_OUR_STATE = "refs/heads/tdd-state/"  # we push here all the time, and need not be told


def parsed(event: str, payload: object) -> Webhook | None:
    """The webhook as a value; None if it is of no interest or not shaped as GitHub documents it."""
    model = _MODELS.get(event)
    if model is None:
        return None
    try:
        return model.model_validate(payload)
    except ValidationError:
        return None


def lane_of(event: str, payload: object) -> str | None:
    """The lane that keeps related deliveries in order, or None for what may be dropped.

    `owner/name#42` is a pull request, `owner/name` a repository whose pull request must be looked up, and
    `installation:7` an installation of the app.
    """
    webhook = parsed(event, payload)
    return None if webhook is None else lane(webhook)


def lane(webhook: Webhook) -> str | None:
    """As `lane_of`, for what is parsed already."""
    match webhook:
        case PullRequestEvent():
            return _pull_request(webhook)
        case IssueCommentEvent():
            return _comment(webhook)
        case CheckRunEvent(check_run=run):
            return _named(webhook.repository, _OUR_CHECK, run.external_id) or _mentioned(
                webhook.repository, run.pull_requests
            )
        case CheckSuiteEvent(check_suite=suite):
            return _suite(webhook.repository, webhook.action, suite)
        case WorkflowRunEvent(workflow_run=run):
            return _named(webhook.repository, _OUR_RUN, run.display_title) or _mentioned(
                webhook.repository, run.pull_requests
            )
        case PushEvent():
            return _push(webhook)
        case InstallationEvent() | InstallationRepositoriesEvent():
            return f"installation:{webhook.installation.id}"
        case _:
            assert_never(webhook)


def _pull_request(webhook: PullRequestEvent) -> str | None:
    """An edit concerns us when it moves the pull request to another base; titles and texts do not."""
    if webhook.action == "edited" and not (webhook.changes and webhook.changes.base):
        return None
    return f"{webhook.repository.full_name}#{webhook.pull_request.number}"


def _comment(webhook: IssueCommentEvent) -> str | None:
    """Commands only, and never from bots, of which we are one."""
    comment = webhook.comment
    if comment.user and comment.user.is_bot:
        return None
    return f"{webhook.repository.full_name}#{webhook.issue.number}" if _COMMAND.search(comment.body or "") else None


def _push(webhook: PushEvent) -> str | None:
    if not webhook.ref.startswith("refs/heads/") or webhook.ref.startswith(_OUR_STATE):
        return None
    by_hand = _BY_HAND.fullmatch(webhook.ref)
    return f"{webhook.repository.full_name}#{by_hand[1]}" if by_hand else webhook.repository.full_name


def _named(repository: Repository, pattern: re.Pattern[str], text: str | None) -> str | None:
    """The pull request that we wrote into something of ours; GitHub's own list is empty for forks."""
    found = pattern.match(text or "")
    return f"{repository.full_name}#{found[1]}" if found else None


def _mentioned(repository: Repository, stubs: tuple[PullRequestStub, ...] | None) -> str:
    """The one pull request into this repository that GitHub names; with none or several it must be looked up."""
    numbers = {stub.number for stub in stubs or () if _is_into(repository, stub)}
    return f"{repository.full_name}#{numbers.pop()}" if len(numbers) == 1 else repository.full_name


def _suite(repository: Repository, action: str, suite: CheckSuite) -> str | None:
    """A suite that has ended concerns one pull request or is left to the sweep; a Re-run may have to be looked up."""
    found = _mentioned(repository, suite.pull_requests)
    return None if action == "completed" and "#" not in found else found


def _is_into(repository: Repository, stub: PullRequestStub) -> bool:
    base = stub.base.repo.id if stub.base.repo else None
    return base is None or repository.id is None or base == repository.id
