"""Every sentence that people read on GitHub: check outputs, annotations, comments. Pure; it posts nothing."""

from tdd_orchestrator.report.rendering import rendered

__all__ = ["rendered"]
