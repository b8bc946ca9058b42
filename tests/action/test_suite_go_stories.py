"""A task worked on and proven again in Go: stubs stand in for what the compiler misses."""

from dataclasses import replace
from pathlib import Path

import pytest

from tdd_orchestrator.core.plan import PlannedTask, TaskKind
from tdd_orchestrator.core.settings import Config, QaSettings
from world.other_language import attempt_in, needs, proved

pytestmark = needs("go")
FILES = {
    "go.mod": "module example.org/shop\n\ngo 1.19\n",
    "price.go": "package shop\n\nfunc Price(article string) int { return 100 }\n",
    "price_test.go": """\
        package shop

        import "testing"

        func TestPrice(t *testing.T) {
        \tif got := Price("tea"); got != 100 {
        \t\tt.Errorf("got %d", got)
        \t}
        }
        """,
}
TEST = """\
    package shop

    import (
    \t"errors"
    \t"testing"
    )

    func TestTotal(t *testing.T) {
    \tfor _, each := range []struct {
    \t\tname  string
    \t\tgiven []string
    \t\twant  int
    \t}{{"none", nil, 0}, {"two", []string{"tea", "milk"}, 200}} {
    \t\tt.Run(each.name, func(t *testing.T) {
    \t\t\tif got := Total(each.given); got != each.want {
    \t\t\t\tt.Errorf("got %v, want %d", got, each.want)
    \t\t\t}
    \t\t})
    \t}
    }

    func TestCartRefusesWhatHasNoName(t *testing.T) {
    \tcart := NewCart(3)
    \tif err := cart.Add(""); !errors.Is(err, ErrNameless) {
    \t\tt.Fatalf("got %v", err)
    \t}
    \tif cart.Full() {
    \t\tt.Fatal("full")
    \t}
    }
    """
CODE = """\
    package shop

    import "errors"

    var ErrNameless = errors.New("nameless")

    type Cart struct{ room, taken int }

    func NewCart(room int) *Cart { return &Cart{room: room} }

    func (c *Cart) Add(article string) error {
    \tif article == "" {
    \t\treturn ErrNameless
    \t}
    \tc.taken++
    \treturn nil
    }

    func (c *Cart) Full() bool { return c.taken >= c.room }

    func Total(articles []string) int {
    \tsum := 0
    \tfor _, each := range articles {
    \t\tsum += Price(each)
    \t}
    \treturn sum
    }
    """
TASK = PlannedTask("TASK-1", "A cart", TaskKind.BEHAVIOUR, ("REQ-1",), (), ("cart.go",), ("cart_test.go",))
RED = {"write": {"cart_test.go": TEST}}


def test_a_task_in_go_is_worked_on_and_proven_again(tmp_path: Path) -> None:
    config = Config(qa=QaSettings(ablation="off"))
    worked = attempt_in(tmp_path, FILES, {"red": RED, "green": {"write": {"cart.go": CODE}}}, TASK, config)
    assert worked.states == ["red:accepted", "green:accepted", "refactor:skipped"], worked.result.reason
    assert worked.result.stages[0].sentence.endswith("once stubs stand in for the planned code.")
    proof = proved(worked, config)
    assert proof.holds, proof.reason


@pytest.mark.parametrize(("first_sight", "states"), [("refuse", ["red:refused"]), ("accept", ["red:accepted"])])
def test_what_no_stub_can_stand_in_for_is_known_at_first_sight_only(
    tmp_path: Path, first_sight: str, states: list[str]
) -> None:
    test = FILES["price_test.go"].replace("TestPrice", "TestDiscount").replace('Price("tea")', 'Price("tea", 2)')
    task = replace(TASK, files=("price.go",))
    config = Config(qa=QaSettings(ablation="off", flake_runs=0, first_sight=first_sight))
    stages = {"red": {"write": {"cart_test.go": test}}, "green": {"write": {}}}
    worked = attempt_in(tmp_path, FILES, stages, task, config)
    assert worked.states[:1] == states, worked.result.reason
    assert ("at first sight only" in worked.result.reason) is (first_sight == "refuse")
