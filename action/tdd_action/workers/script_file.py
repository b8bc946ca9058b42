"""The script format: a file that says, for each task and attempt, what the script worker does in each stage.

Other tools write this format, so it is a promise: docs and tests hold every key of it. What is not part of it is
refused with its line, because a misspelt key would otherwise silently do nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from tdd_action.confine import refusal
from tdd_action.workers.drafting import Drafted
from tdd_action.workers.script_plan import read_plan
from tdd_action.workers.script_values import (
    Complaint,
    a_list,
    a_mapping,
    a_number,
    a_text,
    a_whole_number,
    known_keys,
    text_entries,
    texts,
)
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.fault import Fault
from tdd_orchestrator.core.located import Located
from tdd_orchestrator.core.plan import Plan
from tdd_orchestrator.core.result import Question, Stage, Usage
from tdd_orchestrator.documents import read_yaml_mapping

STAGES = (Stage.RED, Stage.GREEN, Stage.REFACTOR)
ACTS = ("write", "delete", "patch", "run", "sleep", "say", "tokens", "question")
ASKED = ("text", "tried", "options", "alone", "confidence", "goes_on")
TOP = ("version", "plan", "prd", "tasks")
LONGEST_SLEEP_S = 3600.0


class ScriptFault(TddError):
    """The script cannot be played as it is written."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a stage pretends to have cost."""

    input: int = 0
    output: int = 0
    usd: float = 0.0


@dataclass(frozen=True, slots=True)
class StageScript:
    """What to do in one stage, in the order of the fields; nothing at all is a script too. `sleep` is in seconds."""

    write: tuple[tuple[str, str], ...] = ()
    delete: tuple[str, ...] = ()
    patch: str = ""
    run: str = ""
    sleep: float = 0.0
    say: str = ""
    tokens: Tokens | None = None
    question: Question | None = None


Attempt = Mapping[Stage, StageScript]


@dataclass(frozen=True, slots=True)
class Script:
    """One script file. `tasks` has the attempts of each task in order; `lines` says where a task begins."""

    path: str
    plan: Plan | None = None
    tasks: Mapping[str, tuple[Attempt, ...]] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    prd: Drafted | None = None

    def stage(self, task: str, attempt: int, stage: Stage) -> StageScript:
        """What to do; the last attempt repeats, and what is not in the script is nothing."""
        attempts = self.tasks.get(task, ())
        if not attempts:
            return StageScript()
        return attempts[min(max(attempt, 1), len(attempts)) - 1].get(stage, StageScript())

    def check_tasks(self, planned: tuple[str, ...]) -> None:
        """Refuse a script for tasks that nobody planned; `ScriptFault` names each with its line."""
        unknown = [name for name in self.tasks if name not in planned]
        if unknown:
            known = ", ".join(planned) or "none"
            raise ScriptFault(
                "\n".join(
                    f"{self.path}:{self.lines.get(name, 1)}: There is no task {name!r}: the plan has {known}."
                    for name in unknown
                )
            )


def read_script(path: str, text: str) -> Script:
    """Read a script, YAML or JSON (told by `.json`). Raises `ScriptFault` with every fault, one line each."""
    found = read_yaml_mapping(path, text)
    if isinstance(found, Fault):
        raise ScriptFault(f"{path}:{found.line}: {found.message}", remedy=found.remedy)
    complaints: list[Complaint] = []
    script = _script(path, found, complaints)
    if script.plan is not None and not complaints:
        script.check_tasks(tuple(task.key for task in script.plan.tasks))
    if complaints:
        raise ScriptFault("\n".join(f"{path}:{each.line}: {each.sentence}" for each in sorted(complaints)))
    return script


def _script(path: str, top: Located, complaints: list[Complaint]) -> Script:
    known_keys(top, TOP, "a script", complaints)
    version = top.get("version")
    if version is None or version.value != 1 or isinstance(version.value, bool):
        line = version.line if version else 1
        complaints.append(Complaint(line, "The format's version is missing or unknown: write `version: 1`."))
    plan, tasks = top.get("plan"), top.get("tasks")
    entries = a_mapping(tasks, "tasks", complaints) if tasks else ()
    return Script(
        path,
        read_plan(path, plan, complaints) if plan else None,
        MappingProxyType({name: _attempts(name, entry, complaints) for name, entry in entries}),
        MappingProxyType({name: entry.line for name, entry in entries}),
        _prd(top.get("prd"), complaints),
    )


def _prd(found: Located | None, complaints: list[Complaint]) -> Drafted | None:
    if found is None:
        return None
    entries = dict(a_mapping(found, "prd", complaints))
    known_keys(found, ("title", "text", "tokens"), "prd", complaints)
    spent = _tokens(entries.get("tokens"), complaints)
    usage = (Usage("script", 1, spent.input, spent.output, usd=spent.usd),) if spent else ()
    title, text = a_text(entries.get("title"), "title", complaints), a_text(entries.get("text"), "text", complaints)
    return Drafted(title, text, usage=usage)


def _attempts(task: str, found: Located, complaints: list[Complaint]) -> tuple[Attempt, ...]:
    attempts = []
    for item in a_list(found, f"{task} (its attempts)", complaints):
        entries = a_mapping(item, "an attempt", complaints)
        known_keys(item, tuple(stage.value for stage in STAGES), "an attempt", complaints)
        attempts.append({Stage(name): _stage(each, complaints) for name, each in entries if name in {*STAGES}})
    return tuple(MappingProxyType(attempt) for attempt in attempts)


def _stage(found: Located, complaints: list[Complaint]) -> StageScript:
    if found.value is None:
        return StageScript()
    acts = dict(a_mapping(found, "a stage", complaints))
    known_keys(found, ACTS, "a stage", complaints)
    return StageScript(
        write=_paths_with_text(acts.get("write"), complaints),
        delete=_paths(acts.get("delete"), complaints),
        patch=a_text(acts.get("patch"), "patch", complaints),
        run=a_text(acts.get("run"), "run", complaints),
        sleep=a_number(acts.get("sleep"), "sleep", LONGEST_SLEEP_S, complaints),
        say=a_text(acts.get("say"), "say", complaints),
        tokens=_tokens(acts.get("tokens"), complaints),
        question=_question(acts.get("question"), complaints),
    )


def _paths_with_text(found: Located | None, complaints: list[Complaint]) -> tuple[tuple[str, str], ...]:
    entries = text_entries(found, "write", complaints)
    complaints += [Complaint(line, said) for path, _, line in entries if (said := refusal(path))]
    return tuple((path, text) for path, text, _ in entries)


def _paths(found: Located | None, complaints: list[Complaint]) -> tuple[str, ...]:
    named = texts(found, "delete", complaints)
    line = found.line if found else 1
    complaints += [Complaint(line, said) for path in named if (said := refusal(path))]
    return named


def _tokens(found: Located | None, complaints: list[Complaint]) -> Tokens | None:
    if found is None:
        return None
    entries = dict(a_mapping(found, "tokens", complaints))
    known_keys(found, ("input", "output", "usd"), "tokens", complaints)
    return Tokens(
        a_whole_number(entries.get("input"), "input", complaints),
        a_whole_number(entries.get("output"), "output", complaints),
        a_number(entries.get("usd"), "usd", 1e6, complaints),
    )


def _question(found: Located | None, complaints: list[Complaint]) -> Question | None:
    if found is None:
        return None
    entries = dict(a_mapping(found, "question", complaints))
    known_keys(found, ASKED, "question", complaints)
    text = a_text(entries.get("text"), "text", complaints)
    if not text.strip():
        complaints.append(Complaint(found.line, "A question needs a `text`."))
    return Question(
        text,
        a_text(entries.get("tried"), "tried", complaints),
        texts(entries.get("options"), "options", complaints),
        a_text(entries.get("alone"), "alone", complaints),
        a_number(entries.get("confidence"), "confidence", 1.0, complaints),
        a_text(entries.get("goes_on"), "goes_on", complaints),
    )
