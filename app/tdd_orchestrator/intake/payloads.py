"""What we read of GitHub's webhooks: small models that ignore whatever else is there.

Strict where a wrong value would end up in a lane or a question to GitHub, lenient everywhere else.
Source of the shapes: https://docs.github.com/webhooks/webhook-events-and-payloads
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StringConstraints

Number = Annotated[StrictInt, Field(ge=1, lt=2**63)]
FullName = Annotated[str, StringConstraints(pattern=r"^[^/\s#]{1,100}/[^/\s#]{1,100}$")]


class _Payload(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class User(_Payload):
    login: str = ""
    type: str = ""

    @property
    def is_bot(self) -> bool:
        return self.type == "Bot"


class RepositoryId(_Payload):
    id: int | None = None


class Repository(RepositoryId):
    full_name: FullName
    default_branch: str | None = None


class Installation(_Payload):
    id: Number


class Commit(_Payload):
    """One end of a pull request; `repo` is empty when the fork is gone."""

    ref: str = ""
    sha: str = ""
    repo: RepositoryId | None = None


class PullRequestStub(_Payload):
    """A pull request as a check or workflow run mentions it."""

    number: Number
    head: Commit = Commit()
    base: Commit = Commit()


class PullRequest(PullRequestStub):
    state: str = ""
    title: str = ""
    draft: bool | None = None
    merged: bool | None = None
    user: User | None = None


class BaseChange(_Payload):
    """There only when an edit moved the pull request to another base branch."""

    ref: object = None


class Changes(_Payload):
    base: BaseChange | None = None


class _InRepository(_Payload):
    repository: Repository
    installation: Installation | None = None
    sender: User | None = None


class PullRequestEvent(_InRepository):
    action: Literal["opened", "reopened", "synchronize", "closed", "edited"]
    pull_request: PullRequest
    before: str | None = None
    after: str | None = None
    changes: Changes | None = None


class Issue(_Payload):
    """`pull_request` is there when the issue is one."""

    number: Number
    state: str = ""
    pull_request: dict[str, object] | None = None


class Comment(_Payload):
    id: Number
    body: str | None = None
    user: User | None = None
    created_at: str | None = None


class IssueCommentEvent(_InRepository):
    action: Literal["created"]
    issue: Issue
    comment: Comment


class App(_Payload):
    id: int | None = None
    slug: str | None = None


class CheckSuite(_Payload):
    id: Number
    head_sha: str = ""
    head_branch: str | None = None
    pull_requests: tuple[PullRequestStub, ...] | None = ()
    app: App | None = None


class CheckRun(_Payload):
    id: Number
    name: str = ""
    head_sha: str = ""
    external_id: str | None = None
    pull_requests: tuple[PullRequestStub, ...] | None = ()
    app: App | None = None


class RequestedAction(_Payload):
    identifier: str = ""


class CheckRunEvent(_InRepository):
    action: Literal["rerequested", "requested_action"]
    check_run: CheckRun
    requested_action: RequestedAction | None = None


class CheckSuiteEvent(_InRepository):
    action: Literal["requested", "rerequested", "completed"]
    check_suite: CheckSuite


class WorkflowRun(_Payload):
    id: Number
    name: str | None = None
    path: str | None = None
    display_title: str | None = None
    event: str = ""
    status: str | None = None
    conclusion: str | None = None
    run_attempt: int | None = None
    run_started_at: str | None = None
    updated_at: str | None = None
    head_sha: str = ""
    head_branch: str | None = None
    pull_requests: tuple[PullRequestStub, ...] | None = ()


class WorkflowRunEvent(_InRepository):
    action: Literal["completed"]
    workflow_run: WorkflowRun


class PushEvent(_InRepository):
    ref: str
    before: str = ""
    after: str = ""
    deleted: StrictBool = False


class InstallationEvent(_Payload):
    action: Literal["created", "deleted", "suspend", "unsuspend", "new_permissions_accepted"]
    installation: Installation
    repositories: tuple[Repository, ...] | None = ()


class InstallationRepositoriesEvent(_Payload):
    action: Literal["added", "removed"]
    installation: Installation
    repositories_added: tuple[Repository, ...] | None = ()
    repositories_removed: tuple[Repository, ...] | None = ()
