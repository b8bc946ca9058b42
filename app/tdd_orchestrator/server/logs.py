"""Logging: structlog's and the standard library's records in one stream to stderr, with no secret in it.

JSON for machines, colours for a terminal. Secrets are struck out of the finished line, wherever they came from.
"""

import logging
import sys
from collections.abc import Sequence
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from tdd_orchestrator.core.redaction import Redactor


class _Struck:
    """A renderer, with every secret in its line replaced."""

    def __init__(self, renderer: Processor, secrets: Sequence[str]) -> None:
        self._renderer, self._redact = renderer, Redactor(tuple(secrets))

    def __call__(self, logger: WrappedLogger, name: str, event_dict: EventDict) -> str:
        return self._redact(str(self._renderer(logger, name, event_dict)))


def configure(secrets: Sequence[str], *, stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Send all logging to `stream` (stderr). Call once, in the process that serves."""
    out = stream or sys.stderr
    common: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *common,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if out.isatty():
        # The default shows the variables of each frame, and a frame may hold a secret.
        renderer: Processor = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    else:
        last.append(structlog.processors.format_exc_info)
        renderer = structlog.processors.JSONRenderer()
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=common, processors=[*last, _Struck(renderer, secrets)])
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
