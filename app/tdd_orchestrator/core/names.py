"""How a PRD names things: the ids of requirements, and the headings and labels that say what follows."""

import re
from enum import Enum, auto

from tdd_orchestrator.core.markdown import plain

_ID = (
    r"(?:[A-Z][A-Z0-9]{0,15}(?:-[A-Z][A-Z0-9]{0,15}){0,3}[-_]\d{1,6}|(?i:req|fr|nfr|us|story)[-_]?\d{1,6})"
    r"(?:\.\d{1,6}){0,5}[a-z]?"
)
_WHOLE = re.compile(_ID)
_EACH = re.compile(rf"(?<![\w-]){_ID}(?![\w-])")
_OPENING = re.compile(
    rf"(?P<open>\*\*|__|`|\[|\()?(?P<id>{_ID})(?![\w,;/&])(?!-\w)(?P<close>\*\*|__|`|\]|\))?"
    r"(?P<mark>\s*[:—–]\s*|\s+-\s+|\.?\s+|\.?$)(?P<late>\*\*|__)?\s*"
)
_NOT_IDS = frozenset(("AC", "AES", "CP", "CVE", "HTTP", "ISO", "MD", "RFC", "SHA", "TLS", "UTF"))
_NUMBER = re.compile(r"^(?:\d{1,3}(?:\.\d{1,3})*[.)]?|[IVX]{1,5}[.)])\s+")


class Part(Enum):
    """What a section of a PRD is for."""

    CONTEXT = auto()
    REQUIREMENTS = auto()
    INSIDE = auto()
    ACCEPTANCE = auto()
    OUT_OF_SCOPE = auto()
    ASIDE = auto()


_SECTIONS: dict[Part, str] = {
    Part.REQUIREMENTS: "requirements, functional requirements, non-functional requirements, "
    "nonfunctional requirements, user requirements, technical requirements, product requirements, "
    "user stories, stories, features, functional, non-functional, must have, should have, could have",
    Part.ACCEPTANCE: "acceptance, acceptance criteria, acceptance criterion, acceptance tests, ac, acs, done when, "
    "definition of done",
    Part.OUT_OF_SCOPE: "out of scope, non-goals, non goals, nongoals, not in scope, will not do, won't do, won't have",
    Part.ASIDE: "glossary, references, changelog, change log, revision history, history, open questions, risks, "
    "milestones, timeline, traceability, stakeholders, table of contents, contents, definitions, terminology, "
    "goals, objectives, metrics, success metrics, assumptions",
    Part.CONTEXT: "background, overview, introduction, summary, context, motivation, problem, problem statement, "
    "notes, appendix, scope, dependencies",
}
_PART_OF = {name.strip(): part for part, names in _SECTIONS.items() for name in names.split(",")}


def section_of(title: str) -> Part | None:
    """What a heading of this wording begins, or None where it is a name of the author's own."""
    return _PART_OF.get(unnumbered(plain(title)).rstrip(":").casefold())


def unnumbered(title: str) -> str:
    """A heading without the number in front of it, which moves when a section is put in."""
    return _NUMBER.sub("", title).strip()


def acceptance_label(text: str) -> str | None:
    """What follows `Acceptance criteria:` on its line ("" for nothing); None where the line is no such label."""
    head, _, rest = plain(text[:2000]).partition(":")
    return rest.strip() if _PART_OF.get(head.strip().casefold()) is Part.ACCEPTANCE else None


def opening_id(text: str, *, bare: bool) -> tuple[str, str] | None:
    """The id a line opens with, and what follows; without `bare` the id must be marked: bold, in brackets, `:`."""
    found = _OPENING.match(_NUMBER.sub("", text[:300]) + text[300:])
    if found is None or not is_id(found["id"]):
        return None
    marked = (
        (found["open"] and found["close"])
        or found["open"] in ("**", "__")
        or found["mark"].strip() in (":", "—", "–", "-")
    )
    if not (bare or marked):
        return None
    rest = found.string[found.end() :]
    if found["open"] in ("**", "__") and not found["close"] and not found["late"]:
        rest = found["open"] + rest  # `**REQ-1: title** text`: the title keeps its emphasis
    return found["id"], rest.strip().removeprefix(": ").strip()


def is_id(text: str) -> bool:
    """Whether the text is an id of a requirement and nothing else; `UTF-8` and `AC-1` are not."""
    return _WHOLE.fullmatch(text) is not None and re.split(r"[-_\d]", text, maxsplit=1)[0].upper() not in _NOT_IDS


def ids_in(text: str) -> tuple[str, ...]:
    """Every id that a text mentions, once, in order."""
    return tuple(dict.fromkeys(found[0] for found in _EACH.finditer(text) if is_id(found[0])))


def title_and_rest(text: str) -> tuple[str, str]:
    """The title of a requirement written in a list, and its text: bold words in front, or else the first sentence."""
    lead = re.match(r"(\*\*|__)(.{1,200}?)\1\s*[:.—–-]?\s*", text)
    if lead and text[lead.end() :].strip():
        return plain(lead[2]).rstrip(":."), text[lead.end() :].strip()
    sentence = re.match(r"(.{10,120}?)[.!?;](?=\s)", text)
    title = plain(sentence[1] if sentence else text)
    return (title if len(title) <= 120 else title[:120].rsplit(" ", 1)[0] + "…"), text
