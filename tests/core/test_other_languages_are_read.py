"""Go, Rust, Java and Ruby by their text: new tests, tests that say nothing, whose path is whose, public names."""

import textwrap

import pytest

from tdd_orchestrator.core import within as insides
from tdd_orchestrator.core.languages import language_of
from tdd_orchestrator.core.plan import TaskKind
from tdd_orchestrator.core.policy import Change, Territory, judge_paths, vault_paths
from tdd_orchestrator.core.result import Stage
from tdd_orchestrator.core.shared_config import configures_otherwise
from tdd_orchestrator.core.within import Within, within

TESTS = {
    "a_test.go": "package a\n\nfunc TestA(t *testing.T) {{\n\t{}\n}}\n",
    "tests/a.rs": "#[test]\nfn a() {{\n    {}\n}}\n",
    "src/test/java/ATest.java": "class ATest {{\n  @Test\n  void a() {{\n    {}\n  }}\n}}\n",
    "test/a_test.rb": "class ATest < Minitest::Test\n  def test_a\n    {}\n  end\nend\n",
    "spec/a_spec.rb": 'RSpec.describe A do\n  it "a" do\n    {}\n  end\nend\n',
}
NAMES = dict(zip(TESTS, ("TestA", "a", "a", "ATest::test_a", "A::a"), strict=True))
NOTHING, NEVER, ITSELF = "asserts nothing", "fails whatever", "compares a thing with itself"


def said_of(path: str, body: str) -> str:
    language = language_of(path)
    assert language is not None
    reasons = language.vacuous(TESTS[path].format(body), path)
    assert all(each.test == f"{path}::{NAMES[path]}" and each.line > 0 for each in reasons)
    return reasons[0].sentence if reasons else ""


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("a_test.go", "if Total(1) != 2 {\n\t\tt.Fatal()\n\t}", ""),
        ("a_test.go", "assert.Equal(t, 2, Total(1))", ""),
        ("a_test.go", "check(t, Total(1))", ""),
        ("a_test.go", 't.Run("x", func(t *testing.T) {\n\t\tTotal(1)\n\t})', NOTHING),
        ("a_test.go", "Total(1) // t.Fatal()", NOTHING),
        ("a_test.go", 't.Fatal("to do")', NEVER),
        ("a_test.go", "if err := Do(); err == nil {\n\t\treturn\n\t}\n\tt.Fatal()", ""),
        ("a_test.go", "if x != x {\n\t\tt.Fatal()\n\t}", ITSELF),
        ("a_test.go", "assert.True(t, true)", ITSELF),
        ("tests/a.rs", "assert_eq!(total(1), 2);", ""),
        ("tests/a.rs", "total(1); // assert!(x)", NOTHING),
        ("tests/a.rs", "todo!()", NEVER),
        ("tests/a.rs", "assert!(false);", NEVER),
        ("tests/a.rs", "assert!(true);", ITSELF),
        ("tests/a.rs", "assert_eq!(x, x);", ITSELF),
        ("tests/a.rs", "assert_eq!(1, 1); assert!(total(1) > 0);", ""),
        ("src/test/java/ATest.java", "assertEquals(2, A.total(1));", ""),
        ("src/test/java/ATest.java", "verify(mock).called();", ""),
        ("src/test/java/ATest.java", "A.total(1);", NOTHING),
        ("src/test/java/ATest.java", 'fail("to do");', NEVER),
        ("src/test/java/ATest.java", "assertTrue(true);", ITSELF),
        ("src/test/java/ATest.java", "assertEquals(x, x);", ITSELF),
        ("test/a_test.rb", "assert_equal 2, total(1)", ""),
        ("test/a_test.rb", "total(1) # assert", NOTHING),
        ("test/a_test.rb", "flunk", NEVER),
        ("test/a_test.rb", "assert_equal x, x", ITSELF),
        ("test/a_test.rb", "assert true", "asserts what is always so"),
        ("spec/a_spec.rb", "expect(total(1)).to eq 2", ""),
        ("spec/a_spec.rb", "total(1)", NOTHING),
        ("spec/a_spec.rb", "expect(1).to eq 1", "asserts what is always so"),
    ],
)
def test_a_test_that_says_nothing_is_known_by_its_text(path: str, body: str, said: str) -> None:
    assert said in said_of(path, body) if said else not said_of(path, body)


@pytest.mark.parametrize("path", TESTS)
def test_a_new_file_counts_as_a_whole_and_a_rewritten_test_by_its_name(path: str) -> None:
    language = language_of(path)
    assert language is not None
    before, after = TESTS[path].format("one(1)"), TESTS[path].format("two(2)")
    assert language.new_tests(path, None, after) == (path,)
    assert language.new_tests(path, before, after) == (f"{path}::{NAMES[path]}",)
    assert language.new_tests(path, before, before.replace("one(1)", "one(1) ")) == ()


def test_nested_tests_have_their_whole_name() -> None:
    java, rust, ruby = (language_of(name) for name in ("A.java", "a.rs", "a.rb"))
    assert java
    assert rust
    assert ruby
    nested = "class ATest {\n  @Nested class Inner {\n    @Test void deep() { go(1); }\n  }\n}\n"
    path = "src/test/java/ATest.java"
    assert java.new_tests(path, "class ATest {}", nested) == (f"{path}::Inner::deep",)
    inline = "fn a() {}\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn b() { assert!(a()); }\n}\n"
    assert rust.new_tests("src/a.rs", "fn a() {}\n", inline) == ("src/a.rs::tests::b",)
    spec = 'describe A do\n  context "empty" do\n    it("is") { expect(a).to be_nil }\n  end\nend\n'
    assert ruby.new_tests("spec/a_spec.rb", "", spec) == ("spec/a_spec.rb::A::empty::is",)


LIB = "pub fn a() -> i32 { 1 }\n"
INSIDE = "#[cfg(test)]\nmod tests {\n    #[test]\n    fn b() { assert_eq!(super::a(), 1); }\n}\n"


@pytest.mark.parametrize(
    ("before", "after", "part"),
    [
        (LIB, LIB + INSIDE, Within.TESTS),
        (LIB + INSIDE, LIB.replace("1", "2") + INSIDE, Within.CODE),
        (LIB + INSIDE, LIB.replace("1", "2") + INSIDE.replace("1", "2"), Within.BOTH),
        (LIB + INSIDE, LIB, Within.TESTS),
        ("", LIB + INSIDE, Within.BOTH),
        (LIB, LIB, Within.CODE),
    ],
)
def test_the_tests_in_a_source_file_are_told_from_its_code(before: str, after: str, part: Within) -> None:
    assert within("src/a.rs", before, after) is part
    assert insides.tests_within("src/a.rs", LIB + INSIDE) == INSIDE.strip()


@pytest.mark.parametrize(
    ("stage", "part", "refused"),
    [
        (Stage.RED, Within.TESTS, False),
        (Stage.RED, Within.CODE, True),
        (Stage.RED, Within.BOTH, True),
        (Stage.GREEN, Within.CODE, False),
        (Stage.GREEN, Within.TESTS, True),
        (Stage.REFACTOR, Within.BOTH, True),
    ],
)
def test_each_stage_has_its_part_of_a_source_file(stage: Stage, part: Within, refused: bool) -> None:
    change = Change("src/a.rs", mode_before="100644", within=part)
    refusals = judge_paths(stage, TaskKind.BEHAVIOUR, [change], Territory(owned=("src/a.rs",)))
    assert bool(refusals) is refused


FROZEN = (
    *("shop/a_test.go", "shop/testdata/x.json", "tests/a.rs", ".cargo/config.toml", "rust-toolchain.toml"),
    *("src/test/java/ATest.java", "src/test/resources/x.txt", ".mvn/jvm.config", "spec/spec_helper.rb", ".rspec"),
    *("test/fixtures/a.yml", "junit-platform.properties", "go.work"),
)


def test_each_suites_tests_and_configuration_are_frozen() -> None:
    free = ("shop/a.go", "src/a.rs", "src/main/java/A.java", "lib/a.rb", "go.mod", "Cargo.toml", "pom.xml")
    assert vault_paths((*FROZEN, *free), Territory()) == FROZEN


POM = "<project><dependencies>{}</dependencies><build>{}</build></project>"
UNIT = "<dependency><artifactId>junit</artifactId><scope>test</scope></dependency>"


@pytest.mark.parametrize(
    ("path", "before", "after", "otherwise"),
    [
        ("Cargo.toml", '[dependencies]\nhex = "1"\n', '[dependencies]\nhex = "2"\n', False),
        ("a/Cargo.toml", "", "[lib]\ntest = false\n", True),
        ("Cargo.toml", '[dev-dependencies]\na = "1"\n', '[dev-dependencies]\na = "1"\nb = "1"\n', False),
        ("Cargo.toml", '[dev-dependencies]\na = "1"\n', '[dev-dependencies]\na = { path = "a" }\n', True),
        ("Cargo.toml", "", "[profile.test]\nopt-level = 3\n", True),
        ("Cargo.toml", "", '[package]\nbuild = "b.rs"\n', True),
        ("Cargo.toml", "", "no toml", True),
        ("pom.xml", POM.format("", ""), POM.format("<dependency>a</dependency>", ""), False),
        ("pom.xml", POM.format("", ""), POM.format("", "<skip>true</skip>"), True),
        ("pom.xml", POM.format(UNIT, ""), POM.format("", ""), True),
        ("build.gradle", "", "    implementation 'a:b:1'\n", False),
        ("build.gradle.kts", "", 'implementation("a:b:1")\n', False),
        ("build.gradle", "test { }", "test { ignoreFailures = true }", True),
    ],
)
def test_the_test_part_of_a_shared_file_is_told_from_the_rest(
    path: str, before: str, after: str, otherwise: bool
) -> None:
    assert configures_otherwise(path, before, after) is otherwise


NAMED = {
    "a.go": (
        "package a\n\ntype Cart struct{}\n\nfunc (c *Cart) Add(x int) error { return nil }\n"
        "func Total() int { return 1 }\nfunc own() {}\n",
        {"Cart", "Cart.Add(x int) error", "Total() int"},
    ),
    "a.rs": (LIB + "fn own() {}\npub struct Cart;\n" + INSIDE, {"fn a() -> i32", "struct Cart"}),
    "A.java": (
        "public class A {\n  public int total(int x) { return 1; }\n  private int own() { return 1; }\n}\n",
        {"class A", "int total(int x)"},
    ),
    "a.rb": (
        "class A\n  def total(x)\n  end\n\n  private\n\n  def own\n  end\nend\n",
        {"class A", "def total(x)"},
    ),
}


@pytest.mark.parametrize("path", NAMED)
def test_public_names_are_what_others_may_use(path: str) -> None:
    language = language_of(path)
    source, names = NAMED[path]
    assert language is not None
    assert language.public_names(textwrap.dedent(source)) == names


def test_a_method_of_ruby_on_one_line_is_known_by_what_it_takes() -> None:
    language = language_of("a.rb")
    assert language is not None
    names = language.public_names("def self.a(b, c = d(1)) = 100\ndef e = 1\ndef f g, h\nend\n")
    assert names == {"def self.a(b, c = d(1))", "def e", "def fg, h"}
