"""Which part of a source file changed, where a language writes tests into the same file as the code."""

from enum import StrEnum

from tdd_orchestrator.core.languages import language_of

MIXED = (".rs",)
"""Files that may hold tests beside their code."""


class Within(StrEnum):
    """What differs: the code (or the file holds no tests), the tests in it, or both."""

    CODE = "code"
    TESTS = "tests"
    BOTH = "both"


def within(path: str, before: str, after: str) -> Within:
    """What differs between two versions of a file; an empty text stands for a file that is not there."""
    language = language_of(path)
    if language is None:
        return Within.CODE
    (tests_before, code_before), (tests, code) = language.parted(before), language.parted(after)
    if tests_before == tests:
        return Within.CODE
    return Within.TESTS if code_before == code else Within.BOTH


def tests_within(path: str, text: str) -> str:
    """The tests inside a source file, word for word."""
    language = language_of(path)
    return language.parted(text)[0] if language else ""
