"""Memory: the run in SQLite on the state branch. The only room that knows dulwich and sqlite3's rows."""
