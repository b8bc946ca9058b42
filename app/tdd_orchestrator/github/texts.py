"""Texts within GitHub's limits: what is too long is cut at a line and says so."""

CHECK_LIMIT = 65_535
COMMENT_LIMIT = 65_000
CLOSING = "\n\n… cut here: GitHub shows no more than this."
FENCE = "\n```"


def cut(text: str, limit: int) -> str:
    """The text, or as many of its lines as fit with a closing line.

    `limit` counts UTF-16 units, the strictest way to count.
    """
    if units(text) <= limit:
        return text
    kept = _prefix(text, limit - units(CLOSING) - units(FENCE))
    whole_lines = kept.rpartition("\n")[0]
    if 2 * len(whole_lines) > len(kept):
        kept = whole_lines
    open_block = sum(line.startswith("```") for line in kept.splitlines()) % 2
    return kept + (FENCE if open_block else "") + CLOSING


def units(text: str) -> int:
    """The length in UTF-16 units: an emoji counts two."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def _prefix(text: str, limit: int) -> str:
    """The longest beginning of at most `limit` units, or a unit less."""
    kept = text[: max(limit, 0)]
    while (over := units(kept) - limit) > 0:
        kept = kept[: -max(1, over // 2)]
    return kept
