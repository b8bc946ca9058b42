"""Public projects in Go, Rust and Ruby with suites of their own: all pass as they are; a change of the code is seen."""

import shutil
from pathlib import Path

import pytest

from tdd_orchestrator.core.evidence import Ended
from tdd_orchestrator.onboarding.detection import detect
from world.debian_sources import debian_project
from world.other_language import needs, ran


def _changed(root: Path, path: str, before: str, after: str) -> None:
    text = (root / path).read_text()
    assert before in text
    (root / path).write_text(text.replace(before, after))


FNV = ("lib.rs", "hash.wrapping_mul(0x100000001b3)", "hash.wrapping_mul(0x100000001b5)")
UUID = ("uuid.go", "encodeHex(buf[:], uuid)", "encodeHex(buf[:], Nil)")
WRAP = ("wordwrap.go", "buf.WriteRune(char)", "buf.WriteRune('?')")
SHLEX = ("shlex.go", r'" \t\r\n"', r'"\t\r\n"')


@pytest.mark.parametrize(
    ("suite", "package", "least", "change"),
    [
        pytest.param("go", "golang-github-google-uuid", 30, UUID, marks=needs("go")),
        pytest.param("go", "golang-github-mitchellh-go-wordwrap", 1, WRAP, marks=needs("go")),
        pytest.param("go", "golang-github-google-shlex", 4, SHLEX, marks=needs("go")),
        pytest.param("cargo", "rust-fnv", 2, FNV, marks=needs("cargo")),
    ],
)
def test_a_real_suite_passes_as_it_is_and_fails_where_its_code_is_changed(
    tmp_path: Path, suite: str, package: str, least: int, change: tuple[str, str, str]
) -> None:
    root = debian_project(package, tmp_path / "project")
    seen = detect(root).suite
    assert seen is not None
    assert seen.name == suite
    whole = ran(suite, root, tmp_path / "scratch")
    assert (whole.ended, [each for each in whole.everything if each.bad]) == (Ended.COMPLETED, []), whole.explanation
    assert whole.executed >= least
    _changed(root, *change)
    told = ran(suite, root, tmp_path / "scratch")
    assert told.ended is Ended.COMPLETED, told.explanation
    bad = [each for each in told.results if each.bad]
    assert bad
    assert all(each.path and each.line for each in bad)
    assert any(each.asserted for each in bad)


@needs("ruby")
def test_minitest_reads_the_suite_of_minitest_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ruby brings an older one as a gem with its tests; the gem path leads to that one only."""
    gems = sorted(Path("/usr/lib/ruby/gems").glob("*/gems/minitest-*/test/minitest/test_minitest_mock.rb"))
    if not gems:
        pytest.skip("this Ruby brings no minitest with tests of its own")
    gem, test = gems[0].parents[2], "test/minitest/test_minitest_mock.rb"
    root = tmp_path / "project"
    shutil.copytree(gem / "test", root / "test")
    monkeypatch.setenv("GEM_PATH", str(gem.parents[1]))
    whole = ran("minitest", root, tmp_path / "scratch", test)
    assert (whole.ended, [each for each in whole.everything if each.bad]) == (Ended.COMPLETED, []), whole.explanation
    assert whole.executed >= 40
    _changed(root, test, "No more expects available", "Nothing more is expected")
    told = ran("minitest", root, tmp_path / "scratch", test)
    bad = [each for each in told.results if each.bad]
    assert bad
    assert all(each.asserted and each.path == test and each.line for each in bad), bad
