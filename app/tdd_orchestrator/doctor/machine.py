"""This machine: Python, git, and the walls that can stand around somebody else's tests."""

import json
import platform
import re
import subprocess
import sys
from collections.abc import Iterator

from tdd_orchestrator.doctor.finding import Finding, fail, ok, warn

OLDEST_PYTHON, OLDEST_GIT = (3, 11), (2, 38)
"""`git merge-tree --write-tree`, with which results are merged, is of 2.38."""
PATIENCE_S = 30
PROBE = """
import dataclasses, json, pathlib, sys, tempfile
from tdd_action.sandbox import make_undumpable, run
make_undumpable()
with tempfile.TemporaryDirectory() as name:
    done = run([sys.executable, "-c", "pass"], cwd=pathlib.Path(name), writable=())
print(json.dumps(dataclasses.asdict(done.isolation)))
"""


def examine_machine() -> Iterator[Finding]:
    """Three findings or so; takes a second, for the walls are really built."""
    yield python(tuple(sys.version_info[:3]))
    yield git(_output(["git", "--version"]))
    yield walls(_output([sys.executable, "-P", "-c", PROBE]))


def python(version: tuple[int, ...]) -> Finding:
    """Whether this Python will do."""
    told = f"Python {'.'.join(map(str, version))} on {platform.system()}."
    if version < OLDEST_PYTHON:
        return fail("python", told, "Install Python 3.11 or newer.")
    return ok("python", told)


def git(said: str) -> Finding:
    """Whether this git will do; `said` is what `git --version` printed, "" where there is none."""
    found = re.search(r"(\d+)\.(\d+)", said)
    if found is None:
        return fail("git", "There is no git here.", "Install git 2.38 or newer.")
    told = f"git {said.removeprefix('git version ').strip()}."
    if (int(found[1]), int(found[2])) < OLDEST_GIT:
        return fail("git", told, "Install git 2.38 or newer: results are merged with what came in 2.38.")
    return ok("git", told)


def walls(said: str) -> Finding:
    """What the kernel allows here; `said` is the isolation as JSON."""
    try:
        weaknesses = [str(each) for each in json.loads(said)["weaknesses"]]
    except (ValueError, KeyError, TypeError):
        return warn("sandbox", "The walls around tests could not be tried.", "Run `tdd demo` to see what happens.")
    if weaknesses:
        remedy = "This concerns `tdd run` on this machine only; hosted runners have all walls. Allow user namespaces."
        return warn("sandbox", f"Not every wall can be built here: {' '.join(weaknesses)}", remedy)
    return ok("sandbox", "Tests run without network, behind all walls.")


def _output(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE_S).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
