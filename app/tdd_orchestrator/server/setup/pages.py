"""What the set-up pages say."""

import json
from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import quote

from starlette.responses import HTMLResponse

from tdd_orchestrator.core.errors import TddError
from tdd_orchestrator.server.setup.html import link, page, text
from tdd_orchestrator.server.setup.manifest import Wish
from tdd_orchestrator.server.setup.onboarding_pull import NothingMissing, Onboarding, Opened, ToPaste
from tdd_orchestrator.server.setup.seen import AppSeen, RepositorySeen
from tdd_orchestrator.server.setup.steps import Step, app_steps, is_ready, repository_steps

INVITATION = (
    "This server has no GitHub App yet. One button makes it; GitHub asks you for its name. Be signed in there first, "
    "in this browser."
)


def closed(was_used: bool) -> HTMLResponse:
    """For whoever does not have the token."""
    why = (
        "The address with the token was opened already, and lets one browser in. Go on there; to begin anew, restart "
        "the server: it prints a new one."
        if was_used
        else "Look into the terminal, or the log, of `tdd serve`: it printed an address that ends in `/setup?token=…`. "
        "Open that one."
    )
    return page("Set-up is closed here", f"<p>{text(why)}</p>", status=403)


def start(manifest: Mapping[str, Any], address: str, origin: str, wish: Wish, told: str) -> HTMLResponse:
    """The one button."""
    hook, wanted = str(manifest["hook_attributes"]["url"]), manifest["default_permissions"]
    rights = ", ".join(f"`{name}: {level}`" for name, level in sorted(wanted.items()))
    events = ", ".join(f"`{event}`" for event in manifest["default_events"])
    body = (
        f"<p>{text(INVITATION)}</p>"
        f"{_told(told)}"
        f'<form method="post" action="{escape(address)}">'
        f'<input type="hidden" name="manifest" value="{escape(json.dumps(manifest))}">'
        f"<button>Create the GitHub App</button></form>"
        f'<div class="card"><p>{text("Owner: " + (wish.organization or "yourself"))}</p>'
        f"<p>{text(f'Webhooks go to `{hook}`')}</p><p>{text(f'It may: {rights}')}</p>"
        f"<p>{text(f'It hears: {events}')}</p></div>"
        f"{_options(wish)}"
    )
    return page("Set up a GitHub App", body, form_to=origin)


def _options(wish: Wish) -> str:
    opened = " open" if wish != Wish() else ""
    checked = " checked" if wish.workflows else ""
    return (
        f"<details{opened}><summary>An organization's App, or one that adds its own workflow file</summary>"
        '<form method="get" action="/setup">'
        '<p><label>Organization that will own it (empty: yourself) <input type="text" name="organization" '
        f'value="{escape(wish.organization)}" maxlength="39"></label></p>'
        f'<p><label><input type="checkbox" name="workflows" value="1"{checked}> It may write workflow files '
        "(<code>workflows: write</code>), so that it can open the first pull request for you</label></p>"
        '<button class="quiet">Use these</button></form></details>'
    )


def not_yet(said: str) -> HTMLResponse:
    """Before anything can be made, GitHub must be able to reach us."""
    return page("Set up a GitHub App", f"<p>{text(said)}</p>")


def refused(fault: TddError | str, status: int = 400) -> HTMLResponse:
    """What went wrong, and the way back."""
    said = f'<div class="told">{text(str(fault))}</div><p><a href="/setup">Back to the set-up</a></p>'
    return page("That did not work", said, status=status)


def progress(seen: AppSeen, onboarding: Mapping[str, Onboarding | TddError], told: str) -> HTMLResponse:
    """The steps, as far as each is seen."""
    ready = is_ready(seen)
    steps = "".join(_step(step) for step in app_steps(seen))
    repositories = "".join(_repository(each, onboarding.get(each.name)) for each in seen.repositories)
    more = f"<p class=muted>{seen.unseen} more repositories are not shown here.</p>" if seen.unseen else ""
    last = (
        "Everything that can be seen is in place. Open a pull request with a PRD in `prds/`."
        if ready
        else "Each step turns green when it is seen."
    )
    body = f'<p>{text(last)}</p>{_told(told)}<div class="card">{steps}</div>{repositories}{more}'
    reading = any(isinstance(each, ToPaste) for each in onboarding.values())  # a reload would close what is read
    return page("Ready" if ready else "Almost there", body, reloads=not ready and not reading)


def waiting(fault: TddError, told: str) -> HTMLResponse:
    """GitHub does not show the App now."""
    return page("Almost there", f"{_told(told)}{_told(str(fault))}<p>This page tries again.</p>", reloads=True)


def _told(said: str) -> str:
    return f'<div class="told">{text(said)}</div>' if said else ""


def _step(step: Step) -> str:
    words = {"done": "done", "waiting": "not yet", "wrong": "wrong", "unseen": "cannot be seen from here"}
    where = f" {link(step.link, 'Open')}" if step.link else ""
    state = words[step.light.value]
    return (
        f'<div class="step {step.light.value}"><i role="img" aria-label="{state}"></i><div><b>{text(step.title)}</b>'
        f" <small>{state}: {text(step.told)}{where}</small></div></div>"
    )


def _repository(seen: RepositorySeen, outcome: Onboarding | TddError | None) -> str:
    steps = "".join(_step(step) for step in repository_steps(seen))
    offer = "" if seen.workflow or seen.workflow is None or seen.pull else _offer(seen, outcome)
    return f'<h2>{link(seen.page, seen.name)}</h2><div class="card">{steps}{offer}</div>'


def _offer(seen: RepositorySeen, outcome: Onboarding | TddError | None) -> str:
    match outcome:
        case None:
            return _button(seen, "Open a pull request with the workflow, configuration and a PRD template")
        case Opened(url):
            return f"<p>{link(url, 'The branch or pull request is there: open it')}</p>"
        case NothingMissing():
            return _told("Nothing is missing on the default branch.")
        case ToPaste(reason, branch, files):
            told = "Put these files on the default branch yourself; each link opens GitHub's editor."
            pasted = "".join(_file(seen, branch, one.path, one.content) for one in files)
            return f"{_told(reason)}<p>{told}</p>{pasted}{_button(seen, 'Try again')}"
        case TddError():
            return f"{_told(str(outcome))}{_button(seen, 'Try again')}"


def _file(seen: RepositorySeen, branch: str, path: str, content: str) -> str:
    editor = f"{seen.page}/new/{quote(branch)}?filename={quote(path)}"
    return f"<details><summary>{link(editor, f'`{path}`')}</summary><pre>{escape(content)}</pre></details>"


def _button(seen: RepositorySeen, words: str) -> str:
    return (
        '<form method="post" action="/setup/onboarding">'
        f'<input type="hidden" name="repository" value="{escape(seen.name)}">'
        f'<button class="quiet">{escape(words)}</button></form>'
    )
