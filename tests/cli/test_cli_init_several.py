"""A repository with several projects: which folders count, which suite each gets and why, what `tdd init` writes."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tdd_action.bench import UnknownSuite, suites_of
from tdd_orchestrator.core.config import CONFIG_PATH, parse_config
from tdd_orchestrator.core.settings import Config, SuiteSettings, TddSettings
from tdd_orchestrator.onboarding.choices import choices
from tdd_orchestrator.onboarding.subprojects import subprojects
from world.command_line import Tdd
from world.small_repo import SmallRepo

VITEST = '{"devDependencies": {"vitest": "4"}}'
PYTEST = "[tool.pytest.ini_options]\n"
BOTH = {"api/pyproject.toml": PYTEST, "api/shop/cart.py": "", "packages/web/package.json": VITEST}


def drawn(root: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({}, {}),
        ({"pytest.ini": ""}, {}),
        (BOTH, {"api": "pytest", "packages/web": "vitest"}),
        ({"pytest.ini": "", "web/package.json": VITEST}, {"": "pytest", "web": "vitest"}),
        ({"pytest.ini": "", "tool/pyproject.toml": PYTEST}, {}),
        ({"package.json": VITEST, "web/package.json": VITEST}, {}),
        ({"package.json": "{}", "a/package.json": VITEST, "b/go.mod": ""}, {"a": "vitest", "b": "go"}),
        ({"docs/package.json": VITEST, "tests/package.json": VITEST, "node_modules/x/package.json": VITEST}, {}),
        ({"examples/x/package.json": VITEST, ".hidden/package.json": VITEST, "vendor/go.mod": ""}, {}),
        ({"a/b/c/package.json": VITEST}, {}),
        ({"web/package.json": '{"devDependencies": {"mocha": "11"}}'}, {}),
        ({"api/tests/test_a.py": ""}, {}),
    ],
)
def test_a_folder_counts_where_it_has_a_runner_that_the_root_has_not(
    tmp_path: Path, files: Mapping[str, str], found: Mapping[str, str]
) -> None:
    parts = subprojects(drawn(tmp_path, files))
    assert {each.folder: each.settings.suite for each in parts} == found


def test_the_suites_of_folders_are_chosen_with_a_reason(tmp_path: Path) -> None:
    api, web = choices(Config(), drawn(tmp_path, BOTH))
    assert (api.shown, api.because) == ("api: pytest", "in api pyproject.toml configures pytest")
    assert (web.shown, web.because) == ("packages/web: vitest", "in packages/web package.json depends on vitest")
    assert [each.folder for each in suites_of(Config(), tmp_path).all] == ["api", "packages/web"]


def test_a_root_with_a_runner_keeps_it_and_says_what_else_is_there(tmp_path: Path) -> None:
    (choice,) = choices(Config(), drawn(tmp_path, {"pytest.ini": "", "web/package.json": VITEST}))
    assert (choice.name, choice.folder) == ("pytest", "")
    assert choice.because.endswith("projects of their own: web (vitest): give each folder its `[[suites]]`")


def test_another_runner_of_this_version_is_told_as_a_choice(tmp_path: Path) -> None:
    (choice,) = choices(Config(), drawn(tmp_path, {"pytest.ini": "", "go.mod": ""}))
    assert choice.because == "there is pytest.ini; found go (there is go.mod) too: `suite` may name `go` instead"


@pytest.mark.parametrize(
    ("said", "because", "runs"),
    [
        (SuiteSettings("web", "jest"), "`suite` says jest for web", True),
        (SuiteSettings("web"), "package.json depends on vitest", True),
        (
            SuiteSettings("web", command="npm test", report="x.xml"),
            "`command` leaves a report of its own for web",
            True,
        ),
        (SuiteSettings("web", "nose"), "`suite` says nose for web; the suites of this version run", False),
        (SuiteSettings("gone"), "there is no folder gone yet", False),
        (SuiteSettings("gone", "go"), "`suite` says go for gone", True),
    ],
)
def test_what_the_configuration_says_of_a_folder_holds(
    tmp_path: Path, said: SuiteSettings, because: str, runs: bool
) -> None:
    config = Config(suites=(said,))
    (choice,) = choices(config, drawn(tmp_path, {"web/package.json": VITEST}))
    assert choice.because.startswith(because)
    assert choice.runs is runs
    if not runs:
        with pytest.raises(UnknownSuite, match="There is no suite"):
            suites_of(config, tmp_path)


def test_junit_by_name_is_a_suite_that_runs(tmp_path: Path) -> None:
    (choice,) = choices(Config(tdd=TddSettings(suite="junit", command="x", report="y")), tmp_path)
    assert (choice.runs, choice.because) == (True, "`tdd.suite` says junit")


def test_init_writes_a_suite_for_each_folder_and_says_so(tdd: Tdd, repo: SmallRepo) -> None:
    drawn(repo.path, BOTH)
    said = tdd("init")
    assert said.code == 0
    assert "Tests       api: pytest (in api pyproject.toml configures pytest)" in said.out
    assert "Tests       packages/web: vitest (in packages/web package.json depends on vitest)" in said.out
    assert "Code        api/shop/**, packages/web/src/**" in said.out
    config = parse_config((repo.path / CONFIG_PATH).read_text())
    assert isinstance(config, Config)
    api, web = config.suites
    assert (api.folder, api.suite, api.source) == ("api", "pytest", ("shop/**",))
    assert (web.folder, web.suite, web.tests) == ("packages/web", "vitest", ("tests/**",))
    told = tdd("init", "--json").json
    assert [each["folder"] for each in told["suites"]] == ["api", "packages/web"]


def test_ingest_tells_the_suite_of_each_folder(tdd: Tdd, repo: SmallRepo) -> None:
    drawn(repo.path, {**BOTH, "prds/cart.md": "# Cart\n\n## REQ-1: It adds up\n\nThe cart adds up its prices.\n"})
    tdd("init")
    lines = tdd("ingest", "prds/cart.md").out.splitlines()
    assert lines[-2:] == [
        "Tests: api: pytest (`suite` says pytest for api).",
        "Tests: packages/web: vitest (`suite` says vitest for packages/web).",
    ]
