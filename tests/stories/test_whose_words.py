"""The rules are the base branch's, whatever a pull request says; and each run tells whose text it used."""

from pathlib import Path

import pytest

from tdd_orchestrator.core.sources import Source
from tdd_orchestrator.intake.in_force import first_difference
from world.story import BRANCH, CONFIG, FILES, PRD, TWO, story

LOOSE = CONFIG.format(approve_above=1000.0) + "[qa]\nablation = 'off'\n\n[git]\nprotected = ['!.github/**']\n"


async def test_configuration_and_workflow_of_the_head_have_no_effect_and_that_is_said_at_the_line(
    tmp_path: Path,
) -> None:
    async with story(tmp_path, TWO[:1], approve_above=0.0) as told:
        workflow = FILES[".github/workflows/tdd.yml"]
        changed = workflow.replace("  work:\n", "  spy:\n    runs-on: x\n    steps: []\n  work:\n", 1)
        files = {"prds/shop.md": PRD, ".tdd/config.toml": LOOSE, ".github/workflows/tdd.yml": changed}
        told.push(BRANCH, files, parent=told.repository.git.resolve("main") or "")
        told.hub.open_pull("owner/shop", "writer", "Shop", BRANCH)
        await told.until_state("action_required")
        assert told.runner.seen[0].base == told.repository.git.resolve("main")
        run = await told.run()
        assert (run.rules.approve_above, ".github/**" in run.rules.protected) == (0.0, True)
        notes = {note["path"]: note for note in told.check().annotations}
        assert notes[".tdd/config.toml"]["start_line"] == 1 + (LOOSE.splitlines().index("approve_above = 1000.0"))
        assert "the base branch's is in force" in notes[".tdd/config.toml"]["message"]
        line = notes[".github/workflows/tdd.yml"]["start_line"]
        assert changed.splitlines()[line - 1] == "  spy:"
        assert {note["annotation_level"] for note in notes.values()} == {"warning"}
        ours = [r for r in told.repository.runs.values() if r.workflow_path == ".github/workflows/tdd.yml"]
        assert {r.head_sha for r in ours} == {told.repository.git.resolve("main")}


async def test_a_run_tells_whose_text_it_used(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.open_pull()
        await told.until_state("success")
        assert (await told.run()).sources == (Source("runner", "prds/shop.md", is_login=False),)
        assert "Text used: runner (no account) (prds/shop.md)." in told.check().output["text"]


@pytest.mark.parametrize(
    ("here", "there", "line"),
    [("a\nb\nc", "a\nx\nc", 2), ("a\nb", "a", 2), ("a", "a\nb", 1), ("", "a", 1), ("a", "a", 1)],
)
def test_the_first_difference_is_a_line_of_the_new_file(here: str, there: str, line: int) -> None:
    assert first_difference(here, there) == line
