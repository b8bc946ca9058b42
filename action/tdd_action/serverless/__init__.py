"""Without an app: jobs of the workflow that hold a write token call the engine themselves, on the same state.

Loaded by entry points and only in those jobs, because the jobs that work and prove do not install what it needs.
"""
