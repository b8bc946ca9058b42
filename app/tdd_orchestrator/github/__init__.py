"""The outside: what may be asked of GitHub, and one idempotent call per effect.

Nothing above this room speaks HTTP to GitHub.
"""
