"""What GitHub is known to show for a key: the id of the check run or comment, and the digest of its content."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shown:
    """`digest` is the sha256 (hex) of the content that was posted last, so that equal content is not sent again."""

    id: int
    digest: str
