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
