"""The way to a working App, step by step, and how far it has been walked. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from tdd_orchestrator.server.setup.seen import AppSeen, RepositorySeen


class Light(StrEnum):
    """How a step stands. `UNSEEN`: it cannot be seen from here, and a person has to look."""

    DONE = "done"
    WAITING = "waiting"
    WRONG = "wrong"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the page: what, how it stands, what to do, and where."""

    title: str
    light: Light
    told: str
    link: str = ""


def app_steps(seen: AppSeen) -> tuple[Step, ...]:
    """The steps of the App itself."""
    return (Step("App created", Light.DONE, f"It is called {seen.slug}.", seen.page), _installed(seen), _heard(seen))


def repository_steps(seen: RepositorySeen) -> tuple[Step, ...]:
    """The steps of one repository."""
    return (_workflow(seen), _secret(seen))


def is_ready(seen: AppSeen) -> bool:
    """Whether nothing is left to wait for: all that can be seen is done, in every repository."""
    steps = (*app_steps(seen), *(step for each in seen.repositories for step in repository_steps(each)))
    return bool(seen.repositories) and all(step.light in (Light.DONE, Light.UNSEEN) for step in steps)


def _installed(seen: AppSeen) -> Step:
    title = "App installed"
    if not seen.installations:
        return Step(title, Light.WAITING, "Install it, and choose the repositories.", seen.install_page)
    count = len(seen.repositories) + seen.unseen
    return Step(title, Light.DONE, f"On {count} {'repository' if count == 1 else 'repositories'}.", seen.install_page)


def _heard(seen: AppSeen) -> Step:
    title, hook = "First webhook received", seen.webhook
    if hook.arrived:
        return Step(title, Light.DONE, f"GitHub reaches {hook.url}")
    if hook.last and hook.last != "pending":
        told = f"GitHub sends to {hook.url} and got: {hook.last}. Check TDD_PUBLIC_URL and what is in front of it."
        return Step(title, Light.WRONG, told)
    return Step(title, Light.WAITING, f"GitHub sends to {hook.url}; the installation is the first thing it tells.")


def _workflow(seen: RepositorySeen) -> Step:
    title = "Workflow file on the default branch"
    match seen.workflow:
        case True:
            return Step(title, Light.DONE, f"`{seen.branch}` has it.")
        case False if seen.pull:
            return Step(title, Light.WAITING, "Read and merge the pull request.", seen.pull)
        case False:
            return Step(title, Light.WAITING, f"`{seen.branch}` does not have .github/workflows/tdd.yml yet.")
        case None:
            return Step(title, Light.WRONG, seen.why)


def _secret(seen: RepositorySeen) -> Step:
    title, where = "Secret ANTHROPIC_API_KEY", f"{seen.page}/settings/secrets/actions"
    match seen.secret:
        case True:
            return Step(title, Light.DONE, "It is there.")
        case False:
            return Step(title, Light.WAITING, "Add it to the repository or its organization.", where)
        case None:
            told = "The App may not see names of secrets, so this stays grey: look for yourself."
            return Step(title, Light.UNSEEN, told, where)
