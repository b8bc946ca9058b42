"""A task worked on and proven again in Rust: tests in a file of their own, and tests inside the source file."""

from dataclasses import replace
from pathlib import Path

import pytest

from tdd_orchestrator.core.plan import PlannedTask, TaskKind
from world.other_language import attempt_in, needs, proved

pytestmark = needs("cargo")
INSIDE = """\

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn tea_has_a_price() {
            assert_eq!(price("tea"), 100);
        }
    }
    """
PRICE = "pub fn price(_article: &str) -> i32 {\n    100\n}\n"
FILES = {
    "Cargo.toml": '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n',
    "Cargo.lock": 'version = 4\n\n[[package]]\nname = "shop"\nversion = "0.1.0"\n',
    "src/lib.rs": f"    {PRICE.replace(chr(10), chr(10) + '    ')}{INSIDE}",
}
TEST = """\
    use shop::cart::{total, Cart};

    #[test]
    fn nothing_costs_nothing() {
        assert_eq!(total(&[]), 0);
    }

    #[test]
    fn a_full_cart_takes_nothing_more() {
        let mut cart = Cart::new(1);
        assert!(cart.add("tea").is_ok());
        assert!(cart.is_full());
        assert_eq!(cart.add("milk").unwrap_err().to_string(), "full");
    }
    """
CODE = """\
    use crate::price;

    pub fn total(articles: &[&str]) -> i32 {
        articles.iter().map(|each| price(each)).sum()
    }

    pub struct Cart {
        room: usize,
        taken: usize,
    }

    impl Cart {
        pub fn new(room: usize) -> Self {
            Cart { room, taken: 0 }
        }

        pub fn add(&mut self, _article: &str) -> Result<(), String> {
            if self.is_full() {
                return Err("full".into());
            }
            self.taken += 1;
            Ok(())
        }

        pub fn is_full(&self) -> bool {
            self.taken >= self.room
        }
    }
    """
TASK = PlannedTask(
    "TASK-1", "A cart", TaskKind.BEHAVIOUR, ("REQ-1",), (), ("src/cart.rs", "src/lib.rs"), ("tests/cart.rs",)
)


def test_a_task_in_rust_is_worked_on_and_proven_again(tmp_path: Path) -> None:
    stages = {
        "red": {"write": {"tests/cart.rs": TEST}},
        "green": {"write": {"src/cart.rs": CODE, "src/lib.rs": f"    pub mod cart;\n\n{FILES['src/lib.rs']}"}},
    }
    worked = attempt_in(tmp_path, FILES, stages, TASK)
    assert worked.states == ["red:accepted", "green:accepted", "refactor:skipped"], worked.result.reason
    assert (
        worked.result.stages[0].sentence == "2 new tests fail on an assertion once stubs stand in for the planned code."
    )
    proof = proved(worked)
    assert proof.holds, proof.reason


INLINE = replace(TASK, files=("src/lib.rs",), tests=("tests/**",))
MODULE_END = "        }\n    }\n    "
NEW_TEST = """\
        }

        #[test]
        fn green_tea_is_cheaper() {
            assert_eq!(price("green tea"), 90);
        }
    }
    """
RED_LIB = FILES["src/lib.rs"].replace(MODULE_END, NEW_TEST)
CODE_BEFORE, CODE_AFTER = "        100\n", '        if _article == "green tea" { 90 } else { 100 }\n'
GREEN_LIB = RED_LIB.replace(CODE_BEFORE, CODE_AFTER)


def test_tests_inside_a_source_file_are_reds_and_its_code_is_greens(tmp_path: Path) -> None:
    assert NEW_TEST in RED_LIB
    assert RED_LIB != GREEN_LIB
    stages = {"red": {"write": {"src/lib.rs": RED_LIB}}, "green": {"write": {"src/lib.rs": GREEN_LIB}}}
    worked = attempt_in(tmp_path, FILES, stages, INLINE)
    assert worked.states == ["red:accepted", "green:accepted", "refactor:skipped"], worked.result.reason
    proof = proved(worked)
    assert proof.holds, proof.reason
    assert "src/lib.rs#tests" in proof.tasks[0].frozen


@pytest.mark.parametrize(
    ("red", "green", "said"),
    [
        (GREEN_LIB, GREEN_LIB, "RED: src/lib.rs changes beside its tests too"),
        (RED_LIB, GREEN_LIB.replace("90);", "100);"), "GREEN: src/lib.rs: tests are frozen after RED"),
    ],
)
def test_neither_stage_may_write_the_others_part(tmp_path: Path, red: str, green: str, said: str) -> None:
    stages = {"red": {"write": {"src/lib.rs": red}}, "green": {"write": {"src/lib.rs": green}}}
    worked = attempt_in(tmp_path, FILES, stages, INLINE)
    assert worked.result.reason.startswith(said)
