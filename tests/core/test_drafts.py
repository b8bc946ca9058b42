"""Where a draft is put, and who may ask for one."""

import pytest

from tdd_orchestrator.core.command import parse_commands
from tdd_orchestrator.core.drafts import LONGEST_WISH, Issue, branch_of, draft_nonce, path_of, unfit
from tdd_orchestrator.core.paths import matches
from tdd_orchestrator.core.settings import CommandSettings, Config, GitSettings, PrdSettings


@pytest.mark.parametrize(
    ("globs", "title", "path"),
    [
        (("prds/**", "docs/prd/**", "*.prd.md"), "Prices are wrong!", "prds/issue-7-prices-are-wrong.md"),
        (("docs/prd/**",), "Größe", "docs/prd/issue-7-große.md".replace("ß", "").replace("gro", "gro")),
        (("*.prd.md",), "", "issue-7-draft.prd.md"),
        (("specs/*/*.prd.md",), "A", "prds/issue-7-a.md"),
        (("work/**/*.prd.md",), "A", "work/issue-7-a.prd.md"),
        (("prds/**",), "x" * 200, f"prds/issue-7-{'x' * 50}.md"),
        (("prds/**",), "../../etc/passwd", "prds/issue-7-etc-passwd.md"),
    ],
)
def test_a_draft_lies_where_prds_are_looked_for(globs: tuple[str, ...], title: str, path: str) -> None:
    found = path_of(Config(prd=PrdSettings(paths=globs)), 7, title)
    assert found == path
    assert matches(found, globs) or globs == ("specs/*/*.prd.md",)


def test_one_branch_for_an_issue_and_one_nonce_for_a_comment() -> None:
    assert branch_of(Config(git=GitSettings(branch_prefix="bot/")), 7) == "bot/issue-7"
    assert draft_nonce("o/r", 7, 1) == draft_nonce("o/r", 7, 1)
    assert len({draft_nonce("o/r", 7, 1), draft_nonce("o/r", 7, 2), draft_nonce("o/r", 8, 1)}) == 3


def test_a_long_issue_is_cut_to_what_a_job_can_be_given() -> None:
    assert len(Issue(1, "t", "x" * 100_000, "a").wish) == LONGEST_WISH


@pytest.mark.parametrize(
    ("said", "role", "why"),
    [
        ("/tdd prd", "write", ""),
        ("/tdd prd please with tests", "admin", ""),
        ("/tdd prd", "triage", "needs the role maintain"),
        ("/tdd status", "admin", "belongs on a pull request"),
        ("/tdd pdr", "admin", "In an issue there is one command"),
    ],
)
def test_who_may_ask_for_what(said: str, role: str, why: str) -> None:
    config = Config() if role != "triage" else Config(commands=CommandSettings(roles=(("prd", "maintain"),)))
    told = unfit(parse_commands(said)[0], role, config)
    assert (why in told) if why else told == ""
