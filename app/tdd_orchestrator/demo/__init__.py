"""A small shop, its PRD, and what a person adds to it: what `tdd demo` shows."""

from pathlib import Path

PROJECT = Path(__file__).parent / "project"
PRD = Path(__file__).parent / "prd.md"
QUARREL = Path(__file__).parent / "quarrel.md"
"""A PRD of two requirements whose tasks are each right alone and wrong together; `.tdd/quarrel.yml` is its script."""
EDIT = Path(__file__).parent / "edit.md"
"""What a person adds to the PRD while the work goes on."""
PERSON = Path(__file__).parent / "person"
"""What a person writes for TASK-4."""
