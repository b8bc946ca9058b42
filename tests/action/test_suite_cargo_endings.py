"""Every way in which a run of `cargo test` can end, on real runs; and a public crate with its own tests."""

import shutil
from pathlib import Path

import pytest

from tdd_action import sandbox
from tdd_orchestrator.core.evidence import Ended, FailureClass, Outcome, Planned, SuiteReport, classify
from world.other_language import endings, needs, ran, written

pytestmark = needs("cargo")
FILES = {
    "Cargo.toml": '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n',
    "src/lib.rs": """\
        pub mod cart;
        /// ```
        /// assert_eq!(shop::double(2), 4);
        /// ```
        pub fn double(x: i32) -> i32 { x * 2 }
        #[cfg(test)]
        mod tests {
            use super::*;
            #[test]
            fn wrong() { assert_eq!(double(2), 5, "says {}", 1); }
            #[test]
            fn said() { assert!(double(2) == 5, "in its own words"); }
            #[test]
            #[ignore = "slow"]
            fn left() {}
            #[test]
            #[should_panic]
            fn calm() {}
            #[test]
            fn unwrapped() { Err::<i32, _>("e").unwrap(); }
            #[test]
            fn returned() -> Result<(), String> { Err("bad".into()) }
        }
        """,
    "src/cart.rs": """\
        pub fn broken() -> i32 { let none: Vec<i32> = vec![]; none[0] }
        #[cfg(test)]
        mod tests { #[test] fn breaks() { super::broken(); } }
        """,
    "tests/it.rs": "#[test]\nfn doubles() { assert_eq!(shop::double(3), 6); }\n",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("cargo") / "project", FILES)


def test_every_ending_of_a_test_is_read(project: Path) -> None:
    report = ran("cargo", project, project.parent / "scratch", seed=7)
    assert report.ended is Ended.COMPLETED
    assert endings(report) == {
        "src/lib.rs::tests::wrong": "asserted",
        "src/lib.rs::tests::said": "asserted",
        "src/lib.rs::tests::left": "skipped",
        "src/lib.rs::tests::calm": "asserted",
        "src/lib.rs::tests::unwrapped": "failed:panic",
        "src/lib.rs::tests::returned": "failed:Error",
        "src/cart.rs::tests::breaks": "failed:panic",
        "tests/it.rs::doubles": "passed",
        "src/lib.rs::doctest double": "passed",
    }
    assert report.by_id["src/lib.rs::tests::wrong"].line == 10
    assert report.by_id["src/cart.rs::tests::breaks"].raised_in == "src/cart.rs"


def test_only_what_is_asked_for_is_run(project: Path) -> None:
    scratch = project.parent / "scratch"
    one = ran("cargo", project, scratch, "src/lib.rs::tests::wrong", "tests/it.rs")
    assert set(endings(one)) == {"src/lib.rs::tests::wrong", "tests/it.rs::doubles"}
    listed = ran("cargo", project, scratch, "tests/it.rs", only_collected=True)
    assert {each.outcome for each in listed.results} == {Outcome.SKIPPED}
    assert "tests/it.rs::doubles" in listed.names


def run_with(project: Path, text: str, *, seconds: float = 60) -> SuiteReport:
    """The project with one more file of tests."""
    written(project, {"tests/more.rs": text})
    try:
        limits = sandbox.Limits(wall_s=seconds, cpu_s=120)
        return ran("cargo", project, project.parent / "scratch", "tests/more.rs", limits=limits)
    finally:
        (project / "tests/more.rs").unlink()


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("use shop::tax::vat;\n#[test]\nfn x() { assert_eq!(vat(1), 2); }\n", FailureClass.MISSING_PLANNED_SYMBOL),
        ("#[test]\nfn x() { assert_eq!(shop::triple(1), 3); }\n", FailureClass.MISSING_PLANNED_SYMBOL),
        ("use serde::Serialize;\n#[test]\nfn x() { assert!(false); }\n", FailureClass.UNPLANNED_IMPORT),
        ("#[test]\nfn x() { vec![1].nope(); }\n", FailureClass.COLLECTION_ERROR),
        ("#[test]\nfn x() {\n", FailureClass.SYNTAX_ERROR),
    ],
)
def test_what_rustc_misses_is_told_from_what_it_refuses(project: Path, text: str, failure: FailureClass) -> None:
    broken = run_with(project, text).by_id["tests/more.rs"]
    assert classify(broken, Planned(("src/**",))) is failure, broken.message
    assert broken.carries("tests/it.rs::doubles")


SUM = "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out"
FORGED = f'use std::io::Write; std::io::stdout().write_all(b"test x ... ok\\n\\n{SUM}\\n").unwrap();'


@pytest.mark.parametrize(
    ("text", "ended", "said"),
    [
        ("#[test]\nfn x() { std::process::exit(0) }\n", Ended.CRASHED, "ended before it had said"),
        (f"#[test]\nfn x() {{ {FORGED} std::process::exit(0) }}\n", Ended.FORGED, "x is said to have passed"),
        ("#[test]\nfn x() { std::process::abort() }\n", Ended.CRASHED, "ended before it had said"),
        ("#[test]\nfn x() { loop { std::thread::park() } }\n", Ended.TIMED_OUT, "was stopped"),
        ("fn none() {}\n", Ended.COMPLETED, ""),
    ],
)
def test_a_run_that_does_not_end_well_is_not_believed(project: Path, text: str, ended: Ended, said: str) -> None:
    report = run_with(project, text, seconds=6 if ended is Ended.TIMED_OUT else 60)
    assert report.ended is ended, report.explanation
    assert said in report.explanation
    assert report.executed == 0


ITOA = Path("/usr/share/cargo/registry/itoa-1.0.1")


@pytest.mark.skipif(not ITOA.is_dir(), reason="Debian's librust-itoa-dev is not installed")
def test_a_public_crate_passes_its_own_tests(tmp_path: Path) -> None:
    shutil.copytree(ITOA, tmp_path / "project")
    report = ran("cargo", tmp_path / "project", tmp_path / "scratch")
    assert report.ended is Ended.COMPLETED, report.explanation
    assert report.executed == 11
    assert not [each.id for each in report.everything if each.bad]
