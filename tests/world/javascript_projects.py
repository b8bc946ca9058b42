"""Tiny JavaScript projects on disk, the runners that npm installs for them once, and runs behind the real sandbox."""

import functools
import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tdd_action.sandbox import Limits, ProcessOutcome, run
from tdd_action.suites.javascript_suite import JavascriptSuite
from tdd_action.suites.suite import SuiteCommand
from tdd_orchestrator.core.evidence import SuiteReport
from world.small_projects import Project

CACHE = Path.home() / ".cache" / "tdd-orchestrator-tests"
RUNNERS = {"vitest": "4.1.12", "jest": "30.5.2"}
LONG = Limits(wall_s=60, cpu_s=120)


def node() -> Path | None:
    """Skip where there is no node, or too old a one; nothing besides it is installed."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("node is not installed")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    if tuple(map(int, said.strip().lstrip("v").split(".")[:2])) < (20, 15):
        pytest.skip(f"node is older than 20.15: {said.strip()}")
    return None


@functools.cache
def installed(*packages: str) -> Path:
    """A folder whose `node_modules` holds these (`name@version`); made once for the machine."""
    node()
    folder = CACHE / "-".join(package.replace("/", "_").replace("@", "_") for package in packages)
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "package.json").write_text(json.dumps({"name": "cached", "private": True}))
        flags = ("--no-audit", "--no-fund", "--ignore-scripts", "--silent")
        done = subprocess.run(["npm", "install", *flags, *packages], cwd=folder, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"npm could not install {', '.join(packages)}: {done.stderr.strip()[-200:]}")
        (folder / "complete").touch()
    return folder


def runners() -> Path:
    """A folder with vitest and jest."""
    return installed(*(f"{name}@{version}" for name, version in RUNNERS.items()))


def javascript(folder: Path, files: Mapping[str, str], package: Mapping[str, object], modules: Path | None) -> Project:
    """A project whose `node_modules`, where it has any, lie above it, as those of a job's checkout do."""
    project = Project.of(folder, {"package.json": json.dumps(package), **files})
    if modules is not None:
        (folder / "node_modules").symlink_to(modules / "node_modules")
    return project


def ran(project: Project, suite: JavascriptSuite, command: SuiteCommand, limits: Limits = LONG) -> ProcessOutcome:
    return run(command.argv, cwd=project.root, extra_env=command.env, stdin=command.stdin, limits=limits)


def report(
    project: Project, suite: JavascriptSuite, *tests: str, seed: int | None = None, limits: Limits = LONG
) -> SuiteReport:
    """Run and read."""
    command = suite.command(project.root, tests or None, project.scratch, shuffle_seed=seed)
    return suite.read(command, ran(project, suite, command, limits), project.root)
