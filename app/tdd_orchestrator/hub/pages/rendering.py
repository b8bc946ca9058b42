"""The templates and what they may use."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from tdd_orchestrator.hub.pages import icons, markdown, views
from tdd_orchestrator.hub.site import Site
from tdd_orchestrator.hub.state import CheckRun, Job, PullRequest, WorkflowRun


def _pull_state(pull: PullRequest) -> str:
    if pull.merged_at is not None:
        return "merged"
    return "draft" if pull.draft and pull.state == "open" else pull.state


def _run_state(one: CheckRun | WorkflowRun | Job) -> str:
    return views.state_of(one.status, one.conclusion)


def _step_state(step: Mapping[str, Any]) -> str:
    return views.state_of(step["status"], step["conclusion"])


def _lasted(one: CheckRun | Job) -> str:
    if isinstance(one.started_at, datetime) and isinstance(one.completed_at, datetime):
        return views.lasted(one.started_at, one.completed_at)
    return ""


class Pages:
    """Renders templates; the clock is the hub's."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._jinja = Environment(
            loader=PackageLoader("tdd_orchestrator.hub.pages", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._jinja.filters |= {
            "md": markdown.render,
            "icon": icons.icon,
            "face": icons.face,
            "word": icons.word,
            "reaction": icons.reaction,
            "chips": views.chips,
            "state": _pull_state,
            "check_state": _run_state,
            "step_state": _step_state,
            "ago": lambda then: views.ago(then, site.world.now()),
        }
        self._jinja.globals |= {"lasted": _lasted, "levels": views.levels}

    def page(self, template: str, **values: object) -> HTMLResponse:
        """A whole page. Its policy lets nothing in from elsewhere, and no script but its own."""
        nonce = secrets.token_urlsafe(12)
        policy = (
            f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; connect-src 'self'; "
            "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        text = self._jinja.get_template(template).render(nonce=nonce, **values)
        headers = {"content-security-policy": policy, "cache-control": "no-store", "referrer-policy": "same-origin"}
        return HTMLResponse(text, headers=headers)
