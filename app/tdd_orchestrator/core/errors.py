"""The one root of the exceptions that are somebody's to mend.

An exception's docstring is its default message. Everything that is not a `TddError` is a bug of ours: exit 3 and a
report to paste.
"""

import inspect


class TddError(Exception):
    """Something outside this program must be changed before it can go on."""

    def __init__(self, message: str | None = None, *, remedy: str | None = None) -> None:
        self.message = message or inspect.cleandoc(type(self).__doc__ or "")
        self.remedy = remedy
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}" if self.remedy else self.message
