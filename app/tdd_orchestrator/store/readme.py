"""What a person reads who finds the state branch and wonders what it is."""

README = """# The memory of a TDD Orchestrator run

This branch (`{branch}`) is how the run of one pull request is remembered.
It shares nothing with your code and is never merged. Whenever something happens it is replaced by a new commit without
a parent, so it does not grow.

- `run.sqlite` is the run as it stands. `events.ndjson` is what happened, one line each: enough to make the former.
- To look: `git fetch origin {branch}`, then `git show FETCH_HEAD:run.sqlite > run.sqlite`,
  then `sqlite3 run.sqlite 'select * from v_tasks'` (or `v_attempts`, `v_costs`).

Do not edit it. You may delete it when the pull request is closed.
"""

LEDGER_README = """# The memory of TDD Orchestrator in this repository

This branch (`{branch}`) is what outlives the runs of single pull requests: what every attempt took, which runs there
were, and which workers are kept from new work because they kept failing. It shares nothing with your code and is never
merged. It is replaced by a new commit without a parent when something ends, so it does not grow.

To look: `tdd status`, or `git fetch origin {branch}`, then `git show FETCH_HEAD:repo.sqlite > repo.sqlite`,
then `sqlite3 repo.sqlite 'select * from v_days'` (or `v_runs`, `v_workers`, and the tables `circuit`, `transition`).

Do not edit it. If it is deleted, it is made anew from the runs that are still there; the money of others is forgotten.
"""
