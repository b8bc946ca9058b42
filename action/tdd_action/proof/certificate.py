"""The certificate of a proof: JSON that is the same for the same commits on the same machine, times apart."""

import hashlib
import json
import platform
from collections.abc import Mapping
from typing import Any

from tdd_action import sandbox
from tdd_action.bench import Bench, SuiteRun
from tdd_action.proof.values import Proof, TaskProof
from tdd_action.suites.placed import Placed
from tdd_orchestrator.core.evidence import SuiteReport
from tdd_orchestrator.core.evidence.fingerprints import steadied
from tdd_orchestrator.core.result import Stage

SCHEMA = "tdd-certificate/1"
ASKS = "import json, platform, pytest; print(json.dumps([platform.python_version(), pytest.__version__]))"

TOOLS: Mapping[str, tuple[str, ...]] = {
    "go": ("go",),
    "cargo": ("cargo", "rustc"),
    "maven": ("mvn", "java"),
    "gradle": ("gradle", "java"),
    "minitest": ("ruby",),
    "rspec": ("ruby", "rspec"),
    "node:test": ("node",),
    "vitest": ("node",),
    "jest": ("node",),
}
"""Whose versions a certificate names, by suite; a suite that is not here is Python's."""


def certificate(proof: Proof, bench: Bench, *, written_at: float) -> dict[str, object]:
    """Everything that the proof rests on. Only the block `times` (seconds) differs from one run to the next."""
    git = bench.workspace.git
    return {
        "schema": SCHEMA,
        "holds": proof.holds,
        "reason": proof.reason,
        "base": _named(git("rev-parse", f"{proof.base}^{{tree}}"), proof.base),
        "tip": _named(git("rev-parse", f"{proof.tip}^{{tree}}"), proof.tip),
        "tasks": [_task(bench, task) for task in proof.tasks],
        "runs": [_run(run) for run in bench.runs],
        "environment": environment(bench),
        "times": {
            "written_at": written_at,
            "seconds": round(proof.seconds, 3),
            "runs": [round(run.report.seconds, 3) for run in bench.runs],
        },
    }


def digest(written: Mapping[str, object]) -> str:
    """sha256 of the certificate without its times."""
    lasting = {key: value for key, value in written.items() if key != "times"}
    return hashlib.sha256(json.dumps(lasting, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def environment(bench: Bench) -> dict[str, str]:
    """The tools that ran the tests, asked in the sandbox, and the machine's kind."""
    machine = {"platform": f"{platform.system()} {platform.machine()}"}
    told: dict[str, str] = {}
    for placed in bench.suites.all:
        if (bench.workspace.tree / placed.folder).is_dir():
            told |= _tools(bench, placed)
    return {**told, **machine}


def _tools(bench: Bench, placed: Placed) -> dict[str, str]:
    asked = TOOLS.get(placed.suite.name)
    return _python(bench, placed) if asked is None else {each: _version(bench, placed, each) for each in asked}


def _version(bench: Bench, placed: Placed, program: str) -> str:
    """What a tool says of itself, in one line."""
    command = placed.suite.command(bench.workspace.tree / placed.folder, (), bench.workspace.scratch)
    word = "version" if program == "go" else "--version"
    done = sandbox.run([program, word], cwd=bench.workspace.scratch, extra_env=command.env)
    lines = [line for line in done.output.splitlines() if any(letter.isdigit() for letter in line)]
    return next((line.strip() for line in lines if not line.startswith("Picked up")), "unknown")


def _python(bench: Bench, placed: Placed) -> dict[str, str]:
    command = placed.suite.command(bench.workspace.tree / placed.folder, None, bench.workspace.scratch)
    done = sandbox.run([command.argv[0], "-c", ASKS], cwd=bench.workspace.scratch, extra_env=command.env)
    try:
        python, pytest = json.loads(done.output.strip().splitlines()[-1])
    except (ValueError, IndexError):
        python = pytest = "unknown"
    return {"python": str(python), "pytest": str(pytest)}


def _named(tree: str, commit: str) -> dict[str, str]:
    return {"commit": commit, "tree": tree}


def _task(bench: Bench, task: TaskProof) -> dict[str, Any]:
    tree = bench.workspace.git("rev-parse", f"{task.claim.base}^{{tree}}")
    found: dict[str, Any] = {
        "task": task.claim.task,
        "kind": task.kind.value,
        "run": task.claim.run,
        "holds": task.holds,
        "difference": task.difference,
        "base": _named(tree, task.claim.base),
        "new_tests": list(task.new_tests),
        "classes": {name: each.value for name, each in sorted(task.classes.items())},
        "frozen": dict(task.frozen),
    }
    for stage in (Stage.RED, Stage.GREEN, Stage.REFACTOR):
        commit = task.claim.last(stage)
        found[stage.value] = _named(commit.tree, commit.sha) if commit else None
    return found


def _run(run: SuiteRun) -> dict[str, Any]:
    return {
        "purpose": run.purpose,
        **({"folder": run.folder} if run.folder else {}),
        "command": list(run.argv),
        "seed": run.seed,
        "ended": run.report.ended.value,
        "results": _results(run.report),
    }


def _results(report: SuiteReport) -> dict[str, list[str]]:
    """By test: how it ended, and for failures why, without what differs from run to run."""
    return {
        each.id: [each.outcome.value, *([f"{each.exception}: {steadied(each.message)}"[:300]] if each.bad else [])]
        for each in sorted(report.everything, key=lambda result: result.id)
    }
