"""One stage of a task each: the worker writes, the orchestrator looks, tries and commits."""
