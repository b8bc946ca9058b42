"""The external id of a check run: by it, a check run is found again, and a click on it finds its run."""

from tdd_orchestrator.core.run import Run


def external_id(run: Run, subject: str, head: str, generation: int) -> str:
    """`tdd1:pr-42:TASK-3:<head>:g0`; the run's own check has the subject `run`."""
    return f"tdd1:{run.id}:{subject}:{head[:12]}:g{generation}"
