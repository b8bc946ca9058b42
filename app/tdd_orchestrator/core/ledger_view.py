"""What a run knows of all others: money that was spent beside it, circuits, and figures of tasks that are done."""

from dataclasses import dataclass
from math import isfinite

from tdd_orchestrator.core.breakers import Circuit

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Figure:
    """What tasks of one kind, size and worker took, start to end, in US dollars and minutes. `tasks` is how many."""

    kind: str
    size: str
    worker: str
    tasks: int
    usd_p50: float
    usd_p90: float
    minutes_p50: float
    minutes_p90: float
    runner_minutes: float


@dataclass(frozen=True, slots=True)
class LedgerView:
    """The ledger without the run that looks at it, at one moment (epoch seconds). Money in US dollars.

    `day_usd` was spent on the UTC day of `at`; `reserved_usd` is what jobs in progress may still spend. `circuits` are
    those that have ever been open.
    """

    at: float = 0.0
    day_usd: float = 0.0
    repo_usd: float = 0.0
    reserved_usd: float = 0.0
    circuits: tuple[Circuit, ...] = ()
    figures: tuple[Figure, ...] = ()

    def circuit(self, name: str) -> Circuit | None:
        return next((circuit for circuit in self.circuits if circuit.name == name), None)


def day(at: float) -> int:
    """Days since the epoch, in UTC."""
    return int(at // DAY_S) if isfinite(at) else 0  # deciding is total, also where a clock says nonsense


def iso_day(at: float) -> str:
    """The day as `2026-11-20`, in UTC: the Gregorian calendar counted in eras of 400 years that begin in March."""
    era, rest = divmod(day(at) + 719_468, 146_097)
    year = (rest - rest // 1_460 + rest // 36_524 - rest // 146_096) // 365
    of_year = rest - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    number = month + 3 if month < 10 else month - 9
    return f"{era * 400 + year + (number <= 2):04}-{number:02}-{of_year - (153 * month + 2) // 5 + 1:02}"


def utc(at: float) -> str:
    """The time of day, as `14:05 UTC`."""
    minutes = int(at % DAY_S) // 60 if isfinite(at) else 0
    return f"{minutes // 60:02}:{minutes % 60:02} UTC"
