"""YAML and JSON as trees that know their lines, and the texts that are refused."""

import itertools
import json
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tdd_orchestrator.core.fault import Fault
from tdd_orchestrator.core.located import Located
from tdd_orchestrator.documents import read_yaml_mapping


def tree(path: str, text: str) -> Located:
    found = read_yaml_mapping(path, text)
    assert isinstance(found, Located), found
    return found


def refused(path: str, text: str) -> Fault:
    found = read_yaml_mapping(path, text)
    assert isinstance(found, Fault), found
    return found


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.yml", "name: x\nsteps:\n  - say: 1.10\n    loud: true\n  - none: ~\n"),
        ("a.json", '{"name": "x",\n"steps": [\n{"say": 1.10,\n"loud": true},\n{"none": null}]}'),
    ],
)
def test_values_know_their_lines_and_what_was_written(path: str, text: str) -> None:
    root = tree(path, text)
    assert root.value == {"name": "x", "steps": [{"say": 1.1, "loud": True}, {"none": None}]}
    steps = root.get("steps")
    assert steps is not None
    assert (root.line, steps.line, steps.noun) == (1, 2, "a list")
    first, second = steps.items
    assert [(key, entry.line, entry.noun) for key, entry in first] == [("say", 3, "a number"), ("loud", 4, "yes/no")]
    assert [(key, entry.text, entry.noun) for key, entry in second] == [("none", None, "nothing")]
    assert dict(first)["say"].text == "1.10"
    assert root.get("nothing") is None


def test_yaml_words_keep_their_spelling() -> None:
    root = tree("a.yml", "a: yes\nb: 010\nc: 1:30\nd: 2024-99-01\ne: 0x1F\nf: '7'\ng: 1e3\nh: 1_000\n? i\n: {}\n")
    assert root.value == {
        "a": True, "b": "010", "c": "1:30", "d": "2024-99-01", "e": 31, "f": "7", "g": "1e3", "h": 1000, "i": {},
    }  # fmt: skip
    assert [entry.text for _, entry in root][:3] == ["yes", "010", "1:30"]


def test_an_alias_is_the_value_of_its_anchor_at_its_own_line() -> None:
    root = tree("a.yml", "a: &x [1]\nb: *x\n")
    assert root.value == {"a": [1], "b": [1]}
    assert [entry.line for _, entry in root] == [1, 2]


@pytest.mark.parametrize(
    ("path", "text", "line", "said"),
    [
        ("a.yml", "", 1, "says nothing"),
        ("a.yml", "- a", 1, "is a list, not a mapping"),
        ("a.yml", "words", 1, "is text"),
        ("a.yml", "a: 1\nb: [\n", 2, "not YAML"),
        ("a.yml", "a: 1\nb: 2\na: 3", 3, "twice"),
        ("a.yml", "a: 1\n---\nb: 2", 2, "second document"),
        ("a.yml", "a: 1\nb: !!python/object:os.system x", 2, "tag"),
        ("a.yml", "a: !mine [1]", 1, "tag"),
        ("a.yml", "a: !!binary aGk=", 1, "tag"),
        ("a.yml", "a: &x [*x]", 1, "`*x`"),
        ("a.yml", "a: *x", 1, "`*x`"),
        ("a.yml", "[1]: 2", 1, "key is a list"),
        ("a.yml", "a:\n  b: \x07", 2, "control character"),
        ("a.yml", "a: \ud800", 1, "half a character"),
        ("a.yml", "a: " + "[" * 500_000, 1, "nested"),
        ("a.yml", "- " * 300_000, 1, "nested"),
        ("a.json", "", 1, "says nothing"),
        ("a.json", "[1]", 1, "is a list"),
        ("a.json", '{"a": 1,\n"b": }', 2, "not JSON"),
        ("a.json", '{"a": 1,\n"a": 2}', 2, "twice"),
        ("a.json", '{"a": ' + "9" * 5000 + "}", 1, "too long"),
        ("a.json", '{"a": ' * 100 + "1" + "}" * 100, 1, "nested"),
        ("a.json", "[" * 100_000, 1, "nested"),
    ],
)
def test_a_text_that_is_no_mapping_is_a_fault_at_its_line(path: str, text: str, line: int, said: str) -> None:
    fault = refused(path, text)
    assert fault.line == line
    assert said in fault.message
    assert fault.remedy


def test_aliases_that_stand_for_millions_are_refused_at_once() -> None:
    names = "abcdefghijkl"
    text = "a: &a [x, x]\n"
    text += "".join(f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in itertools.pairwise(names))
    began = time.process_time()
    assert "50000 values" in refused("a.yml", text).message
    assert time.process_time() - began < 1


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(max_size=5), PLAIN, max_size=4), st.sampled_from([None, 1, "\t"]))
def test_json_means_what_the_standard_library_reads(value: dict[str, object], indent: int | str | None) -> None:
    assert tree("a.json", json.dumps(value, indent=indent)).value == value


@example("---", "a.yml")
@given(st.text(alphabet="ab:-[]{}&*!'\"#|>%@?\n\t ,0", max_size=60), st.sampled_from(["a.yml", "a.json"]))
def test_any_text_is_a_tree_or_a_fault_on_one_of_its_lines(text: str, path: str) -> None:
    found = read_yaml_mapping(path, text)
    assert 1 <= found.line <= text.count("\n") + 1
