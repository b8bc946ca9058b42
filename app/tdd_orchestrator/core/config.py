"""`.tdd/config.toml`: text -> `Config`, or every fault in it with its line and what to write instead."""

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from typing import Any

from tdd_orchestrator.core.command import Verb
from tdd_orchestrator.core.config_text import config_table, template, toml
from tdd_orchestrator.core.fault import Fault, listed, nearest
from tdd_orchestrator.core.paths import matches
from tdd_orchestrator.core.roles import Role
from tdd_orchestrator.core.settings import (
    BOUNDS,
    CHOICES,
    ENVIRONMENT,
    PATTERN,
    SECTIONS,
    SUITES,
    Config,
    ModelSettings,
    SuiteSettings,
    TddSettings,
)
from tdd_orchestrator.core.toml_lines import Name, key_lines

__all__ = ["CONFIG_PATH", "Config", "config_table", "parse_config", "template"]

CONFIG_PATH = ".tdd/config.toml"
LARGEST = 200_000
_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")
_KEY_MODELS = ("plan", "red", "green", "refactor")


@dataclass
class _Reading:
    """The faults found so far, and where the keys stand."""

    path: str
    lines: Mapping[Name, int]
    faults: list[Fault] = field(default_factory=list)

    def fault(self, name: Name, message: str, remedy: str, code: str = "value") -> None:
        """A finding at the line of a key, or of the closest table around it."""
        line = next((self.lines[name[:n]] for n in range(len(name), 0, -1) if name[:n] in self.lines), 1)
        self.faults.append(Fault(self.path, line, message, remedy, code=code, about=".".join(name)))


def parse_config(
    text: str, path: str = CONFIG_PATH, env: Mapping[str, str] | None = None
) -> Config | tuple[Fault, ...]:
    """Read the configuration; `env` overrides what the file says. Total: faults are values, all of them at once."""
    if len(text) > LARGEST:
        return (Fault(path, 1, "This configuration is larger than 200 kB.", "Leave out what is not needed."),)
    try:
        said = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return (_not_toml(path, text, error),)
    reading = _Reading(path, key_lines(text))
    known = {**dict(SECTIONS), SUITES: SuiteSettings}
    for name in said:
        if name not in known:
            _unknown(reading, (name,), "section", tuple(known))
    sections = {name: _section(reading, (name,), kind, said.get(name, {}), env or {}) for name, kind in SECTIONS}
    config = _with_suites(reading, Config(**sections), said)
    _allowed(reading, config.models)
    return tuple(sorted(reading.faults, key=lambda fault: fault.line)) or config


def _not_toml(path: str, text: str, error: Exception) -> Fault:
    told = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "it is nested too deep or a number is too long"
    place = _PLACE.search(told)
    line = int(place[1]) if place and place[1] else text.count("\n", 0, len(text.rstrip())) + 1 if place else 1
    said = _PLACE.sub("", told)
    remedy = 'Write `key = value`; text and names of models stand in quotes: `worker = "claude"`.'
    return Fault(path, line, f"This is not TOML: {said[:1].lower()}{said[1:200]}.", remedy, code="toml")


def _unknown(reading: _Reading, name: Name, noun: str, known: tuple[str, ...]) -> None:
    close = nearest(name[-1], known)
    frame = "`[{}]`" if noun == "section" else "`{}`"
    remedy = f"Write {frame.format(close)}." if close else f"Known here: {listed(known)}."
    reading.fault(
        name, f"{frame.format(name[-1][:60])} is not a {noun} of this configuration.", remedy, f"unknown-{noun}"
    )


def _with_suites(reading: _Reading, config: Config, said: Mapping[str, Any]) -> Config:
    """The configuration with its `[[suites]]`; with them, `[project]` speaks of what lies outside of their folders."""
    tables = said.get(SUITES, [])
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        reading.fault(
            (SUITES,), "`suites` is not a list of sections.", "Write `[[suites]]`, with two brackets.", "type"
        )
        return config
    if not tables:
        return config
    suites = tuple(_suite(reading, (SUITES, str(place)), each) for place, each in enumerate(tables))
    for place, each in enumerate(suites):
        if each.place in (other.place for other in suites[:place]):
            name = (SUITES, str(place), "folder")
            reading.fault(name, f"Two suites have the folder `{each.folder}`.", "Give each folder one suite.")
    table = {name: held if isinstance(held := said.get(name), dict) else {} for name in ("project", "tdd")}
    for key in ("suite", "command", "report"):
        if table["tdd"].get(key, getattr(TddSettings(), key)) != getattr(TddSettings(), key):
            remedy = f"Write `{key}` in the `[[suites]]` that it is for."
            reading.fault(("tdd", key), f"`tdd.{key}` stands beside `[[suites]]`, and would be for none.", remedy)
    project = config.project
    source, tests = (getattr(project, key) if key in table["project"] else () for key in ("source", "tests"))
    return replace(config, project=replace(project, source=source, tests=tests), suites=suites)


def _suite(reading: _Reading, name: Name, said: Mapping[str, Any]) -> SuiteSettings:
    if "folder" not in said:
        remedy = 'Write `folder = "web"`; `.` stands for what lies in no other suite\'s folder.'
        reading.fault(name, "This suite has no folder.", remedy)
    found: SuiteSettings = _section(reading, name, SuiteSettings, said, {})
    return found


def _section(reading: _Reading, name: Name, kind: Any, said: object, env: Mapping[str, str]) -> Any:
    """The frozen value of one section; a key at fault keeps its default."""
    if not isinstance(said, dict):
        reading.fault(name, f"`{name[0]}` is not a section.", f"Write `[{name[0]}]` on a line of its own.", "type")
        said = {}
    known = {each.name: each for each in fields(kind)}
    for key in said:
        if key not in known:
            _unknown(reading, (*name, key), "key", tuple(known))
    values = {}
    for key, each in known.items():
        if key in said and (value := _checked(reading, (*name, key), each, said[key])) is not None:
            values[key] = value
        variable = each.metadata[ENVIRONMENT]
        if variable in env and (value := _from_environment(reading, variable, each, env[variable])) is not None:
            values[key] = value
    return kind(**values)


def _checked(reading: _Reading, name: Name, each: Field[Any], value: object) -> object:
    """The value as the section keeps it, or None after a fault."""
    if name == ("commands", "roles"):
        return _roles(reading, name, value)
    default = each.default
    kept: object = None
    match default, value:
        case (bool(), bool()) | (str(), str()):
            kept = value
        case (bool(), _) | (_, bool()):
            pass
        case (int(), int()):
            kept = value
        case (float(), int() | float()) if abs(value) < 1e12 and math.isfinite(value):
            kept = float(value)
        case (tuple(), list()) if all(isinstance(item, str) for item in value):
            kept = tuple(value)
        case _:
            pass
    if kept is None or not _within(each, kept):
        message = f"`{'.'.join(part for part in name if not part.isdigit())}` is {toml_shown(value)}."
        such = toml("web" if each.metadata[PATTERN] and default == "" else default)
        reading.fault(name, message, f"Write {_wanted(each)}, such as `{name[-1]} = {such}`.")
        return None
    return kept


def toml_shown(value: object) -> str:
    """A value as a message quotes it: short, and never more than it was."""
    text = toml(value) if isinstance(value, str | bool | int | float | list) else f"a {type(value).__name__}"
    return f"`{text}`" if len(text) <= 60 else f"`{text[:60]}…`"


def _within(each: Field[Any], value: object) -> bool:
    low, high = each.metadata[BOUNDS]
    if isinstance(value, int | float):
        return (low is None or value >= low) and (high is None or value <= high)
    if not isinstance(value, str):
        return True
    pattern, choices = each.metadata[PATTERN], each.metadata[CHOICES]
    return (not choices or value in choices) and (not pattern or re.fullmatch(pattern, value) is not None)


def _wanted(each: Field[Any]) -> str:
    """What a key takes, in words."""
    low, high = each.metadata[BOUNDS]
    bounds = (
        f" from {low:g} to {high:g}"
        if high is not None and low is not None
        else f" from {low:g}"
        if low is not None
        else ""
    )
    match each.default:
        case bool():
            return "`true` or `false`"
        case int():
            return f"a whole number{bounds}"
        case float():
            return f"a number{bounds}"
        case tuple():
            return "a list of texts"
        case _:
            return f"one of {listed(each.metadata[CHOICES])}" if each.metadata[CHOICES] else "text that fits"


def _roles(reading: _Reading, name: Name, value: object) -> object:
    if not isinstance(value, dict):
        reading.fault(name, "`commands.roles` is not a table.", 'Write `roles = { approve = "maintain" }`.')
        return None
    words = tuple(role.word for role in Role if role is not Role.NONE)
    for verb, role in value.items():
        if verb not in tuple(Verb):
            _unknown(reading, (*name, verb), "command", tuple(Verb))
        elif not isinstance(role, str) or role not in words:
            reading.fault(
                (*name, verb), f"The role of `{verb}` is {toml_shown(role)}.", f"Write one of {listed(words)}."
            )
    return tuple(sorted((verb, role) for verb, role in value.items() if isinstance(role, str)))


def _from_environment(reading: _Reading, variable: str, each: Field[Any], said: str) -> object:
    """A whole number from the environment, or a text; an empty text overrides nothing."""
    bare = said.strip()
    if isinstance(each.default, str):
        return bare or None
    number = int(bare) if re.fullmatch(r"\d{1,9}", bare, re.ASCII) else None
    if number is not None and _within(each, number):
        return number
    message = f"The environment variable {variable} is `{bare[:40]}`."
    reading.fault((), message, f"Set it to {_wanted(each)}, or leave it out.", "environment")
    return None


def _allowed(reading: _Reading, models: ModelSettings) -> None:
    """Every model in use must be one that may be used."""
    if not models.allowed:
        return
    used = [*((key, getattr(models, key)) for key in _KEY_MODELS), *(("ladder", model) for model in models.ladder)]
    for key, model in used:
        if not matches(model, models.allowed):
            remedy = "Name an allowed model, or add this one to `allowed`."
            reading.fault(("models", key), f"`models.{key}` is `{model}`, which `models.allowed` leaves out.", remedy)
