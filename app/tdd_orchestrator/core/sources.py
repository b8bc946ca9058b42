"""Whose text a run used: the authors of its PRDs, of answers that people gave, and the checks whose logs were told."""

from collections.abc import Iterable
from dataclasses import dataclass

MOST = 200


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """`author` is a login, or the name in a commit that belongs to no account (`is_login` false); `what` was used."""

    author: str
    what: str
    is_login: bool = True


def added(known: tuple[Source, ...], more: Iterable[Source]) -> tuple[Source, ...]:
    """The sources with more, each once, in the order in which they came; nothing that was used is ever forgotten."""
    return tuple(dict.fromkeys((*known, *more)))[:MOST]
