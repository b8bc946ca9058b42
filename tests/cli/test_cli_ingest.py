"""`tdd ingest`: what is shown of good PRDs, and the sentence for each bad one."""

from pathlib import Path

import pytest

from tdd_orchestrator.demo import PRD
from world.command_line import Tdd
from world.small_repo import SmallRepo

QUOTE = (
    "Quote: $3.60 (nine in ten: $7.92), 43 min (95 min), 43 runner minutes; assumed from the price table and the tasks'"
    " sizes. The worker is `claude`."
)
GOOD = "# Tea\n\n## REQ-1: Brew\n\nHot water meets leaves.\n\nAcceptance:\n\n- after 3 minutes it is tea\n"


def write(repo: SmallRepo, name: str, content: str | bytes) -> str:
    path = repo.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return name


def test_a_good_prd_is_shown_with_plan_quote_and_suite(tdd: Tdd, repo: SmallRepo) -> None:
    said = tdd("ingest", write(repo, "prds/checkout.md", PRD.read_bytes()))
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0] == "prds/checkout.md · Checkout · 6 requirements"
    assert "  REQ-1  6-12      Prices are whole cents" in lines
    assert any(line.endswith("an empty cart costs 0 cents") for line in lines)
    assert "  TASK-6   Checkout takes the discount off the cart (behaviour, after TASK-4, TASK-5)" in lines
    assert "  TASK-3 waits for TASK-2: both own `src/**`." in lines
    assert "Critical path: TASK-1 → TASK-2 → TASK-3 → TASK-4 → TASK-5 → TASK-6 (6 of 6 tasks)." in lines
    assert QUOTE in lines
    assert "The plan waits for `/tdd approve`: `budget.approve_above` is $5.00." in lines
    assert lines[-1] == "Tests: pytest (no tests are there yet; without any, pytest is taken)."


def test_json_is_all_there_is_on_stdout(tdd: Tdd, repo: SmallRepo) -> None:
    told = tdd("ingest", write(repo, "prds/tea.md", GOOD), "--json").json
    assert told["ok"] is True
    assert told["files"] == [{"path": "prds/tea.md", "title": "Tea", "requirements": 1}]
    requirement = told["requirements"][0]
    assert (requirement["id"], requirement["line"], requirement["end_line"]) == ("REQ-1", 3, 9)
    assert requirement["acceptance"] == ["after 3 minutes it is tea"]
    assert told["plan"]["tasks"][0]["requirements"] == ["REQ-1"]
    assert told["plan"]["critical_path"] == ["TASK-1"]
    assert told["plan"]["quote"]["usd_p50"] == 0.5
    assert told["suites"][0]["name"] == "pytest"


def test_json_of_a_bad_prd_is_json_too_and_the_exit_code_is_1(tdd: Tdd, repo: SmallRepo) -> None:
    said = tdd("ingest", write(repo, "prds/tea.md", "# Tea\n\n## REQ-1: Brew\n"), "--json")
    assert said.code == 1
    assert (said.json["ok"], said.json["plan"]) == (False, None)
    assert said.json["faults"][0]["code"] == "no-text"
    assert said.err == "tdd: 1 fault is in the way of a plan. Mend what is listed, then ingest again.\n"


CYCLE = "## REQ-1: A\n\nA.\n\nDepends on: REQ-2\n\n## REQ-2: B\n\nB.\n\nDepends on: REQ-1\n"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("empty.md", "", "prds/empty.md:1: This PRD is empty. Write `## REQ-1: title`"),
        ("blank.md", "\n \n", "prds/blank.md:1: This PRD is empty."),
        ("empty.yml", "", "prds/empty.yml:1: This PRD is empty."),
        ("binary.md", b"# A\n\x00\x01", "prds/binary.md:2: This is a binary file, or text in UTF-16."),
        ("latin.md", b"# A\nGr\xf6\xdfe\n", "prds/latin.md:2: This is not UTF-8: byte 0xf6 in this line."),
        ("huge.md", "x" * 5_000_000, "prds/huge.md:1: This PRD has 5.0 MB; at most 1 MB is read."),
        ("none.md", "# Tea\n", "prds/none.md:1: This PRD has no requirement."),
        ("twice.md", "## REQ-1: A\n\nA.\n\n## REQ-1: B\n\nB.\n", "prds/twice.md:5: REQ-1 is there twice."),
        ("cycle.md", CYCLE, "prds/cycle.md:11: REQ-1 → REQ-2 → REQ-1: these wait for one another."),
        ("front.md", "---\na: [1\n---\n# A\n", "prds/front.md:3: This is not YAML"),
        ("tabs.yml", "requirements:\n\t- a\n", "prds/tabs.yml:2: This is not YAML"),
        ("half.json", '{"requirements": [', "prds/half.json:1: This is not JSON"),
        ("scalar.json", "7", "prds/scalar.json:1: "),
    ],
)
def test_a_bad_prd_gets_a_sentence_at_its_line(
    tdd: Tdd, repo: SmallRepo, name: str, content: str | bytes, told: str
) -> None:
    said = tdd("ingest", write(repo, f"prds/{name}", content))
    assert said.code == 1
    assert [line for line in said.out.splitlines() if line.startswith(told)], said.out
    assert "in the way of a plan" in said.err
    assert "Quote:" not in said.out


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ("[tdd]\nattemps = 2\n", ".tdd/config.toml:2: `attemps` is not a key of this configuration. Write `attempts`."),
        ("[tdd]\nattempts = 'two'\n", '.tdd/config.toml:2: `tdd.attempts` is `"two"`. Write a whole number'),
        ("[tdd\n", ".tdd/config.toml:1: This is not TOML"),
        ("[gut]\n", ".tdd/config.toml:1: `[gut]` is not a section of this configuration. Write `[git]`."),
        (b"[tdd]\n# \xff\n", ".tdd/config.toml:2: This is not UTF-8. Save the file in UTF-8."),
    ],
)
@pytest.mark.parametrize("command", ["ingest prds/tea.md", "status", "init", "state export 1 x.sqlite"])
def test_a_faulty_configuration_is_told_by_every_command_that_reads_it(
    tdd: Tdd, repo: SmallRepo, config: str | bytes, told: str, command: str
) -> None:
    write(repo, ".tdd/config.toml", config)
    write(repo, "prds/tea.md", GOOD)
    said = tdd(*command.split())
    assert said.code == 1
    assert told in said.out + said.err
    assert "Traceback" not in said.err


def test_faults_across_files_are_found_and_a_dependency_on_another_file_is_none(tdd: Tdd, repo: SmallRepo) -> None:
    write(repo, "prds/a.md", GOOD)
    write(repo, "prds/b.md", GOOD.replace("REQ-1", "REQ-2").replace("Acceptance:", "Depends on: REQ-1\n\nAcceptance:"))
    assert tdd("ingest", "prds/a.md", "prds/b.md").code == 0
    assert "`REQ-1`, which no requirement is called" in tdd("ingest", "prds/b.md").out
    write(repo, "prds/c.md", GOOD)
    said = tdd("ingest", "prds/a.md", "prds/c.md")
    assert "prds/c.md:3: REQ-1 is there twice. Give one of them another id; prds/a.md:3 has it already." in said.out
    assert tdd("ingest", "prds/a.md", "prds/a.md").code == 0


@pytest.mark.parametrize(
    ("path", "told"),
    [("prds/no.md", "prds/no.md does not exist."), (".", ". is not a file."), ("/dev/null", "/dev/null is not a file")],
)
def test_what_is_no_file_is_told(tdd: Tdd, repo: SmallRepo, path: str, told: str) -> None:
    said = tdd("ingest", path)
    assert (said.code, said.out) == (1, "")
    assert told in said.err


def test_a_prd_where_no_pull_request_would_look_is_a_warning(tdd: Tdd, repo: SmallRepo) -> None:
    said = tdd("ingest", write(repo, "notes/tea.md", GOOD))
    assert said.code == 0
    assert "notes/tea.md:1: warning: A pull request does not take this file for a PRD." in said.out
    assert "`PRD: notes/tea.md`" in said.out


def test_the_repository_may_be_elsewhere_and_paths_stay_as_they_were_given(
    tdd: Tdd, repo: SmallRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(repo, "prds/tea.md", GOOD)
    write(repo, ".tdd/config.toml", "[budget]\napprove_above = 0.1\n[tdd]\nsuite = 'jest'\n")
    monkeypatch.chdir(repo.path.parent)
    said = tdd("ingest", "repo/prds/tea.md", "--repo", "repo")
    assert said.code == 0
    assert said.out.startswith("repo/prds/tea.md · Tea")
    assert "warning" not in said.out
    assert "The plan waits for `/tdd approve`: `budget.approve_above` is $0.10." in said.out
    assert "Tests: jest (`tdd.suite` says jest)" in said.out


def test_a_prd_may_be_checked_outside_of_any_repository(tdd: Tdd, nowhere: Path) -> None:
    (nowhere / "tea.md").write_text(GOOD)
    assert tdd("ingest", "tea.md").code == 0
    said = tdd("ingest", "tea.md", "--repo", nowhere)
    assert (said.code, "is not in a git repository" in said.err) == (1, True)


def test_text_of_strangers_cannot_drive_the_terminal(tdd: Tdd, repo: SmallRepo) -> None:
    said = tdd("ingest", write(repo, "prds/tea.md", GOOD.replace("Brew", "Brew\x1b[2J\x07")))
    assert "Brew\ufffd[2J\ufffd" in said.out
    assert "\x1b" not in said.out
