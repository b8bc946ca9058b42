"""Maven's tests are read, and a task in Java gets its second sight."""

from dataclasses import replace
from pathlib import Path

import pytest

from tdd_orchestrator.core.evidence import Ended
from tdd_orchestrator.core.plan import PlannedTask, TaskKind
from world.other_language import attempt_in, endings, needs, proved, ran, written

PLUGIN = Path.home() / ".m2/repository/org/apache/maven/plugins/maven-surefire-plugin/3.2.5"
pytestmark = [needs("mvn"), pytest.mark.skipif(not PLUGIN.is_dir(), reason="Maven's own plugins are not at hand")]
POM = """\
    <project xmlns="http://maven.apache.org/POM/4.0.0">
      <modelVersion>4.0.0</modelVersion>
      <groupId>org.example</groupId><artifactId>shop</artifactId><version>1</version>
      <properties>
        <maven.compiler.release>17</maven.compiler.release>
        <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
      </properties>
      <dependencies><dependency>
        <groupId>org.junit.jupiter</groupId><artifactId>junit-jupiter</artifactId>
        <version>5.10.2</version><scope>test</scope>
      </dependency></dependencies>
      <build><plugins>
        <plugin><artifactId>maven-resources-plugin</artifactId><version>3.3.1</version></plugin>
        <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.13.0</version></plugin>
        <plugin><artifactId>maven-surefire-plugin</artifactId><version>3.2.5</version></plugin>
      </plugins></build>
    </project>
    """
HEAD = """\
    package shop;
    import static org.junit.jupiter.api.Assertions.*;
    import org.junit.jupiter.api.*;
    import org.junit.jupiter.params.ParameterizedTest;
    import org.junit.jupiter.params.provider.ValueSource;
    """
PRICE = """\
    package shop;
    public class Price {
      public static int of(String article) { return 100; }
      public static int broken() { throw new IllegalStateException("no"); }
    }
    """
OLD = f"""{HEAD}
    class PriceTest {{
      @Test void costs() {{ assertEquals(100, Price.of("tea")); }}
    }}
    """
FILES = {
    "pom.xml": POM,
    ".gitignore": "target/\n",
    "src/main/java/shop/Price.java": PRICE,
    "src/test/java/shop/PriceTest.java": OLD,
}


def test_every_ending_of_a_maven_test_is_read(tmp_path: Path) -> None:
    test = f"""{HEAD}
    class EndTest {{
      @Test void fine() {{ assertEquals(100, Price.of("tea")); }}
      @Test void wrong() {{
        assertEquals(99, Price.of("tea")); }}
      @Test @Disabled("no") void left() {{ }}
      @Test void raised() {{ Price.broken(); }}
      @ParameterizedTest @ValueSource(ints = {{100, 7}}) void each(int n) {{ assertEquals(n, Price.of("tea")); }}
      @Nested class Inner {{ @Test void deep() {{ assertTrue(Price.of("x") < 0); }} }}
    }}
    """
    root = written(tmp_path / "project", FILES | {"src/test/java/shop/EndTest.java": test})
    path = "src/test/java/shop/EndTest.java"
    report = ran("maven", root, tmp_path / "scratch", path, seed=5)
    assert report.ended is Ended.COMPLETED, report.explanation
    assert endings(report) == {
        f"{path}::fine": "passed",
        f"{path}::wrong": "asserted",
        f"{path}::left": "skipped",
        f"{path}::raised": "failed:java.lang.IllegalStateException",
        f"{path}::each[1]": "passed",
        f"{path}::each[2]": "asserted",
        f"{path}::Inner::deep": "asserted",
    }
    assert report.by_id[f"{path}::wrong"].line == 10
    assert report.by_id[f"{path}::raised"].raised_in == "src/main/java/shop/Price.java"


NEW = f"""{HEAD}
    import shop.cart.Cart;
    import shop.cart.NamelessException;
    class CartTest {{
      @Test void total() {{
        Cart cart = new Cart(3);
        cart.add("tea");
        int total = cart.total();
        assertEquals(100, total);
        assertFalse(cart.isFull());
      }}
      @Test void nameless() {{
        assertThrows(NamelessException.class, () -> new Cart(1).add(""));
      }}
    }}
    """
CART = """\
    package shop.cart;
    import shop.Price;
    public class Cart {
      private final int room;
      private int sum, taken;
      public Cart(int room) { this.room = room; }
      public void add(String article) {
        if (article.isEmpty()) throw new NamelessException();
        sum += Price.of(article);
        taken++;
      }
      public int total() { return sum; }
      public boolean isFull() { return taken >= room; }
    }
    """
NAMELESS = "    package shop.cart;\n    public class NamelessException extends RuntimeException { }\n"
TASK = PlannedTask(
    "TASK-1", "A cart", TaskKind.BEHAVIOUR, ("REQ-1",), (), ("src/main/java/shop/cart/**",), ("src/test/java/**",)
)


def test_a_task_in_java_is_worked_on_and_proven(tmp_path: Path) -> None:
    code = {"src/main/java/shop/cart/Cart.java": CART, "src/main/java/shop/cart/NamelessException.java": NAMELESS}
    stages = {"red": {"write": {"src/test/java/shop/CartTest.java": NEW}}, "green": {"write": code}}
    worked = attempt_in(tmp_path, FILES, stages, replace(TASK))
    assert worked.states == ["red:accepted", "green:accepted", "refactor:skipped"], worked.result.reason
    assert "2 new tests fail on an assertion once stubs" in worked.result.stages[0].sentence
    proof = proved(worked)
    assert proof.holds, proof.reason
    environment = proof.certificate["environment"]
    assert isinstance(environment, dict)
    assert "Maven" in environment["mvn"]
    assert environment["java"] != "unknown"
