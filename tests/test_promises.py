"""What several files say is said once more here: manifests, action, README, settings and code agree."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest
import yaml

from tdd_action.inputs import secret_names
from tdd_orchestrator import __version__
from tdd_orchestrator.core.result import Assignment, Step
from tdd_orchestrator.core.settings import SECTIONS
from tdd_orchestrator.github import dispatch, tokens
from tdd_orchestrator.intake.webhooks import EVENTS
from tdd_orchestrator.manifests import ACTION
from world.readme_tables import MADE, PERMISSIONS, README, ROOT, action, between

PINS = {
    "actions/checkout": ("3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1"),
    "actions/upload-artifact": ("bbbca2ddaa5d8feaa63e36b76fdaad77386f024f", "v7.0.0"),
    "actions/download-artifact": ("3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c", "v8.0.1"),
    "actions/setup-python": ("5fda3b95a4ea91299a34e894583c3862153e4b97", "v7.0.0"),
    "astral-sh/setup-uv": ("20cfd1bf945f4377ade1205e4dbc17946fc9a30d", "v10.0.1"),
}
SENT_UNASKED = {"check_run", "check_suite", "installation", "installation_repositories"}
"""GitHub sends these to every app (the first two with `checks: write`); only the first two can be subscribed to."""
# In pieces, so that this file does not hold what it looks for.
FORBIDDEN = (
    "/" + "work/",
    "/" + "root/",
    "/opt/" + "pypi",
    "/opt/" + "wheels",
    "files.python" + "hosted",
    "pypi." + "org",
)
TEXTS = {".py", ".md", ".toml", ".yml", ".yaml", ".json", ".html", ".css", ".js", ".mjs", ".cjs", ".rb", ".lock", ""}
WORKFLOWS = sorted((ROOT / "manifests/workflows").glob("*.yml"))


def workflow(path: Path) -> dict[str, object]:
    loaded = yaml.load(path.read_text(), yaml.BaseLoader)  # noqa: S506 (plain strings; `on` stays a word)
    assert isinstance(loaded, dict)
    return loaded


@cache
def tracked() -> tuple[Path, ...]:
    """The files of the project, as git knows them."""
    told = subprocess.run(("git", "ls-files", "-z"), cwd=ROOT, capture_output=True, check=False)
    if told.returncode:
        pytest.skip("this is no clone: git cannot say which files belong to the project")
    names = told.stdout.decode().split("\0")
    return tuple(path for name in names if name and (path := ROOT / name).is_file())


@cache
def source() -> str:
    """All of our modules but those that only tell what can be configured."""
    modules = (*(ROOT / "app/tdd_orchestrator").rglob("*.py"), *(ROOT / "action").rglob("*.py"))
    apart = ("core/settings.py", "core/config_text.py")
    return "\n".join(path.read_text() for path in modules if not str(path).endswith(apart))


@pytest.mark.parametrize("name", sorted(MADE))
def test_the_readme_says_what_the_code_says(name: str) -> None:
    told = between(README.read_text(), name)
    renew = "renew it: PYTHONPATH=app:action:tests python tests/world/readme_tables.py"
    assert told is not None, f"README.md has no <!-- {name} --> ... <!-- /{name} -->"
    assert told.strip() == MADE[name]().strip(), renew


def test_the_readme_names_every_setting_of_the_server_and_no_other() -> None:
    told = between(README.read_text(), "settings") or ""
    code = "".join(path.read_text() for path in (ROOT / "app/tdd_orchestrator/server").rglob("*.py"))
    assert set(re.findall(r"\bTDD_[A-Z_]+", told)) == set(re.findall(r"\bTDD_[A-Z_]*[A-Z]\b", code))


def test_the_readme_lists_every_worker_that_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    section = README.read_text().partition("## Workers")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == set(
        project["entry-points"]["tdd_orchestrator.workers"]
    )


def test_the_readme_lists_every_command_of_the_command_line() -> None:
    cli = (ROOT / "app/tdd_orchestrator/cli/__init__.py").read_text()
    named = set(re.findall(r'app\.(?:command\(\s*|add_typer\(\w+, name=)"(\w+)"', cli))
    assert named == set(re.findall(r"^\| `tdd (\w+)", README.read_text(), re.MULTILINE))


def test_links_of_the_documents_lead_somewhere() -> None:
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"\]\(([^)#\s]+)\)", path.read_text()):
            assert "://" in link or (path.parent / link).exists(), f"{path.name} links to {link}"


@pytest.mark.parametrize(("section", "key"), [(name, each.name) for name, kind in SECTIONS for each in fields(kind)])
def test_every_key_of_the_configuration_has_an_effect(section: str, key: str) -> None:
    assert re.search(rf"\b{section}\.{key}\b", source())


def test_the_action_hands_over_its_inputs_by_the_names_that_the_program_reads() -> None:
    program = "".join(path.read_text() for path in (ROOT / "action/tdd_action").rglob("*.py"))
    read = set(re.findall(r'"([A-Z][A-Z_]+)"', program))
    install, run = action()["runs"]["steps"]
    assert set(run["env"]) - {"TDD_PYTHON"} <= read
    given = f"{install['env']} {run['env']}"
    assert {name for name in action()["inputs"] if f"inputs.{name} " in given} == set(action()["inputs"])
    secret = {name for name, value in run["env"].items() if "token" in value or "key" in value}
    assert secret <= set(secret_names(run["env"]))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflow_inputs_are_those_that_are_sent(path: Path) -> None:
    assignment = Assignment(Step.PLAN, "nonce", "owner/repo", 1, "a" * 40, "b" * 40)
    on = workflow(path)["on"]
    assert isinstance(on, dict)
    assert set(on["workflow_dispatch"]["inputs"]) == set(dispatch.inputs(assignment, "app"))


@pytest.mark.parametrize("path", [ROOT / "action.yml", *WORKFLOWS], ids=lambda path: path.name)
def test_every_foreign_action_is_pinned_to_the_commit_of_a_version(path: Path) -> None:
    uses = re.findall(r"uses: *(\S+?)@(\S+)(?: # (\S+))?", path.read_text())
    assert len(uses) == len(re.findall(r"\buses:", path.read_text()))
    for name, commit, version in uses:
        if name == ACTION:
            assert commit == f"v{max(int(__version__.split('.')[0]), 1)}"
        else:
            assert PINS[name] == (commit, version)


def test_the_manifest_asks_for_the_events_that_are_understood() -> None:
    manifest = json.loads((ROOT / "manifests/github-app.json").read_text())
    assert set(manifest["default_events"]) == EVENTS - SENT_UNASKED
    told = re.search(r"^Events: (.*?)\. ", README.read_text(), re.MULTILINE)
    assert told
    assert re.findall(r"`(\w+)`", told[1]) == manifest["default_events"]


def test_the_manifest_asks_for_the_permissions_that_are_used() -> None:
    manifest = json.loads((ROOT / "manifests/github-app.json").read_text())
    needed = {name: level for name, (level, _) in PERMISSIONS.items()}
    assert manifest["default_permissions"] == needed
    assert needed == tokens.PERMISSIONS


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_job_that_lands_may_do_what_the_app_may(path: Path) -> None:
    jobs = workflow(path)["jobs"]
    assert isinstance(jobs, dict)
    needed = {name.replace("_", "-"): level for name, (level, _) in PERMISSIONS.items() if name != "metadata"}
    for name, job in jobs.items():
        assert job["permissions"] == (needed if name in ("land", "hear") else {"contents": "read"})


def test_there_is_one_version() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == __version__
    assert re.search(rf"^## (Unreleased|{re.escape(__version__)})", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


def test_the_licence_is_mit() -> None:
    assert (ROOT / "LICENSE").read_text().startswith("MIT License\n")


def test_pictures_are_small() -> None:
    assert all(path.stat().st_size < 300_000 for path in (ROOT / "docs/picture").glob("*.png"))


def test_the_project_knows_nothing_of_the_machine_that_it_was_written_on() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in tracked()
        if path.suffix in TEXTS
        for word in FORBIDDEN
        if word in path.read_text(errors="replace")
    ]
    assert not found


def test_zizmor_has_nothing_to_say() -> None:
    tool = shutil.which("zizmor", path=str(Path(sys.executable).parent))
    if tool is None:
        pytest.skip("zizmor is not installed")
    files = [str(path) for path in (ROOT / "action.yml", *WORKFLOWS)]
    done = subprocess.run([tool, "--offline", "--quiet", *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
