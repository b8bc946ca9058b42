"""GitHub's refusals: status, message and field errors in GitHub's own shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

DOCUMENTATION: Final = "https://docs.github.com/rest"


class Refused(Exception):
    """The request is answered with an error of GitHub's shape."""

    def __init__(
        self,
        status: int,
        message: str,
        errors: Sequence[Any] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = list(errors)
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """{message, errors?, documentation_url, status}."""
        errors = {"errors": self.errors} if self.errors else {}
        return {"message": self.message, **errors, "documentation_url": DOCUMENTATION, "status": str(self.status)}


def not_found() -> Refused:
    """Also the answer for what one may not see."""
    return Refused(404, "Not Found")


def bad_credentials() -> Refused:
    """An unknown, expired or revoked token."""
    return Refused(401, "Bad credentials")


def not_accessible(needs: Sequence[str]) -> Refused:
    """An app's token lacks a permission; the header names what would do."""
    wanted = "; ".join(need.replace(":", "=") for need in needs)
    return Refused(403, "Resource not accessible by integration", headers={"x-accepted-github-permissions": wanted})


def not_supplied(field: str) -> Refused:
    """A required field of the body is missing."""
    return Refused(422, f'Invalid request.\n\n"{field}" wasn\'t supplied.')


def malformed(message: str) -> Refused:
    """A field of the body has the wrong kind or size."""
    return Refused(422, f"Invalid request.\n\n{message}")


def validation_failed(resource: str, field: str, code: str, message: str | None = None) -> Refused:
    """The body is well-formed but cannot be obeyed. Codes: missing, missing_field, invalid, already_exists, custom."""
    error = {"resource": resource, "field": field, "code": code}
    return Refused(422, "Validation Failed", [{**error, "message": message} if message else error])
