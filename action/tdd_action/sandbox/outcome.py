"""What a command may use, which walls stood around it, and how it ended."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """What one command may use, in seconds and bytes. All but `wall_s` and `output_bytes` hold for each process of
    it.
    """

    wall_s: float = 600.0
    cpu_s: int = 600
    memory_bytes: int = 4 * 2**30
    processes: int = 512
    open_files: int = 1024
    file_bytes: int = 512 * 2**20
    output_bytes: int = 256 * 2**10


@dataclass(frozen=True, slots=True)
class Isolation:
    """Which walls stood around a command; `weaknesses` says in words what this machine did not allow."""

    pid_namespace: bool = False
    own_proc: bool = False
    network_off: bool = False
    files_shut: bool = False
    undumpable_parent: bool = False
    weaknesses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProcessOutcome:
    """How a command ended. `output` is the tail of stdout and stderr; `exit_code` is None where a signal ended it.

    `failure` is a sentence where it could not be started, or was stopped for using too much.
    """

    exit_code: int | None
    signal: int | None = None
    timed_out: bool = False
    output: str = field(default="", repr=False)
    output_cut: bool = False
    seconds: float = 0.0
    isolation: Isolation = Isolation()
    failure: str = ""
