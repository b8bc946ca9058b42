"""Every way in which people write a requirement down, and what is read from it."""

import pytest

from tdd_orchestrator.core.prd import Prd, Requirement, parse_prd


def read(text: str) -> Prd:
    return parse_prd("prds/shop.md", text)


def only(text: str) -> Requirement:
    (requirement,) = read(text).requirements
    return requirement


@pytest.mark.parametrize(
    ("text", "ident", "title"),
    [
        ("## REQ-1\nThe user logs in.", "REQ-1", "The user logs in."),
        ("## REQ-1: Log in\nThe user logs in.", "REQ-1", "Log in"),
        ("### FR-2.1 Log in\nThe user logs in.", "FR-2.1", "Log in"),
        ("## 1.2 US-3 - Log in ##\nThe user logs in.", "US-3", "Log in"),
        ("## [REQ-1] Log in\nThe user logs in.", "REQ-1", "Log in"),
        ("## Log in {#login}\nThe user logs in.", "login", "Log in"),
        ("REQ-1: Log in\n-------------\nThe user logs in.", "REQ-1", "Log in"),
        ("- **REQ-1**: The user logs in.", "REQ-1", "The user logs in."),
        ("- **REQ-1: Log in** The user logs in.", "REQ-1", "Log in"),
        ("- REQ-1: The user logs in.", "REQ-1", "The user logs in."),
        ("1. REQ-1: The user logs in.", "REQ-1", "The user logs in."),
        ("- [ ] REQ-1: The user logs in.", "REQ-1", "The user logs in."),
        ("* [REQ-1] The user logs in.", "REQ-1", "The user logs in."),
        ("* `REQ-1` – The user logs in.", "REQ-1", "The user logs in."),
        ("**REQ-1**: The user logs in.", "REQ-1", "The user logs in."),
        ("| REQ-1 | The user logs in. |", "REQ-1", "The user logs in."),
        ("| Id | Text |\n|---|---|\n| **REQ-1** | The user logs in. |", "REQ-1", "The user logs in."),
        ("- REQ-1:\n  The user logs in.", "REQ-1", "The user logs in."),
    ],
)
def test_an_id_of_the_author_is_found_in_every_form(text: str, ident: str, title: str) -> None:
    found = only(text)
    assert (found.id, found.title) == (ident, title)
    assert "The user logs in." in found.text


@pytest.mark.parametrize(
    "text",
    [
        "```\n## REQ-1: no\n```",
        "~~~md\n## REQ-1: no\n```\n## REQ-2: no\n~~~",
        "<!-- ## REQ-1: no -->",
        "<!--\n## REQ-1: no\n\n- REQ-2: no\n-->",
        "    ## REQ-1: no",
        "> ## REQ-1: no",
        "## Out of scope\n- REQ-1: no",
        "## Changelog\n- REQ-1: reworded",
        "- UTF-8: the encoding",
        "## Goals\n- G-1: more users",
        "- REQ-1, REQ-2: see above",
        "See REQ-1: it is there.",
        "- ```\n  REQ-1: no\n  ```",
    ],
)
def test_what_only_looks_like_a_requirement_is_none(text: str) -> None:
    assert read(text).requirements == ()


def test_a_comment_mark_in_code_or_without_an_end_hides_nothing() -> None:
    assert [req.id for req in read("Strip `<!--` marks.\n\n- REQ-1: yes\n\nA --> B").requirements] == ["REQ-1"]
    assert [req.id for req in read("Strip <!-- marks.\n\n- REQ-1: yes").requirements] == ["REQ-1"]


def test_requirements_without_ids_are_found_under_their_section() -> None:
    text = "# Shop\n## Requirements\n### Log in\nBy name.\n- [ ] it works\n### Log out\nAt once.\n## Notes\n### No\nno"
    assert [req.title for req in read(text).requirements] == ["Log in", "Log out"]
    listed = read("## User stories\n- As a user I log in.\n  - [ ] it works\n- **Log out**: At once.\n")
    assert [(req.title, req.acceptance) for req in listed.requirements] == [
        ("As a user I log in.", ("it works",)),
        ("Log out", ()),
    ]


def test_a_derived_id_survives_edits_elsewhere() -> None:
    before = only("## Requirements\n### Log  in!\nBy name.")
    after = read("intro\n\n## Requirements\n### Other\nfirst\n### **Log in**\nBy mail.").requirements[1]
    assert before.id == after.id
    assert before.id.startswith("R-")
    assert len(before.id) == 8


def test_the_number_of_a_section_is_no_part_of_its_name() -> None:
    before = only("## 3. Functional requirements\n### 3.1 Log in\nBy name.")
    after = only("## 4. Functional requirements\n### 4.2. Log in\nBy name.")
    assert (before.title, before.id) == (after.title, after.id) == ("Log in", before.id)


def test_a_heading_that_only_gathers_requirements_is_none_itself() -> None:
    text = "## Requirements\n### Accounts\nAll about accounts.\n- REQ-1: log in\n- REQ-2: log out"
    assert [req.id for req in read(text).requirements] == ["REQ-1", "REQ-2"]


@pytest.mark.parametrize(
    ("below", "acceptance"),
    [
        ("Acceptance criteria:\n- one\n- two", ("one", "two")),
        ("**Acceptance Criteria**\n1. one\n2. two", ("one", "two")),
        ("**Acceptance:**\n\n- one\n  goes on\n- two", ("one goes on", "two")),
        ("Acceptance: it is seen", ("it is seen",)),
        ("### Acceptance\n- AC-1: one\n  - in detail\n- AC-2: two", ("AC-1: one in detail", "AC-2: two")),
        ("### Acceptance\nOne is seen\nin two lines.", ("One is seen in two lines.",)),
        ("### AC\n- one", ("one",)),
        ("- [ ] one\n- [x] two", ("one", "two")),
        ("Given a\nWhen b\nThen c\nGiven d\nThen e", ("Given a When b Then c", "Given d Then e")),
        ("- Given a\n- When b\n- Then c\n- And d", ("Given a When b Then c And d",)),
        ("- Given a, when b, then c", ("Given a, when b, then c",)),
        ("### Acceptance\n```gherkin\nGiven a\nThen b\n```", ("Given a Then b",)),
        ("**Given** a **When** b **Then** c", ("**Given** a **When** b **Then** c",)),
        ("When it rains it pours.", ()),
    ],
)
def test_acceptance_criteria_are_found_in_every_form(below: str, acceptance: tuple[str, ...]) -> None:
    found = only(f"## REQ-1: title\nSome text.\n\n{below}\n")
    assert found.acceptance == acceptance
    assert found.text.startswith("Some text.")


def test_criteria_of_a_list_item_end_with_it() -> None:
    first, second = read("- REQ-1: a\n  Acceptance:\n  - one\n- REQ-2: b\n  - [ ] two").requirements
    assert (first.acceptance, second.acceptance) == (("one",), ("two",))


def test_criteria_of_the_whole_document_go_where_their_id_points() -> None:
    text = "- REQ-1: a\n- REQ-2: b\n\n## Acceptance criteria\n- REQ-2: seen\n- nobody's"
    assert [req.acceptance for req in read(text).requirements] == [(), ("seen",)]


def test_keys_are_read_in_any_case() -> None:
    keys = "**Depends on:** REQ-2 and REQ-3, #other\nKIND: Bugfix\nfiles: `src/a.py`, src/b.py\nTests:\n- t.py"
    found = only(f"## REQ-1: t\ntext\n{keys}")
    assert found.depends_on == ("REQ-2", "REQ-3", "other")
    assert (found.kind, found.files, found.tests) == ("bugfix", ("src/a.py", "src/b.py"), ("t.py",))
    assert found.text == "text"


def test_a_table_gives_its_columns() -> None:
    head = "| ID | Priority | Title | Description | Depends on | Acceptance criteria |\n|--|--|--|--|--|--|\n"
    found = only(head + "| REQ-1 | P0 | Log in | By \\| name | none | one; two |")
    assert (found.title, found.text, found.depends_on) == ("Log in", "By | name\nPriority: P0", ())
    assert found.acceptance == ("one", "two")


def test_a_requirement_knows_its_lines() -> None:
    first, second = read("# T\r\n\r\n## REQ-1: a\r\nx\r\n- [ ] y\r\n\r\n## REQ-2: b\r\nz\r\n").requirements
    assert (first.line, first.end_line) == (3, 5)
    assert (second.line, second.end_line) == (7, 8)


def test_what_stands_outside_is_kept_for_the_planner() -> None:
    prd = read("# Shop\nWe sell.\n## Non-goals\n- no returns\n## REQ-1: a\nb")
    assert prd.title == "Shop"
    assert "We sell." in prd.hints.context
    assert "no returns" in prd.hints.out_of_scope


def test_the_digest_changes_with_words_and_not_with_place_or_spacing() -> None:
    one = only("## REQ-1: a\nsome   text\n- [ ] c")
    moved = only("\n\n### REQ-1: a\nsome text\n\n- [ ]  c")
    assert one.digest == moved.digest
    assert len(one.digest) == 12
    edits = ("## REQ-1: b\nsome text\n- [ ] c", "## REQ-1: a\nother text\n- [ ] c", "## REQ-1: a\nsome text\n- [ ] d")
    assert one.digest not in {only(text).digest for text in edits}
