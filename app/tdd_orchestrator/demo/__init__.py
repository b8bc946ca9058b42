"""A small shop and its PRD: what `tdd demo` shows."""
