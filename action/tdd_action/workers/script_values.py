"""Values of a script file, checked where they stand: what is wrong becomes a complaint with its line, never a crash."""

from typing import NamedTuple

from tdd_orchestrator.core.fault import listed, nearest
from tdd_orchestrator.core.located import Located


class Complaint(NamedTuple):
    """One fault of the file, at a 1-based line."""

    line: int
    sentence: str


def known_keys(found: Located, known: tuple[str, ...], what: str, complaints: list[Complaint]) -> None:
    """Complain of every key that is not one of these."""
    for key, entry in found.entries:
        if key not in known:
            near = nearest(key, known)
            hint = f"did you mean `{near}`?" if near else f"{what} knows {listed(known)}."
            complaints.append(Complaint(entry.line, f"There is no key {key!r} in {what}: {hint}"))


def a_mapping(found: Located, what: str, complaints: list[Complaint]) -> tuple[tuple[str, Located], ...]:
    """The entries of a mapping; nothing stands for an empty one."""
    if not found.is_mapping and found.value is not None:
        complaints.append(Complaint(found.line, f"{what} must be a mapping, and is {found.noun}."))
    return found.entries


def a_list(found: Located, what: str, complaints: list[Complaint]) -> tuple[Located, ...]:
    """The items of a list; nothing stands for an empty one."""
    if not found.is_list and found.value is not None:
        complaints.append(Complaint(found.line, f"{what} must be a list, and is {found.noun}."))
    return found.items


def a_text(found: Located | None, what: str, complaints: list[Complaint]) -> str:
    """A text; a number or a word such as `yes` is taken as it was written."""
    if found is None or found.value is None:
        return ""
    if isinstance(found.value, str):
        return found.value
    if found.text is None:
        complaints.append(Complaint(found.line, f"{what} must be text, and is {found.noun}."))
    return found.text or ""


def a_number(found: Located | None, what: str, most: float, complaints: list[Complaint]) -> float:
    """A number from 0 to `most`."""
    value = found.value if found else 0.0
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most:
        return float(value)
    complaints.append(Complaint(found.line if found else 1, f"{what} must be a number from 0 to {most:g}."))
    return 0.0


def a_whole_number(found: Located | None, what: str, complaints: list[Complaint]) -> int:
    """A whole number, 0 or more."""
    value = found.value if found else 0
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    complaints.append(Complaint(found.line if found else 1, f"{what} must be a whole number, 0 or more."))
    return 0


def texts(found: Located | None, what: str, complaints: list[Complaint]) -> tuple[str, ...]:
    """A list of texts; a single text stands for a list of one."""
    if found is None or found.value is None:
        return ()
    if found.text is not None:
        return (a_text(found, what, complaints),)
    return tuple(a_text(item, what, complaints) for item in a_list(found, what, complaints))


def text_entries(found: Located | None, what: str, complaints: list[Complaint]) -> tuple[tuple[str, str, int], ...]:
    """The entries of a mapping from names to texts: (name, text, line)."""
    if found is None:
        return ()
    entries = a_mapping(found, what, complaints)
    return tuple((name, a_text(entry, name, complaints), entry.line) for name, entry in entries)
