"""What a conversation costs: every call counted and priced, and no call made that the budget may not cover."""

from dataclasses import dataclass, field, replace

from anthropic.types import Usage as Tokens

from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.prices import MILLION, Price, price_of, prompt_tokens
from tdd_orchestrator.core.result import Usage

LETTERS_PER_TOKEN = 3
"""Fewer than are usual, so that text which was not counted by the API yet is rather over- than underestimated."""


class UnknownPrice(TddError):
    """Nobody knows what this model costs."""


@dataclass
class Spending:
    """The calls of one conversation with one model. `on` is the day (ISO) whose prices hold."""

    model: str
    budget_usd: float
    on: str
    calls: list[Usage] = field(default_factory=list)
    counted_letters: int = 0
    counted_tokens: int = 0

    def __post_init__(self) -> None:
        self.price_of_prompt(0)

    def price_of_prompt(self, tokens: int) -> Price:
        """The price for a prompt of this length. Raises `UnknownPrice`."""
        price = price_of(self.model, self.on, tokens)
        if price is None:
            raise UnknownPrice(
                f"There is no price for the model {self.model!r}, so its budget could not be kept.",
                remedy="Name a Claude model in [models] of .tdd/config.toml.",
            )
        return price

    @property
    def left(self) -> float:
        """US dollars that may still be spent."""
        return self.budget_usd - sum(each.usd for each in self.calls)

    def refusal(self, letters: int, max_tokens: int) -> str | None:
        """Why a request of this many characters may not be sent now, if its answer were the longest; else `None`."""
        known = self.counted_tokens
        new = max(letters - self.counted_letters, 0) / LETTERS_PER_TOKEN
        price = self.price_of_prompt(known + int(new))
        worst = (max_tokens * price.output + known * price.read + new * price.write) / MILLION
        if worst <= self.left:
            return None
        return (
            f"The budget does not cover another call: ${max(self.left, 0):.2f} of ${self.budget_usd:.2f} is left,"
            f" and one call of {self.model} may cost ${worst:.2f}."
        )

    def record(self, tokens: Tokens, letters: int) -> None:
        """Add one call; `letters` is how long its request was."""
        call = Usage(
            self.model,
            calls=1,
            input_tokens=tokens.input_tokens,
            output_tokens=tokens.output_tokens,
            cache_read_tokens=tokens.cache_read_input_tokens or 0,
            cache_write_tokens=tokens.cache_creation_input_tokens or 0,
        )
        usd = self.price_of_prompt(prompt_tokens(call)).usd(call)
        self.calls.append(replace(call, usd=usd))
        self.counted_letters, self.counted_tokens = letters, prompt_tokens(call)

    def anew(self, budget_usd: float) -> "Spending":
        """The same conversation under a budget of its own; what was spent before is somebody else's to count."""
        return replace(self, budget_usd=budget_usd, calls=[])

    @property
    def usage(self) -> tuple[Usage, ...]:
        """All calls as one entry; nothing where there was no call."""
        return (_sum(self.model, self.calls),) if self.calls else ()


def _sum(model: str, calls: list[Usage]) -> Usage:
    return Usage(
        model,
        sum(each.calls for each in calls),
        sum(each.input_tokens for each in calls),
        sum(each.output_tokens for each in calls),
        sum(each.cache_read_tokens for each in calls),
        sum(each.cache_write_tokens for each in calls),
        round(sum(each.usd for each in calls), 6),
    )
