"""What goes into the inbox, what comes out of it, and what it answers: values only."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Delivery:
    """One accepted delivery, as the handler gets it.

    `received_at` is seconds since the epoch; `attempts` counts the tries that were begun before this one.
    """

    guid: str
    event: str
    body: bytes = field(repr=False)
    received_at: float
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Accepted:
    """It is on disk and will be handled."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same GUID waits already, or was processed within the last eight days."""


@dataclass(frozen=True, slots=True)
class Full:
    """As much waits as may wait; nothing was stored."""


Admission = Accepted | Duplicate | Full


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery at the door, not yet stored."""

    guid: str
    event: str
    lane: str
    body: bytes = field(repr=False)
    remember: bool = True


@dataclass(frozen=True, slots=True)
class Lease:
    """A lane that is ours until the lease runs out or the fence moves on, with the batch to handle.

    `seqs` are the rows of `deliveries`, in the same order. A lease may come with nothing to do.
    """

    lane: str
    fence: int
    seqs: tuple[int, ...]
    deliveries: tuple[Delivery, ...]
    buried: tuple[Delivery, ...] = ()


@dataclass(frozen=True, slots=True)
class Buried:
    """A delivery that was given up: how often it was tried, and why the last try failed."""

    guid: str
    event: str
    lane: str
    attempts: int
    error: str


@dataclass(frozen=True, slots=True)
class InboxStats:
    """Deliveries not settled, lanes in work, deliveries given up; the age in seconds of the oldest not settled."""

    waiting: int
    leased: int
    dead: int
    oldest_age_s: float
