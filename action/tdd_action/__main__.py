"""The composition root of a runner: does the step that the environment names; with `prove`, proves for people."""

import os
import sys
import traceback
from collections.abc import Sequence

from tdd_action.console import prove_for_people
from tdd_action.inputs import held, read_inputs, secret_names
from tdd_action.land import HEAR, hear
from tdd_action.outputs import Outputs, annotation
from tdd_action.secrecy import scrubbed_process
from tdd_action.steps import run
from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.core.redaction import Redactor
from tdd_orchestrator.core.result import Remark

USAGE = "usage: python -m tdd_action [prove [BASE..HEAD] [--repo DIR] [--json] [--certificate FILE] [--against FILE]]"
AGAIN = (
    "Its result counts while the pull request still waits for this job, and changes nothing after that. "
    "Re-run on the task's check tries the task again."
)
YOURS, OURS = 1, 3


def main(argv: Sequence[str] | None = None) -> int:
    """0: done, refusals included, which stand in the result files. 1: something for the user to mend, which a proof
    that stands alone and does not hold is as well. 3: our bug.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    environ = scrubbed_process(secret_names(os.environ))
    on_github, redact = environ.get("GITHUB_ACTIONS") == "true", Redactor(held(environ))
    try:
        if words[:1] == ["prove"]:
            return prove_for_people(words[1:], lambda line: print(redact(line)))
        if words:
            print(USAGE, file=sys.stderr)
            return YOURS
        if environ.get("TDD_STEP") == HEAR:
            hear(environ)
            return 0
        inputs = read_inputs(environ)
        outputs = Outputs(inputs.out, inputs.output_file, inputs.summary_file, redact=redact)
        if inputs.workflow_attempt > 1:
            outputs.say(f"Attempt {inputs.workflow_attempt} of this workflow run. {AGAIN}")
        accepted = run(inputs, environ, outputs)
        if inputs.alone and not accepted:
            return YOURS
    except TddError as fault:
        told = redact(str(fault))
        print(annotation(Remark("", 0, "failure", told)) if on_github else told, file=sys.stderr)
        return YOURS
    except Exception:
        print("This is a bug of TDD Orchestrator. Please report what follows:", file=sys.stderr)
        print(redact(traceback.format_exc()), file=sys.stderr)
        return OURS
    return 0


if __name__ == "__main__":
    sys.exit(main())
