"""Memory: the run in SQLite on the state branch."""
