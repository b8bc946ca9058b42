"""What models cost on which day, and what is assumed of those that nobody priced."""

import itertools

import pytest

from tdd_orchestrator.core.prices import TABLE, canonical, price_of, prompt_tokens, usd
from tdd_orchestrator.core.result import Usage

MTOK = 1_000_000
DAY = "2026-11-20"


@pytest.mark.parametrize(
    ("model", "usage", "on", "expected"),
    [
        ("claude-opus-5-5", Usage(input_tokens=MTOK), DAY, 4.0),
        ("claude-opus-5-5", Usage(output_tokens=MTOK), DAY, 20.0),
        ("claude-opus-5-5", Usage(cache_write_tokens=MTOK), DAY, 5.0),
        ("claude-opus-5-5", Usage(cache_read_tokens=MTOK), DAY, 0.20),
        ("claude-opus-4-5", Usage(output_tokens=MTOK), DAY, 25.0),
        ("claude-sonnet-5-5", Usage(cache_read_tokens=MTOK), "2026-10-06", 0.20),
        ("claude-sonnet-5-5", Usage(cache_read_tokens=MTOK), "2026-10-07", 0.10),
        ("claude-haiku-5-5", Usage(input_tokens=100_000), DAY, 0.01),
        ("claude-haiku-5-5", Usage(input_tokens=100_001), DAY, 0.0500005),
        ("claude-haiku-5-5", Usage(input_tokens=1, cache_read_tokens=100_000), DAY, 0.0050005),
        ("claude-fable-5-1", Usage(input_tokens=MTOK, output_tokens=MTOK), DAY, 60.0),
        ("script", Usage(input_tokens=MTOK, output_tokens=MTOK), DAY, 0.0),
        ("human", Usage(input_tokens=MTOK), DAY, 0.0),
    ],
)
def test_tokens_cost_what_the_table_says_of_their_day(model: str, usage: Usage, on: str, expected: float) -> None:
    assert usd(model, usage, on) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("model", "output"),
    [("claude-opus-9", 25), ("claude-sonnet-5", 15), ("claude-haiku-7", 5), ("claude-fable-5-2", 50)],
)
def test_an_unknown_model_costs_what_the_dearest_of_its_family_costs_and_says_so(model: str, output: float) -> None:
    price = price_of(model, DAY)
    assert price is not None
    assert (price.model, price.output, price.assumed) == (model, output, True)


@pytest.mark.parametrize("model", ["gpt-x", "claude-mythos-5-2", "claude", ""])
def test_a_model_of_no_known_family_has_no_price(model: str) -> None:
    assert price_of(model, DAY) is None
    assert usd(model, Usage(output_tokens=1), DAY) is None


@pytest.mark.parametrize(
    "given",
    [
        "claude-opus-4-5",
        "claude-opus-4-5-20251101",
        "claude/opus-4-5",
        "anthropic/claude-opus-4.5",
        "us.anthropic.claude-opus-4-5-20251101-v1:0",
        "Claude-Opus-4-5-latest",
        "claude-opus-4-5@20251101",
    ],
)
def test_a_model_is_known_under_every_spelling_of_its_name(given: str) -> None:
    assert canonical(given) == "claude-opus-4-5"
    price = price_of(given, DAY)
    assert price is not None
    assert not price.assumed


def test_every_model_has_a_row_from_its_first_day_and_no_two_rows_say_the_same() -> None:
    for name in {row.model for row in TABLE}:
        assert any(row.model == name and not row.since and not row.above for row in TABLE)
    keys = [(row.model, row.since, row.above) for row in TABLE]
    assert len(keys) == len(set(keys))


def test_every_row_is_whole_and_names_its_source() -> None:
    for row in TABLE:
        assert row.source
        assert 0 < row.read < row.input < row.write < row.write_1h < row.output
        assert row.write == pytest.approx(row.input * 1.25)
        assert row.write_1h == pytest.approx(row.input * 2)


def test_a_prompt_is_all_that_was_read_from_the_cache_or_not() -> None:
    amounts = itertools.permutations((1, 20, 300))
    assert {prompt_tokens(Usage("", 1, a, 7, b, c)) for a, b, c in amounts} == {321}
