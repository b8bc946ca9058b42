"""Looking at a pull request over REST, as anybody with a token may: checks, comments, commits, requests."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx


@dataclass(frozen=True, slots=True)
class CheckSeen:
    """A check run as GitHub shows it; `buttons` are (label, identifier)."""

    id: int
    name: str
    head: str
    status: str
    conclusion: str | None
    title: str
    summary: str
    text: str
    annotations: int
    buttons: tuple[tuple[str, str], ...] = ()

    @property
    def state(self) -> str:
        return self.conclusion or self.status


@dataclass(frozen=True, slots=True)
class PullSeen:
    """A pull request and the check runs of its head, in the order of their names."""

    number: int
    head: str
    branch: str
    state: str
    checks: tuple[CheckSeen, ...]

    def check(self, name: str) -> CheckSeen | None:
        """The newest check run of that name."""
        return max((check for check in self.checks if check.name == name), key=lambda check: check.id, default=None)


class Watcher:
    """Reads one repository with one person's token; `with` closes its client."""

    def __init__(self, api_url: str, token: str, repo: str) -> None:
        headers = {"Authorization": f"Bearer {token}", "X-GitHub-Api-Version": "2022-11-28"}
        self._client = httpx.Client(base_url=api_url, headers=headers, timeout=20)
        self._repo = f"/repos/{repo}"
        self._root = api_url.removesuffix("/api/v3")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def open_pull(self, title: str, head: str, base: str, body: str) -> int:
        """Open a pull request; its number."""
        fields = {"title": title, "head": head, "base": base, "body": body}
        return int(self._post(f"{self._repo}/pulls", fields)["number"])

    def comment(self, number: int, body: str) -> int:
        """Write a comment; its id."""
        return int(self._post(f"{self._repo}/issues/{number}/comments", {"body": body})["id"])

    def press(self, check: int, identifier: str) -> None:
        """Press a button of a check run. GitHub has no address for that, people click; the hub has one."""
        self._post(f"{self._root}/_hub{self._repo}/check-runs/{check}/press", {"identifier": identifier})

    def rerun(self, check: int) -> None:
        """Press GitHub's "Re-run" of a check run."""
        self._post(f"{self._repo}/check-runs/{check}/rerequest", {})

    def pull(self, number: int) -> PullSeen:
        """The pull request and the checks of its head."""
        pull = self._get(f"{self._repo}/pulls/{number}")
        head = str(pull["head"]["sha"])
        checks = sorted(self.checks(head), key=lambda check: (len(check.name), check.name, check.id))
        return PullSeen(number, head, str(pull["head"]["ref"]), str(pull["state"]), tuple(checks))

    def checks(self, sha: str) -> Iterator[CheckSeen]:
        """The newest check runs of a commit, one for each name and app."""
        answer = self._get(f"{self._repo}/commits/{sha}/check-runs", per_page=100)
        for shown in answer["check_runs"]:
            output = shown["output"]
            buttons = tuple((one["label"], one["identifier"]) for one in shown.get("actions") or ())
            yield CheckSeen(
                int(shown["id"]),
                shown["name"],
                sha,
                shown["status"],
                shown["conclusion"],
                output["title"] or "",
                output["summary"] or "",
                output["text"] or "",
                int(output["annotations_count"]),
                buttons,
            )

    def comments(self, number: int) -> list[tuple[str, str]]:
        """(author, body) of every comment, oldest first."""
        shown = self._get(f"{self._repo}/issues/{number}/comments", per_page=100)
        return [(one["user"]["login"], one["body"]) for one in shown]

    def commits(self, base: str, head: str) -> list[tuple[str, str]]:
        """(sha, message) of the commits that `head` has and `base` has not, oldest first."""
        shown = self._get(f"{self._repo}/compare/{base}...{head}")
        return [(one["sha"], one["commit"]["message"]) for one in shown["commits"]]

    def _get(self, path: str, **query: Any) -> Any:
        answer = self._client.get(path, params=query)
        answer.raise_for_status()
        return answer.json()

    def _post(self, path: str, fields: dict[str, str]) -> Any:
        answer = self._client.post(path, json=fields)
        answer.raise_for_status()
        return answer.json() if answer.content else None
