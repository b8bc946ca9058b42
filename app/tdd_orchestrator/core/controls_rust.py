"""Turns round what Rust tests assert."""

import re
from collections.abc import Iterator

from tdd_orchestrator.core.braces import Function, outermost
from tdd_orchestrator.core.controls_braces import MADE_TO_FAIL, Edit, Turning, ends_early, first_argument
from tdd_orchestrator.core.rust_tests import tests_in

CLAIM = re.compile(r"(?:^|[;{}])\s*(?:pretty_assertions::|std::)?(assert|assert_eq|assert_ne)!\s*(?=\()")
OPPOSITE = {"assert_eq": "assert_ne", "assert_ne": "assert_eq"}
# As paths, so that no macro of the crate's own answers for them; without a warning that the rest is never reached.
FAIL = f'if ::std::hint::black_box(true) {{ ::std::panic!("{MADE_TO_FAIL}"); }}'
LEAVE = "if ::std::hint::black_box(true) { return; }"


def _claims(test: Function) -> Iterator[Edit]:
    heading = test.whole[: len(test.whole) - len(test.body)]
    if "should_panic" in heading or ends_early(test.plain):
        return
    for found in CLAIM.finditer(outermost(test.plain)):
        if found[1] in OPPOSITE:
            yield found.start(1), found.end(1), OPPOSITE[found[1]]
        elif place := first_argument(test, found.end()):
            yield place[0], place[0], "!("
            yield place[1], place[1], ")"


def _stop(heading: str) -> str:
    if "should_panic" not in heading:
        return FAIL
    return "" if "->" in heading else LEAVE


TURNING = Turning(tests_in, _claims, _stop)
