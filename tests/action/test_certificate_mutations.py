"""Every mutation of a proven run makes `prove` end with 1 and say the first difference in one sentence."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tdd_action import proof
from tdd_action.console import prove_for_people
from tdd_action.proof.certificate import SCHEMA
from tdd_action.proof.comparison import NoCertificate, first_difference
from world.small_repo import SmallRepo
from world.tdd_project import GREEN, NEW_CODE, NEW_TEST, RED, TIDY_CODE, attempt, plain_python, remembered

TEST, OLD_TEST, CODE = "tests/test_new.py", "tests/test_shop.py", "src/shop.py"
WEAK = NEW_TEST.replace("== 90", "in (90, 100)")
WEAK_OLD = "from shop import price\n\n\ndef test_price():\n    assert price('tea') >= 0\n"
HOOK = "def pytest_pyfunc_call(pyfuncitem):\n    return True\n"


class Chain:
    """A proven run as a chain of commits, and ways to make another history of it."""

    def __init__(self, repo: SmallRepo, base: str, tip: str) -> None:
        self.repo, self.base = repo, base
        self.red, self.green, self.refactor = repo.git("rev-list", "--reverse", f"{base}..{tip}").splitlines()

    def replay(
        self, *commits: str, edits: dict[str, dict[str, str]] | None = None, say: Callable[[str], str] = str
    ) -> None:
        """Commit the trees of these on top of each other, some of them with other texts, all with `say(message)`."""
        for sha in commits:
            self.repo.git("read-tree", "--reset", "-u", sha)
            message = say(self.repo.git("log", "-1", "--format=%B", sha))
            self.repo.commit(message, dict((edits or {}).get(sha, {})))

    def all(self) -> tuple[str, str, str]:
        return self.red, self.green, self.refactor


@pytest.fixture(autouse=True)
def _quick(tmp_path: Path) -> Iterator[None]:
    with plain_python(tmp_path / "bin"), remembered():
        yield


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    stages = {"red": RED, "green": GREEN, "refactor": {"write": {CODE: TIDY_CODE}}}
    worked = attempt(tmp_path_factory.mktemp("proven"), stages)
    tip = worked.fetched()
    worked.repo.git("branch", "landed", tip)
    return Chain(worked.repo, worked.result.base, tip)


@pytest.fixture
def chain(proven: Chain, tmp_path: Path) -> Chain:
    """A plain clone of it, standing at the base."""
    proven.repo.git("clone", "--quiet", str(proven.repo.path), str(tmp_path / "clone"))
    clone = SmallRepo(tmp_path / "clone")
    clone.git("checkout", "--quiet", "-B", "main", proven.base)
    return Chain(clone, proven.base, "origin/landed")


def prove(chain: Chain, *more: str) -> tuple[int, str]:
    said: list[str] = []
    code = prove_for_people([f"{chain.base}..HEAD", "--repo", str(chain.repo.path), *more], say=said.append)
    return code, "\n".join(said)


def weakened_after_red(chain: Chain) -> None:
    chain.replay(chain.red)
    chain.repo.commit("A look at the tests", {TEST: WEAK})
    chain.replay(chain.green, chain.refactor, edits={chain.green: {TEST: WEAK}, chain.refactor: {TEST: WEAK}})


def weakened_in_green(chain: Chain) -> None:
    chain.replay(*chain.all(), edits={chain.green: {TEST: WEAK}, chain.refactor: {TEST: WEAK}})


def without(stage: str) -> Callable[[Chain], None]:
    return lambda chain: chain.replay(*(sha for sha in chain.all() if sha != getattr(chain, stage)))


def swapped(chain: Chain) -> None:
    chain.replay(chain.green, chain.red)


def squashed(chain: Chain) -> None:
    chain.replay(chain.refactor, say=lambda message: message + "\nTDD-Stage: red\nTDD-Stage: green")


def squashed_into_green(chain: Chain) -> None:
    chain.replay(chain.green)


def broken_afterwards(chain: Chain) -> None:
    chain.replay(*chain.all())
    chain.repo.commit("Tea is dear again", {CODE: "def price(article):\n    return 100\n"})


def another_green(chain: Chain) -> None:
    chain.replay(chain.red, chain.green, edits={chain.green: {CODE: NEW_CODE.replace("90", "91")}})


def red_that_passes(chain: Chain) -> None:
    passing = NEW_TEST.replace("90", "100")
    chain.replay(chain.red, edits={chain.red: {TEST: passing}})
    chain.replay(chain.green, edits={chain.green: {TEST: passing, CODE: "def price(_):\n    return 100\n"}})


def another_kind(chain: Chain) -> None:
    chain.replay(chain.red)
    chain.replay(chain.green, say=lambda message: message.replace("TDD-Kind: behaviour", "TDD-Kind: docs"))


def all_of_another_kind(chain: Chain) -> None:
    chain.replay(chain.green, say=lambda message: message.replace("TDD-Kind: behaviour", "TDD-Kind: docs"))


def another_task(chain: Chain) -> None:
    chain.replay(chain.red)
    chain.replay(chain.green, say=lambda message: message.replace("TDD-Task: TASK-1", "TDD-Task: TASK-9"))


def name_taken_away(chain: Chain) -> None:
    other = "def price(*articles):\n    return 90 if articles[0] == 'green tea' else 100\n"
    chain.replay(*chain.all(), edits={chain.refactor: {CODE: other}})


def extra(files: dict[str, str | None]) -> Callable[[Chain], None]:
    def mutate(chain: Chain) -> None:
        chain.replay(*chain.all())
        chain.repo.commit("An extra", files)

    return mutate


def merged(path: str, text: str) -> Callable[[Chain], None]:
    """A merge with a harmless branch, in which a test becomes another."""

    def mutate(chain: Chain) -> None:
        chain.replay(*chain.all())
        chain.repo.git("checkout", "--quiet", "-b", "side", chain.base)
        chain.repo.commit("Harmless", {"README.md": "# Other\n"})
        chain.repo.git("checkout", "--quiet", "main")
        chain.repo.git("merge", "--quiet", "--no-commit", "--no-ff", "side")
        chain.repo.commit("Merge branch 'side'", {path: text})

    return mutate


MUTATIONS: dict[str, tuple[Callable[[Chain], None], str]] = {
    "a test weakened after RED": (weakened_after_red, f"{TEST} is not as RED left it: tests are frozen after RED."),
    "a test weakened in GREEN": (weakened_in_green, f"{TEST} belongs to the tests: GREEN may not change it"),
    "RED dropped": (without("red"), "TASK-1: there is no RED commit."),
    "GREEN dropped": (without("green"), "TASK-1: there is no GREEN commit."),
    "RED and GREEN swapped": (swapped, "is TASK-1's RED, after its GREEN."),
    "all squashed": (squashed, "with the stage 'refactor,red,green'."),
    "squashed into GREEN": (squashed_into_green, "TASK-1: there is no RED commit."),
    "code broken after GREEN": (broken_afterwards, f"At the tip: {TEST}::test_tea_is_cheaper must pass now"),
    "GREEN with other code": (another_green, "test_tea_is_cheaper must pass now and is failed"),
    "a RED that passes": (red_that_passes, "test_tea_is_cheaper passes before the code is there"),
    "one trailer forged": (another_kind, "TASK-1's commits do not agree on its kind."),
    "all trailers forged": (all_of_another_kind, f"{CODE} is no document"),
    "a commit given to another task": (another_task, "there is no GREEN commit."),
    "a refactoring that takes a signature away": (name_taken_away, "`price(article)` was public"),
    "an old test weakened": (extra({OLD_TEST: WEAK_OLD}), f"changes {OLD_TEST} and claims nothing"),
    "an old test removed": (extra({OLD_TEST: None}), "test_price was there before and is gone"),
    "a frozen test weakened": (extra({TEST: WEAK}), f"At the tip: {TEST} is not as TASK-1's RED left it"),
    "a hook brought": (extra({"tests/conftest.py": HOOK}), "`pytest_pyfunc_call` in tests/conftest.py decides"),
    "old tests deselected": (
        extra({"pyproject.toml": "[tool.pytest.ini_options]\naddopts = '-p no:doctest'\n"}),
        "changes pyproject.toml and claims nothing",
    ),
    "a merge that weakens a frozen test": (merged(TEST, WEAK), f"At the tip: {TEST} is not as TASK-1's RED left it"),
    "a merge that weakens an old test": (merged(OLD_TEST, WEAK_OLD), f"changes {OLD_TEST} and claims nothing"),
}


def test_a_plain_clone_is_proven(chain: Chain) -> None:
    chain.replay(*chain.all())
    code, said = prove(chain)
    assert (code, said.splitlines()[0]) == (0, "TASK-1 (behaviour)"), said
    assert "Everything holds: 1 task" in said


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_is_found(chain: Chain, name: str) -> None:
    mutate, expected = MUTATIONS[name]
    mutate(chain)
    code, said = prove(chain)
    (first,) = [line for line in said.splitlines() if line.startswith("It does not hold: ")]
    assert code == 1
    assert expected in first


def test_what_people_add_beside_it_does_no_harm(chain: Chain) -> None:
    chain.replay(*chain.all())
    old = chain.repo.show("HEAD", OLD_TEST)
    more = old.replace("test_price", "test_other")
    milk = "\n\n\ndef test_milk():\n    assert price('milk') == 100\n"
    chain.repo.commit("More tests", {"tests/test_more.py": more, OLD_TEST: old + milk})
    chain.repo.git("checkout", "--quiet", "-b", "side", chain.base)
    chain.repo.commit("Words", {"README.md": "# Shop\n"})
    chain.repo.git("merge", "--quiet", "--no-edit", "main")
    code, said = prove(chain)
    assert code == 0, said


@pytest.fixture(scope="module")
def certificate(proven: Chain, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a proof of the run writes down."""
    folder = tmp_path_factory.mktemp("certificate")
    with plain_python(folder / "bin"), remembered():
        words = [f"{proven.base}..landed", "--repo", str(proven.repo.path), "--certificate", str(folder / "c.json")]
        assert prove_for_people(words, say=lambda _: None) == 0
    found: dict[str, Any] = json.loads((folder / "c.json").read_text())
    return found


ID = f"{TEST}::test_tea_is_cheaper"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (["tasks", 0, "classes", ID], "flaky", "the certificate says `flaky`, the proof found `assertion`."),
        (["tasks", 0, "green", "tree"], "0" * 40, "tasks[0].green.tree: the certificate says"),
        (["tasks", 0, "refactor"], None, "tasks[0].refactor: the certificate says None, the proof found {"),
        (["runs", 0, "results", f"{OLD_TEST}::test_price"], ["failed"], "runs[0].results["),
        (["runs", 0, "command", 1], "-O", "runs[0].command[1]: the certificate says `-O`"),
        (["runs"], [], "runs[0]: the certificate says nothing"),
        (["tasks", 0, "frozen", "tests/other.py"], "0" * 40, "the proof found nothing."),
        (["schema"], "tdd-certificate/0", "schema: the certificate says `tdd-certificate/0`"),
        (["times", "seconds"], 0.0, ""),
        (["environment", "python"], "3.99", ""),
        (["runs", 0, "command", 0], "/elsewhere/python3", ""),
    ],
)
def test_a_certificate_that_was_edited_is_found(
    certificate: dict[str, Any], path: list[str | int], value: object, said: str
) -> None:
    edited = inner = copy.deepcopy(certificate)
    for step in path[:-1]:
        inner = inner[step]  # type: ignore[index]
    inner[path[-1]] = value  # type: ignore[index]
    found = first_difference(edited, certificate)
    assert said in found
    assert bool(found) == bool(said)


def test_a_proof_is_held_against_a_certificate(chain: Chain, certificate: dict[str, Any], tmp_path: Path) -> None:
    chain.repo.git("checkout", "--quiet", "-B", "main", "origin/landed")
    file = tmp_path / "certificate.json"
    for tip, expected in ((certificate["tip"], 0), ({**certificate["tip"], "tree": "0" * 40}, 1)):
        file.write_text(json.dumps({**certificate, "tip": tip}))
        code, said = prove(chain, "--against", str(file))
        assert code == expected
        assert said.splitlines()[-1].startswith("It is not what was certified: tip.tree") == bool(expected)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "other/1"}'])
def test_a_file_that_is_no_certificate_is_said_so(chain: Chain, tmp_path: Path, text: str) -> None:
    (tmp_path / "it.json").write_text(text)
    with pytest.raises(NoCertificate, match="certificate"):
        prove(chain, "--against", str(tmp_path / "it.json"))


def test_the_certificate_keeps_to_its_schema(certificate: dict[str, Any]) -> None:
    schema = json.loads(Path(proof.__file__).with_name("certificate.schema.json").read_text())
    validator = jsonschema_rs.validator_for(schema)
    assert [error.message for error in validator.iter_errors(certificate)] == []
    assert schema["properties"]["schema"]["const"] == certificate["schema"] == SCHEMA
    for key in schema["required"]:
        assert not validator.is_valid({name: value for name, value in certificate.items() if name != key})
