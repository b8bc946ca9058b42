"""The configuration: its defaults, its faults with their lines, and its texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdd_orchestrator.core.command import Verb
from tdd_orchestrator.core.config import Config, config_table, parse_config, template
from tdd_orchestrator.core.fault import Fault
from tdd_orchestrator.core.paths import matches
from tdd_orchestrator.core.roles import Role
from tdd_orchestrator.core.toml_lines import key_lines


def read(text: str, **env: str) -> Config:
    config = parse_config(text, env=env)
    assert isinstance(config, Config), config
    return config


def fault(text: str, **env: str) -> Fault:
    found = parse_config(text, env=env)
    assert isinstance(found, tuple)
    (only,) = found
    return only


def test_an_empty_file_is_the_defaults() -> None:
    assert read("") == read("# nothing\n\n") == Config()
    assert Config().tdd.max_parallel == 4
    assert Config().budget.approve_above == 5.0
    assert Config().state.prefix == "refs/heads/tdd-state"


def test_what_the_file_says_is_what_holds() -> None:
    config = read(
        '[project]\nsource = ["lib/**"]\n[tdd]\nworker = "human"\nmax_parallel = 2\n'
        '[budget]\nper_run = 7\n[qa]\nablation = "require"\n[commands]\nroles = { approve = "maintain" }\n'
    )
    assert config.project.source == ("lib/**",)
    assert (config.tdd.worker, config.tdd.max_parallel) == ("human", 2)
    assert config.budget.per_run == 7.0
    assert isinstance(config.budget.per_run, float)
    assert config.qa.ablation == "require"
    assert config.commands.needed(Verb.APPROVE) is Role.MAINTAIN
    assert config.commands.needed(Verb.RETRY) is Role.WRITE


@pytest.mark.parametrize(
    ("text", "line", "said", "remedy"),
    [
        ("[tdd]\n\nworkr = 'x'", 3, "`workr` is not a key", "Write `worker`."),
        ("[tdd]\nxyzzy = 1", 2, "`xyzzy` is not a key", "Known here: `worker`"),
        ("\n[modls]", 2, "`[modls]` is not a section", "Write `[models]`."),
        ("tdd = 3", 1, "`tdd` is not a section", "Write `[tdd]`"),
        ("tdd.workr = 3", 1, "`workr`", "`worker`"),
        ("tdd = { worker = 'x', workr = 3 }", 1, "`workr`", "`worker`"),
        ("[tdd]\nmax_parallel = '4'", 2, '`"4"`', "a whole number from 1 to 64, such as `max_parallel = 4`"),
        ("[tdd]\nmax_parallel = 4.5", 2, "`4.5`", "a whole number"),
        ("[tdd]\nmax_parallel = true", 2, "`true`", "a whole number"),
        ("[tdd]\nmax_parallel = 0", 2, "`0`", "from 1 to 64"),
        ("[tdd]\nworker = 1979-05-27", 2, "a date", 'such as `worker = "claude"`'),
        ("[budget]\nper_run = -1", 2, "`-1`", "a number from 0"),
        ("[budget]\nper_run = nan", 2, "`nan`", "a number from 0"),
        ("[budget]\nalert_at = 1.5", 2, "`1.5`", "from 0 to 1"),
        ("[qa]\nablation = 'maybe'", 2, '`"maybe"`', "one of `off`, `notice` or `require`"),
        ("[prd]\npaths = 'a'", 2, '`"a"`', "a list of texts"),
        ("[prd]\npaths = ['a', 1]", 2, "`prd.paths`", "a list of texts"),
        ("[state]\nprefix = 'heads/x'", 2, "`state.prefix`", "refs/heads/tdd-state"),
        ("[git]\nbranch_prefix = '../x'", 2, "`git.branch_prefix`", "tdd/"),
        ("[commands]\nroles = { aprove = 'write' }", 2, "`aprove` is not a command", "Write `approve`."),
        ("[commands.roles]\nskip = 'read'\napprove = 'king'", 3, "role of `approve`", "`maintain`"),
        ("[commands]\nroles = 3", 2, "not a table", "maintain"),
        ("[models]\nallowed = ['claude-*']\nred = 'gpt-9'", 3, "`gpt-9`", "`allowed`"),
        ("[tdd", 1, "This is not TOML", "key = value"),
        ("[tdd]\nworker = claude", 2, "This is not TOML", "quotes"),
        ("[tdd]\na = 1\na = 2", 3, "This is not TOML", "key = value"),
        ("a = " + "[" * 5000, 1, "nested too deep", "key = value"),
        ("x" * 200_001, 1, "larger than", "Leave out"),
    ],
)
def test_a_fault_names_its_line_and_what_to_write(text: str, line: int, said: str, remedy: str) -> None:
    found = fault(text)
    assert found.line == line
    assert found.path == ".tdd/config.toml"
    assert said in found.message
    assert remedy in found.remedy


def test_all_faults_are_told_at_once_in_the_order_of_their_lines() -> None:
    found = parse_config("[git]\nx = 1\n[tdd]\ny = 1\nattempts = 0\n[zzz]\n")
    assert isinstance(found, tuple)
    assert [each.line for each in found] == [2, 4, 5, 6]


def test_the_environment_overrides_the_file() -> None:
    config = read(
        "[tdd]\nmax_parallel = 2",
        TDD_MAX_WORKERS="8",
        TDD_MAX_INVOCATIONS="50",
        TDD_CIRCUIT_STAGE_MAX_FAILURES="4",
        TDD_CIRCUIT_WORKER_MAX_CONSECUTIVE=" 6 ",
        OTHER="x",
    )
    assert (config.tdd.max_parallel, config.budget.max_invocations) == (8, 50)
    assert (config.circuits.stage_max_failures, config.circuits.worker_max_consecutive) == (4, 6)


@pytest.mark.parametrize("value", ["", "many", "-1", "0", "1000", "4.0", "٣"])
def test_a_faulty_environment_is_told_by_name(value: str) -> None:
    found = fault("", TDD_MAX_WORKERS=value)
    assert "TDD_MAX_WORKERS" in found.message
    assert "from 1 to 64" in found.remedy


def test_lines_are_found_through_strings_arrays_and_comments() -> None:
    text = (
        'a = """\n[no]\nb = 1\n"""\nc = [ # ]\n  "[no]",\n]\n["x.y".z] # = \n'
        '\'k k\' = "a = b"\nd.e = { f = 1, g = "}" }\n[[t]]\nh = 1'
    )
    assert key_lines(text) == {
        ("a",): 1,
        ("c",): 5,
        ("x.y", "z"): 8,
        ("x.y", "z", "k k"): 9,
        ("x.y", "z", "d", "e"): 10,
        ("x.y", "z", "d", "e", "f"): 10,
        ("x.y", "z", "d", "e", "g"): 10,
        ("t",): 11,
        ("t", "0"): 11,
        ("t", "0", "h"): 12,
    }


def test_the_table_tells_every_key_with_default_and_meaning() -> None:
    rows = config_table().splitlines()
    assert "| `tdd.max_parallel` | `4` |" in "\n".join(rows)
    assert any("`TDD_MAX_WORKERS`" in row for row in rows)
    assert all(row.replace("\\|", "").count("|") == 4 for row in rows)


def test_the_template_is_the_defaults_and_what_was_given() -> None:
    assert read(template()) == Config()
    config = read(template("python", "pytest", source=("lib/**",), tests=("t/**",), worker="script", command='a "b"'))
    assert (config.project.language, config.tdd.suite, config.tdd.worker) == ("python", "pytest", "script")
    assert (config.project.source, config.project.tests) == (("lib/**",), ("t/**",))
    assert config.tdd.command == 'a "b"'


def test_every_line_of_the_template_is_sound_when_its_mark_is_taken_away() -> None:
    lines = [line.removeprefix("# ") for line in template().splitlines()]
    kept = [line for line in lines if line.startswith("[") or (" = " in line and "`" not in line)]
    assert read("\n".join(kept)) == Config()
    assert len(kept) > 40


@pytest.mark.parametrize(
    "path", [".github/workflows/x.yml", "docs/CODEOWNERS", "uv.lock", "a/CLAUDE.md", ".tdd/config.toml"]
)
def test_what_must_not_be_touched_is_protected_by_default(path: str) -> None:
    assert matches(path, Config().git.protected)


KEYS = st.sampled_from(
    ["[tdd]", "worker", "attempts", "=", " ", "\n", "'x'", "3", "[", "]", "{", "}", '"""', "#", ".", ","]
)


@given(st.one_of(st.text(), st.lists(KEYS, max_size=30).map("".join)))
def test_any_text_at_all_is_a_configuration_or_its_faults(text: str) -> None:
    found = parse_config(text)
    if isinstance(found, tuple):
        assert found
        assert all(1 <= each.line <= text.count("\n") + 1 and each.remedy for each in found)
    key_lines(text)
