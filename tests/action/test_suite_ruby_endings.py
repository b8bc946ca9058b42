"""Every way in which a run of minitest or rspec can end, on real runs; and a public gem's suite."""

import shutil
from pathlib import Path

import pytest

from tdd_action import sandbox
from tdd_orchestrator.core.evidence import Ended, FailureClass, Outcome, Planned, classify
from world.other_language import endings, needs, ran, written

pytestmark = needs("ruby")
CODE = "module Shop\n  class Cart\n    def price(_) = 100\n    def broken = nil + 1\n  end\nend\n"
MINITEST = """\
    require "minitest/autorun"
    require "shop"
    class CartTest < Minitest::Test
      def setup = raise(ArgumentError, "no") if false
      def test_fine = assert_equal(100, Shop::Cart.new.price("x"))
      def test_wrong
        assert_equal 99, Shop::Cart.new.price("x")
      end
      def test_left = skip("no")
      def test_misses = Shop::Cart.new.add(1)
      def test_breaks = Shop::Cart.new.broken
    end
    describe "words" do
      it("add up") { _(1).must_equal 2 }
    end
    """
RSPEC = """\
    require "shop"
    RSpec.describe Shop::Cart do
      it("is fine") { expect(subject.price(1)).to eq 100 }
      context "when wrong" do
        it "costs less" do
          expect(subject.price(1)).to eq 99
        end
        pending("later") { expect(1).to eq 2 }
        skip("never") { }
        it { expect(1).to eq 1 }
        it { expect(1).to eq 1 }
        it("misses") { subject.add(1) }
      end
    end
    """
BROKEN = {"late": 'require "shop/tax"\n', "odd": "def x(\n"}
RUNS = {
    "minitest": (
        {"test/cart_test.rb": MINITEST, "test/late_test.rb": BROKEN["late"], "test/odd_test.rb": BROKEN["odd"]},
        {
            "test/cart_test.rb::CartTest::test_fine": "passed",
            "test/cart_test.rb::CartTest::test_wrong": "asserted",
            "test/cart_test.rb::CartTest::test_left": "skipped",
            "test/cart_test.rb::CartTest::test_misses": "failed:NoMethodError",
            "test/cart_test.rb::CartTest::test_breaks": "failed:NoMethodError",
            "test/cart_test.rb::words::add up": "asserted",
            "test/late_test.rb": "error:ImportError",
            "test/odd_test.rb": "error:SyntaxError",
        },
    ),
    "rspec": (
        {"spec/cart_spec.rb": RSPEC, "spec/late_spec.rb": BROKEN["late"]},
        {
            "spec/cart_spec.rb::Shop::Cart::is fine": "passed",
            "spec/cart_spec.rb::Shop::Cart::when wrong::costs less": "asserted",
            "spec/cart_spec.rb::Shop::Cart::when wrong::later": "xfailed",
            "spec/cart_spec.rb::Shop::Cart::when wrong::never": "skipped",
            "spec/cart_spec.rb::Shop::Cart::when wrong::example": "passed",
            "spec/cart_spec.rb::Shop::Cart::when wrong::example[2]": "passed",
            "spec/cart_spec.rb::Shop::Cart::when wrong::misses": "failed:NoMethodError",
            "spec/late_spec.rb": "error:ImportError",
        },
    ),
}
BOTH = ["minitest", pytest.param("rspec", marks=needs("rspec"))]
FOLDER = {"minitest": "test/x_test.rb", "rspec": "spec/x_spec.rb"}


@pytest.mark.parametrize("suite", BOTH)
def test_every_ending_of_a_test_is_read(tmp_path: Path, suite: str) -> None:
    files, expected = RUNS[suite]
    root = written(tmp_path / "project", {"lib/shop.rb": CODE, **files})
    report = ran(suite, root, tmp_path / "scratch", seed=5)
    assert report.ended is Ended.COMPLETED, report.explanation
    assert endings(report) == expected
    late = next(each for each in report.collection_errors if "late" in each.id)
    assert classify(late, Planned(("lib/shop/tax.rb",))) is FailureClass.MISSING_PLANNED_SYMBOL
    assert classify(late, Planned(("lib/other.rb",))) is FailureClass.UNPLANNED_IMPORT
    misses = next(each for each in report.results if "misses" in each.id)
    assert classify(misses, Planned(("lib/shop.rb",))) is FailureClass.MISSING_PLANNED_SYMBOL
    one = next(iter(expected))
    assert [*endings(ran(suite, root, tmp_path / "scratch", one))] == [one]
    listed = ran(suite, root, tmp_path / "scratch", one, only_collected=True)
    assert {each.outcome for each in listed.results} == {Outcome.SKIPPED}


WRAPPED = {
    "minitest": 'require "minitest/autorun"\nclass XTest < Minitest::Test\n  def test_x\n    {}\n  end\nend\n',
    "rspec": 'RSpec.describe "x" do\n  it "x" do\n    {}\n  end\nend\n',
}


@pytest.mark.parametrize("suite", BOTH)
@pytest.mark.parametrize(
    ("body", "ended"),
    [("exit!(0)", Ended.CRASHED), ("Process.kill(:KILL, $$)", Ended.CRASHED), ("sleep", Ended.TIMED_OUT)],
)
def test_a_run_that_does_not_end_well_is_not_believed(tmp_path: Path, suite: str, body: str, ended: Ended) -> None:
    root = written(tmp_path / "project", {FOLDER[suite]: WRAPPED[suite].format(body)})
    limits = sandbox.Limits(wall_s=2 if ended is Ended.TIMED_OUT else 20)
    report = ran(suite, root, tmp_path / "scratch", limits=limits)
    assert report.ended is ended, report.explanation
    assert FOLDER[suite] in report.results[0].id
    assert report.executed == 0


@pytest.mark.parametrize("suite", BOTH)
def test_a_result_that_is_written_at_exit_changes_nothing(tmp_path: Path, suite: str) -> None:
    wrong = {"minitest": "assert_equal 1, 2", "rspec": "expect(1).to eq 2"}[suite]
    text = "at_exit { exit!(0) }\n" + WRAPPED[suite].format(wrong)
    report = ran(suite, written(tmp_path / "project", {FOLDER[suite]: text}), tmp_path / "scratch")
    assert [*endings(report).values()] == ["asserted"]


def test_a_file_without_tests_executes_nothing(tmp_path: Path) -> None:
    root = written(tmp_path / "project", {"test/x_test.rb": "X = 1\n"})
    assert ran("minitest", root, tmp_path / "scratch").executed == 0
    shutil.rmtree(root / "test")
    assert ran("minitest", root, tmp_path / "scratch").executed == 0
