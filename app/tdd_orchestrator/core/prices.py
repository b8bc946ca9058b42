"""What models cost: prices as dated rows, and the money of one call. A row is added when a price changes, none edited.

A budget is only kept if a price is never guessed too low, so a model that is not in the table costs what the dearest
of its family costs, and says so.
"""

import re
from dataclasses import dataclass, replace

from tdd_orchestrator.core.result import Usage

FREE_WORKERS = frozenset({"script", "human", "command"})
"""Profiles that call no paid model."""
FAMILIES = ("fable", "mythos", "opus", "sonnet", "haiku")
MILLION = 1_000_000

NOVEMBER_2026 = "platform.claude.com, pricing, seen November 2026"
YEAR_2025 = "not verified: list price of 2025, from memory"
COMPUTED = f"{NOVEMBER_2026}; cache writes computed (1.25 and 2 times the input)"


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens of one model. `write` is a cache entry of five minutes, `write_1h` of an hour.

    The row holds from the day `since` (ISO; empty: from the model's first day), for prompts of more than `above`
    tokens. `assumed` marks a price that was taken from another model of the family.
    """

    model: str
    input: float
    output: float
    write: float
    write_1h: float
    read: float
    since: str = ""
    above: int = 0
    source: str = NOVEMBER_2026
    assumed: bool = False

    def usd(self, usage: Usage) -> float:
        """The money of these tokens, cache writes at the five-minute price."""
        return (
            usage.input_tokens * self.input
            + usage.output_tokens * self.output
            + usage.cache_write_tokens * self.write
            + usage.cache_read_tokens * self.read
        ) / MILLION


def _same(models: tuple[str, ...], row: Price) -> tuple[Price, ...]:
    return tuple(replace(row, model=model) for model in models)


TABLE: tuple[Price, ...] = (
    Price("claude-fable-5-1", 10, 50, 12.50, 20, 0.25),
    Price("claude-opus-5-5", 4, 20, 5, 8, 0.20, source=COMPUTED),
    *_same(
        ("claude-opus-5", "claude-opus-4-8", "claude-opus-4-7", "claude-opus-4-6", "claude-opus-4-5"),
        Price("", 5, 25, 6.25, 10, 0.50),
    ),
    Price("claude-sonnet-5-5", 2, 10, 2.50, 4, 0.20),
    Price("claude-sonnet-5-5", 2, 10, 2.50, 4, 0.10, since="2026-10-07"),
    Price("claude-sonnet-4-5", 3, 15, 3.75, 6, 0.30, source=YEAR_2025),
    Price("claude-haiku-5-5", 0.10, 0.50, 0.125, 0.20, 0.01),
    Price("claude-haiku-5-5", 0.50, 2.50, 0.625, 1, 0.05, above=100_000, source=COMPUTED),
    Price("claude-haiku-4-5", 1, 5, 1.25, 2, 0.10, source=YEAR_2025),
)


def usd(model: str, usage: Usage, on: str) -> float | None:
    """What one call cost on a day (ISO). `None`: nobody knows, because no model of this family is in the table.

    The prompt's length, which decides the tier, is that of one call: calls are priced one at a time, then added up.
    """
    if model in FREE_WORKERS:
        return 0.0
    price = price_of(model, on, prompt_tokens(usage))
    return None if price is None else price.usd(usage)


def prompt_tokens(usage: Usage) -> int:
    """Everything that the model read in a call, from the cache or not."""
    return usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens


def price_of(model: str, on: str, prompt: int = 0) -> Price | None:
    """The row that holds for a model on a day for a prompt of this many tokens.

    Names may carry a snapshot's date or a provider's prefix. An unknown model of a known family gets the dearest row
    of it, marked `assumed`; of an unknown family, `None`.
    """
    name = canonical(model)
    known = {row.model for row in TABLE}
    if name in known:
        return _row(name, on, prompt)
    family = next((each for each in FAMILIES if each in name), "")
    rows = [row for other in sorted(known) if family and family in other and (row := _row(other, on, prompt))]
    if not rows:
        return None
    return replace(max(rows, key=lambda row: (row.output, row.input, row.read)), model=name, assumed=True)


def canonical(model: str) -> str:
    """A model's name as in the table: `anthropic.claude-opus-4-5-20251101-v1:0` becomes `claude-opus-4-5`."""
    name = model.casefold().replace("/", "-").replace(".", "-")
    _, found, rest = name.rpartition("claude-")
    return re.sub(r"[-@](20\d{6}|latest)(-v\d.*)?$", "", found + rest)


def _row(name: str, on: str, prompt: int) -> Price | None:
    """The newest row that had begun by that day, of the highest tier that the prompt reaches."""
    rows = [row for row in TABLE if row.model == name and row.above < max(prompt, 1) and row.since <= on]
    return max(rows, key=lambda row: (row.above, row.since), default=None)
