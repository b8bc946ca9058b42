"""A PRD file from its bytes: what is refused before it is parsed, and which form it is in."""

from tdd_orchestrator.core.prd import Prd, parse_prd


def read_prd(path: str, raw: bytes) -> Prd:
    """Read one PRD. Total: what is wrong with the file stands in `Prd.faults`."""
    return parse_prd(path, raw.decode("utf-8", "replace"))
