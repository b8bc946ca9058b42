"""`actions/setup-python` and `astral-sh/setup-uv`: the tools of this machine, put where jobs look for them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from tdd_orchestrator.hub.runner.call import Call

_PYTHON = frozenset({"python-version", "cache", "cache-dependency-path", "update-environment", "check-latest"})


async def setup_python(call: Call) -> Mapping[str, str]:
    """Put the runner's Python first on PATH. Outputs: `python-version`, `python-path`."""
    call.check(_PYTHON)
    found = Path(call.python)
    version = await call.answer(str(found), "-c", "import platform; print(platform.python_version())")
    wanted = call.given("python-version")
    if wanted and not version.startswith(wanted.rstrip(".x*")):
        call.job.log.say(f"##[warning]Python {wanted} was asked for; this machine has Python {version}.")
    if call.flag("update-environment", True):
        call.job.path.insert(0, str(found.parent))
        call.job.exported["pythonLocation"] = str(found.parent.parent)
    call.job.log.say(f"Python {version} at {found}")
    return {"python-version": version, "python-path": str(found), "cache-hit": "false"}


async def setup_uv(call: Call) -> Mapping[str, str]:
    """Nothing is installed: the log says which uv jobs will find. Outputs: `uv-path`, empty where there is none."""
    found = shutil.which("uv", path=call.env.get("PATH"))
    where = f"jobs find uv at {found}" if found else "and there is no uv on this machine's PATH"
    call.job.log.say(f"The local runner installs no uv; {where}.")
    return {"uv-path": found or "", "cache-hit": "false"}
