"""The command line as people use it, in this process: words in; exit code, stdout and stderr out."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The whole of stdout as one JSON document."""
        return json.loads(self.out)


Tdd = Callable[..., Said]
"""`tdd("ingest", path)`."""
