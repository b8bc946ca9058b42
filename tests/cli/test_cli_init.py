"""`tdd init`: what it writes, what it leaves alone, and what it says of each kind of project."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from tdd_action import suites
from tdd_action.bench import suites_of
from tdd_orchestrator.core.config import CONFIG_PATH, Config, parse_config
from tdd_orchestrator.core.paths import matches
from tdd_orchestrator.documents.prd_template import PRD_TEMPLATE
from tdd_orchestrator.documents.read import read_prd
from tdd_orchestrator.manifests import manifest
from tdd_orchestrator.onboarding.choices import choices
from tdd_orchestrator.onboarding.detection import detect
from tdd_orchestrator.onboarding.runners import BUNDLED
from tdd_orchestrator.onboarding.setup_step import SetupStep, setup_step
from tdd_orchestrator.onboarding.starting import SETUP_LINE, TEMPLATE_PATH, WORKFLOW_PATH, workflow
from world.command_line import Tdd
from world.small_repo import SmallRepo

FILES = (CONFIG_PATH, WORKFLOW_PATH, TEMPLATE_PATH)


def draw(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_the_files_are_written_and_what_to_do_next_is_told(tdd: Tdd, repo: SmallRepo) -> None:
    draw(repo.path, {"shop/cart.py": "", "tests/test_cart.py": "", "pyproject.toml": "[tool.pytest.ini_options]\n"})
    said = tdd("init")
    assert (said.code, said.err) == (0, "")
    for path in FILES:
        assert f"written     {path}" in said.out
    assert "Tests       pytest (pyproject.toml configures pytest)" in said.out
    assert "gh secret set ANTHROPIC_API_KEY" in said.out
    assert "Install the app" in said.out
    config = parse_config((repo.path / CONFIG_PATH).read_text())
    assert isinstance(config, Config)
    assert (config.project.language, config.tdd.suite, config.project.source) == ("python", "pytest", ("shop/**",))
    assert (repo.path / WORKFLOW_PATH).read_bytes() == manifest("workflows/tdd.yml").read_bytes()


def test_a_second_time_changes_nothing_and_files_that_differ_are_kept(tdd: Tdd, repo: SmallRepo) -> None:
    tdd("init")
    assert tdd("init").out.count("unchanged   ") == 3
    mine = "[tdd]\nworker = 'script'\n"
    draw(repo.path, {CONFIG_PATH: mine})
    said = tdd("init")
    assert said.code == 0
    assert f"kept        {CONFIG_PATH}: it differs from what `tdd init` writes; `--force` overwrites it" in said.out
    assert (repo.path / CONFIG_PATH).read_text() == mine
    assert f"overwritten {CONFIG_PATH}" in tdd("init", "--force").out
    assert (repo.path / CONFIG_PATH).read_text() != mine


def test_force_also_replaces_a_configuration_that_cannot_be_read(tdd: Tdd, repo: SmallRepo) -> None:
    draw(repo.path, {CONFIG_PATH: "[gut]\n"})
    assert tdd("init").code == 1
    assert not (repo.path / WORKFLOW_PATH).exists()
    assert tdd("init", "--force").code == 0
    assert tdd("init").out.count("unchanged") == 3


def test_json_says_the_same(tdd: Tdd, repo: SmallRepo) -> None:
    draw(repo.path, {"package.json": json.dumps({"devDependencies": {"jest": "30"}}), "tsconfig.json": "{}"})
    told = tdd("init", "--json").json
    assert told["language"] == {"name": "typescript", "because": "package.json depends on jest"}
    assert told["suites"][0]["runs"] is True
    assert [(file["path"], file["state"]) for file in told["files"]] == [(path, "written") for path in FILES]
    assert len(told["next"]) == 5


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({".tdd": "a file"}, ".tdd/config.toml cannot be written: "),
        ({"docs": "a file"}, "docs/prd-template.md cannot be written: "),
    ],
)
def test_a_file_in_the_way_of_a_folder_is_told(tdd: Tdd, repo: SmallRepo, files: Mapping[str, str], told: str) -> None:
    draw(repo.path, files)
    said = tdd("init")
    assert (said.code, told in said.err) == (1, True), said.err


def test_nothing_is_written_through_a_link_that_leads_out(tdd: Tdd, repo: SmallRepo, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (repo.path / ".github").symlink_to(tmp_path / "outside")
    said = tdd("init")
    assert (said.code, ".github/workflows/tdd.yml leads out of the repository." in said.err) == (1, True)
    assert list((tmp_path / "outside").iterdir()) == []


CASES = "import unittest\n\n\nclass TestA(unittest.TestCase):\n    def test_a(self): ...\n"
MOCHA = '{"devDependencies": {"mocha": "11"}}'
PYPROJECT = "[tool.pytest.ini_options]\n"
PROJECTS: list[tuple[dict[str, str], str, str | None]] = [
    ({}, "", None),
    ({"pytest.ini": ""}, "python", "pytest"),
    ({"conftest.py": ""}, "python", "pytest"),
    ({"pyproject.toml": PYPROJECT}, "python", "pytest"),
    ({"pyproject.toml": "[broken"}, "python", None),
    ({"setup.cfg": "[tool:pytest]\n"}, "python", "pytest"),
    ({"tox.ini": "[pytest]\n"}, "python", "pytest"),
    ({"tox.ini": "no section"}, "", None),
    ({"test/test_a.py": ""}, "python", "pytest"),
    ({"a_test.py": ""}, "python", "pytest"),
    ({"requirements.txt": "rich"}, "python", None),
    ({"tests/test_a.py": "import unittest\n"}, "python", "unittest"),
    ({"tests/test_a.py": "import unittest\n", "requirements.txt": "pytest"}, "python", "pytest"),
    ({"tests/test_a.py": CASES, "tests/test_b.py": "def test_b():\n    assert 1\n"}, "python", "pytest"),
    ({"tests/test_a.py": f"{CASES}\n\ndef test_b():\n    assert 1\n"}, "python", "pytest"),
    ({"tests/test_a.py": CASES, "tests/deep/b_test.py": "from pytest import raises\n"}, "python", "pytest"),
    ({"tests/test_a.py": CASES, "tests/test_b.py": "class TestB:\n    def test_b(self): ...\n"}, "python", "pytest"),
    ({"tests/test_a.py": CASES, "tests/test_b.py": CASES}, "python", "unittest"),
    ({"package.json": '{"devDependencies": {"vitest": "4"}}'}, "javascript", "vitest"),
    ({"package.json": '{"dependencies": {"jest": "30", "typescript": "6"}}'}, "typescript", "jest"),
    ({"package.json": '{"scripts": {"test": "node --experimental-x --test"}}'}, "javascript", "node:test"),
    ({"package.json": '{"scripts": {"test": "npm run unit", "unit": "c8 node --test"}}'}, "javascript", "node:test"),
    ({"package.json": '{"scripts": [], "dependencies": 7}'}, "javascript", None),
    ({"package.json": "[1]"}, "javascript", None),
    ({"package.json": "{"}, "javascript", None),
    ({"go.mod": "module x"}, "go", "go"),
    ({"Cargo.toml": ""}, "rust", "cargo"),
    ({"pom.xml": ""}, "java", "maven"),
    ({"build.gradle.kts": ""}, "kotlin", "gradle"),
    ({"Gemfile": "group :test do\n  gem 'rspec-rails'\nend\n"}, "ruby", "rspec"),
    ({"Gemfile": 'gem "minitest"\n'}, "ruby", "minitest"),
    ({"Gemfile": "gem 'rails'\n", "spec/cart_spec.rb": ""}, "ruby", "rspec"),
    ({"Gemfile": "gem 'rails'\n"}, "ruby", None),
    ({"pytest.ini": "", "package.json": '{"devDependencies": {"jest": "30"}}'}, "python", "pytest"),
]


@pytest.mark.parametrize(("files", "language", "runner"), PROJECTS)
def test_language_and_runner_are_known_by_the_files(
    tmp_path: Path, files: dict[str, str], language: str, runner: str | None
) -> None:
    seen = detect(draw(tmp_path, files))
    assert seen.language == language
    assert (seen.found[0].name if seen.found else None) == runner


@pytest.mark.parametrize("files", [files for files, _, _ in PROJECTS])
def test_the_action_runs_the_suite_that_is_found(tmp_path: Path, files: dict[str, str]) -> None:
    seen = detect(draw(tmp_path, files))
    (placed,) = suites_of(Config(), tmp_path).all
    assert placed.suite.name == (seen.suite.name if seen.suite else "pytest")


def test_the_table_of_bundled_suites_is_that_of_the_action() -> None:
    assert set(BUNDLED) == set(suites.SUITES)


@pytest.mark.parametrize(
    ("files", "runs", "because"),
    [
        (
            {"package.json": MOCHA},
            False,
            "found mocha (package.json depends on mocha); the suites of this version run ",
        ),
        ({"pytest.ini": "", "package.json": MOCHA}, True, "there is pytest.ini; found mocha (package.json depends on"),
        ({}, True, "no tests are there yet; without any, pytest is taken"),
    ],
)
def test_the_choice_of_a_suite_is_told_honestly(
    tmp_path: Path, files: dict[str, str], runs: bool, because: str
) -> None:
    (choice,) = choices(Config(), draw(tmp_path, files))
    assert choice.runs is runs
    assert choice.because.startswith(because)


@pytest.mark.parametrize(
    ("files", "source", "tests"),
    [
        ({"src/shop/a.py": "", "tests/test_a.py": ""}, (), ()),
        ({"shop/a.py": "", "docs/conf.py": "", "tests/test_a.py": ""}, ("shop/**",), ()),
        ({"shop.py": "", "setup.py": "", "test_shop.py": ""}, ("/*.py",), ("test_*.py", "*_test.py")),
        ({"b/x.py": "", "a/x.py": "", "test/test_x.py": "", ".venv/x.py": ""}, ("a/**", "b/**"), ("test/**",)),
        ({"pyproject.toml": ""}, (), ()),
    ],
)
def test_globs_follow_the_layout(
    tmp_path: Path, files: dict[str, str], source: tuple[str, ...], tests: tuple[str, ...]
) -> None:
    seen = detect(draw(tmp_path, files))
    assert (seen.source, seen.tests) == (source, tests)


BUILD = '[build-system]\nrequires = ["hatchling"]\n'


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({}, None),
        ({"pyproject.toml": "[project]\nname = 'x'\n"}, None),
        ({"pyproject.toml": BUILD}, "-e ."),
        ({"pyproject.toml": "[project]\ndependencies = ['rich']\n"}, "-e ."),
        ({"pyproject.toml": f"{BUILD}[project.optional-dependencies]\ntest = []\nother = []\n"}, "-e '.[test]'"),
        ({"pyproject.toml": "[dependency-groups]\ndev = ['pytest']\n"}, "--group dev"),
        ({"pyproject.toml": "dependency-groups = 7\nproject = 1\n"}, None),
        ({"setup.py": "", "requirements-dev.txt": ""}, "-e . -r requirements-dev.txt"),
        ({"requirements.txt": "", "requirements/test.txt": ""}, "-r requirements.txt -r requirements/test.txt"),
    ],
)
def test_the_runner_installs_what_the_project_says(tmp_path: Path, files: dict[str, str], command: str | None) -> None:
    step = setup_step(draw(tmp_path, files))
    assert (step.command if step else None) == (command and f"python -I -m pip install pytest {command}")


def test_the_set_up_stands_in_every_job_that_runs_tests_and_nothing_else_changes() -> None:
    usual = manifest("workflows/tdd.yml").read_text()
    assert usual.count(SETUP_LINE) == 2
    step = SetupStep("python -I -m pip install pytest -e '.[test]'", "pyproject.toml")
    jobs = yaml.safe_load(workflow(step))["jobs"]
    runs = {
        name: [each.get("run") for each in job["steps"] if each.get("name") == "Set up the project"]
        for name, job in jobs.items()
    }
    assert runs == {"work": [step.command], "prove": [step.command], "land": []}
    assert workflow(step).replace(f"run: {step.command}", SETUP_LINE) == usual


def test_the_template_is_a_prd_without_a_fault_and_is_not_taken_for_one() -> None:
    prd = read_prd(TEMPLATE_PATH, PRD_TEMPLATE.encode())
    assert prd.faults == ()
    assert [each.id for each in prd.requirements] == ["REQ-1", "REQ-2"]
    assert prd.requirements[1].depends_on == ("REQ-1",)
    assert not matches(TEMPLATE_PATH, Config().prd.paths)


def test_the_written_configuration_is_toml_that_says_only_what_was_chosen(tdd: Tdd, repo: SmallRepo) -> None:
    tdd("init")
    said = tomllib.loads((repo.path / CONFIG_PATH).read_text())
    assert {key: value for section in said.values() for key, value in section.items()} == {}
