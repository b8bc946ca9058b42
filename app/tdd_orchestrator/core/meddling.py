"""What code brings that looks at, or reaches for, the very thing that judges it: the sentences, in every language.

A hint, not a proof: whoever hides well enough is found by the runs or by a reader. Only what a change brings is asked
about; what the file did before is the project's own affair. What to look for is the business of each language.
"""

from collections.abc import Callable, Iterable, Mapping

from tdd_orchestrator.core.echoes import Key
from tdd_orchestrator.core.evidence.verdicts import Reason

IMPORTS = "{path} brings in `{what}`: code under test has no business with test tools."
LOOKS = "{path} looks for the test run ({what}): code must do the same whoever runs it."
FRAME = "{path} looks at who called it and for tests ({what}): code must do the same whoever runs it."
EQUALS = "`{what}` in {path} says yes without a look at what it is compared with: it equals everything."
REPLACES = "{path} replaces `{what}` for the whole process: pass in what should be different."
HIDES = "{path} gives `{what}` another meaning, for its tests as well: use another name."
REACHES = "{path} reaches past its own work (`{what}`): code may not end, patch or speak for the process that runs it."

Finding = tuple[str, str, int]
"""A sentence with its gaps, what to fill in, and the 1-based line."""
Findings = Callable[[str], Iterable[Finding]]
"""What a source text holds of this kind; nothing where it cannot be read."""


def named_tests(
    path: str, before: Mapping[Key, int], after: Mapping[Key, int], files: Iterable[str]
) -> tuple[Reason, ...]:
    """Where new code names a file of tests in one of its texts: it could read there what is expected of it.

    `before` and `after` are the literals of the code with their lines, `files` the names of files that hold tests.
    """
    fresh = {said: line for (kind, said), line in after.items() if kind == "str" and (kind, said) not in before}
    named = ((file, line) for said, line in fresh.items() for file in files if file in str(said))
    return tuple(Reason("", None, path, line, LOOKS.format(path=path, what=f"`{file}`")) for file, line in named)


def meddling(
    findings: Findings, path: str, before: str | None, after: str, others: Iterable[str] = ()
) -> tuple[Reason, ...]:
    """What a new version of a file brings that the old one did not have, each at its line.

    `others` are the project's other sources as they were: a project that is about test tools may go on so.
    """
    was = {(said, what) for source in (before or "", *others) for said, what, _ in findings(source)}
    found = {(said, what): line for said, what, line in reversed(list(findings(after))) if (said, what) not in was}
    return tuple(
        Reason("", None, path, line, said.format(path=path, what=what))
        for (said, what), line in sorted(found.items(), key=lambda item: item[1])
    )
