"""Ruby tests made to fail, tests that say nothing, and what a change takes from under old tests."""

import pytest

from tdd_orchestrator.core.controls_ruby import NOTHING_EQUALS, STOP, falsified
from tdd_orchestrator.core.old_support_ruby import undermined
from tdd_orchestrator.core.ruby_definitions import definitions
from tdd_orchestrator.core.vacuous_ruby import vacuous_tests

METHOD = "class ATest < Minitest::Test\n  def test_a\n{}\n  end\n\n  def test_b\n    assert b\n  end\nend\n"


def method(body: str) -> str:
    return METHOD.format("\n".join(f"    {line}" for line in body.split("\n")))


@pytest.mark.parametrize(
    ("body", "turned"),
    [
        ("assert_equal 3, total(1, 2)", f"assert_equal {NOTHING_EQUALS}, total(1, 2)"),
        ("assert_equal([1, 2], all)", f"assert_equal({NOTHING_EQUALS}, all)"),
        ('assert_equal "a, b", all', f"assert_equal {NOTHING_EQUALS}, all"),
        ("refute_equal 3, total", "assert_equal 3, total"),
        ("assert total > 3", "refute total > 3"),
        ("refute_nil total", "assert_nil total"),
        ("assert_includes all, 3", "refute_includes all, 3"),
        ("x = 1\nassert x\nassert y", "x = 1\nrefute x\nassert y"),
        ("_(total).must_equal 3", f"_(total).must_equal {NOTHING_EQUALS}"),
        ("_(total).wont_be_nil", "_(total).must_be_nil"),
        ("expect(total(1)).to eq(3)", f"expect(total(1)).to eq({NOTHING_EQUALS})"),
        ("expect(total).to eq 3", f"expect(total).to eq {NOTHING_EQUALS}"),
        ("expect(all).to include(3)", "expect(all).not_to include(3)"),
        ("expect(all).not_to be_empty", "expect(all).to be_empty"),
        ("assert_raises(E) { f }", f"{STOP}\nassert_raises(E) {{ f }}"),
        ("return if x\nassert y", f"{STOP}\nreturn if x\nassert y"),
        ("all.each do |x|\n  assert x\nend", f"{STOP}\nall.each do |x|\n  assert x\nend"),
        ("assert_equal 3,\n  total", f"assert_equal {NOTHING_EQUALS},\n  total"),
        ("check(total)", f"{STOP}\ncheck(total)"),
    ],
)
def test_a_ruby_test_is_made_to_fail(body: str, turned: str) -> None:
    assert falsified(method(body), frozenset({"ATest::test_a"})) == method(turned)


def test_a_ruby_test_on_one_line_is_made_to_fail() -> None:
    source = "RSpec.describe A do\n  it { is_expected.to eq 3 }\nend\n"
    found = falsified(source, frozenset({"A::"}))
    assert found is not None
    assert f"it {{ is_expected.to eq {NOTHING_EQUALS} }}" in found
    assert falsified(source, frozenset({"B::x"})) is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("x = 1\nassert false", "fails whatever"),
        ("raise 'later'", "fails whatever"),
        ("assert_raises(KeyError) { f }", ""),
        ("assert_raises { f }", "content with any exception"),
        ("assert_raises(StandardError) { f }", "content with any exception"),
        ("expect { f }.to raise_error", "content with any exception"),
        ("expect { f }.to raise_error(KeyError)", ""),
        ("expect { f }.to raise_error 'no tea'", ""),
        ("assert_respond_to Shop, :x", "only that something is there"),
        ("assert_respond_to shop, :x", ""),
        ("assert Shop", "only that something is there"),
        ("assert Shop.open?", ""),
        ("assert_equal 1, 1", "what is always so"),
        ("assert_equal f(1), f(1)", "compares a thing with itself"),
        ("assert_equal f(1), f(2)", ""),
        ("assert_equal 1, f\nrescue Exception\n  nil", "catches its own assertion"),
        ("assert_equal 1, f\nrescue KeyError\n  nil", ""),
        ("shop = Minitest::Mock.new\nassert_equal 1, shop.price", "made up itself"),
        ("bank = double(charge: 1)\nexpect(pay(bank)).to eq 1", ""),
        ("bank = Minitest::Mock.new\nbank.expect(:charge, 1)\nShop.pay(bank)\nbank.verify", ""),
        ("price = 1\nassert_equal price, 2", "made up itself"),
        ("price = 1\nassert_equal price, total", ""),
        ("total(1) # assert total", "asserts nothing"),
    ],
)
def test_a_ruby_test_that_says_nothing_is_known_by_its_text(body: str, said: str) -> None:
    found = vacuous_tests(method(body).replace("    rescue", "  rescue"), "test/a_test.rb")
    assert (said in found[0].sentence) if said else not found


OLD = """require "shop"

CASES = [1, 2].freeze

class ATest < Minitest::Test
  def setup
    @shop = Shop.new
  end

  def test_a
    check 1
  end

  private

  def check(number)
    assert_equal number, @shop.count
  end
end
"""


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("check 1", "check 2", ""),
        ('require "shop"', 'require "shop"\nrequire "shop/cart"', ""),
        ("[1, 2]", "[1, 2, 3]", ""),
        ("  private\n", "  def test_b\n    assert b\n  end\n\n  private\n", ""),
        ("  private\n", "  private\n\n  def more = 1\n", ""),
        (
            "end\n",
            "end\n\nclass BTest < Minitest::Test\n  def setup = nil\n\n  def test_b\n    assert b\n  end\nend\n",
            "",
        ),
        ("[1, 2]", "[1]", "`CASES` in a_test.rb was there before"),
        ("assert_equal number, @shop.count", "nil", "`def check` in a_test.rb was there before"),
        ("  def setup\n    @shop = Shop.new\n  end\n", "", "`def setup` in a_test.rb was there before"),
        ("  private\n", "  def teardown = nil\n\n  private\n", "`def teardown` in a_test.rb decides for old tests"),
        ("  private\n", "  def assert_equal(*) = 1\n\n  private\n", "`def assert_equal` in a_test.rb decides"),
        ("  def test_a", "  include Soft\n\n  def test_a", "`include Soft` in a_test.rb decides for old tests"),
        ("class ATest", "Shop.price = 1\n\nclass ATest", "`Shop.price = 1` in a_test.rb decides for old tests"),
        (
            "class ATest",
            "class Minitest::Test\n  def x = 1\nend\n\nclass ATest",
            "`Minitest::Test` in a_test.rb decides how",
        ),
        ("class ATest", "at_exit { exit! 0 }\n\nclass ATest", "`at_exit` in a_test.rb decides how"),
        ("class ATest", "class Integer\n  def ==(x) = 1\nend\n\nclass ATest", "`Integer#==` in a_test.rb decides how"),
    ],
)
def test_old_ruby_tests_keep_their_ground(before: str, after: str, said: str) -> None:
    changed = OLD + after[4:] if before == "end\n" else OLD.replace(before, after, 1)
    found = [each.sentence for each in undermined("a_test.rb", OLD, changed)]
    assert (said in found[0]) if said else not found


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("RSpec.configure do |config|\n  config.before { x }\nend\n", 1),
        ("RSpec.configure { |config| config.include Soft }\n", 1),
        ("RSpec.configure do |config|\n  config.disable_monkey_patching!\n  config.order = :random\nend\n", 0),
        ("RSpec.describe A do\n  before { x }\n\n  it 'b' do\n    expect(b).to eq 1\n  end\nend\n", 0),
        ("class ATest < Minitest::Test\n  def test_a\n    assert_raises(SystemExit) { main }\n  end\nend\n", 0),
    ],
)
def test_a_new_ruby_file_may_not_decide_for_all_tests(source: str, count: int) -> None:
    assert len(list(undermined("spec/new_spec.rb", None, source))) == count


def test_what_a_ruby_file_defines_is_known_with_its_lines() -> None:
    source = (
        "module Shop\n  LIMIT = 1\n\n  def self.price = 1\n\n  class Cart\n    def add(x)\n      x\n    end\n  end\n"
    )
    source += "\n  class Empty < StandardError; end\nend\n"
    assert definitions(source) == {
        "Shop.price": (4, 4, 4),
        "Shop::Cart#add": (7, 7, 9),
        "Shop::Empty": (12, 12, 12),
    }
