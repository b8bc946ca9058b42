"""Which paths a change may touch, and when: tests in RED, the task's own code in GREEN and REFACTOR, protected ones
never.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from tdd_orchestrator.core import test_places
from tdd_orchestrator.core.paths import matches
from tdd_orchestrator.core.plan import TaskKind
from tdd_orchestrator.core.result import Stage
from tdd_orchestrator.core.within import MIXED, Within

ABSENT, LINK, SUBMODULE = "000000", "120000", "160000"
FILES = frozenset({"100644", "100755"})
DOCUMENTS = (
    "*.md",
    "*.rst",
    "*.txt",
    "*.adoc",
    "*.png",
    "*.jpg",
    "*.jpeg",
    "*.gif",
    "*.svg",
    "*.webp",
    "LICENSE",
    "NOTICE",
    # texts that tools obey
    "!requirements*.txt",
    "!constraints*.txt",
    "!CMakeLists.txt",
    "!robots.txt",
    "!entry_points.txt",
)
INSTALLED = "node_modules"
COMPILED = (".pyc", ".pyo", ".pth", ".pyd", ".so", ".dll", ".dylib")
# Characters that some file systems ignore, so that a name with them is `.git` all the same.
IGNORED_IN_NAMES = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF])


@dataclass(frozen=True, slots=True)
class Change:
    """One path that differs between two trees. Modes are git's (`000000`: not there); `target` is where a link points.

    `configures_tests` says that the part of a shared file that speaks to test tools changed
    (`python_tests.configures_tests_otherwise` for pyproject.toml). `within`: which part of a source file with tests
    inside changed (`core/within.py`).
    """

    path: str
    mode_before: str = ABSENT
    mode_after: str = "100644"
    target: str = ""
    configures_tests: bool = False
    within: Within = Within.CODE

    @property
    def added(self) -> bool:
        """Whether it was not there before."""
        return self.mode_before == ABSENT

    @property
    def deleted(self) -> bool:
        """Whether it is not there any more."""
        return self.mode_after == ABSENT


@dataclass(frozen=True, slots=True)
class Refusal:
    """A path that may not change, and why, in one sentence."""

    path: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Territory:
    """Whose path is whose: globs of what the task owns, where its tests go, and what nobody may touch."""

    owned: tuple[str, ...] = ()
    tests: tuple[str, ...] = ("tests/**",)
    protected: tuple[str, ...] = ()

    def is_test(self, path: str) -> bool:
        """Whether a path is a test, a fixture or test support. A source file with tests inside is no whole test."""
        mixed = path.endswith(MIXED) and matches(path, self.owned)
        return (matches(path, self.tests) and not mixed) or is_named_as_test(path)

    def is_protected(self, path: str) -> bool:
        """Whether a path is protected, in whatever case it is written: some file systems do not tell them apart."""
        lowered = tuple(glob.lower() for glob in self.protected)
        return matches(path, self.protected) or matches(path.lower(), lowered)


def judge_paths(stage: Stage, kind: TaskKind, changes: Iterable[Change], territory: Territory) -> tuple[Refusal, ...]:
    """What a change of this stage may not touch; `()` when all of it may stand. One refusal for a path, the gravest."""
    found = ((change.path, _refusal(stage, kind, change, territory)) for change in changes)
    return tuple(Refusal(path, sentence) for path, sentence in found if sentence)


def vault_paths(tree: Iterable[str], territory: Territory) -> tuple[str, ...]:
    """The paths of a tree that are frozen when RED is accepted: tests, fixtures, test support, test configuration."""
    return tuple(path for path in tree if territory.is_test(path) or test_places.is_test_config(path))


def is_named_as_test(path: str) -> bool:
    """Whether the name of a path alone says that it is a test, in whatever language."""
    return test_places.is_test_path(path)


def _refusal(stage: Stage, kind: TaskKind, change: Change, territory: Territory) -> str:
    path = change.path
    if said := unsafe(path):
        return said
    if territory.is_protected(path):
        return f"{path} is protected: no task may change it. A maintainer may, or may take it off the list."
    if INSTALLED in path.split("/"):
        return f"{path} would be loaded instead of what is installed: only source belongs in a change."
    if said := _shape(change, territory):
        return said
    if test_places.is_test_config(path) or change.configures_tests:
        return f"{path} says how tests are run: no stage may change that."
    if kind is TaskKind.DOCS:
        return _of_documents(path, territory)
    match stage:
        case Stage.RED:
            return _of_red(change, territory)
        case Stage.GREEN | Stage.REFACTOR:
            return _of_code(stage, change, territory)
        case Stage.PROVE | Stage.LAND:
            return _of_red(change, territory) and _of_code(stage, change, territory)


def unsafe(path: str) -> str:
    """Why no tree of ours may hold a path of this spelling, or an empty string."""
    parts = path.split("/")
    if not path or path.startswith("/") or "\\" in path or any(ord(letter) < 32 for letter in path):
        return f"{path!r} is no path inside a repository."
    if any(part in ("", ".", "..") for part in parts):
        return f"{path!r} is not written plainly: `.`, `..` and empty parts may not be in a path."
    if "__pycache__" in parts or path.endswith(COMPILED):
        return f"{path!r} is compiled or loaded unseen: only source belongs in a change."
    if any(_is_git(part) for part in parts):
        return f"{path!r} reaches into git's own folder."
    return ""


def _is_git(part: str) -> bool:
    plain = part.translate(IGNORED_IN_NAMES).casefold().split(":", 1)[0].rstrip(". ")
    return plain in (".git", "git~1")


def _shape(change: Change, territory: Territory) -> str:
    """Refuse what is no ordinary file: submodules, links that lead out, files that change their nature."""
    path, before, after = change.path, change.mode_before, change.mode_after
    if SUBMODULE in (before, after):
        return f"{path} is a submodule: a task may not bring, move or remove one."
    if after == LINK:
        return _link(change, territory)
    if after not in FILES and not change.deleted:
        return f"{path} has mode {after}, which is neither a file nor a link."
    if not change.added and not change.deleted and before != after:
        return f"{path} changes from mode {before} to {after}: leave the mode as it was."
    return ""


def _link(change: Change, territory: Territory) -> str:
    path, target = change.path, change.target
    leads_to = normpath(join(dirname(path), target))
    if not target or target.startswith("/") or unsafe(leads_to):
        return f"{path} is a symbolic link that leaves the repository ({target or 'no target'})."
    if territory.is_protected(leads_to) or territory.is_test(leads_to) != territory.is_test(path):
        return f"{path} is a symbolic link to {leads_to}, which is not this stage's to change."
    return ""


def _of_documents(path: str, territory: Territory) -> str:
    if not matches(path, DOCUMENTS) or territory.is_test(path):
        return f"{path} is no document: a docs task may change documents only."
    return "" if matches(path, territory.owned) else f"{path} is not among the files of this task."


def _of_red(change: Change, territory: Territory) -> str:
    path = change.path
    if change.within is Within.TESTS and not change.deleted and matches(path, (*territory.owned, *territory.tests)):
        return ""
    if change.within is Within.BOTH:
        return f"{path} changes beside its tests too: RED writes the tests in it and leaves the code as it was."
    if not territory.is_test(path) or (matches(path, territory.owned) and not is_named_as_test(path)):
        return f"{path} is no test: RED writes tests and what they need, under {', '.join(territory.tests)}."
    if change.deleted:
        return f"{path} is a test that was there: RED may not remove it."
    if not change.added and not matches(path, territory.tests):
        return f"{path} is a test of others: RED may add files beside it, but change only {', '.join(territory.tests)}."
    return ""


def _of_code(stage: Stage, change: Change, territory: Territory) -> str:
    path = change.path
    if change.within is not Within.CODE:
        return f"The tests in {path} belong to RED: {stage.upper()} may change the code beside them, not the tests."
    if territory.is_test(path):
        return f"{path} belongs to the tests: {stage.upper()} may not change it, and it is put back as RED left it."
    if not matches(path, territory.owned):
        return f"{path} is not among the files of this task ({', '.join(territory.owned) or 'none'})."
    return ""
