"""The addresses of the pages, and the few things that a person can do on them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias
from urllib.parse import parse_qs, unquote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tdd_orchestrator.hub.acts import checks, comments
from tdd_orchestrator.hub.commits import FileChange, read_commit
from tdd_orchestrator.hub.errors import Refused
from tdd_orchestrator.hub.identity import User
from tdd_orchestrator.hub.pages import diff, logtext, views
from tdd_orchestrator.hub.pages.rendering import Pages
from tdd_orchestrator.hub.runner.job import Notes
from tdd_orchestrator.hub.site import Site
from tdd_orchestrator.hub.state import CheckRun, PullRequest, Repository, WorkflowRun

Notebook: TypeAlias = Callable[[WorkflowRun], Mapping[str, Notes]]
Handler: TypeAlias = Callable[[Request], Awaitable[Response]]

_PULL = "/{owner}/{repo}/pull/{number:int}"
_CHECK = "/{owner}/{repo}/runs/{id:int}"
_RUN = "/{owner}/{repo}/actions/runs/{id:int}"


def _no_notes(_: WorkflowRun) -> Mapping[str, Notes]:
    return {}


def routes(site: Callable[[], Site], notes: Notebook = _no_notes) -> list[Route]:
    """The routes of all pages; `site` is asked at the first request, since a hub takes its routes when it is made.

    `notes` tells what the jobs of a run left for people, by the job's name.
    """
    desk = _Desk(site, notes)
    reading: dict[str, Handler] = {
        "/": desk.index,
        _PULL: desk.conversation,
        f"{_PULL}/checks": desk.checks,
        f"{_PULL}/files": desk.files,
        f"{_PULL}/actions": desk.actions,
        "/{owner}/{repo}/commit/{sha}": desk.commit,
        _CHECK: desk.find_check,
        _RUN: desk.find_run,
        _RUN + "/job/{job:int}": desk.find_run,
    }
    writing: dict[str, Handler] = {
        f"{_PULL}/comment": desk.comment,
        f"{_CHECK}/press": desk.press,
        f"{_CHECK}/rerequest": desk.rerequest,
        f"{_RUN}/rerun": desk.rerun,
        f"{_RUN}/cancel": desk.cancel,
    }
    return [
        *(Route(path, handler, methods=["GET"]) for path, handler in reading.items()),
        *(Route(path, own_forms_only(handler), methods=["POST"]) for path, handler in writing.items()),
    ]


def own_forms_only(handler: Handler) -> Handler:
    """Another site's form must not speak here: browsers say where a form comes from."""

    async def guarded(request: Request) -> Response:
        origin = request.headers.get("origin")
        if origin not in (None, f"{request.url.scheme}://{request.headers.get('host')}"):
            raise HTTPException(403, "This form comes from another site.")
        try:
            return await handler(request)
        except Refused as refusal:
            raise HTTPException(refusal.status, str(refusal)) from refusal

    return guarded


class _Desk:
    def __init__(self, site: Callable[[], Site], notes: Notebook) -> None:
        self._find, self._notes = site, notes

    @cached_property
    def _site(self) -> Site:
        return self._find()

    @cached_property
    def _pages(self) -> Pages:
        return Pages(self._site)

    async def index(self, request: Request) -> Response:
        """All repositories and their pull requests, the newest first."""
        listed = []
        for repository in self._site.world.repositories.values():
            pulls = sorted(repository.pulls.values(), key=lambda pull: -pull.number)
            listed.append((repository, [(pull, views.tally(_flat(pull))) for pull in pulls]))
        return self._pages.page("index.html", repositories=listed, people=[], me=None)

    async def conversation(self, request: Request) -> Response:
        """What was said and committed."""
        pull = self._pull(request)
        latest = views.runs(pull.repository)[:6]
        return self._tab(request, pull, "conversation", timeline=views.timeline(pull), runs=latest)

    async def checks(self, request: Request) -> Response:
        """The checks of the head; one of them in full."""
        pull = self._pull(request)
        wanted = request.query_params.get("check_run_id", "")
        known = {str(run.id): run for run in pull.repository.checks.values()}
        shown = _flat(pull)
        return self._tab(request, pull, "checks", chosen=known.get(wanted) or (shown[0] if shown else None))

    async def files(self, request: Request) -> Response:
        """The difference between head and base."""
        pull = self._pull(request)
        return self._tab(request, pull, "files", files=_rows(views.files(pull)), remarks=views.remarks(pull))

    async def commit(self, request: Request) -> Response:
        """One commit."""
        repository, sha = self._repository(request), request.path_params["sha"]
        full = repository.git.resolve(sha)
        if full is None:
            raise HTTPException(404, "There is no such commit.")
        commit = read_commit(repository.git, full)
        files = _rows(views.commit_files(repository, commit))
        return self._pages.page(
            "commit.html", repository=repository, commit=commit, files=files, remarks={}, people=[], me=None
        )

    async def actions(self, request: Request) -> Response:
        """Workflow runs of the repository; one of them with its jobs and their logs."""
        pull = self._pull(request)
        runs = views.runs(pull.repository)
        wanted = request.query_params.get("run", "")
        chosen = next((run for run in runs if str(run.id) == wanted), runs[0] if runs else None)
        jobs = [(job, *logtext.groups(job.log)) for job in chosen.jobs] if chosen else []
        notes = self._notes(chosen) if chosen else {}
        return self._tab(request, pull, "actions", runs=runs, chosen=chosen, jobs=jobs, notes=notes)

    async def find_check(self, request: Request) -> Response:
        """A check's own address leads to its pull request."""
        run = self._check(request)
        for pull in self._repository(request).pulls.values():
            if pull.head_sha == run.head_sha or len(self._repository(request).pulls) == 1:
                return _go(pull, f"/checks?check_run_id={run.id}")
        raise HTTPException(404, "No pull request shows this check.")

    async def find_run(self, request: Request) -> Response:
        """A run's own address leads to the pull request that it was about, as far as that can be told."""
        run = self._run(request)
        pulls = list(run.repository.pulls.values())
        if not pulls:
            raise HTTPException(404, "This repository has no pull request to show the run in.")
        about = [pull for pull in pulls if pull.head_sha == run.head_sha or str(pull.number) in run.inputs.values()]
        return _go((about or pulls)[-1], f"/actions?run={run.id}")

    async def comment(self, request: Request) -> Response:
        """Say something."""
        pull, form = self._pull(request), await form_of(request)
        made = comments.comment(self._site, pull, self._me(request, pull.repository), form.get("body", ""))
        return _go(pull, f"#issuecomment-{made.id}")

    async def press(self, request: Request) -> Response:
        """Press a button of a check."""
        repository, run, form = self._repository(request), self._check(request), await form_of(request)
        checks.press(self._site, repository, run, form.get("identifier", ""), self._me(request, repository))
        return _back(request)

    async def rerequest(self, request: Request) -> Response:
        """Ask for a check again."""
        repository = self._repository(request)
        checks.rerequest(self._site, repository, self._check(request), self._me(request, repository))
        return _back(request)

    async def rerun(self, request: Request) -> Response:
        """Run a workflow again."""
        run, form = self._run(request), await form_of(request)
        if run.status == "completed":
            self._site.actions.rerun(run.id, only_failed=form.get("only") == "failed")
        return _back(request)

    async def cancel(self, request: Request) -> Response:
        """Stop a workflow run."""
        self._site.actions.cancel(self._run(request).id)
        return _back(request)

    def _tab(self, request: Request, pull: PullRequest, tab: str, **values: object) -> Response:
        repository, commits, runs = pull.repository, views.commits(pull), _flat(pull)
        said = sum(one.number == pull.number for one in repository.comments.values())
        tabs = [
            ("conversation", "Conversation", "", said),
            ("checks", "Checks", "/checks", len(runs)),
            ("files", "Files changed", "/files", len(views.files(pull))),
            ("actions", "Actions", "/actions", len(repository.runs)),
        ]
        return self._pages.page(
            f"{tab}.html",
            pull=pull,
            repository=repository,
            commits=commits,
            checks=views.newest_checks(pull),
            tally=views.tally(runs),
            tabs=tabs,
            tab=tab,
            root=f"/{repository.full_name}/pull/{pull.number}",
            people=views.people(self._site.world, repository),
            me=self._me(request, repository),
            **values,
        )

    def _repository(self, request: Request) -> Repository:
        names = request.path_params
        try:
            return self._site.world.repository(f"{names['owner']}/{names['repo']}")
        except KeyError:
            raise HTTPException(404, "There is no such repository.") from None

    def _pull(self, request: Request) -> PullRequest:
        pull = self._repository(request).pulls.get(request.path_params["number"])
        if pull is None:
            raise HTTPException(404, "There is no such pull request.")
        return pull

    def _check(self, request: Request) -> CheckRun:
        run = self._repository(request).checks.get(request.path_params["id"])
        if run is None:
            raise HTTPException(404, "There is no such check run.")
        return run

    def _run(self, request: Request) -> WorkflowRun:
        run = self._repository(request).runs.get(request.path_params["id"])
        if run is None:
            raise HTTPException(404, "There is no such workflow run.")
        return run

    def _me(self, request: Request, repository: Repository) -> User:
        """Whom the page speaks for: the person chosen at its top, else the one with the strongest role."""
        people = [user for user, _ in views.people(self._site.world, repository)]
        chosen = unquote(request.cookies.get("as", ""))
        return next((user for user in people if user.login == chosen), people[0])


def _rows(files: Sequence[FileChange]) -> list[tuple[FileChange, list[diff.Row]]]:
    return [(file, diff.rows(file.patch) if file.patch else []) for file in files]


def _flat(pull: PullRequest) -> list[CheckRun]:
    return [run for runs in views.newest_checks(pull).values() for run in runs]


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a plain form, with line ends as Unix has them."""
    fields = parse_qs((await request.body()).decode(errors="replace"), keep_blank_values=True)
    return {name: values[-1].replace("\r\n", "\n") for name, values in fields.items()}


def _go(pull: PullRequest, rest: str) -> Response:
    return RedirectResponse(f"/{pull.repository.full_name}/pull/{pull.number}{rest}", 303)


def _back(request: Request) -> Response:
    return RedirectResponse(request.headers.get("referer", "/"), 303)
