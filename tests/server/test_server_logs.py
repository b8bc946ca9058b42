"""What the log says, and what it never says."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from tdd_orchestrator.server.logs import configure
from world.serving import KEY


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_our_records_and_the_libraries_are_lines_of_json() -> None:
    stream = io.StringIO()
    configure((), stream=stream)
    structlog.stdlib.get_logger("tdd").info("webhook", outcome="accepted")
    logging.getLogger("sqlalchemy").warning("slow %s", "query")
    logging.getLogger("httpx").debug("not shown")
    ours, theirs = [json.loads(row) for row in stream.getvalue().splitlines()]
    assert (ours["event"], ours["outcome"], ours["level"], ours["logger"]) == ("webhook", "accepted", "info", "tdd")
    assert (theirs["event"], theirs["level"]) == ("slow query", "warning")


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()], ids=["json", "terminal"])
def test_no_secret_is_written_wherever_it_comes_from(stream: io.StringIO) -> None:
    secret = "hush-hush"
    configure((secret, KEY), stream=stream)
    log = structlog.stdlib.get_logger("tdd")
    log.info("the key", key=KEY)
    try:
        raise ValueError(f"cannot use {secret}")
    except ValueError as error:
        log.error("failed with %s", secret, exc_info=error)
        logging.getLogger("other").exception("and %r", {"secret": secret})
    written = stream.getvalue()
    assert "***" in written
    assert "cannot use" in written
    assert secret not in written
    assert "not really" not in written
