"""Whose text a run used, in one line: people first, each with what of theirs it was."""

from tdd_orchestrator.core.inert import inert, line
from tdd_orchestrator.core.run import Run
from tdd_orchestrator.core.sources import Source

MOST, NAME_LIMIT, WHAT = 20, 60, 4


def sources_text(run: Run) -> str:
    """`Text used: alice (prds/shop.md), ...`; nobody is pinged. "" where nothing was used yet."""
    grouped: dict[tuple[str, bool], list[str]] = {}
    for source in run.sources:
        grouped.setdefault((source.author, source.is_login), []).append(source.what)
    told = [_of(Source(author, ", ".join(what[:WHAT]), is_login)) for (author, is_login), what in grouped.items()]
    if not told:
        return ""
    more = f", and {len(told) - MOST} more" if len(told) > MOST else ""
    return f"Text used: {', '.join(told[:MOST])}{more}."


def _of(source: Source) -> str:
    author = inert(line(source.author or "nobody", NAME_LIMIT))
    return f"{author}{'' if source.is_login else ' (no account)'} ({inert(line(source.what, 3 * NAME_LIMIT))})"
