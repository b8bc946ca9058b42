"""Workflow runs that we start and stop. A run is known by its nonce, which the workflow file puts into its title.

https://docs.github.com/en/rest/actions/workflows#create-a-workflow-dispatch-event
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from tdd_orchestrator.core.event import Dispatched, DispatchRefused
from tdd_orchestrator.core.result import Assignment, Step
from tdd_orchestrator.core.wire import to_wire
from tdd_orchestrator.github.answer import Answer
from tdd_orchestrator.github.errors import Forbidden, GitHubError, Gone, NotFound, Unprocessable
from tdd_orchestrator.github.read import RepositoryReader
from tdd_orchestrator.github.views import WorkflowRunView

ROUTE = "/repos/{repo}/actions/workflows/{file}/dispatches"
LOOKS = 6
LOOK_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Starts runs of one workflow file on the default branch.

    `lander` is who lands a proven result: `app` or `workflow`.
    """

    reader: RepositoryReader
    workflow: str
    lander: str
    clock: Callable[[], float]

    async def dispatch(self, assignment: Assignment, *, again: bool) -> Dispatched | DispatchRefused | None:
        """Start a run; `None` where GitHub has accepted it and does not show it yet, which the next look settles.

        `again` says that an earlier try may have started it: then it is looked for first.
        """
        nonce = assignment.nonce
        if again and (run := await self._run(nonce)) is not None:
            return self._dispatched(nonce, run.id, run.url)
        try:
            answer = await self._post(assignment)
        except (NotFound, Forbidden, Gone, Unprocessable) as refused:
            return DispatchRefused(at=self.clock(), nonce=nonce, reason=self._reason(refused))
        named = answer.json() if answer.status == 200 else None
        if isinstance(named, dict) and named.get("workflow_run_id"):
            return self._dispatched(nonce, int(named["workflow_run_id"]), str(named.get("html_url") or ""))
        shown = await self._awaited(nonce)
        return self._dispatched(nonce, shown.id, shown.url) if shown else None

    async def _post(self, assignment: Assignment) -> Answer:
        branch = await self.reader.default_branch()
        assignment = replace(assignment, author=(await self.reader.identity()).author)
        connection = self.reader.connection
        fields: dict[str, object] = {"ref": branch, "inputs": inputs(assignment, self.lander)}
        asked = {**fields, "return_run_details": True} if connection.tells_runs else fields

        async def find() -> Answer | None:
            run = await self._awaited(assignment.nonce)
            named = {"workflow_run_id": run.id, "html_url": run.url} if run else None
            return Answer(200, {}, json.dumps(named).encode()) if named else None

        try:
            return await connection.create(ROUTE, asked, find=find, file=self.workflow)
        except Unprocessable as refused:
            if "return_run_details" not in refused.message:
                raise
        connection.tells_runs = False  # a GitHub Enterprise Server that does not know it yet
        return await connection.create(ROUTE, fields, find=find, file=self.workflow)

    async def _run(self, nonce: str) -> WorkflowRunView | None:
        try:
            return await self.reader.workflow_run_by_nonce(self.workflow, nonce, self.clock() - 86_400)
        except NotFound:
            return None

    async def _awaited(self, nonce: str) -> WorkflowRunView | None:
        """A run shows in the list some seconds after its dispatch; after a few looks it is left to the next event."""
        for look in range(LOOKS):
            if (run := await self._run(nonce)) is not None:
                return run
            if look < LOOKS - 1:
                await self.reader.connection.patience.sleep(LOOK_EVERY_S)
        return None

    def _dispatched(self, nonce: str, run: int, url: str) -> Dispatched:
        return Dispatched(at=self.clock(), nonce=nonce, workflow_run=run, url=url)

    def _reason(self, refused: GitHubError) -> str:
        file = f".github/workflows/{self.workflow}"
        match refused:
            case NotFound():
                return (
                    f"There is no workflow file {file} on the default branch: add it with `tdd init`, and merge that."
                )
            case Forbidden():
                grant = "grant the permission `actions: write` and accept it"
                return f"GitHub does not let us start {file}: {grant}. {refused.message}"
            case _:
                return (
                    f"GitHub refuses to start {file}: {refused.message} "
                    "If it is disabled, enable it in the Actions tab; "
                    "if it does not know an input, renew it with `tdd init --force`."
                )


def inputs(assignment: Assignment, lander: str) -> dict[str, str]:
    """The inputs of the workflow, by the names that its file declares."""
    named = {Step.PLAN: "plan", Step.DRAFT: "prd"}
    subject = assignment.task.key if assignment.task else named.get(assignment.step, "merge")
    kind = "issue" if assignment.step is Step.DRAFT else "pr"
    return {
        "nonce": assignment.nonce,
        "title": f"{kind}-{assignment.number} {subject} {assignment.step.value}",
        "step": assignment.step.value,
        "assignment": json.dumps(to_wire(assignment), separators=(",", ":"), ensure_ascii=False),
        "head": assignment.head,
        "base": assignment.base,
        "lander": lander,
    }


async def cancel(reader: RepositoryReader, workflow_run: int) -> None:
    """Stop a run; one that has ended, or is gone, needs no stopping."""
    try:
        await reader.connection.write("POST", "/repos/{repo}/actions/runs/{run}/cancel", run=workflow_run)
    except (NotFound, Gone):
        pass
    except Unprocessable as refused:
        if refused.status != 409:
            raise
