"""The PRD as a living board: what people see on its lines, from the first plan to the last landing."""

from pathlib import Path

from tdd_orchestrator.core.result import Assignment
from tdd_orchestrator.hub.state import CheckRun
from world.story import PRD, TWO, Story, story

BOARD = "TDD / PRD"


def lines(check: CheckRun) -> list[tuple[str, int, str]]:
    return [(note["path"], note["start_line"], note["annotation_level"]) for note in check.annotations]


def boards(told: Story) -> list[CheckRun]:
    return [check for check in told.repository.checks.values() if check.name == BOARD]


def summary(told: Story) -> str:
    """What the board on the head says now; the head may move between two looks, so this is one."""
    board = told.checks().get(BOARD)
    return str(board.output["summary"]) if board else ""


async def test_each_requirement_ends_with_what_holds_it_at_its_line(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.open_pull()
        await told.until_state("success", BOARD)
        board = told.check(BOARD)
        assert lines(board) == [("prds/shop.md", 3, "notice"), ("prds/shop.md", 9, "notice")]
        assert "tests/test_task_1.py:\n  test_it" in board.annotations[0]["message"]
        assert board.output["title"] == "2 of 2 requirements held by tests"
        old = [check for check in boards(told) if check.head_sha != told.head]
        assert {(check.conclusion, len(check.annotations)) for check in old} == {("neutral", 0)}, "they point on"
        assert len(boards(told)) == 3, "one check run a head, however often it changed"
        assert told.state() == "success"


async def test_the_board_says_where_each_requirement_stands_while_work_goes_on(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.runner.acts["TASK-2.1"] = "hang"
        told.open_pull()
        await told.until(lambda: told.state("TDD / TASK-2 ·") == "in_progress")
        await told.quiet_but_running()
        board = told.check(BOARD)
        assert (board.status, board.annotations) == ("in_progress", [])
        assert "| ✅ held | **REQ-1** First" in board.output["text"]
        assert "| 🔵 in progress | **REQ-2** Second" in board.output["text"]
        told.says("writer", "/tdd cancel")
        await told.until_state("cancelled", BOARD)
        assert lines(told.check(BOARD)) == [("prds/shop.md", 3, "notice"), ("prds/shop.md", 9, "warning")]


async def test_a_requirement_whose_task_landed_without_a_test_fails_the_board_and_not_the_run(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.runner.acts["TASK-2.1"] = "untested"
        told.open_pull()
        await told.until_state("failure", BOARD)
        assert told.state() == "success"
        assert lines(told.check(BOARD)) == [("prds/shop.md", 3, "notice"), ("prds/shop.md", 9, "failure")]


async def test_a_skipped_task_leaves_its_requirement_without_a_test(tmp_path: Path) -> None:
    async with story(tmp_path) as told:
        told.runner.acts |= {f"TASK-1.{n}": "refuse" for n in (1, 2, 3)}
        told.open_pull()
        await told.until_state("action_required")
        assert "| 🟠 stuck |" in told.check(BOARD).output["text"]
        told.says("writer", "/tdd skip task-1")
        await told.until_state("failure", BOARD)
        assert "no task covers it" in told.check(BOARD).output["summary"]


async def test_an_edit_shows_what_is_planned_again_and_which_finished_work_no_longer_counts(tmp_path: Path) -> None:
    async with story(tmp_path, TWO) as told:
        seen: list[str] = []

        def edit(given: Assignment) -> None:
            if given.task and given.task.key == "TASK-2" and not seen:
                seen.append(told.push("feature", {"prds/shop.md": PRD.replace("It adds.", "It adds up.")}))
            elif given.task is None and seen:
                told.runner.acts["plan"] = "hang"

        told.runner.before = edit
        told.open_pull()
        await told.until(lambda: "planned again" in summary(told))
        assert "Being planned again after an edit: REQ-1." in summary(told)
        assert "TASK-1 had landed in" in summary(told)
        told.runner.before = lambda _: None
        del told.runner.acts["plan"]
        for run in list(told.repository.runs.values()):
            if run.status == "in_progress":
                told.hub.site.actions.cancel(run.id)  # the planning job dies, and is asked again
        await told.until_state("success", BOARD)
        reworked = {task.key: task.outdated for task in (await told.run()).tasks}
        assert reworked == {"TASK-1": ("REQ-1",), "TASK-2": (), "TASK-3": ()}
        assert "TASK-3 complete" in told.check(BOARD).output["text"]
