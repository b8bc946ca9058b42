"""A project on which pytest itself stands: its own code is tested, not the copy that pytest has imported."""

from pathlib import Path

from world.tdd_project import TASK, attempt

CODE = "def price(article):\n    return {}\n"
TEST = "from iniconfig import price\n\n\ndef test_tea_is_cheaper():\n    assert price('green tea') == 90\n"


def test_the_code_of_the_project_is_what_is_tested(tmp_path: Path) -> None:
    stages = {
        "red": {"write": {"tests/test_new.py": TEST}},
        "green": {"write": {"src/iniconfig/__init__.py": CODE.format(90)}},
    }
    worked = attempt(tmp_path, stages, task=TASK, files={"src/iniconfig/__init__.py": CODE.format(100)})
    assert worked.states[:2] == ["red:accepted", "green:accepted"]
