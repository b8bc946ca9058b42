"""What is wrong with requirements once they are read: each finding at its line, with what to write instead."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tdd_orchestrator.core.fault import Fault, listed, nearest
from tdd_orchestrator.core.requirements import KINDS, Requirement, Sketch

DUPLICATE, UNKNOWN, CYCLE = "duplicate-id", "unknown-dependency", "cycle"

_VAGUE = {
    "fast": "a time that can be measured, such as `within 200 ms`",
    "quickly": "a time that can be measured, such as `within 200 ms`",
    "user-friendly": "what the user sees or does",
    "user friendly": "what the user sees or does",
    "intuitive": "what the user sees or does",
    "easy to use": "what the user sees or does",
    "etc.": "the whole list",
    "and so on": "the whole list",
    "should probably": "`must`, or leave it out",
    "if possible": "`must`, or leave it out",
    "as appropriate": "when, and what then",
    "robust": "which failure must not stop it",
    "tbd": "the decision",
}
_VAGUE_WORDS = re.compile(r"(?<![\w-])(" + "|".join(map(re.escape, _VAGUE)) + r")(?![\w-])", re.IGNORECASE)


def lint(path: str, sketches: Sequence[Sketch]) -> Iterator[Fault]:
    """The faults of one file's requirements, in no order."""
    known = tuple(sketch.requirement.id for sketch in sketches)
    for sketch in sketches:
        yield from _wanting(sketch)
        yield from _kind(sketch)
        yield from _vague(path, sketch)
        yield from _unknown(sketch, known)
    yield from duplicates(sketch.requirement for sketch in sketches)
    yield from cycles({s.requirement.id: s.requirement for s in sketches}, {s.requirement.id: s for s in sketches})


def _wanting(sketch: Sketch) -> Iterator[Fault]:
    req = sketch.requirement
    if not req.text:
        remedy = f"Write below it what {req.id} asks for, in a sentence or more."
        yield Fault(req.path, req.line, f"{req.id} has no text.", remedy, code="no-text", about=req.id)
    elif not req.acceptance and req.kind not in ("docs", "refactor"):
        remedy = "Add `Acceptance:` and under it a list of what must be seen, such as `- Given …, when …, then …`."
        message = f"{req.id} has no acceptance criterion."
        yield Fault(req.path, req.line, message, remedy, "warning", "no-acceptance", req.id)


def _kind(sketch: Sketch) -> Iterator[Fault]:
    req = sketch.requirement
    if req.kind is not None and req.kind not in KINDS:
        close = nearest(req.kind, KINDS)
        remedy = f"Write `kind: {close}`." if close else f"Write one of {listed(KINDS)}."
        message = f"{req.id} is of the kind `{req.kind[:40]}`, which is none."
        yield Fault(req.path, sketch.line_of("kind"), message, remedy, code="unknown-kind", about=req.id)


def _vague(path: str, sketch: Sketch) -> Iterator[Fault]:
    for line, text in sketch.prose:
        for word in dict.fromkeys(found[1].lower() for found in _VAGUE_WORDS.finditer(text)):
            message = f"`{word}` cannot be tested."
            yield Fault(path, line, message, f"Write {_VAGUE[word]}.", "warning", "vague", sketch.requirement.id)


def _unknown(sketch: Sketch, known: tuple[str, ...]) -> Iterator[Fault]:
    req = sketch.requirement
    for name in req.depends_on:
        if name not in known:
            close = nearest(name, tuple(other for other in known if other != req.id))
            remedy = f"Write `{close}`, or take it out." if close else "Write the id of a requirement, or take it out."
            message = f"{req.id} depends on `{name[:60]}`, which no requirement is called."
            yield Fault(req.path, sketch.line_of("depends_on"), message, remedy, code=UNKNOWN, about=name)


def duplicates(requirements: Iterable[Requirement]) -> Iterator[Fault]:
    """Each id that was taken before, at the later place."""
    first: dict[str, Requirement] = {}
    for req in requirements:
        earlier = first.setdefault(req.id, req)
        if earlier is not req:
            place = f"line {earlier.line}" if earlier.path == req.path else f"{earlier.path}:{earlier.line}"
            remedy = f"Give one of them another id; {place} has it already."
            message = f"{req.id} is there twice."
            if req.id.startswith("R-"):
                message, remedy = f"`{req.title}` is there twice.", f"Give one of them an id; {place} says the same."
            yield Fault(req.path, req.line, message, remedy, code=DUPLICATE, about=req.id)


def cycles(known: Mapping[str, Requirement], sketches: Mapping[str, Sketch]) -> Iterator[Fault]:
    """Each circle of dependencies that a walk in the order of the file meets, named from its first requirement on."""
    order = {name: place for place, name in enumerate(known)}
    finished: set[str] = set()
    for root in known:
        trail: dict[str, Iterator[str]] = {} if root in finished else {root: iter(known[root].depends_on)}
        while trail:
            name, rest = next(reversed(trail.items()))
            following = next((n for n in rest if n in known and n not in finished), None)
            if following is None:
                finished.add(name)
                trail.popitem()
            elif following in trail:
                names = [*trail][[*trail].index(following) :]
                first = names.index(min(names, key=order.__getitem__))
                yield _cycle(known, sketches, [*names[first:], *names[:first]])
            else:
                trail[following] = iter(known[following].depends_on)


def _cycle(known: Mapping[str, Requirement], sketches: Mapping[str, Sketch], names: list[str]) -> Fault:
    last = known[names[-1]]
    line = sketches[last.id].line_of("depends_on") if last.id in sketches else last.line
    message = f"{' → '.join([*names, names[0]])}: these wait for one another."
    remedy = f"Take `{names[0]}` out of what {last.id} depends on."
    return Fault(last.path, line, message, remedy, code=CYCLE, about=last.id)
