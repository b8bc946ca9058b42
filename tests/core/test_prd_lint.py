"""What is wrong with a PRD is said at its own line, with what to write instead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdd_orchestrator.core.prd import MOST_LINES, MOST_REQUIREMENTS, Fault, Prd, merge_prds, parse_prd

SOUND = "## REQ-1: Log in\nBy name.\n- [ ] the page is shown\n"


def faults(text: str) -> tuple[Fault, ...]:
    return parse_prd("a.md", text).faults


def test_a_sound_prd_has_no_fault() -> None:
    assert faults(SOUND) == ()


@pytest.mark.parametrize(
    ("text", "line", "code", "said", "remedy"),
    [
        ("", 1, "empty", "empty", "## REQ-1"),
        (" \n\t\n", 1, "empty", "empty", "## REQ-1"),
        ("a\nb\x00", 2, "binary", "binary", "text"),
        ("x" * 1_000_001, 1, "size", "1 MB", "Divide"),
        ("\n" * MOST_LINES + "\nx", MOST_LINES, "size", "lines", "Divide"),
        ("# Shop\nWords.", 1, "no-requirement", "no requirement", "## REQ-1"),
        (SOUND + "## REQ-1: again\nx\n- [ ] y", 4, "duplicate-id", "twice", "line 1 has it"),
        (SOUND + "## REQ-2: again\nx\n- [ ] y\n\nDepends on: REQ-8", 8, "unknown-dependency", "`REQ-8`", "REQ-1"),
        (SOUND + "Depends on: REQ-1", 4, "cycle", "REQ-1 → REQ-1", "Take `REQ-1` out"),
        (SOUND + "Kind: bugfx", 4, "unknown-kind", "`bugfx`", "`kind: bugfix`"),
        (SOUND + "Kind: wild", 4, "unknown-kind", "`wild`", "`behaviour`"),
        (SOUND + "## REQ-2: title only", 4, "no-text", "REQ-2 has no text", "what REQ-2 asks for"),
        (SOUND + "## REQ-2", 4, "no-text", "REQ-2 has no text", "what REQ-2 asks for"),
        ("## Requirements\n- it is so\n  - [ ] y\n- It is so!\n  - [ ] y", 4, "duplicate-id", "twice", "line 2"),
    ],
)
def test_a_failure_names_its_line_and_its_remedy(text: str, line: int, code: str, said: str, remedy: str) -> None:
    (fault,) = faults(text)
    assert (fault.line, fault.code, fault.level, fault.path) == (line, code, "failure", "a.md")
    assert said in fault.message
    assert remedy in fault.remedy


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        (SOUND + "It must be fast.", 4, "vague"),
        ("## REQ-1: a\nA user-friendly page.\n- [ ] b", 2, "vague"),
        ("## REQ-1: a\nPages, lists, etc.\n- [ ] b", 2, "vague"),
        ("## REQ-1: a\nIt should probably work.\n- [ ] b", 2, "vague"),
        ("## REQ-1: a\nb", 1, "no-acceptance"),
    ],
)
def test_what_cannot_be_tested_is_a_warning(text: str, line: int, code: str) -> None:
    prd = parse_prd("a.md", text)
    assert [(fault.line, fault.code, fault.level) for fault in prd.faults] == [(line, code, "warning")]
    assert not prd.refused


def test_words_that_only_contain_a_vague_one_are_left_alone() -> None:
    assert faults(SOUND + "```\nfast\n```\nbreakfast and fasting, steadfast-fast") == ()


def test_documents_and_refactorings_need_no_criterion() -> None:
    assert faults("## REQ-1: a\nb\nkind: docs") == ()


def test_a_cycle_is_named_once_from_its_first_requirement() -> None:
    text = "".join(f"- REQ-{n}: t\n  - [ ] c\n  - depends on: REQ-{n % 3 + 1}\n" for n in (1, 2, 3))
    (fault,) = faults(text)
    assert fault.message.startswith("REQ-1 → REQ-2 → REQ-3 → REQ-1")
    assert fault.line == 9


def test_too_many_requirements_are_cut_and_said() -> None:
    prd = parse_prd("a.md", "".join(f"- REQ-{n}: t\n  - [ ] c\n" for n in range(MOST_REQUIREMENTS + 20)))
    assert len(prd.requirements) == MOST_REQUIREMENTS
    assert [(fault.line, fault.code) for fault in prd.faults] == [(2 * MOST_REQUIREMENTS + 1, "size")]


def prd(path: str, *lines: str) -> Prd:
    return parse_prd(path, "".join(f"{line}\n  - [ ] c\n" for line in lines))


def test_files_may_depend_on_one_another() -> None:
    requirements, found = merge_prds((prd("a.md", "- REQ-1: a\n  depends on: REQ-2"), prd("b.md", "- REQ-2: b")))
    assert [req.id for req in requirements] == ["REQ-1", "REQ-2"]
    assert found == ()


def test_an_id_in_two_files_is_a_fault_in_the_later_one() -> None:
    requirements, (fault,) = merge_prds((prd("a.md", "- REQ-1: a"), prd("b.md", "x\n", "- REQ-1: b")))
    assert [req.path for req in requirements] == ["a.md"]
    assert (fault.path, fault.line, fault.code) == ("b.md", 4, "duplicate-id")
    assert "a.md:1" in fault.remedy


def test_a_cycle_across_files_is_found_and_one_within_a_file_told_once() -> None:
    one = prd("a.md", "- REQ-1: a\n  depends on: REQ-2")
    _, (across,) = merge_prds((one, prd("b.md", "- REQ-2: b\n  depends on: REQ-1")))
    assert (across.code, across.path) == ("cycle", "b.md")
    _, (within,) = merge_prds((prd("c.md", "- REQ-1: a\n  depends on: REQ-1"),))
    assert within.code == "cycle"


def test_a_fault_of_one_file_stays_when_files_are_merged() -> None:
    _, (fault,) = merge_prds((prd("a.md", "- REQ-1: a\n  depends on: REQ-7"), prd("b.md", "- REQ-2: b")))
    assert (fault.path, fault.code) == ("a.md", "unknown-dependency")


PIECES = st.sampled_from(
    [
        "## ",
        "REQ-1",
        "R-2.1",
        ": ",
        "- ",
        "  ",
        "\n",
        "\n\n",
        "```",
        "<!--",
        "-->",
        "|",
        "---",
        "**",
        "`",
        "[ ] ",
        "{#a}",
        "Acceptance:",
        "Depends on: REQ-1",
        "Kind: x",
        "Given a",
        "Then b",
        "# ",
        "## Requirements",
        "\t",
        "\r",
        ">",
        "1. ",
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join)))
def test_any_text_at_all_gives_a_prd_whose_lines_exist(text: str) -> None:
    found = parse_prd("any.md", text)
    last = len(text.splitlines()) + 1
    assert all(1 <= fault.line <= last and fault.remedy for fault in found.faults)
    assert all(1 <= req.line <= req.end_line <= last and req.id for req in found.requirements)
    assert found.requirements or found.refused
    merge_prds((found, found))
