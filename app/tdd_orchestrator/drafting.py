"""`/tdd prd` in an issue: a job drafts a PRD from it, and the draft becomes a pull request.

There is no run yet, and nothing to remember: the comment's id makes the job's nonce, the issue's number the branch's
name. So a delivery that comes twice starts nothing twice, and a draft that is there is never written over.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tdd_orchestrator.bookkeeping import Bookkeeping
from tdd_orchestrator.core.command import parse_commands
from tdd_orchestrator.core.content import CommentContent
from tdd_orchestrator.core.drafts import Issue, branch_of, draft_nonce, path_of, unfit
from tdd_orchestrator.core.event import DispatchRefused
from tdd_orchestrator.core.ledger_rows import draft_aside, draft_row
from tdd_orchestrator.core.plausible import implausible
from tdd_orchestrator.core.result import Assignment, DraftResult, Step
from tdd_orchestrator.core.settings import Config
from tdd_orchestrator.core.spending import is_free
from tdd_orchestrator.core.wire import MalformedWire, from_wire
from tdd_orchestrator.documents.read import read_prd
from tdd_orchestrator.github import comments
from tdd_orchestrator.github.dispatch import Dispatcher
from tdd_orchestrator.github.pace import Urgency
from tdd_orchestrator.github.proposing import Proposal, propose, proposed, tip
from tdd_orchestrator.github.read import RepositoryReader
from tdd_orchestrator.intake.pull import configuration
from tdd_orchestrator.report import draft_texts as texts
from tdd_orchestrator.report.comment import marker

RESULT = "draft.json"
SEEN, DONE, REFUSED = "eyes", "+1", "confused"


@dataclass(frozen=True, slots=True)
class Drafting:
    """Drafts for the issues of one repository."""

    reader: RepositoryReader
    environ: Mapping[str, str]
    clock: Callable[[], float]
    books: Bookkeeping
    lander: str = "app"
    workflow: str = "tdd.yml"

    async def asked(self, number: int, comment: int, author: str, body: str) -> None:
        """Answer the commands of a comment on an issue."""
        connection = self.reader.connection
        for line in parse_commands(body)[:1]:
            await comments.react(connection, comment, SEEN)
            config, _ = await configuration(self.reader, await self.reader.default_branch(), self.environ)
            if why := unfit(line, await self.reader.permission(author), config):
                await self._say(number, f"reply {comment}", texts.refused(author, why))
                await comments.react(connection, comment, REFUSED)
                return
            done, told = await self._begun(number, comment, config)
            await self._say(number, f"reply {comment}", told)
            await comments.react(connection, comment, DONE if done else REFUSED)

    async def _begun(self, number: int, comment: int, config: Config) -> tuple[bool, str]:
        branch = branch_of(config, number)
        default = await self.reader.default_branch()
        if url := await proposed(self.reader.connection, default, branch):
            return True, texts.there_already(url, branch)
        nonce = draft_nonce(self.reader.repo, number, comment)
        budget = await self.books.left(config.budget, nonce)
        if not is_free(config.tdd.worker):
            if budget <= 0:
                return False, texts.NO_MONEY
            await self.books.add(draft_aside(nonce, number, budget, self.clock()))
        issue = await self._issue(number)
        base = await tip(self.reader.connection, default)
        assignment = Assignment(
            step=Step.DRAFT,
            nonce=nonce,
            repo=self.reader.repo,
            number=number,
            head=base,
            base=base,
            worker=config.tdd.worker,
            budget_usd=budget,
            wish=issue.wish,
        )
        dispatcher = Dispatcher(self.reader, self.workflow, self.lander, self.clock)
        came = await dispatcher.dispatch(assignment, again=True)
        if isinstance(came, DispatchRefused):
            await self.books.add(draft_row(nonce, number, (), self.clock()))
            return False, came.reason
        return True, texts.under_way(came.url if came else "")

    async def ended(self, number: int, nonce: str, files: Mapping[str, bytes], url: str) -> None:
        """The drafting job is over: its draft becomes a pull request, or the issue is told why there is none."""
        try:
            result = from_wire(DraftResult, json.loads(files[RESULT]))
            odd = implausible(result)
        except (KeyError, ValueError, RecursionError, MalformedWire):
            odd = "the job left no result"
        if odd:
            result = DraftResult(nonce, reason=f"{odd}.")
        if result.nonce == nonce:
            await self.reported(number, result, url)

    async def reported(self, number: int, result: DraftResult, url: str) -> None:
        """Open the pull request of a draft; a draft that is there already stays as it is. Its money counts anyhow."""
        await self.books.add(draft_row(result.nonce, number, result.usage, self.clock()))
        told = texts.no_draft(result.reason or "the job left no text.", url)
        if result.text and not result.reason:
            told = await self._opened(number, result)
        await self._say(number, f"draft {result.nonce}", told)

    async def _opened(self, number: int, result: DraftResult) -> str:
        connection, base = self.reader.connection, await self.reader.default_branch()
        config, _ = await configuration(self.reader, base, self.environ)
        branch = branch_of(config, number)
        if url := await proposed(connection, base, branch):
            return texts.there_already(url, branch)
        path = path_of(config, number, result.title)
        faults = [fault for fault in read_prd(path, result.text.encode()).faults if fault.level == "failure"]
        if faults:
            return texts.no_draft(f"line {faults[0].line} of it: {faults[0].message}", url="")
        issue = await self._issue(number)
        title = texts.TITLE.format(result.title or issue.title)[:200]
        wish = Proposal(
            branch, base, title, texts.pull_body(issue, path), texts.commit_message(issue), {path: result.text}
        )
        return texts.opened(await propose(connection, wish, await tip(connection, base)), result)

    async def _issue(self, number: int) -> Issue:
        shown = (await self.reader.connection.get("/repos/{repo}/issues/{number}", number=number)).json()
        author = (shown.get("user") or {}).get("login") or "ghost"
        return Issue(number, str(shown["title"]), str(shown.get("body") or ""), str(author))

    async def _say(self, number: int, key: str, text: str) -> None:
        content = CommentContent(marker(key), text)
        connection, first = self.reader.connection, Urgency.ANSWER
        await comments.show(connection, number, content, None, again=True, urgency=first)
