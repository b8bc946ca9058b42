"""`[[suites]]` of the configuration: what it means for code and tests, and every fault at its line."""

import pytest

from tdd_orchestrator.core.config import parse_config
from tdd_orchestrator.core.settings import Config

TWO = """[[suites]]
folder = "api/"
suite = "pytest"
source = ["src/**", "*.sql"]

[[suites]]
folder = "./web"
suite = "vitest"
tests = ["spec/**"]
"""


def test_code_and_tests_are_those_of_every_suite_below_its_folder() -> None:
    config = parse_config(TWO)
    assert isinstance(config, Config)
    assert [each.place for each in config.suites] == ["api", "web"]
    assert config.source == ("api/src/**", "api/**/*.sql", "web/src/**")
    assert config.tests == ("api/tests/**", "web/spec/**")


def test_what_the_project_says_beside_suites_is_for_the_rest() -> None:
    config = parse_config(f'[project]\nsource = ["shared/**"]\n{TWO}')
    assert isinstance(config, Config)
    assert config.source[0] == "shared/**"
    assert config.tests == ("api/tests/**", "web/spec/**")


def test_without_suites_all_is_as_the_project_says() -> None:
    config = Config()
    assert (config.source, config.tests) == (("src/**",), ("tests/**",))
    assert parse_config("suites = []") == config


@pytest.mark.parametrize(
    ("text", "line", "said", "remedy"),
    [
        ('[suites]\nfolder = "web"', 1, "`suites` is not a list of sections.", "[[suites]]"),
        ("suites = [1]", 1, "`suites` is not a list of sections.", "[[suites]]"),
        (f"{TWO}\n[[suites]]\nsuite = 'go'", 11, "This suite has no folder.", 'folder = "web"'),
        (f'{TWO}\n[[suites]]\nfolder = "api"', 12, "Two suites have the folder `api`.", "one suite"),
        (f'{TWO}colour = "red"', 10, "`colour` is not a key", "Known here"),
        (f"{TWO}foldr = 'x'", 10, "`foldr` is not a key", "`folder`"),
        ('[[suites]]\nfolder = "../web"', 2, '`suites.folder` is `"../web"`.', 'folder = "web"'),
        ('[[suites]]\nfolder = "/web"', 2, '`suites.folder` is `"/web"`.', 'folder = "web"'),
        ('[[suites]]\nfolder = "web/*"', 2, '`suites.folder` is `"web/*"`.', 'folder = "web"'),
        ('[[suites]]\nfolder = ""', 2, '`suites.folder` is `""`.', 'folder = "web"'),
        ('[[suites]]\nfolder = "a"\n[[suites]]\nfolder = "b"\ntests = "x"', 5, "`suites.tests` is", "list of texts"),
        (f'[tdd]\nsuite = "pytest"\n{TWO}', 2, "`tdd.suite` stands beside `[[suites]]`", "`[[suites]]`"),
        (f'[tdd]\ncommand = "make"\n{TWO}', 2, "`tdd.command` stands beside `[[suites]]`", "`[[suites]]`"),
    ],
)
def test_a_fault_is_told_at_its_line(text: str, line: int, said: str, remedy: str) -> None:
    faults = parse_config(text)
    assert not isinstance(faults, Config)
    fault = next(each for each in faults if each.message.startswith(said))
    assert fault.line == line
    assert remedy in fault.remedy
