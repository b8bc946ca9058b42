"""The two lanes beside `make test`: foreign runners and projects; proofs, cheats, real jobs and the longer stories."""

import signal
from pathlib import Path

import pytest

FOREIGN = (
    "test_cheaters_elsewhere.py",
    "test_honest_elsewhere.py",
    "test_monorepo_stories.py",
    "test_stories_in_other_suites.py",
    "test_suite_cargo_endings.py",
    "test_suite_cargo_stories.py",
    "test_suite_go_endings.py",
    "test_suite_go_stories.py",
    "test_suite_gradle_stories.py",
    "test_suite_java_stories.py",
    "test_suite_node_runs.py",
    "test_suite_ruby_endings.py",
    "test_suite_ruby_stories.py",
    "test_suite_vitest_and_jest.py",
    "test_typescript_stories.py",
    "test_suites_on_debian_sources.py",
    "test_suites_on_public_packages.py",
    "test_run_a_project_from_pypi.py",
)


LONG = (
    "test_a_person_takes_over.py",
    "test_bad_input_in_a_pull_request.py",
    "test_bad_input_of_a_worker.py",
    "test_by_hand_without_an_app.py",
    "test_certificate_mutations.py",
    "test_certificate_of_named_commits.py",
    "test_cheaters.py",
    "test_clash_with_real_jobs.py",
    "test_enterprise_server.py",
    "test_forks_and_bots.py",
    "test_from_green.py",
    "test_honest_changes.py",
    "test_money.py",
    "test_own_ci.py",
    "test_pack_of_tasks.py",
    "test_packed_tasks.py",
    "test_packed_tasks_with_real_jobs.py",
    "test_people_push_meanwhile.py",
    "test_prove_from_git.py",
    "test_run_on_ones_own_repository.py",
    "test_running_again.py",
    "test_serverless.py",
    "test_stacked_pull_request.py",
    "test_the_demo.py",
)


def pytest_configure() -> None:
    """Let Ctrl-C reach the processes that tests start: a shell that runs us in the background has it ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`make test` leaves both lanes out; `make runners` and `make long` run one each. The slowest tests come first."""
    items.sort(key=lambda item: ("test_the_demo" not in str(item.path), "stories" not in str(item.path)))
    for item in items:
        if Path(item.path).name in FOREIGN:
            item.add_marker("runners")
        if Path(item.path).name in LONG:
            item.add_marker("long")
