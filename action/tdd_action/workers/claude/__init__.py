"""The worker `claude`. Only its entry point imports Anthropic's SDK, so that other workers start without it."""

from tdd_action.workers.claude.worker import ClaudeWorker, connect

__all__ = ["ClaudeWorker", "connect"]
