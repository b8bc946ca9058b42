"""Values of landing: tasks that reach the branch together, and pairs of tasks that were wrong together."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Batch:
    """Proven tasks that are merged onto the branch one after the other, proven together, and pushed as one.

    `staged` is the merge of all of them onto `onto`; `since` is where its proof begins, and `nonce` its job. `rest` are
    tasks that made the merge fail when they came after these; `why` is what that proof said, `broken` the files of its
    failing tests.
    """

    tasks: tuple[str, ...]
    staged: str | None = None
    onto: str = ""
    since: str = ""
    nonce: str = ""
    proven: bool = False
    losses: int = 0
    rest: tuple[str, ...] = ()
    why: str = ""
    broken: tuple[str, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether its proof is under way."""
        return self.staged is not None and not self.proven


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two tasks that were each right alone and wrong together: `second` comes after `first`.

    `owned` are the globs of both: what owns the same is not worked on side by side again.
    """

    first: str
    second: str
    why: str
    owned: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
