"""Gradle's tests are read, and a task under Gradle is worked and proven from git: with the JUnit that Debian packs."""

from pathlib import Path

import pytest

from tdd_orchestrator.core.evidence import Ended, Outcome
from tdd_orchestrator.core.plan import PlannedTask, TaskKind
from world.other_language import attempt_in, endings, needs, proved, ran, written

JARS = ("/usr/share/java/junit4.jar", "/usr/share/java/hamcrest-core.jar")
pytestmark = [
    needs("gradle"),
    pytest.mark.skipif(not all(Path(each).exists() for each in JARS), reason="junit4 is not installed from Debian"),
]
BUILD = f"""\
    apply plugin: 'java'
    def old = gradle.gradleVersion.startsWith('4.')
    dependencies {{ add(old ? 'testCompile' : 'testImplementation', files('{JARS[0]}', '{JARS[1]}')) }}
    """
HEAD = """\
    package shop;
    import static org.junit.Assert.*;
    import org.junit.Ignore;
    import org.junit.Test;
    """
FILES = {
    "build.gradle": BUILD,
    ".gitignore": "build/\n.gradle/\n",
    "src/main/java/shop/Price.java": """\
    package shop;
    public class Price {
      public static int of(String article) { return 100; }
      public static int broken() { throw new IllegalStateException("no"); }
    }
    """,
    "src/test/java/shop/PriceTest.java": f"""{HEAD}
    public class PriceTest {{
      @Test public void costs() {{ assertEquals(100, Price.of("tea")); }}
    }}
    """,
}


def test_every_ending_of_a_gradle_test_is_read(tmp_path: Path) -> None:
    test = f"""{HEAD}
    public class EndTest {{
      @Test public void fine() {{ assertEquals(100, Price.of("tea")); }}
      @Test public void wrong() {{
        assertEquals(99, Price.of("tea")); }}
      @Test @Ignore("no") public void left() {{ }}
      @Test public void raised() {{ Price.broken(); }}
    }}
    """
    path = "src/test/java/shop/EndTest.java"
    root = written(tmp_path / "project", FILES | {path: test})
    report = ran("gradle", root, tmp_path / "scratch", path)
    assert report.ended is Ended.COMPLETED, report.explanation
    assert endings(report) == {
        f"{path}::fine": "passed",
        f"{path}::wrong": "asserted",
        f"{path}::left": "skipped",
        f"{path}::raised": "failed:java.lang.IllegalStateException",
    }
    assert report.by_id[f"{path}::wrong"].line == 9
    assert report.by_id[f"{path}::raised"].raised_in == "src/main/java/shop/Price.java"
    whole = ran("gradle", root, tmp_path / "scratch")
    assert whole.by_id["src/test/java/shop/PriceTest.java::costs"].outcome is Outcome.PASSED


def test_a_build_that_does_not_start_says_nothing_of_the_code(tmp_path: Path) -> None:
    root = written(tmp_path / "project", FILES | {"build.gradle": "apply plugin: 'nowhere'\n"})
    report = ran("gradle", root, tmp_path / "scratch")
    assert report.ended is Ended.COULD_NOT_RUN
    assert "did not get as far as the tests: A problem occurred evaluating" in report.explanation


NEW = f"""{HEAD}
    import shop.cart.Cart;
    public class CartTest {{
      @Test public void total() {{
        Cart cart = new Cart();
        cart.add("tea");
        assertEquals(100, cart.total());
      }}
    }}
    """
CART = """\
    package shop.cart;
    import shop.Price;
    public class Cart {
      private int sum;
      public void add(String article) { sum += Price.of(article); }
      public int total() { return sum; }
    }
    """
TASK = PlannedTask(
    "TASK-1", "A cart", TaskKind.BEHAVIOUR, ("REQ-1",), (), ("src/main/java/shop/cart/**",), ("src/test/java/**",)
)


def test_a_task_under_gradle_is_worked_on_and_proven(tmp_path: Path) -> None:
    code = {"src/main/java/shop/cart/Cart.java": CART}
    stages = {"red": {"write": {"src/test/java/shop/CartTest.java": NEW}}, "green": {"write": code}}
    worked = attempt_in(tmp_path, FILES, stages, TASK)
    assert worked.states == ["red:accepted", "green:accepted", "refactor:skipped"], worked.result.reason
    assert "1 new test fails on an assertion once stubs" in worked.result.stages[0].sentence
    proof = proved(worked)
    assert proof.holds, proof.reason
