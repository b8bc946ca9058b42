"""A small shop and its PRD: what `tdd demo` shows."""

from pathlib import Path

PROJECT = Path(__file__).parent / "project"
PRD = Path(__file__).parent / "prd.md"
