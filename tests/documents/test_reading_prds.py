"""PRD files from their bytes: forms, front matter, and what is refused."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdd_orchestrator.core.prd import Prd
from tdd_orchestrator.documents import read_prd

YAML = """\
# a comment
title: Shop
owner: the shop team
requirements:
  - id: REQ-1
    title: Log in
    text: |
      By name.
      Or by mail.
    acceptance:
      - the page is shown
    depends_on: [REQ-2]
    kind: bugfix
    files: [src/a.py]
    tests: tests/test_a.py
  - id: REQ-2
    text: Log out at once.
    acceptance: the page is gone
"""
JSON = """\
{
  "title": "Shop",
  "requirements": [
    {"id": "REQ-1", "text": "Log in \\ud83d\\ude00", "acceptance": ["seen"]},
\t{
      "id": 7, "text": "Log out", "acceptance": ["gone"]
    }
  ]
}
"""


def test_yaml_is_read_with_its_lines() -> None:
    prd = read_prd("prds/shop.yaml", YAML.encode())
    first, second = prd.requirements
    assert (prd.title, prd.faults) == ("Shop", ())
    assert (first.line, first.end_line, second.line, second.end_line) == (5, 15, 16, 18)
    assert first.text == "By name.\nOr by mail."
    assert (first.depends_on, first.kind) == (("REQ-2",), "bugfix")
    assert (first.files, first.tests) == (("src/a.py",), ("tests/test_a.py",))
    assert (second.title, second.acceptance) == ("Log out at once.", ("the page is gone",))


def test_json_is_read_with_its_lines() -> None:
    prd = read_prd("prds/shop.json", JSON.encode())
    first, second = prd.requirements
    assert (prd.title, prd.faults) == ("Shop", ())
    assert (first.text, first.line) == ("Log in 😀", 4)
    assert (second.id, second.line) == ("7", 5)


def test_front_matter_gives_the_title_and_moves_no_line() -> None:
    prd = read_prd("a.md", b"---\ntitle: Shop\ndate: 2024-01-01\n---\n# Other\n\n## REQ-1: a\nb\n- [ ] c\n")
    assert (prd.title, prd.requirements[0].line, prd.faults) == ("Shop", 7, ())


def test_front_matter_may_hold_requirements() -> None:
    raw = (
        b"---\r\nrequirements:\r\n- id: REQ-1\r\n  text: a\r\n  acceptance: b\r\n---\r\n## REQ-2: c\r\nd\r\n- [ ] e\r\n"
    )
    assert [(req.id, req.line) for req in read_prd("a.md", raw).requirements] == [("REQ-1", 3), ("REQ-2", 7)]


def test_a_rule_across_the_page_is_no_front_matter() -> None:
    prd = read_prd("a.md", b"---\n\n## REQ-1: a\nb\n- [ ] c\n")
    assert (prd.requirements[0].line, prd.faults) == (3, ())


def test_a_byte_order_mark_is_no_text() -> None:
    assert read_prd("a.md", b"\xef\xbb\xbf# REQ-1: a\nb\n- [ ] c").faults == ()


def test_a_derived_title_names_a_bare_text() -> None:
    prd = read_prd("a.yml", b"requirements:\n- People can log in. By name.\n")
    assert (prd.requirements[0].title, prd.requirements[0].id[:2]) == ("People can log in", "R-")


@pytest.mark.parametrize(
    ("path", "raw", "line", "code", "remedy"),
    [
        ("a.md", b"", 1, "empty", "## REQ-1"),
        ("a.json", b"  \n", 1, "empty", "## REQ-1"),
        ("a.md", b"a\nb\x00c", 2, "binary", "UTF-8"),
        ("a.md", "# REQ-1: ü".encode("utf-16"), 1, "binary", "UTF-8"),
        ("a.md", b"a\nb\xfcc", 2, "encoding", "UTF-8"),
        ("a.md", b"---\ntitle: a: b\n---\n# x", 2, "yaml", "quotes"),
        ("a.md", b"---\ntitle: [a\n---\n# x", 3, "yaml", "quotes"),
        ("a.md", b"---\ntitle: x\n# REQ-1: a\nb\n- [ ] c", 1, "yaml", "`---`"),
        ("a.md", b"---\n- a\n---\n# x", 2, "shape", "`title:`"),
        ("a.yaml", b"- a\n- b\n", 1, "shape", "`title:`"),
        ("a.yaml", b"title: x\n", 1, "no-requirement", "REQ-1"),
        ("a.yaml", b"title: x\nrequirements: none\n", 2, "shape", "`- id: REQ-1`"),
        ("a.yaml", b"requirements:\n- [a]\n", 2, "shape", "`- id: REQ-1`"),
        ("a.yaml", b"title: [x]\n", 1, "shape", "`title: words`"),
        ("a.yaml", b"title: x\n\ttext: y\n", 2, "yaml", ""),
        ("a.yaml", b"title: x\ntitle: y\n", 2, "yaml", "line 1"),
        ("a.json", b'{"title": "x",\n "requirements": [}\n', 2, "json", "commas"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_what_to_do(
    path: str, raw: bytes, line: int, code: str, remedy: str
) -> None:
    (fault,) = read_prd(path, raw).faults
    assert (fault.line, fault.code, fault.level) == (line, code, "failure")
    assert remedy in fault.remedy


def lines_and_codes(prd: Prd) -> list[tuple[int, str, str]]:
    return [(fault.line, fault.code, fault.level) for fault in prd.faults]


def test_unknown_keys_are_failures_in_a_form_and_warnings_in_front_matter() -> None:
    form = read_prd("a.yaml", YAML.replace("kind:", "knd:").replace("owner:", "onwer:").encode())
    assert lines_and_codes(form) == [(3, "unknown-key", "failure"), (13, "unknown-key", "failure")]
    assert form.faults[1].remedy == "Write `kind`."
    front = read_prd("a.md", b"---\nsidebar: 3\n---\n## REQ-1: a\nb\n- [ ] c")
    assert lines_and_codes(front) == [(2, "unknown-key", "warning")]


def test_keys_of_a_form_are_linted_at_their_own_line() -> None:
    found = read_prd("a.yaml", YAML.replace("[REQ-2]", "[REQ-9]").replace("bugfix", "wild").encode())
    assert lines_and_codes(found) == [(12, "unknown-dependency", "failure"), (13, "unknown-kind", "failure")]


def test_a_file_of_five_megabytes_is_refused_at_once() -> None:
    began = time.process_time()
    (fault,) = read_prd("a.md", b"- REQ-1: x\n" * 500_000).faults
    assert (fault.code, fault.line) == ("size", 1)
    assert "5.5 MB" in fault.message
    assert time.process_time() - began < 0.1


@given(st.sampled_from(["a.md", "a.yaml", "a.json"]), st.one_of(st.binary(), st.text().map(str.encode)))
def test_any_bytes_at_all_give_a_prd(path: str, raw: bytes) -> None:
    prd = read_prd(path, raw)
    assert prd.requirements or prd.refused


FRONT = st.text(alphabet="ab:-[]{}&*!'\"#\n ", max_size=40)


@given(FRONT)
def test_any_front_matter_gives_a_prd(front: str) -> None:
    read_prd("a.md", f"---\n{front}\n---\n# REQ-1: a\nb".encode())
