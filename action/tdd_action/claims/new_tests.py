"""Which tests are new in a tree."""

from dataclasses import dataclass

from tdd_orchestrator.core.evidence import SuiteReport
from tdd_orchestrator.core.evidence.reports import selects
from tdd_orchestrator.core.languages import language_of


@dataclass(frozen=True, slots=True)
class Edited:
    """One file on both sides; `None` says that it is not there."""

    path: str
    before: str | None
    after: str | None


def new_tests(files: tuple[Edited, ...], before: SuiteReport, red: SuiteReport) -> tuple[str, ...]:
    """Selectors of the new tests: whole new files, and `file::test` for what is new or rewritten in old ones.

    What is written anew is seen in the text; what is new without new text (a case added to a table) in the report.
    """
    found: list[str] = []
    for file in files:
        language = language_of(file.path)
        if file.after is None or language is None:
            continue
        own = language.new_tests(file.path, file.before, file.after)
        found += own
        if file.before is not None:
            fresh = sorted(red.names - before.names)
            found += [name for name in fresh if _is_left(name, file.path, own)]
    return tuple(dict.fromkeys(found))


def _is_left(name: str, path: str, selectors: tuple[str, ...]) -> bool:
    return selects(path, name) and not any(selects(each, name) for each in selectors)
