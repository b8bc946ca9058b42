"""What GitHub may answer instead of what was asked: one class per case that callers tell apart, with what to do."""

from tdd_orchestrator.core.errors import TddError


class GitHubError(TddError):
    """GitHub refused a request."""

    def __init__(self, message: str | None = None, *, remedy: str | None = None, status: int = 0) -> None:
        super().__init__(message, remedy=remedy)
        self.status = status


class Unauthorized(GitHubError):
    """GitHub does not accept our credentials."""


class Forbidden(GitHubError):
    """The credentials may not do this. `permissions` is what GitHub says that it would take, or ""."""

    def __init__(self, message: str, *, remedy: str | None = None, status: int = 403, permissions: str = "") -> None:
        super().__init__(message, remedy=remedy, status=status)
        self.permissions = permissions


class NotFound(GitHubError):
    """GitHub shows nothing there: it does not exist, or the credentials may not see it."""


class Gone(GitHubError):
    """It was there and is no more."""


class Unprocessable(GitHubError):
    """GitHub understood the request and will not carry it out as it is."""


class Weather(GitHubError):
    """GitHub could not be reached or stumbled; whether a write was carried out is not known.

    Trying again later is all there is to do.
    """


class RateLimited(GitHubError):
    """GitHub asks us to wait. `until` is in epoch seconds."""

    def __init__(self, until: float, message: str, *, status: int = 429) -> None:
        super().__init__(message, remedy="Nothing is lost: what is due is done after that.", status=status)
        self.until = until


class NotInstalled(NotFound):
    """The app is not installed on the repository."""


class Truncated(GitHubError):
    """GitHub would show only a part of the answer."""


class UnsafeArtifact(GitHubError):
    """An artifact is larger or stranger than any result of ours."""
