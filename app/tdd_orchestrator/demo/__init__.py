"""A small shop, its PRD, and what a person adds to it: what `tdd demo` shows."""

from pathlib import Path

PROJECT = Path(__file__).parent / "project"
PRD = Path(__file__).parent / "prd.md"
EDIT = Path(__file__).parent / "edit.md"
"""What a person adds to the PRD while the work goes on."""
PERSON = Path(__file__).parent / "person"
"""What a person writes for TASK-4."""
