"""A task worked on and proven again in Ruby, with minitest and with rspec."""

from dataclasses import replace
from pathlib import Path

import pytest

from tdd_orchestrator.core.plan import PlannedTask, TaskKind
from world.other_language import attempt_in, needs, proved

pytestmark = needs("ruby")
PRICE = "module Shop\n  def self.price(_article) = 100\nend\n"
OLD = {
    "minitest": (
        "test/shop_test.rb",
        'require "minitest/autorun"\nrequire "shop"\n\nclass ShopTest < Minitest::Test\n'
        '  def test_price\n    assert_equal 100, Shop.price("tea")\n  end\nend\n',
    ),
    "rspec": (
        "spec/shop_spec.rb",
        'require "shop"\n\nRSpec.describe Shop do\n  it "has prices" do\n'
        '    expect(Shop.price("tea")).to eq 100\n  end\nend\n',
    ),
}
NEW = {
    "minitest": (
        "test/cart_test.rb",
        'require "minitest/autorun"\nrequire "shop/cart"\n\nclass CartTest < Minitest::Test\n'
        '  def test_total\n    cart = Shop::Cart.new\n    cart.add("tea")\n    assert_equal 100, cart.total\n  end\n\n'
        '  def test_nameless\n    assert_raises(Shop::NamelessError) { Shop::Cart.new.add("") }\n  end\nend\n',
    ),
    "rspec": (
        "spec/cart_spec.rb",
        'require "shop/cart"\n\nRSpec.describe Shop::Cart do\n  it "adds up" do\n    subject.add("tea")\n'
        '    expect(subject.total).to eq 100\n  end\n\n  context "without a name" do\n    it "refuses" do\n'
        '      expect { subject.add("") }.to raise_error(Shop::NamelessError)\n    end\n  end\nend\n',
    ),
}
CODE = """\
require "shop"

module Shop
  class NamelessError < StandardError; end

  class Cart
    def initialize = @articles = []

    def add(article)
      raise NamelessError if article.empty?

      @articles << article
    end

    def total = @articles.sum { |each| Shop.price(each) }
  end
end
"""
TASK = PlannedTask("TASK-1", "A cart", TaskKind.BEHAVIOUR, ("REQ-1",), (), ("lib/shop/cart.rb",), ())


@pytest.mark.parametrize("suite", ["minitest", pytest.param("rspec", marks=needs("rspec"))])
def test_a_task_in_ruby_is_worked_on_and_proven_again(tmp_path: Path, suite: str) -> None:
    (old, old_text), (new, new_text) = OLD[suite], NEW[suite]
    stages = {"red": {"write": {new: new_text}}, "green": {"write": {"lib/shop/cart.rb": CODE}}}
    worked = attempt_in(tmp_path, {"lib/shop.rb": PRICE, old: old_text}, stages, replace(TASK, tests=(new,)))
    assert worked.states == ["red:accepted", "green:accepted", "refactor:skipped"], worked.result.reason
    assert "2 new tests fail on an assertion once stubs" in worked.result.stages[0].sentence
    proof = proved(worked)
    assert proof.holds, proof.reason
