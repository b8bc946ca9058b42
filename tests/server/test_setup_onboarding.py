"""The first pull request of a repository: opened, found again, refused and then pasted; nothing is overwritten."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tdd_orchestrator.hub.acts.pulls import set_state
from tdd_orchestrator.hub.acts.refs import refs_moved
from tdd_orchestrator.hub.state import Repository
from tdd_orchestrator.server.setup.onboarding_pull import NothingMissing, Opened, ToPaste, onboard
from tdd_orchestrator.server.setup.seen import AppSeen, RepositorySeen, WebhookSeen
from tdd_orchestrator.server.setup.steps import Light, app_steps, is_ready, repository_steps
from world.browser import Browser
from world.quick_runner import written
from world.setting_up import REPO, SettingUp, setting_up

WORKFLOW, CONFIG, TEMPLATE = ".github/workflows/tdd.yml", ".tdd/config.toml", "docs/prd-template.md"


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[SettingUp]:
    """The app may write workflow files, and is installed."""
    async with setting_up(tmp_path) as made:
        await made.create(workflows=True)
        await made.install()
        await made.steps()
        yield made


def push(scene: SettingUp, files: dict[str, str]) -> Repository:
    repository = scene.hub.repository(REPO)
    git = repository.git
    sha = written(git, git.resolve("main") or "", files, "by hand")
    git.run("update-ref", "refs/heads/main", sha)
    refs_moved(scene.hub.site, repository, scene.hub.world.users["maintainer"])
    return repository


async def onboarded(scene: SettingUp) -> Opened | NothingMissing | ToPaste:
    assert scene.desk.looking is not None
    return await onboard(scene.desk.looking, REPO, write_interval_s=0.0)


def changed(repository: Repository) -> list[str]:
    return repository.git.text("diff", "--name-status", "main...tdd/onboarding").splitlines()


async def test_what_is_there_is_not_overwritten(scene: SettingUp) -> None:
    repository = push(scene, {CONFIG: '[tdd]\nworker = "script"\n'})
    assert isinstance(await onboarded(scene), Opened)
    assert changed(repository) == [f"A\t{WORKFLOW}", f"A\t{TEMPLATE}"]


async def test_it_is_opened_once_and_found_again(scene: SettingUp) -> None:
    first = await onboarded(scene)
    assert isinstance(first, Opened)
    assert first.fresh
    assert await onboarded(scene) == Opened(first.url, fresh=False)
    (pull,) = scene.hub.repository(REPO).pulls.values()
    set_state(scene.hub.site, pull, scene.hub.world.users["maintainer"], "closed")
    again = await onboarded(scene)
    assert again == Opened(f"{scene.hub.url}/{REPO}/compare/main...tdd/onboarding", fresh=False)


async def test_a_repository_that_has_everything_gets_nothing(scene: SettingUp) -> None:
    repository = push(scene, {WORKFLOW: "on: push\n", CONFIG: "", TEMPLATE: "mine"})
    assert await onboarded(scene) == NothingMissing()
    assert repository.git.resolve("tdd/onboarding") is None


async def test_a_button_of_another_site_or_for_another_repository_does_nothing(scene: SettingUp) -> None:
    form = scene.browser.form("/setup/onboarding")
    async with Browser() as other:
        other.page = scene.browser.page
        await other.press("/setup/onboarding")
        assert other.status == 403
    scene.browser.page = await scene.browser._client.post(
        f"{scene.url}{form.action}", data=form.fields, headers={"origin": "http://elsewhere.example"}
    )
    assert scene.browser.status == 403
    await scene.steps()
    await scene.browser.press("/setup/onboarding", repository="owner/other")
    assert scene.browser.status == 404
    assert not scene.hub.repository(REPO).pulls


async def test_without_the_permission_the_page_shows_what_to_paste(tmp_path: Path) -> None:
    async with setting_up(tmp_path) as scene:
        await scene.create()
        await scene.install()
        await scene.steps()
        page = await scene.browser.press("/setup/onboarding")
        assert "needs the permission <code>workflows: write</code>" in page
        for path in (WORKFLOW, CONFIG, TEMPLATE):
            assert f"<code>{path}</code></a></summary>" in page
        assert f"{scene.hub.url}/{REPO}/new/main?filename=.github/workflows/tdd.yml" in page
        assert "uses: tdd-orchestrator/tdd-orchestrator@v1" in page
        assert not scene.hub.repository(REPO).pulls


async def test_what_github_refuses_in_the_middle_is_shown_to_paste_with_its_words(scene: SettingUp) -> None:
    scene.hub.faults.respond("POST", r"/repos/.*/git/trees", 403, message="Resource not accessible by integration")
    page = await scene.browser.press("/setup/onboarding")
    assert "and GitHub refused: GitHub answered 403" in page
    assert "Try again" in page
    await scene.browser.press("/setup/onboarding")
    assert "/pull/1" in scene.browser.text


# How far the way has been walked


def seen(*repositories: RepositorySeen, arrived: bool = True, last: str = "OK", installations: int = 1) -> AppSeen:
    webhook = WebhookSeen(arrived, last, "https://tdd.example/webhook")
    return AppSeen("shop", "https://github.com/apps/shop", installations, repositories, 0, webhook)


def repo(workflow: bool | None = True, secret: bool | None = None, pull: str = "") -> RepositorySeen:
    return RepositorySeen("owner/shop", "https://github.com/owner/shop", "main", workflow, secret, pull, "It hides.")


@pytest.mark.parametrize(
    ("app", "lights"),
    [
        (seen(installations=0, arrived=False, last=""), ["done", "waiting", "waiting"]),
        (seen(repo(), arrived=False, last="pending"), ["done", "done", "waiting"]),
        (seen(repo(), arrived=False, last="timed out"), ["done", "done", "wrong"]),
        (seen(repo(), repo()), ["done", "done", "done"]),
    ],
)
def test_the_apps_steps(app: AppSeen, lights: list[str]) -> None:
    assert [step.light.value for step in app_steps(app)] == lights


@pytest.mark.parametrize(
    ("repository", "lights"),
    [
        (repo(True, True), [Light.DONE, Light.DONE]),
        (repo(False, False), [Light.WAITING, Light.WAITING]),
        (repo(False, None, "https://github.com/owner/shop/pull/1"), [Light.WAITING, Light.UNSEEN]),
        (repo(None), [Light.WRONG, Light.UNSEEN]),
    ],
)
def test_a_repositorys_steps(repository: RepositorySeen, lights: list[Light]) -> None:
    assert [step.light for step in repository_steps(repository)] == lights


def test_ready_means_that_nothing_is_left_to_wait_for() -> None:
    assert is_ready(seen(repo(True, None)))
    assert is_ready(seen(repo(True, True)))
    assert not is_ready(seen())
    assert not is_ready(seen(repo(True, False)))
    assert not is_ready(seen(repo(), arrived=False))
    assert not is_ready(seen(repo(), repo(False)))
