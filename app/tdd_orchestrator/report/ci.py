"""What a run says of the repository's own CI: which of its checks are waited for, and which are red."""

from tdd_orchestrator.core.awaiting_ci import is_awaited
from tdd_orchestrator.core.ci import CiCheck, CiState
from tdd_orchestrator.core.inert import inert, line
from tdd_orchestrator.core.run import Run

MOST, NAME_LIMIT, URL_LIMIT = 8, 80, 300
ICON = {CiState.PENDING: "🟡", CiState.PASSED: "✅", CiState.FAILED: "❌", CiState.HELD: "✋"}
ORDER = (CiState.FAILED, CiState.HELD, CiState.PENDING, CiState.PASSED)


def ci_lines(run: Run) -> str:
    """One line for each check of others on the head, red ones first; "" where there is nothing to tell."""
    if run.ci.head != run.target.sha or not (run.ci.checks or is_awaited(run)):
        return ""
    if not run.ci.checks:
        return "Looks for the repository's own CI on the head." if run.ci.known or not run.ci.looked else ""
    ordered = sorted(run.ci.checks, key=lambda check: ORDER.index(check.state))
    rest = [f"- and {len(ordered) - MOST} more"] if len(ordered) > MOST else []
    return "\n".join(["**CI on this head**", *map(_line, ordered[:MOST]), *rest])


def _line(check: CiCheck) -> str:
    name = inert(line(check.name, NAME_LIMIT))
    is_link = check.url.startswith(("https://", "http://")) and len(check.url) < URL_LIMIT
    shown = f"[{name}]({check.url})" if is_link and not set(check.url) & set("()<> ") else name
    return f"- {ICON[check.state]} {shown} {check.state}"
