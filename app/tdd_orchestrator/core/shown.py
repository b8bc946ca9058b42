"""What GitHub is known to show for a key: the ids of the check run or comment, and the digest of its content."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shown:
    """`digest` is the performer's fingerprint of the content that was posted last, so that equal content is not sent
    again.

    Only the performer reads it; for others it is a text without spaces. `node` is GitHub's id for GraphQL, or "" where
    it is not known.
    """

    id: int
    digest: str
    node: str = ""
