"""A YAML or JSON text as a mapping whose values know their lines, or the fault that keeps it from being one."""

from tdd_orchestrator.core.fault import Fault, on_a_line_of
from tdd_orchestrator.core.located import Located
from tdd_orchestrator.documents.json_tree import json_tree
from tdd_orchestrator.documents.yaml_tree import yaml_tree


def read_yaml_mapping(path: str, text: str) -> Located | Fault:
    """Read a file whose top is a mapping; `.json` is read as JSON, anything else as YAML. Never raises."""
    root = json_tree(path, text) if path.lower().endswith(".json") else yaml_tree(path, text)
    match root:
        case None:
            return Fault(path, 1, "This file says nothing.", "Write a mapping: `key: value`.", code="empty")
        case Located() if not root.is_mapping:
            message = f"The top of this file is {root.noun}, not a mapping."
            return on_a_line_of(text, Fault(path, root.line, message, "Write a mapping: `key: value`.", code="shape"))
        case Fault():
            return on_a_line_of(text, root)
        case _:
            return root
