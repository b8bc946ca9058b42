"""What can be seen of the App from outside, as values: made by `looking`, judged by `steps`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RepositorySeen:
    """A repository that the App is installed on. None: it could not be seen, and `why` says why."""

    name: str
    page: str
    branch: str = ""
    workflow: bool | None = None
    secret: bool | None = None
    pull: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class WebhookSeen:
    """GitHub's newest record of a delivery: whether one ever arrived, and what became of the last."""

    arrived: bool
    last: str
    url: str


@dataclass(frozen=True, slots=True)
class AppSeen:
    """The App as GitHub shows it to itself."""

    slug: str
    page: str
    installations: int
    repositories: tuple[RepositorySeen, ...]
    unseen: int
    webhook: WebhookSeen

    @property
    def install_page(self) -> str:
        """Where a person installs it."""
        return f"{self.page}/installations/new"
