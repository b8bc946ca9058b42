"""Runs somebody else's code: scrubbed environment, limits, no network where the kernel allows it, nothing left behind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Limits:
    """What one command may use. Seconds and bytes; `memory_bytes` is address space per process, 0 lifts a limit."""

    wall_s: float = 600.0
    cpu_s: int = 600
    memory_bytes: int = 4 * 2**30
    processes: int = 512
    open_files: int = 1024
    file_bytes: int = 512 * 2**20
    output_bytes: int = 256 * 2**10


@dataclass(frozen=True, slots=True)
class Isolation:
    """Which walls stood around a command. `weaknesses` says in words what this kernel did not allow."""

    pid_namespace: bool
    network_off: bool
    undumpable_parent: bool
    weaknesses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProcessOutcome:
    """How a command ended. `output` is the tail of stdout and stderr; `exit_code` is None where a signal ended it.

    `failure` is a sentence where the command could not be started at all.
    """

    exit_code: int | None
    signal: int | None
    timed_out: bool
    output: str = field(repr=False)
    output_cut: bool
    seconds: float
    isolation: Isolation
    failure: str = ""


def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    env_allow: Iterable[str] = (),
    extra_env: Mapping[str, str] | None = None,
    limits: Limits = Limits(),
    network: bool = False,
    stdin: bytes = b"",
) -> ProcessOutcome:
    """Run a command and wait for it and for everything it started. Never raises for what the command does."""
    raise NotImplementedError
