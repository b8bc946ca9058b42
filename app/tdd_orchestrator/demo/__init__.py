"""A small shop and its PRD: what `tdd demo` shows."""

from pathlib import Path

PROJECT = Path(__file__).parent / "project"
PRD = Path(__file__).parent / "prd.md"
QUARREL = Path(__file__).parent / "quarrel.md"
"""A PRD of two requirements whose tasks are each right alone and wrong together; `.tdd/quarrel.yml` is its script."""
