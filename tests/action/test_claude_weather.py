"""The model's API at its worst: what is waited out, what somebody must mend, and what a worker needs to begin."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tdd_action.workers import StageRequest, StageWork, UnknownWorker, WorkerSettings, connect
from tdd_action.workers.claude.prompts import PROMPT_VERSION
from tdd_action.workers.claude.spending import UnknownPrice
from tdd_action.workers.claude.voice import LONGEST_WAIT_S, TRIES, NoAccess
from tdd_action.workers.claude.worker import ClaudeWorker, ForbiddenModel, NoKey, model_for
from tdd_orchestrator.core.plan import PlannedTask
from tdd_orchestrator.core.result import Stage
from tdd_orchestrator.core.settings import Config, ModelSettings
from world.scripted_model import Fails, ScriptedModel, done, uses


def worked(
    model: ScriptedModel,
    tree: Path,
    config: Config | None = None,
    *,
    chosen: str = "",
    run_tests: Callable[[], str] = lambda: "",
) -> StageWork:
    request = StageRequest(
        PlannedTask("TASK-1", "Tea"), Stage.GREEN, 1, tree, lambda _: True, ("src/**",), run_tests, budget_usd=5.0
    )
    work = model.worker(config, model=chosen).work(request)
    model.finish()
    return work


@pytest.mark.parametrize("failure", [Fails(status) for status in (0, 408, 409, 429, 500, 503, 529)])
def test_bad_weather_is_waited_out(tmp_path: Path, failure: Fails) -> None:
    model = ScriptedModel(failure, done())
    assert worked(model, tmp_path).said == "Done."
    assert len(model.slept) == 1
    assert model.bodies[0] == model.bodies[1]


@pytest.mark.parametrize(("asked", "waited"), [("7", 7.0), ("0.5", 0.5), ("86400", LONGEST_WAIT_S)])
def test_retry_after_is_obeyed_up_to_a_minute(tmp_path: Path, asked: str, waited: float) -> None:
    model = ScriptedModel(Fails(429, headers={"retry-after": asked}), done())
    worked(model, tmp_path)
    assert model.slept == [waited]


@pytest.mark.parametrize("asked", ["soon", "-1", "nan", "Fri, 20 Nov 2026 10:00:00 GMT"])
def test_a_retry_after_that_says_nothing_is_passed_over(tmp_path: Path, asked: str) -> None:
    model = ScriptedModel(Fails(503, headers={"retry-after": asked}), done())
    worked(model, tmp_path)
    assert 0 <= model.slept[0] <= 30


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (Fails(529, "Overloaded"), "The model's API did not answer: 529 Overloaded (request req_7)."),
        (Fails(0), "The model's API could not be reached after 6 tries (ConnectError): check the network"),
    ],
)
def test_weather_that_stays_bad_is_given_up_after_some_tries(tmp_path: Path, failure: Fails, said: str) -> None:
    model = ScriptedModel(*[failure] * TRIES)
    gave_up = worked(model, tmp_path).gave_up
    assert gave_up is not None
    assert gave_up.startswith(said)
    assert len(model.slept) == TRIES - 1


def test_no_wait_goes_beyond_the_time_of_the_stage(tmp_path: Path) -> None:
    model = ScriptedModel(Fails(429, "slow down", headers={"retry-after": "50"}))
    model.now = 0.0
    request = StageRequest(
        PlannedTask("TASK-1", "Tea"), Stage.GREEN, 1, tmp_path, lambda _: True, (), lambda: "", budget_usd=5, seconds=40
    )
    assert model.worker().work(request).gave_up == "The model's API did not answer: 429 slow down (request req_7)."
    assert model.slept == []


def test_half_a_character_is_given_up_and_not_a_crash(tmp_path: Path) -> None:
    work = worked(ScriptedModel(uses("write_file", path="src/x.py", text="a\ud800")), tmp_path)
    assert work.gave_up == "The model wrote characters that are no text and cannot be sent back to it."


ACCESS = [
    (Fails(401, "invalid x-api-key"), "The model's API does not accept the key (401). Put a valid one into the"),
    (
        Fails(400, "Your credit balance is too low."),
        "The account of the key ANTHROPIC_API_KEY has no credit (400): Your",
    ),
    (
        Fails(402, "billing"),
        "The account of the key ANTHROPIC_API_KEY has no credit (402): billing (request req_7). Add",
    ),
    (Fails(403, "not allowed"), "The key may not use claude-sonnet-5-5 (403): not allowed (request req_7). Allow it"),
    (Fails(404, "model: no"), "The model's API does not know claude-sonnet-5-5 (404): model: no (request req_7). Name"),
    (Fails(422, "odd"), "The model's API refuses the request (422): odd (request req_7). Check [models]"),
]


@pytest.mark.parametrize(("failure", "said"), ACCESS)
def test_what_somebody_must_mend_is_said_with_a_remedy(tmp_path: Path, failure: Fails, said: str) -> None:
    model = ScriptedModel(failure)
    with pytest.raises(NoAccess) as raised:
        worked(model, tmp_path)
    assert str(raised.value).startswith(said)
    assert raised.value.remedy
    assert "key-of-a-test" not in str(raised.value)
    assert model.slept == []


def test_what_was_spent_is_not_lost_when_the_credit_ends_in_the_middle(tmp_path: Path) -> None:
    work = worked(ScriptedModel(uses("list_files"), Fails(400, "Your credit balance is too low.")), tmp_path)
    assert work.usage[0].calls == 1
    assert work.gave_up is not None
    assert "has no credit (400)" in work.gave_up


def test_what_was_spent_is_not_lost_when_the_tests_cannot_be_run_in_the_middle(tmp_path: Path) -> None:
    def broken() -> str:
        raise OSError("no space left")

    work = worked(ScriptedModel(uses("run_tests")), tmp_path, run_tests=broken)
    assert work.usage[0].calls == 1
    assert isinstance(work.fault, OSError)
    assert work.prompts == PROMPT_VERSION


def test_without_a_key_the_worker_says_where_it_belongs() -> None:
    with pytest.raises(NoKey) as raised:
        connect("claude", WorkerSettings(Path(), "", Config()))
    assert str(raised.value).startswith(
        "The worker `claude` needs ANTHROPIC_API_KEY. Add it as an Actions secret named ANTHROPIC_API_KEY"
    )


def test_the_worker_is_found_by_its_name_and_keeps_the_sdk_from_trying_again() -> None:
    worker = connect("claude/opus-5-5", WorkerSettings(Path(), "", Config(), api_key=" key\n"))
    assert isinstance(worker, ClaudeWorker)
    assert worker.name == "claude"
    assert worker.voice.client.max_retries == 0
    assert worker.voice.client.api_key == "key"
    assert worker.model == "claude-opus-5-5"


def test_the_model_of_a_profile_takes_the_place_of_the_configurations(tmp_path: Path) -> None:
    model = ScriptedModel(done())
    worked(model, tmp_path, chosen="fable-5-1")
    assert model.requests[0]["model"] == "claude-fable-5-1"
    assert model_for(LADDER, Stage.GREEN, 1, "claude-fable-5-1") == "claude-fable-5-1"
    assert model_for(LADDER, Stage.GREEN, 2, "claude-fable-5-1") == "claude-opus-5-5"


@pytest.mark.parametrize(
    ("given", "url"),
    [("https://gateway.example/claude", "https://gateway.example/claude/v1/messages"), ("", "https://api.anthropic.com/v1/messages")],
)  # fmt: skip
def test_another_address_of_the_api_is_honoured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, url: str
) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", given)
    model = ScriptedModel(done())
    worked(model, tmp_path)
    assert model.urls == [url]


LADDER = Config(models=ModelSettings(ladder=("claude-opus-5-5", "claude-fable-5-1")))


@pytest.mark.parametrize(
    ("config", "stage", "attempt", "model"),
    [
        (Config(), Stage.RED, 1, "claude-opus-5-5"),
        (Config(), Stage.GREEN, 3, "claude-sonnet-5-5"),
        (Config(), Stage.REFACTOR, 1, "claude-opus-5-5"),
        (LADDER, Stage.GREEN, 1, "claude-sonnet-5-5"),
        (LADDER, Stage.GREEN, 2, "claude-opus-5-5"),
        (LADDER, Stage.GREEN, 3, "claude-fable-5-1"),
        (LADDER, Stage.GREEN, 9, "claude-fable-5-1"),
    ],
)
def test_each_stage_has_its_model_and_climbs_the_ladder(config: Config, stage: Stage, attempt: int, model: str) -> None:
    assert model_for(config, stage, attempt) == model


def test_a_model_that_is_not_allowed_is_not_asked(tmp_path: Path) -> None:
    with pytest.raises(ForbiddenModel, match=r"claude-sonnet-5-5 is not allowed.*models.allowed"):
        worked(ScriptedModel(), tmp_path, Config(models=ModelSettings(allowed=("claude-opus-*",))))
    assert worked(ScriptedModel(done()), tmp_path, Config(models=ModelSettings(allowed=("claude-sonnet-*",)))).said


def test_a_model_without_a_price_is_not_asked(tmp_path: Path) -> None:
    with pytest.raises(UnknownPrice, match="no price for the model 'some-model'"):
        worked(ScriptedModel(), tmp_path, Config(models=ModelSettings(green="some-model")))


def test_other_workers_start_without_the_sdk() -> None:
    code = "import sys, tdd_action.workers.script, tdd_action.steps; print('anthropic' in sys.modules)"
    done_by = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done_by.stdout.strip() == "False"


def test_without_the_sdk_the_worker_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("tdd_action.workers.claude")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "anthropic", None)
    with pytest.raises(UnknownWorker, match=r"Install its extra: tdd-orchestrator\[claude\]"):
        connect("claude", WorkerSettings(Path(), "", Config(), api_key="key"))
