"""The private folder of one run: our programs copied into it, their orders, and the sealed record they write there."""

import json
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tdd_action.suites.suite import SuiteCommand


@dataclass(frozen=True, slots=True)
class PrivateRun:
    """`folder` lies outside of the work tree; every run has a new one."""

    folder: Path

    @classmethod
    def made(cls, name: str, scratch: Path, programs: Mapping[Path, str]) -> "PrivateRun":
        """A folder with copies of these files, each under the name given."""
        folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=scratch))
        for program, called in programs.items():
            shutil.copy(program, folder / called)
        return cls(folder)

    def command(
        self,
        words: tuple[str, ...],
        env: Mapping[str, str],
        orders: Mapping[str, Any],
        *,
        selected: tuple[str, ...] | None,
        collect_only: bool,
    ) -> SuiteCommand:
        """These words with the path of the orders behind them; `report` among the orders says where the record goes."""
        report, file, nonce = self.folder / "record.ndjson", self.folder / "orders.json", secrets.token_hex(16)
        file.write_text(json.dumps({**orders, "report": str(report)}))
        return SuiteCommand(
            argv=(*words, str(file)),
            env=env,
            report=report,
            stdin=nonce.encode(),
            nonce=nonce,
            selected=selected,
            collect_only=collect_only,
        )


def raw_record(command: SuiteCommand) -> bytes:
    """What the run wrote down; nothing where it wrote nothing."""
    return command.report.read_bytes() if command.report.exists() else b""
