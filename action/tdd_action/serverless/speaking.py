"""The log of a job that calls the engine: plain lines on standard output, with no secret in them."""

import structlog
from structlog.typing import EventDict, WrappedLogger

from tdd_orchestrator.core.redaction import Redactor


def speak(redact: Redactor) -> None:
    """Send structlog's records to the job's log, each finished line struck through `redact`."""
    render = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)

    def struck(logger: WrappedLogger, name: str, event: EventDict) -> str:
        return redact(str(render(logger, name, event)))

    structlog.configure(processors=[structlog.processors.add_log_level, struck], cache_logger_on_first_use=False)
