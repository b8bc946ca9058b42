"""Keeps keys out of reach of the code that a runner executes: out of the environment, and out of /proc."""

import os
from collections.abc import Iterable, MutableMapping

from tdd_action.sandbox import make_undumpable


def taken_out(environ: MutableMapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """A copy of the whole environment; the names are gone from the original, so that no child inherits them."""
    copy = dict(environ)
    for name in names:
        environ.pop(name, None)
    return copy


def scrubbed_process(names: Iterable[str]) -> dict[str, str]:
    """This process's environment as it was; from now on without these names, and unreadable to its children.

    Taking a name out of `os.environ` is not enough: the kernel keeps the environment as it was at the start.
    """
    make_undumpable()
    return taken_out(os.environ, names)
