"""Where code and tests lie, by the custom of each suite, as `tdd init` writes it down."""

from pathlib import Path

import pytest

from tdd_orchestrator.core.policy import Territory
from tdd_orchestrator.onboarding.detection import detect


@pytest.mark.parametrize(
    ("there", "code", "test"),
    [
        ("go.mod", "shop/cart.go", "shop/cart_test.go"),
        ("pom.xml", "src/main/java/shop/Cart.java", "src/test/java/shop/CartTest.java"),
        ("build.gradle", "src/main/java/shop/Cart.java", "src/test/java/shop/CartTest.java"),
        ("spec/cart_spec.rb", "lib/cart.rb", "spec/cart_spec.rb"),
        ("test/cart_test.rb", "lib/cart.rb", "test/cart_test.rb"),
    ],
)
def test_code_and_tests_are_told_apart_by_custom(tmp_path: Path, there: str, code: str, test: str) -> None:
    (tmp_path / there).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / there).write_text("")
    seen = detect(tmp_path)
    source, tests = Territory(tests=seen.source), Territory(tests=seen.tests)
    assert source.is_test(code)
    assert tests.is_test(test)
    assert not tests.is_test(code)
