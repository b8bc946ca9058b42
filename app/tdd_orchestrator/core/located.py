"""A tree of values that remember the line they stood on, so that an error about a value can name its line."""

from collections.abc import Iterator
from dataclasses import dataclass, field

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Located:
    """A value read from a YAML or JSON file.

    `value` is the plain Python value (dict, list, str, int, float, bool or None; dates stay text). `line` is 1-based:
    the key's line for an entry of a mapping, the item's for an item of a list. `source` is a scalar as it was written,
    so that `1.10` stays `1.10`. `entries` holds a mapping's values in file order, `items` a list's.
    """

    value: object
    line: int
    source: str = ""
    entries: tuple[tuple[str, "Located"], ...] = field(default=(), repr=False)
    items: tuple["Located", ...] = field(default=(), repr=False)

    def __iter__(self) -> Iterator[tuple[str, "Located"]]:
        """The entries of a mapping; nothing for any other value."""
        return iter(self.entries)

    def get(self, name: str) -> "Located | None":
        """The entry of that name, or None."""
        return next((entry for key, entry in self.entries if key == name), None)

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.value, list)

    @property
    def text(self) -> str | None:
        """A scalar as its author wrote it; None for nothing, a mapping or a list."""
        return None if self.value is None or self.is_mapping or self.is_list else self.source

    @property
    def noun(self) -> str:
        """What the value is, for a sentence: "a mapping", "a list", "text", "a number", "yes/no", "nothing"."""
        match self.value:
            case dict():
                return "a mapping"
            case list():
                return "a list"
            case bool():
                return "yes/no"
            case int() | float():
                return "a number"
            case None:
                return "nothing"
            case _:
                return "text"
