"""The files by which a step hands values back: GITHUB_OUTPUT, GITHUB_ENV, GITHUB_PATH and their kin."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path

from tdd_orchestrator.hub.runner.errors import StepFailed

_SUMMARY_CAP = 1024 * 1024  # bytes per step; GitHub drops what is larger
_RESERVED = ("GITHUB_", "RUNNER_")


@dataclass(frozen=True, slots=True)
class Exchange:
    """The private files of one step."""

    output: Path
    env: Path
    path: Path
    state: Path
    summary: Path

    @classmethod
    def make(cls, folder: Path) -> Exchange:
        """Create fresh empty files in a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        name = uuid.uuid4().hex
        made = [folder / f"{kind}_{name}" for kind in ("set_output", "set_env", "add_path", "save_state", "summary")]
        for path in made:
            path.touch(mode=0o600)
        return cls(*made)

    def variables(self) -> dict[str, str]:
        """The variables that tell a step where its files are."""
        return {
            "GITHUB_OUTPUT": str(self.output),
            "GITHUB_ENV": str(self.env),
            "GITHUB_PATH": str(self.path),
            "GITHUB_STATE": str(self.state),
            "GITHUB_STEP_SUMMARY": str(self.summary),
        }

    def outputs(self) -> dict[str, str]:
        """The outputs that the step set. Raises StepFailed."""
        return pairs(_read(self.output), "GITHUB_OUTPUT")

    def environment(self) -> dict[str, str]:
        """The variables for later steps, without those that are the runner's own. Raises StepFailed."""
        found = pairs(_read(self.env), "GITHUB_ENV")
        return {name: value for name, value in found.items() if not name.upper().startswith(_RESERVED)}

    def paths(self) -> list[str]:
        """What goes in front of PATH, the last line first."""
        return [line for line in reversed(_read(self.path).splitlines()) if line.strip()]

    def summary_text(self) -> str:
        """The Markdown that the step left, empty if it is too large."""
        found = _read(self.summary)
        return found if len(found.encode()) <= _SUMMARY_CAP else ""


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def pairs(text: str, what: str) -> dict[str, str]:
    """Parse `name=value` lines and `name<<MARK` blocks. Raises StepFailed for anything else."""
    found: dict[str, str] = {}
    lines = iter(text.replace("\r\n", "\n").split("\n"))  # a line ends at \n alone, as on GitHub
    for line in lines:
        if not line.strip():
            continue
        name, sign, rest = _split(line)
        if not sign or not name:
            raise StepFailed(f"{what} has a line that is neither name=value nor name<<MARK: {line[:60]}")
        if sign == "=":
            found[name] = rest
            continue
        block: list[str] = []
        for inner in lines:
            if inner == rest:
                break
            block.append(inner)
        else:
            raise StepFailed(f"{what} opens a block for {name} that `{rest}` never closes")
        found[name] = "\n".join(block)
    return found


def _split(line: str) -> tuple[str, str, str]:
    """Whichever of `=` and `<<` comes first decides."""
    equals, block = line.find("="), line.find("<<")
    if block >= 0 and (equals < 0 or block < equals):
        return line[:block], "<<", line[block + 2 :]
    return line.partition("=")
