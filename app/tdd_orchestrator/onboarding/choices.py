"""Which suite runs in which folder, and the sentence that says why: decided here, for commands and runners alike."""

from dataclasses import dataclass, replace
from pathlib import Path

from tdd_orchestrator.core.fault import listed
from tdd_orchestrator.core.settings import Config, SuiteSettings
from tdd_orchestrator.onboarding.detection import Detection, detect
from tdd_orchestrator.onboarding.runners import BUNDLED
from tdd_orchestrator.onboarding.subprojects import Subproject, subprojects

ANY = "junit"
"""The suite of any command that leaves JUnit XML."""
KNOWN = (*BUNDLED, ANY)


@dataclass(frozen=True, slots=True)
class SuiteChoice:
    """The suite of a folder (empty: the root), whether this version can run it, and a sentence for people.

    `source` are globs relative to the folder: where its imports may start.
    """

    name: str
    runs: bool
    because: str
    folder: str = ""
    command: str = ""
    report: str = ""
    source: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """Its name, with the folder where that is not the root."""
        return f"{self.folder}: {self.name}" if self.folder else self.name

    @property
    def wire(self) -> dict[str, object]:
        """As the commands print it in JSON."""
        return {"folder": self.folder or ".", "name": self.name, "runs": self.runs, "because": self.because}


def choices(config: Config, root: Path) -> tuple[SuiteChoice, ...]:
    """What the configuration says comes first, then what the files show, then the one that there is."""
    if config.suites:
        return tuple(_in_folder(each, root) for each in config.suites)
    said = SuiteSettings(
        "", config.tdd.suite, config.tdd.command, config.tdd.report, config.project.source, config.project.tests
    )
    seen, parts = detect(root), subprojects(root)
    named = _named(said, "tdd.", "") is not None
    if parts and not named and seen.suite is None:
        return parts_chosen(parts)
    chosen = _choice(said, seen, "tdd.")
    apart = "" if named else ", ".join(f"{each.folder} ({each.name})" for each in parts_chosen(parts) if each.folder)
    more = f"; projects of their own: {apart}: give each folder its `[[suites]]`" if apart else ""
    return (replace(chosen, because=f"{chosen.because}{more}"),)


def parts_chosen(parts: tuple[Subproject, ...]) -> tuple[SuiteChoice, ...]:
    """The suites of subprojects, each with its reason."""
    return tuple(_of_part(each) for each in parts)


def _in_folder(said: SuiteSettings, root: Path) -> SuiteChoice:
    named = said.suite != "auto" or said.command
    if not named and not (root / said.place).is_dir():
        return SuiteChoice(said.suite, False, f"there is no folder {said.folder} yet, so name its suite", said.place)
    return replace(_choice(said, detect(root / said.place), "", f" for {said.folder}"), folder=said.place)


def _of_part(part: Subproject) -> SuiteChoice:
    where = f"in {part.folder} " if part.folder else ""
    chosen = _choice(part.settings, part.seen, "")
    found = part.seen.suite
    because = f"{where}{found.because}" if found else chosen.because
    return replace(chosen, because=because, folder=part.folder)


def _choice(said: SuiteSettings, seen: Detection, section: str, where: str = "") -> SuiteChoice:
    name, runs, because = _named(said, section, where) or _found(seen)
    return SuiteChoice(name, runs, because, "", said.command, said.report, said.source)


def _named(said: SuiteSettings, section: str, where: str) -> tuple[str, bool, str] | None:
    """What the configuration says, if it does."""
    if said.suite != "auto":
        runs = said.suite in KNOWN
        return said.suite, runs, f"`{section}suite` says {said.suite}{where}{_unless(runs)}"
    if said.command:
        return ANY, True, f"`{section}command` leaves a report of its own{where}"
    return None


def _found(seen: Detection) -> tuple[str, bool, str]:
    others = ", ".join(f"{each.name} ({each.because})" for each in seen.others)
    if seen.suite:
        runs = [each.name for each in seen.others if each.bundled]
        how = f": `suite` may name {listed(tuple(runs))} instead" if runs else ", which this version does not run"
        return seen.suite.name, True, f"{seen.suite.because}{f'; found {others} too{how}' if others else ''}"
    if others:
        return seen.others[0].name, False, f"found {others}{_unless(False)}"
    return BUNDLED[0], True, f"no tests are there yet; without any, {BUNDLED[0]} is taken"


def _unless(runs: bool) -> str:
    return "" if runs else f"; the suites of this version run {listed(KNOWN)} only, so no task can be proven here yet"
