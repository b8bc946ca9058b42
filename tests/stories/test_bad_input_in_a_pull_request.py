"""Malformed PRDs, configurations, commands and results: each is told where its author looks, and nothing is lost."""

import json
from pathlib import Path

import pytest

from tdd_orchestrator.core.states import RunState
from world.story import PRD, TWO, Story, story

REQUIREMENT = "## REQ-{n}: Number {n}\n\nIt adds.\n\n- [ ] one and one is two\n"
FIRST, SECOND = REQUIREMENT.format(n=1), REQUIREMENT.format(n=2)
MALFORMED = {
    "empty": ("md", "", 1, "empty"),
    "binary": ("md", "# Shop\n\n\x00\x01\x02\n", 3, "binary"),
    "no requirement": ("md", "# Shop\n\nIt shall be nice.\n", 1, "no requirement"),
    "an id twice": ("md", f"# Shop\n\n{FIRST}\n{FIRST}", 9, "twice"),
    "a cycle": ("md", f"{FIRST}\nDepends on: REQ-2\n\n{SECOND}\nDepends on: REQ-1\n", 15, "→"),
    "an unknown dependency": ("md", f"{FIRST}\nDepends on: REQ-9\n", 7, "`REQ-9`"),
    "front matter that is no YAML": ("md", f"---\ntitle: [\n---\n{FIRST}", 3, "not YAML"),
    "YAML that is none": ("yml", "title: Shop\nrequirements: [\n", 2, "not YAML"),
    "JSON that is none": ("json", '{"title": "Shop",\n "requirements": [}\n', 2, "not JSON"),
    "5 MB": ("md", FIRST + "words and more of them\n" * 230_000, 1, "1 MB"),
}


def told_at(told: Story) -> list[tuple[str, int, str]]:
    """The failures that are annotated on the newest check: path, line, sentence."""
    found = told.check().annotations
    return [(a["path"], a["start_line"], a["message"]) for a in found if a["annotation_level"] == "failure"]


async def test_each_malformed_prd_is_annotated_at_its_line_until_it_is_mended(tmp_path: Path) -> None:
    async with story(tmp_path, TWO) as told:
        told.open_pull(prd="# Nothing yet\n", path="prds/shop.md")
        await told.until_state("action_required")
        for number, (case, (ending, text, line, word)) in enumerate(MALFORMED.items()):
            git = told.repository.git
            git.run("update-ref", "refs/heads/feature", git.resolve("main") or "")
            path = f"prds/case-{number}.{ending}"
            told.push("feature", {path: text})
            await told.until(lambda path=path: any(at[0] == path for at in _seen(told)), case)  # type: ignore[misc]
            assert [(at[0], at[1]) for at in told_at(told)][-1] == (path, line), (case, told_at(told))
            assert word in told_at(told)[-1][2], (case, told_at(told))
            assert told.state() == "action_required"
            await told.quiet()
        assert told.runner.seen == [], "no money was spent on any of them"
        git.run("update-ref", "refs/heads/feature", git.resolve("main") or "")
        told.push("feature", {"prds/shop.md": PRD})
        await told.until_state("success")


def _seen(told: Story) -> list[tuple[str, int, str]]:
    try:
        return told_at(told)
    except StopIteration:
        return []


@pytest.mark.parametrize(
    ("config", "line", "words"),
    [
        ('[tdd]\nworker = "script"\nmax_paralel = 2\n', 3, ("`max_paralel`", "`max_parallel`")),
        ('[tdd]\nattempts = "many"\n', 2, ("attempts", "a whole number")),
        ("[bugdet]\n", 1, ("`[bugdet]`", "`[budget]`")),
        ("[tdd\n", 1, ("not TOML",)),
    ],
)
async def test_a_faulty_configuration_is_told_with_its_line_and_the_run_waits(
    tmp_path: Path, config: str, line: int, words: tuple[str, ...]
) -> None:
    async with story(tmp_path, TWO, config=config) as told:
        told.open_pull()
        await told.until_state("action_required")
        ((path, at, message),) = told_at(told)
        assert (path, at) == (".tdd/config.toml", line)
        assert [word for word in words if word not in message] == []
        assert told.runner.seen == []
        told.push("main", {".tdd/config.toml": '[tdd]\nworker = "script"\n\n[budget]\napprove_above = 1000.0\n'})
        told.push("feature", {"NOTES.md": "the configuration is mended\n"})
        await told.until_state("success")


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("/tdd frobnicate", "/tdd help"),
        ("/tdd", "/tdd help"),
        ("/tdd retry TASK-1; rm -rf /", "/tdd retry"),
        ("/tdd approve now please", "/tdd approve"),
        ("/tdd retry " + "TASK" * 2000, "/tdd retry"),
        ("/tdd skip @everyone", "/tdd skip"),
        ("/tdd explain <script>", "/tdd explain"),
    ],
)
async def test_a_malformed_command_is_answered_with_the_right_form(tmp_path: Path, said: str, answered: str) -> None:
    async with story(tmp_path, approve_above=0.0) as told:
        told.open_pull()
        await told.until_state("action_required")
        comment = told.says("writer", said)
        await told.until(lambda: bool(told.replies()))
        (reply,) = told.replies()
        assert answered in reply
        assert len(reply) < 1500
        assert "@everyone" not in reply.replace("`@everyone`", ""), "nobody is called by an answer"
        assert "<script>" not in reply.replace("`<script>`", "")
        await told.quiet()
        assert [r.content for r in told.repository.comments[comment].reactions] == ["eyes", "confused"]
        assert told.state() == "action_required"


@pytest.mark.parametrize(
    "result",
    [
        "not a result at all",
        json.dumps({"is": "WorkResult"}),
        json.dumps({"is": "PlanResult", "nonce": "another", "plan": None, "reason": "", "usage": []}),
        "[" * 100_000,
    ],
    ids=["no JSON", "half a result", "another nonce", "too deep"],
)
async def test_a_result_that_cannot_be_read_costs_nothing_but_time(
    tmp_path: Path, result: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with story(tmp_path) as told:
        monkeypatch.setattr(told.runner, "files", lambda *_: {"plan.json": result.encode()})
        told.open_pull()
        await told.until_state("action_required")
        assert told.check().output["summary"]
        monkeypatch.undo()
        told.says("writer", "/tdd resume")
        await told.until_state("success")
        assert (await told.run()).state is RunState.COMPLETED
