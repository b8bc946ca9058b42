"""The tools a model is offered, and what each of its calls comes to: a text, and whether it went wrong."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, TypeVar

from anthropic.types import ToolParam
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tdd_action.workers.claude.ground import Ground, Refused
from tdd_orchestrator.core.asking import SURE, escalates
from tdd_orchestrator.core.paths import matches
from tdd_orchestrator.core.result import Question

MOST_LISTED = 600
MOST_LINES = 600
MOST_SHOWN = 40_000
MOST_MATCHES = 100
MOST_TEST_OUTPUT = 12_000
SEARCH_SECONDS = 10
SEARCHER = Path(__file__).with_name("searching.py")


@dataclass(frozen=True, slots=True)
class Told:
    """What a tool answers. `wrong`: it was not done; `ends`: the model has said that it is finished."""

    text: str
    wrong: bool = False
    ends: bool = False


class Given(BaseModel):
    """What a call of a tool is given."""

    model_config = ConfigDict(extra="forbid")


G = TypeVar("G", bound=BaseModel)


class Tool:
    """A tool made from a function of checked input. What it may not do comes as `Refused` or `ValidationError`."""

    def __init__(self, name: str, given: type[G], act: Callable[[G], Told | str]) -> None:
        self.name = name
        self._checked: Callable[[Mapping[str, object]], Told | str] = lambda raw: act(given.model_validate(raw))
        schema = given.model_json_schema()
        schema.pop("title", None)
        self.shown: ToolParam = {"name": name, "description": schema.pop("description"), "input_schema": schema}

    def use(self, given: Mapping[str, object]) -> Told:
        """Do it; a refusal or input of the wrong shape is an answer too."""
        try:
            told = self._checked(given)
        except Refused as refused:
            return Told(str(refused), wrong=True)
        except ValidationError as faults:
            return Told(_in_words(self.name, faults), wrong=True)
        return told if isinstance(told, Told) else Told(told)


class Proposal(Tool):
    """A tool that ends a conversation with what was asked for: not a forced choice, which these models refuse, but the
    only way out. What is sent back more than `most` times ends it too.
    """

    def __init__(self, name: str, given: type[G], act: Callable[[G], Told | str], most: int) -> None:
        super().__init__(name, given, act)
        self._most, self._sent_back = most, 0

    def use(self, given: Mapping[str, object]) -> Told:
        """Take it, or send it back; once too often ends the conversation."""
        told = super().use(given)
        if not told.wrong:
            return told
        self._sent_back += 1
        return Told(told.text, ends=True) if self._sent_back > self._most else told


def _in_words(name: str, faults: ValidationError) -> str:
    told = [f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in faults.errors()[:20]]
    return f"{name} was not given what it needs: {'; '.join(told)}."


class ListFiles(Given):
    """List the files of the repository, sorted. Folders of tools and files that hold secrets are not shown."""

    glob: Annotated[str, Field(max_length=200, description="Only paths that match, such as src/**/*.py.")] = "**"


class ReadFile(Given):
    """Read a text file, whole or from one line to another. The first line of the answer says which lines follow."""

    path: Annotated[str, Field(description="Relative to the repository.")]
    first_line: Annotated[int, Field(ge=1)] = 1
    last_line: Annotated[int | None, Field(ge=1)] = None


class Search(Given):
    """Search all text files line by line for a Python regular expression. Answers `path:line: text`."""

    pattern: Annotated[str, Field(min_length=1, max_length=300)]
    glob: Annotated[str, Field(max_length=200, description="Only in paths that match.")] = "**"


class WriteFile(Given):
    """Write a whole file, new or in place of the one that is there."""

    path: str
    text: str


class EditFile(Given):
    """Replace one piece of a file. `old` must be the exact text and stand in the file once."""

    path: str
    old: Annotated[str, Field(min_length=1)]
    new: str


class DeleteFile(Given):
    """Delete a file."""

    path: str


class RunTests(Given):
    """Run the project's tests as they are now and tell how each failure came about."""


class Done(Given):
    """Say that the work of this stage is finished. Call it alone, and last."""

    summary: Annotated[str, Field(min_length=1, description="What was done and why, in one to three sentences.")]


class AskPerson(Given):
    """Ask people for a decision that the requirement, the configuration and the repository leave open. Call it alone.

    The stage ends with it; the files as they are now are thrown away. Everything you can find out or decide with good
    reason is yours to decide.
    """

    question: Annotated[str, Field(min_length=10, max_length=1000, description="One question, for people who know it.")]
    tried: Annotated[str, Field(max_length=1000, description="Where you looked, and why that does not settle it.")]
    options: Annotated[tuple[str, ...], Field(max_length=6, description="What there is to choose from.")] = ()
    would_do: Annotated[str, Field(min_length=1, max_length=1000, description="What you would do without an answer.")]
    confidence: Annotated[float, Field(ge=0, le=1, description="How sure you are that would_do is what they want.")]


def reading(ground: Ground) -> tuple[Tool, ...]:
    """The tools that only look."""
    return (
        Tool("list_files", ListFiles, partial(_list, ground)),
        Tool("read_file", ReadFile, partial(_read, ground)),
        Tool("search", Search, partial(_search, ground)),
    )


def working(
    ground: Ground, run_tests: Callable[[], str], asked: Callable[[Question], None] = lambda _: None
) -> tuple[Tool, ...]:
    """The tools of a stage: looking, writing, trying, asking, and being done. `asked` hears of a question to people."""

    def write(given: WriteFile) -> str:
        ground.write(given.path, given.text)
        return f"Written: {given.path}."

    def edit(given: EditFile) -> str:
        ground.edit(given.path, given.old, given.new)
        return f"Changed: {given.path}."

    def delete(given: DeleteFile) -> str:
        ground.delete(given.path)
        return f"Deleted: {given.path}."

    def ask(given: AskPerson) -> Told:
        question = Question(given.question, given.tried, given.options, given.would_do, given.confidence)
        if not escalates(question):
            return Told(f"You are sure enough: nobody is asked from {SURE} on. Do what you would do: {given.would_do}")
        asked(question)
        return Told(given.question, ends=True)

    return (
        *reading(ground),
        Tool("write_file", WriteFile, write),
        Tool("edit_file", EditFile, edit),
        Tool("delete_file", DeleteFile, delete),
        Tool("run_tests", RunTests, lambda _: shortened(run_tests(), MOST_TEST_OUTPUT)),
        Tool("ask_person", AskPerson, ask),
        Tool("done", Done, lambda given: Told(given.summary, ends=True)),
    )


def shortened(text: str, most: int) -> str:
    """Beginning and end of a long text, with a word on what is missing between them."""
    if len(text) <= most:
        return text
    head = most * 2 // 3
    return f"{text[:head]}\n[{len(text) - most:,} characters are left out here]\n{text[head - most :]}"


def _list(ground: Ground, given: ListFiles) -> str:
    paths = [path for path in ground.paths() if matches(path, (given.glob,))]
    more = [f"[and {len(paths) - MOST_LISTED:,} more: ask with a narrower glob]"] if len(paths) > MOST_LISTED else []
    return "\n".join([*paths[:MOST_LISTED], *more]) or f"No file matches {given.glob!r}."


def _read(ground: Ground, given: ReadFile) -> str:
    lines = ground.text(given.path).splitlines(keepends=True)
    last = min(given.last_line or len(lines), given.first_line + MOST_LINES - 1, len(lines))
    if given.first_line > len(lines):
        return f"[{given.path} has {len(lines)} lines]"
    told = "".join(islice(lines, given.first_line - 1, last))
    if len(told) > MOST_SHOWN:
        told = f"{told[:MOST_SHOWN]}\n[cut here: the lines are very long]"
    return f"[{given.path}, lines {given.first_line} to {last} of {len(lines)}]\n{told}"


def _search(ground: Ground, given: Search) -> str:
    try:
        re.compile(given.pattern)
    except re.error as fault:
        raise Refused(f"{given.pattern!r} is no regular expression: {fault}.") from None
    # What a PRD says is in the prompt already, without what its author hid in it.
    paths = [path for path in ground.paths() if matches(path, (given.glob,)) and not matches(path, ground.prds)]
    asked: dict[str, Any] = {"root": str(ground.root), "pattern": given.pattern, "paths": paths, "most": MOST_MATCHES}
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(SEARCHER)],
            input=json.dumps(asked).encode(),
            env={},
            capture_output=True,
            timeout=SEARCH_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise Refused(f"The search took longer than {SEARCH_SECONDS} s: use a simpler pattern.") from None
    return shortened(done.stdout.decode("utf-8", "replace"), MOST_SHOWN).rstrip() or "Nothing matches."
