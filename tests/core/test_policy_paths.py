"""Whose path is whose, as a table; and no spelling of a path that gets round it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdd_orchestrator.core.plan import TaskKind
from tdd_orchestrator.core.policy import ABSENT, LINK, SUBMODULE, Change, Territory, judge_paths, unsafe, vault_paths
from tdd_orchestrator.core.python_tests import configures_tests_otherwise, holds_tests, is_test_config, is_test_path
from tdd_orchestrator.core.result import Stage

LAND = Territory(("src/shop/**", "README.md"), ("tests/**",), (".github/**", "CODEOWNERS", "*.lock"))
RED, GREEN, REFACTOR = Stage.RED, Stage.GREEN, Stage.REFACTOR
FILE, TOOL = "100644", "100755"


def refused(stage: Stage, change: Change, kind: TaskKind = TaskKind.BEHAVIOUR, land: Territory = LAND) -> str:
    found = judge_paths(stage, kind, [change], land)
    assert {each.path for each in found} <= {change.path}
    return found[0].sentence if found else ""


NEW_OLD_GONE = {"new": (ABSENT, FILE), "changed": (FILE, FILE), "gone": (FILE, ABSENT)}


@pytest.mark.parametrize(
    ("path", "how", "in_red", "in_green"),
    [
        ("tests/test_cart.py", "new", True, False),
        ("tests/test_cart.py", "changed", True, False),
        ("tests/test_cart.py", "gone", False, False),
        ("tests/files/cart.json", "new", True, False),
        ("tests/conftest.py", "new", True, False),
        ("src/shop/cart.py", "new", False, True),
        ("src/shop/cart.py", "changed", False, True),
        ("src/shop/cart.py", "gone", False, True),
        ("src/shop/test_cart.py", "new", True, False),
        ("src/shop/test_cart.py", "changed", False, False),
        ("src/shop/conftest.py", "new", True, False),
        ("src/shop/tests/a.json", "new", True, False),
        ("src/bank.py", "changed", False, False),
        ("web/cart.test.ts", "new", True, False),
        ("pytest.ini", "new", False, False),
        ("setup.cfg", "changed", False, False),
        ("tests/pytest.ini", "new", False, False),
        ("sitecustomize.py", "new", False, False),
        ("src/shop/sitecustomize.py", "new", False, False),
        ("src/shop/x.pth", "new", False, False),
        ("src/shop/__pycache__/cart.cpython-311.pyc", "new", False, False),
        ("src/shop/cart.pyc", "new", False, False),
        (".github/workflows/ci.yml", "changed", False, False),
        (".GitHub/workflows/ci.yml", "changed", False, False),
        ("tests/CODEOWNERS", "new", False, False),
        ("src/shop/poetry.lock", "changed", False, False),
    ],
)
def test_red_writes_tests_and_green_writes_its_own_code(path: str, how: str, in_red: bool, in_green: bool) -> None:
    before, after = NEW_OLD_GONE[how]
    change = Change(path, before, after)
    assert bool(refused(RED, change)) is not in_red
    assert bool(refused(GREEN, change)) is not in_green
    assert bool(refused(REFACTOR, change)) is not in_green
    assert bool(refused(Stage.LAND, change)) is not (in_red or in_green)


def test_the_test_part_of_a_shared_file_belongs_to_nobody() -> None:
    land = Territory(("pyproject.toml",))
    assert not refused(GREEN, Change("pyproject.toml", FILE), land=land)
    assert "how tests are run" in refused(GREEN, Change("pyproject.toml", FILE, configures_tests=True), land=land)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("README.md", True),
        ("docs/a.md", False),
        ("src/shop/cart.py", False),
        ("src/shop/notes.md", True),
        ("tests/a.md", False),
    ],
)
def test_a_docs_task_changes_documents_that_it_owns(path: str, allowed: bool) -> None:
    for stage in (RED, GREEN):
        assert bool(refused(stage, Change(path, FILE), TaskKind.DOCS)) is not allowed


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change("src/shop/l", ABSENT, LINK, "cart.py"), ""),
        (Change("src/shop/l", ABSENT, LINK, "../bank.py"), ""),
        (Change("src/shop/l", ABSENT, LINK, "/etc/passwd"), "leaves the repository"),
        (Change("src/shop/l", ABSENT, LINK, "../../../x"), "leaves the repository"),
        (Change("src/shop/l", ABSENT, LINK, ""), "leaves the repository"),
        (Change("src/shop/l", ABSENT, LINK, "../../.git/config"), "leaves the repository"),
        (Change("src/shop/l", ABSENT, LINK, "../../tests/test_a.py"), "not this stage's"),
        (Change("src/shop/l", ABSENT, LINK, "../../CODEOWNERS"), "not this stage's"),
        (Change("src/shop/l", FILE, LINK, "cart.py"), ""),
        (Change("src/shop/m", ABSENT, SUBMODULE), "submodule"),
        (Change("src/shop/node_modules/chai/index.js"), "instead of what is installed"),
        (Change("src/shop/m", SUBMODULE, ABSENT), "submodule"),
        (Change("src/shop/x", FILE, TOOL), "leave the mode"),
        (Change("src/shop/x", TOOL, FILE), "leave the mode"),
        (Change("src/shop/x", ABSENT, TOOL), ""),
        (Change("src/shop/x", LINK, FILE), "leave the mode"),
        (Change("src/shop/x", ABSENT, "040000"), "neither a file"),
    ],
)
def test_links_submodules_and_modes(change: Change, words: str) -> None:
    said = refused(GREEN, change)
    assert words in said
    assert bool(said) is bool(words)


SPELLINGS = [
    "",
    "/src/shop/a.py",
    "src/shop/../../.github/x",
    "./src/shop/a.py",
    "src//shop/a.py",
    "src/shop/",
    "src\\shop\\a.py",
    "src/shop/a\n.py",
    ".git/hooks/pre-commit",
    "src/shop/.GIT/config",
    "src/shop/.git. /config",
    "src/shop/git~1/config",
    "src/shop/.g\u200cit/config",
    "src/shop/.git:stream/x",
]


@pytest.mark.parametrize("path", SPELLINGS)
@pytest.mark.parametrize("stage", list(Stage))
def test_no_spelling_leads_out_of_the_tree(path: str, stage: Stage) -> None:
    everything = Territory(("**",), ("**",))
    assert refused(stage, Change(path), land=everything)


def test_names_that_only_look_dangerous_may_stand() -> None:
    for path in ("src/shop/.gitignore", "src/shop/a..b.py", "src/shop/git.py", "src/shop/..."):
        assert unsafe(path) == "", path


@given(st.text(alphabet="ab./\\~ git\n\u200b", min_size=1, max_size=20), st.sampled_from(list(Stage)))
def test_what_is_allowed_is_spelled_plainly(path: str, stage: Stage) -> None:
    if not judge_paths(stage, TaskKind.BEHAVIOUR, [Change(path)], Territory(("**",), ("tests/**",))):
        parts = path.split("/")
        assert not {"", ".", ".."} & set(parts)
        assert not any(part.lower().startswith(".git") and part.strip(". \u200b").lower() == "git" for part in parts)


def test_every_refused_path_is_named_once() -> None:
    changes = [Change("src/bank.py"), Change("src/shop/a.py"), Change(".github/x")]
    assert [each.path for each in judge_paths(GREEN, TaskKind.BEHAVIOUR, changes, LAND)] == ["src/bank.py", ".github/x"]


def test_the_vault_holds_tests_their_support_and_their_configuration() -> None:
    tree = [
        "src/shop/cart.py",
        "tests/test_a.py",
        "tests/data/a.json",
        "conftest.py",
        "pytest.ini",
        "src/shop/b_test.py",
    ]
    assert vault_paths([*tree, "README.md"], LAND) == tuple(tree[1:])
    assert vault_paths(["spec/a.py"], Territory(tests=("spec/**",))) == ("spec/a.py",)


@pytest.mark.parametrize(
    ("before", "after", "otherwise"),
    [
        ("[project]\nname='a'", "[project]\nname='b'", False),
        ("[tool.ruff]\nx=1", "[tool.ruff]\nx=2", False),
        ("[tool.pytest.ini_options]\nx=1", "[tool.pytest.ini_options]\nx=2", True),
        ("", "[tool.pytest.ini_options]\naddopts='-p evil'", True),
        ("[tool.coverage.run]\nx=1", "", True),
        ("", "[project.entry-points.pytest11]\nevil='x'", True),
        ("", "not toml [", True),
        ("[tool.pytest]\nx=1", "# reordered\n[tool.pytest]\nx = 1", False),
        ("tool = 1", "tool = 2", True),
    ],
)
def test_a_pyproject_is_compared_by_what_it_says_to_test_tools(before: str, after: str, otherwise: bool) -> None:
    assert configures_tests_otherwise(before, after) is otherwise


def test_pythons_own_names() -> None:
    assert holds_tests("a/test_b.py")
    assert not holds_tests("tests/helper.py")
    assert is_test_path("tests/helper.py")
    assert not is_test_path("src/contest.py")
    assert is_test_config("sub/tox.ini")
    assert not is_test_config("pyproject.toml")
