"""What a run on this machine needs, asked before anything is started: a key for a model, a script to play."""

import os
import subprocess
from pathlib import Path

from tdd_orchestrator.core.config import CONFIG_PATH, Config, parse_config
from tdd_orchestrator.core.errors import TddError

SCRIPT = ".tdd/script.yml"


class NotReady(TddError):
    """The worker of this run has not what it needs."""


def ready(top: Path, base: str, worker: str, script: str) -> str:
    """The worker that will do the work: the one that was named, or the configuration's. Raises `NotReady`."""
    chosen = worker or ("script" if script else _configured(top, base))
    if chosen.partition("/")[0] == "claude" and not os.environ.get("ANTHROPIC_API_KEY"):
        raise NotReady(
            f"The worker `{chosen}` needs a key for its model.",
            remedy="Set ANTHROPIC_API_KEY, or name a script: `--script FILE`.",
        )
    if chosen == "script" and not script and _shown(top, base, SCRIPT) is None:
        raise NotReady(
            f"The worker `script` has nothing to play: {base} holds no {SCRIPT}.",
            remedy="Name a file with `--script FILE`; docs/script-format.md says what goes into it.",
        )
    return worker or ("script" if script else "")


def _configured(top: Path, base: str) -> str:
    parsed = parse_config((_shown(top, base, CONFIG_PATH) or b"").decode("utf-8", "replace"), CONFIG_PATH)
    return parsed.tdd.worker if isinstance(parsed, Config) else ""


def _shown(top: Path, commit: str, path: str) -> bytes | None:
    done = subprocess.run(["git", "-C", str(top), "show", f"{commit}:{path}"], capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None
