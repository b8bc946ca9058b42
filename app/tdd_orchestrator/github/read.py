"""What may be asked of a repository: one narrow port. Nothing here writes, and nothing here decides."""

import time
from collections.abc import Callable

from tdd_orchestrator.core.roles import Role
from tdd_orchestrator.core.sources import Source, added
from tdd_orchestrator.github import artifacts
from tdd_orchestrator.github.ci import OthersChecks
from tdd_orchestrator.github.client import PER_PAGE, RAW, Connection
from tdd_orchestrator.github.errors import Gone, NotFound, Truncated
from tdd_orchestrator.github.identity import Identity, identity_of
from tdd_orchestrator.github.views import (
    CommentView,
    PullView,
    TreeEntry,
    WorkflowRunView,
    author_of,
    comment_view,
    moment,
    pull_view,
    workflow_run_view,
)

ROLE_KEPT_S, BRANCH_KEPT_S = 60.0, 600.0
RESULTS_KEPT_BYTES = 32_000_000
"""Results wait for their landing while others land: so many bytes of them are kept, and the newest in any case."""


class RepositoryReader:
    """Questions about one repository; answers are values.

    `NotFound` and the like are raised where a thing ought to be there.
    """

    def __init__(
        self, connection: Connection, *, clock: Callable[[], float] = time.monotonic, identity: Identity | None = None
    ) -> None:
        self.connection, self.repo = connection, connection.repo
        self.others = OthersChecks(connection)
        self._clock = clock
        self._roles: dict[str, tuple[float, str]] = {}
        self._results: dict[tuple[int, float | str], dict[str, bytes]] = {}
        self._default_branch = (float("-inf"), "")
        self._identity = identity

    async def pull(self, number: int) -> PullView:
        """A pull request as it stands."""
        return pull_view((await self.connection.get("/repos/{repo}/pulls/{number}", number=number)).json())

    async def open_pulls(self) -> tuple[PullView, ...]:
        """All open pull requests, those changed last first."""
        query = {"state": "open", "sort": "updated", "direction": "desc"}
        return tuple([pull_view(pull) async for pull in self.connection.pages("/repos/{repo}/pulls", query=query)])

    async def changed_files(self, number: int) -> tuple[str, ...]:
        """The paths that a pull request changes, the old ones of renamed files included; GitHub lists 3,000 at most."""
        paths: list[str] = []
        async for changed in self.connection.pages("/repos/{repo}/pulls/{number}/files", number=number):
            paths += [str(changed["filename"]), *filter(None, [changed.get("previous_filename")])]
        return tuple(dict.fromkeys(paths))

    async def tree(self, sha: str) -> tuple[TreeEntry, ...]:
        """All files of a commit (or tree).

        `Truncated` where GitHub would not show them all (over 100,000 files or 7 MB).
        """
        shown = (await self.connection.get("/repos/{repo}/git/trees/{sha}", query={"recursive": "1"}, sha=sha)).json()
        if shown.get("truncated"):
            raise Truncated(
                f"{self.repo} has more files at {sha[:12]} than GitHub lists at once.",
                remedy="Narrow `prd.paths` in .tdd/config.toml to a directory.",
            )
        files = (entry for entry in shown["tree"] if entry["type"] == "blob")
        return tuple(TreeEntry(str(f["path"]), str(f["mode"]), str(f["sha"]), int(f.get("size") or 0)) for f in files)

    async def blob(self, sha: str) -> bytes:
        """A file's content by its blob sha."""
        return (await self.connection.get("/repos/{repo}/git/blobs/{sha}", headers=RAW, sha=sha)).content

    async def file(self, path: str, ref: str) -> bytes | None:
        """A file's content at a branch or commit; `None` where there is no such file."""
        try:
            route = "/repos/{repo}/contents/{path}"
            return (await self.connection.get(route, query={"ref": ref}, headers=RAW, path=path)).content
        except NotFound:
            return None

    async def authors(self, path: str, sha: str) -> tuple[Source, ...]:
        """Who wrote a file, by the last hundred commits that changed it."""
        query = {"path": path, "sha": sha, "per_page": PER_PAGE}
        shown = (await self.connection.get("/repos/{repo}/commits", query=query)).json()
        return added((), (author_of(one, path) for one in shown))

    async def permission(self, login: str) -> str:
        """The role of a login: none, read, triage, write, maintain or admin; kept for a minute."""
        at, role = self._roles.get(login, (float("-inf"), ""))
        if self._clock() - at > ROLE_KEPT_S:
            role = await self._permission(login)
            self._roles[login] = (self._clock(), role)
        return role

    async def _permission(self, login: str) -> str:
        try:
            route = "/repos/{repo}/collaborators/{login}/permission"
            shown = (await self.connection.get(route, login=login)).json()
        except NotFound:
            return Role.NONE.word
        return Role.from_github(str(shown.get("permission", "")), str(shown.get("role_name") or "")).word

    async def comments_since(self, number: int, since: float = 0.0) -> tuple[CommentView, ...]:
        """The comments of a pull request written or edited at or after `since` (epoch seconds), oldest first."""
        query = {"since": moment(since)} if since else {}
        route = "/repos/{repo}/issues/{number}/comments"
        return tuple([comment_view(c) async for c in self.connection.pages(route, query=query, number=number)])

    async def comment(self, comment: int) -> CommentView | None:
        """A comment by its id; `None` where it was deleted."""
        try:
            route = "/repos/{repo}/issues/comments/{comment}"
            return comment_view((await self.connection.get(route, comment=comment)).json())
        except (NotFound, Gone):
            return None

    async def workflow_run(self, run: int) -> WorkflowRunView | None:
        """A workflow run by its id; `None` where it was deleted."""
        try:
            return workflow_run_view((await self.connection.get("/repos/{repo}/actions/runs/{run}", run=run)).json())
        except (NotFound, Gone):
            return None

    async def workflow_run_by_nonce(
        self, workflow_file: str, nonce: str, created_after: float
    ) -> WorkflowRunView | None:
        """The newest dispatched run of the default branch's workflow file whose title ends with the nonce; it shows
        some seconds after the dispatch. What another branch's file runs may bear any title.
        """
        branch = await self.default_branch()
        query = {"event": "workflow_dispatch", "branch": branch, "created": f">={moment(created_after - 60)}"}
        route = "/repos/{repo}/actions/workflows/{file}/runs"
        async for shown in self.connection.pages(route, inside="workflow_runs", query=query, file=workflow_file):
            if nonce in str(shown.get("display_title") or "").split():
                return workflow_run_view(shown)
        return None

    async def result_files(self, workflow_run: int, *, since: float = 0.0, tip: str = "") -> dict[str, bytes]:
        """The files that a run left as `tdd-result`, else as `tdd-work`, by name; `{}` where it left neither.

        Only what its attempt left that began at `since`, and with a `tip` only what speaks of this commit. Kept for a
        little while: a result is read when it is reported, and its bundle soon after, when it lands.
        """
        known = self._results.get((workflow_run, tip or since))
        if known is None:
            known = await artifacts.result_files(self.connection, workflow_run, since=since, tip=tip)
            if not known:
                return known
            self._results[workflow_run, tip or since] = known
            while len(self._results) > 1 and sum(map(_size, self._results.values())) > RESULTS_KEPT_BYTES:
                del self._results[next(iter(self._results))]
        return known

    async def bundle(self, workflow_run: int, tip: str) -> bytes | None:
        """The bundle that a run left for this commit, whichever of its attempts that was."""
        kept = [files for (run, _), files in self._results.items() if run == workflow_run]
        files = next((files for files in kept if artifacts.speaks_of(files, tip)), None)
        files = files or await self.result_files(workflow_run, tip=tip) or await self.result_files(workflow_run)
        return files.get(artifacts.BUNDLE)

    async def tip(self, branch: str) -> str | None:
        """The commit that a branch is at; `None` where there is no such branch."""
        try:
            shown = (await self.connection.get("/repos/{repo}/git/ref/{ref}", ref=f"heads/{branch}")).json()
        except NotFound:
            return None
        # A reference that is only the beginning of others is answered by a list.
        return str(shown["object"]["sha"]) if isinstance(shown, dict) else None

    async def ahead(self, base: str, head: str) -> bool:
        """Whether `head` holds commits that `base` does not."""
        shown = (await self.connection.get("/repos/{repo}/compare/{path}", path=f"{base}...{head}")).json()
        return int(shown["ahead_by"]) > 0

    async def messages(self, base: str, head: str) -> tuple[str, ...] | None:
        """The messages of the commits that `head` holds and `base` does not; `None` where they are over 250."""
        shown = (await self.connection.get("/repos/{repo}/compare/{path}", path=f"{base}...{head}")).json()
        if int(shown["total_commits"]) > len(shown["commits"]):
            return None
        return tuple(str(each["commit"]["message"]) for each in shown["commits"])

    async def identity(self) -> Identity:
        """Who our commits are by; asked once."""
        if self._identity is None:
            self._identity = await identity_of(self.connection)
        return self._identity

    async def default_branch(self) -> str:
        """The repository's default branch; asked every ten minutes."""
        at, branch = self._default_branch
        if self._clock() - at > BRANCH_KEPT_S:
            branch = str((await self.connection.get("/repos/{repo}")).json()["default_branch"])
            self._default_branch = (self._clock(), branch)
        return branch


def _size(files: dict[str, bytes]) -> int:
    return sum(map(len, files.values()))
