"""The lock file beside an SQLite database: one process only, until that process ends, however it ends."""

import fcntl
import os
from pathlib import Path
from typing import Self

from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.inbox.database import InboxUnusable


class InboxTaken(TddError):
    """Another process works on this inbox."""


class InboxLock:
    """An advisory lock on `<database>.lock`; the kernel lets go of it when the process dies."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def take(cls, database: Path) -> Self:
        """Raise `InboxTaken` at once if another open inbox holds it, `InboxUnusable` if no file can be made there."""
        path = database.with_name(database.name + ".lock")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise InboxUnusable(
                f"{path} cannot be written: {error.strerror}.", remedy="Name a folder that this user may write to."
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(descriptor, 20).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise InboxTaken(
                f"Process {holder} already works on {database}.",
                remedy="Stop it first, or use PostgreSQL (TDD_DATABASE_URL) to run several replicas.",
            ) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        return cls(descriptor)

    def release(self) -> None:
        # The file stays: removing it would let a third process lock a name that a second one still holds.
        os.close(self._descriptor)
