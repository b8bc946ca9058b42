"""The actions that the runner stands in for, by name; every other one is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from tdd_orchestrator.hub.runner import artifacts, checkout, setup
from tdd_orchestrator.hub.runner.call import Call

__all__ = ["NAMES", "Call", "known", "run"]

_Stand: TypeAlias = Callable[[Call], Awaitable[Mapping[str, str]]]

_TABLE: dict[str, _Stand] = {
    "actions/checkout": checkout.checkout,
    "actions/upload-artifact": artifacts.upload,
    "actions/download-artifact": artifacts.download,
    "actions/setup-python": setup.setup_python,
    "astral-sh/setup-uv": setup.setup_uv,
}
NAMES = tuple(sorted(_TABLE))


def known(action: str) -> bool:
    """Whether `owner/name@ref` is stood in for; any ref is."""
    name, at, ref = action.partition("@")
    return name.lower() in _TABLE and bool(at and ref)


async def run(call: Call) -> Mapping[str, str]:
    """Do what the action would do and return its outputs. Raises StepFailed or WorkflowRefused."""
    return await _TABLE[call.action.partition("@")[0].lower()](call)
