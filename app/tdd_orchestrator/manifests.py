"""The files that users copy, as they come with the distribution: workflow, App manifest, the action itself."""

from pathlib import Path

HERE = Path(__file__).parent
ACTION = "tdd-orchestrator/tdd-orchestrator"
"""What workflow files call the action: `uses: tdd-orchestrator/tdd-orchestrator@v1`."""


def action_directory() -> Path:
    """The folder that holds `action.yml`: in an installed package, or the root of a checkout."""
    packaged = HERE / "packaged"
    return packaged if (packaged / "action.yml").is_file() else HERE.parents[1]


def manifest(name: str) -> Path:
    """A file of `manifests/`, such as `workflows/tdd.yml`."""
    return action_directory() / "manifests" / name
