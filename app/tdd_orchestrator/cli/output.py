"""What commands print: text that cannot drive the terminal, faults as compilers write them, and pure JSON."""

import json

import typer

from tdd_orchestrator.core.fault import Fault


def visible(text: str) -> str:
    """Somebody's text on one line, without characters that a terminal would obey."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in " ".join(text.split()))


def fault_line(fault: Fault) -> str:
    """`prds/x.md:12: message remedy`; a warning says that it is one."""
    level = "warning: " if fault.level == "warning" else ""
    return visible(f"{fault.path}:{fault.line}: {level}{fault.message} {fault.remedy}")


def print_json(value: object) -> None:
    """One JSON document on stdout, and nothing else."""
    typer.echo(json.dumps(value, indent=2))


def fault_json(fault: Fault) -> dict[str, object]:
    """A fault for programs."""
    told = {"path": fault.path, "line": fault.line, "level": fault.level, "code": fault.code}
    return {**told, "message": fault.message, "remedy": fault.remedy}
