"""A PRD drafted from an issue: who may ask for it, what its job is called, and where the draft is put."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from tdd_orchestrator.core.command import ROLE_NEEDED, Command, Misread, Verb
from tdd_orchestrator.core.paths import matches
from tdd_orchestrator.core.roles import Role
from tdd_orchestrator.core.settings import Config

LONGEST_WISH = 20_000
"""Characters of an issue that a job is given; an assignment must stay under GitHub's 65,535 for all inputs."""
FOLDERS = ("prds", "docs/prd", "docs")


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue as somebody wrote it."""

    number: int
    title: str
    body: str
    author: str

    @property
    def wish(self) -> str:
        """Title and text in one, cut to what a job is given."""
        return f"{self.title}\n\n{self.body}"[:LONGEST_WISH]


def draft_nonce(repo: str, issue: int, comment: int) -> str:
    """12 hex digits that are the same whenever the same comment asks."""
    return hashlib.sha256(f"{repo}#{issue}:draft:{comment}".encode()).hexdigest()[:12]


def unfit(command: Command | Misread, role: str, config: Config) -> str:
    """Why a line in an issue is not carried out; "" where it asks for a draft and its author may."""
    if isinstance(command, Misread):
        return f"{command.reason} In an issue there is one command: `/tdd prd` drafts a PRD from it."
    if command.verb is not Verb.PRD:
        return (
            f"`/tdd {command.verb}` belongs on a pull request. In an issue there is one command: `/tdd prd` drafts a "
            "PRD from it, in a pull request of its own."
        )
    needed = Role.from_word(dict(config.commands.roles).get(Verb.PRD, "")) or ROLE_NEEDED[Verb.PRD]
    if (Role.from_word(role) or Role.NONE) < needed:
        return f"`/tdd prd` needs the role {needed.word} in this repository; yours is {role or 'none'}."
    return ""


def branch_of(config: Config, issue: int) -> str:
    """The branch of an issue's draft: one for each, so that asking twice overwrites nothing."""
    return f"{config.git.branch_prefix}issue-{issue}"


def path_of(config: Config, issue: int, title: str) -> str:
    """Where the draft is put: a path that `prd.paths` matches, so that its pull request is seen to hold a PRD."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50].rstrip("-") or "draft"
    name = f"issue-{issue}-{slug}"
    folders = (*(_folder(glob) for glob in config.prd.paths), *FOLDERS)
    places = (f"{folder}/{name}{ending}".lstrip("/") for folder in folders for ending in (".md", ".prd.md"))
    return next((place for place in places if matches(place, config.prd.paths)), f"prds/{name}.md")


def _folder(glob: str) -> str:
    """The part of a glob that names folders for certain."""
    parts = glob.split("/")[:-1]
    wild = next((place for place, part in enumerate(parts) if re.search(r"[*?\[]", part)), len(parts))
    return "/".join(parts[:wild])
