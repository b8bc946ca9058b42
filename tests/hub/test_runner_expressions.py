"""Expressions come to what GitHub's documentation says they come to."""

from __future__ import annotations

import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdd_orchestrator.hub.runner.errors import WorkflowRefused
from tdd_orchestrator.hub.runner.expressions import Scope, condition, evaluate, template
from tdd_orchestrator.hub.runner.frame import status_functions
from tdd_orchestrator.hub.runner.jobstate import Result
from tdd_orchestrator.hub.runner.syntax import parse
from tdd_orchestrator.hub.runner.values import Exact, Value, text

CONTEXTS: dict[str, Value] = {
    "github": {"ref": "refs/heads/main", "event": {"inputs": {"Mode": "plan"}, "commits": [{"id": "a"}, {"id": "b"}]}},
    "inputs": {"flag": True, "count": 3.0, "empty": "", "json": '{"a": [1, 2.5, null]}'},
    "env": Exact({"NAME": "value"}),
    "needs": {"one": {"result": "success", "outputs": {"sha": "abc"}}, "two": {"result": "failure", "outputs": {}}},
    "steps": {"a-b": {"outputs": {"x_y": "1"}}},
}

VALUES: list[tuple[str, Value]] = [
    ("null", None),
    ("true", True),
    ("1.50", 1.5),
    ("0xff", 255.0),
    ("-2.99e-2", -0.0299),
    ("'it''s'", "it's"),
    ("github.ref", "refs/heads/main"),
    ("github['ref']", "refs/heads/main"),
    ("GITHUB.Event.INPUTS.mode", "plan"),
    ("github.event.commits[1].id", "b"),
    ("github.event.commits[7].id", None),
    ("github.nothing.at.all", None),
    ("env.NAME", "value"),
    ("env.name", None),
    ("steps.a-b.outputs.x_y", "1"),
    ("needs.one.outputs.sha", "abc"),
    ("contains(needs.*.result, 'failure')", True),
    ("join(github.event.commits.*.id, '-')", "a-b"),
    ("'a' == 'A'", True),
    ("'1' == 1", True),
    ("'' == 0", True),
    ("null == ''", True),
    ("null == 0", True),
    ("true == 1", True),
    ("'true' == true", False),
    ("'abc' == 0", False),
    ("'abc' != 0", True),
    ("github.event == github.event", True),
    ("fromJSON('[1]') == fromJSON('[1]')", False),
    ("2 < 10", True),
    ("'2' < '10'", False),
    ("'b' > 'A'", True),
    ("'x' < 1", False),
    ("3 <= inputs.count", True),
    ("3 >= '3'", True),
    ("!inputs.empty", True),
    ("!!'0'", True),
    ("inputs.empty || 'fallback'", "fallback"),
    ("inputs.flag && 'yes' || 'no'", "yes"),
    ("0 && 'never'", 0.0),
    ("true || false && false", True),
    ("(true || false) && false", False),
    ("1 == 1 == true", True),
    ("contains('Hello', 'ELL')", True),
    ("startsWith(github.ref, 'REFS/heads/')", True),
    ("endsWith('a.prd.md', '.PRD.MD')", True),
    ("format('{0} {{1}} {1}', 'a', 2)", "a {1} 2"),
    ("fromJSON(inputs.json).a[1]", 2.5),
    ("toJSON(fromJSON('{\"a\":1}'))", '{\n  "a": 1\n}'),
]


@pytest.mark.parametrize(("source", "wanted"), VALUES)
def test_an_expression_comes_to_its_value(source: str, wanted: Value) -> None:
    assert evaluate(parse(source), Scope(CONTEXTS)) == wanted


def test_nan_equals_nothing_and_is_false() -> None:
    assert math.isnan(float(text(evaluate(parse("fromJSON('NaN')"), Scope({})))))
    assert evaluate(parse("fromJSON('NaN') == fromJSON('NaN')"), Scope({})) is False


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("plain", "plain"),
        ("${{ inputs.flag }}", "true"),
        ("n=${{ inputs.count }}, r=${{ github.ref }}", "n=3, r=refs/heads/main"),
        ("${{ 'a}}b' }}", "a}}b"),
        ("${{ null }}", ""),
        ("${{ github }}", "Object"),
        ("${{ 0.1 }} ${{ 1e3 }}", "0.1 1000"),
        ("$HOME ${X} $(y) {{ z }}", "$HOME ${X} $(y) {{ z }}"),
    ],
)
def test_a_template_is_filled_in(source: str, wanted: str) -> None:
    assert template(source).text(Scope(CONTEXTS)) == wanted


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("github.", "something is missing at the end"),
        ("1 +", "`+` cannot be read"),
        ("(true", "something is missing at the end"),
        ("a b", "`b` is not expected"),
        ('"double"', "cannot be read"),
        ("secrets.X", "`secrets` cannot be used here"),
        ("nosuch(1)", "the function `nosuch()` is not known here"),
        ("contains('x')", "`contains()` needs 2 arguments and got 1"),
        ("format('{1}', 'a')", "has no argument"),
        ("fromJSON('{')", "not JSON"),
        ("success()", "the function `success()` is not known here"),
    ],
)
def test_what_cannot_be_read_is_refused(source: str, sentence: str) -> None:
    with pytest.raises(WorkflowRefused) as refused:
        evaluate(parse(source), Scope(CONTEXTS))
    assert sentence in refused.value.reason


def test_an_unclosed_expression_is_refused() -> None:
    with pytest.raises(WorkflowRefused, match="never closed"):
        template("echo ${{ github.ref }")


def test_a_condition_half_in_braces_is_refused_because_it_would_always_hold() -> None:
    with pytest.raises(WorkflowRefused, match="would always be true"):
        condition("${{ github.ref }} == 'x'")


@pytest.mark.parametrize(
    ("source", "success", "failure", "cancelled"),
    [
        ("", True, False, False),
        ("true", True, False, False),
        ("${{ github.ref == 'refs/heads/main' }}", True, False, False),
        ("github.ref == 'other'", False, False, False),
        ("always()", True, True, True),
        ("failure()", False, True, False),
        ("${{ !cancelled() }}", True, True, False),
        ("cancelled() || failure()", False, True, True),
        ("always() && inputs.empty", "", "", ""),
    ],
)
def test_a_condition_asks_for_success_unless_it_names_a_status(
    source: str, success: Value, failure: Value, cancelled: Value
) -> None:
    def holds(status: Result) -> Value:
        return evaluate(condition(source), Scope(CONTEXTS, status_functions(status, cancelled=status == "cancelled")))

    assert [holds("success"), holds("failure"), holds("cancelled")] == [success, failure, cancelled]


PIECES = [
    "github",
    ".event",
    ".*",
    "[0]",
    "['a']",
    "(",
    ")",
    "!",
    "&&",
    "||",
    "==",
    "<",
    ">=",
    "1e999",
    "-1",
    "'x'",
    "''",
]
PIECES += [
    "null",
    "true",
    "contains(",
    "format('{0}',",
    "fromJSON(",
    "toJSON(",
    "join(",
    ",",
    " ",
    "'[1]'",
    "'{}'",
    "nope",
]


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_whatever_is_written_is_evaluated_or_refused(source: str) -> None:
    with suppress(WorkflowRefused):
        text(evaluate(parse(source), Scope(CONTEXTS)))


@given(st.text(alphabet="${ }'ab", max_size=24))
def test_a_template_without_expressions_is_itself(source: str) -> None:
    if "${{" not in source:
        assert template(source).text(Scope({})) == source
