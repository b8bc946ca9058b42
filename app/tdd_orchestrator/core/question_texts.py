"""A question to people as they read it: what is asked, what was tried, what there is to choose from, how to answer."""

from tdd_orchestrator.core.asking import GOES_ON, SURE
from tdd_orchestrator.core.inert import inert, line
from tdd_orchestrator.core.people import Escalation

LONGEST = 1_500


def question_text(one: Escalation) -> str:
    """The whole question, and its answer where there is one."""
    asked = one.question
    lines = [f"**{one.id}** · {one.task} asks in {one.stage.upper()}: {_shown(asked.text)}"]
    if asked.tried:
        lines.append(f"- Tried: {_shown(asked.tried)}")
    lines += [f"- Option: {_shown(each)}" for each in asked.options]
    if asked.alone:
        sure = f"{asked.confidence:.0%} sure of it; it asks below {SURE:.0%}"
        lines.append(f"- By itself it would: {_shown(asked.alone)} ({sure})")
    lines.append(f"- Goes on when: {_shown(asked.goes_on or GOES_ON)}")
    return "\n".join([*lines, "", how_it_ends(one)])


def how_it_ends(one: Escalation) -> str:
    """How to answer, or what was answered."""
    if not one.open:
        return f"Answered by {inert(one.by)}: {_shown(one.answer)}"
    alone = f"; `/tdd retry {one.task}` lets it do what it would do by itself" if one.question.alone else ""
    return f"`/tdd answer {one.id} your words` goes on{alone}."


def _shown(text: str) -> str:
    return inert(line(text, LONGEST))
