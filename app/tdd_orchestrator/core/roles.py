"""Who may do what: a person's role in a repository, in order, as GitHub's permission endpoint tells it."""

from enum import IntEnum


class Role(IntEnum):
    """Roles of a repository, weakest first; compare them with `>=`."""

    NONE = 0
    READ = 1
    TRIAGE = 2
    WRITE = 3
    MAINTAIN = 4
    ADMIN = 5

    @property
    def word(self) -> str:
        """The role as GitHub and the configuration write it."""
        return self.name.lower()

    @classmethod
    def from_word(cls, word: str) -> "Role | None":
        """The role of that name in any case, or None."""
        return cls.__members__.get(word.strip().upper())

    @classmethod
    def from_github(cls, permission: str, role_name: str = "") -> "Role":
        """The role in an answer of `GET /repos/{owner}/{repo}/collaborators/{user}/permission`.

        `role_name` is the finer word (`permission` calls maintain "write" and triage "read"), but may name a role that
        an organisation made itself; then `permission` counts. A word nobody knows is no role at all.
        """
        return cls.from_word(role_name) or cls.from_word(permission) or cls.NONE
