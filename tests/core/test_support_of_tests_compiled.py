"""What Go, Rust and Java files define, what old tests rest on, and answers that echo an example."""

import pytest

from tdd_orchestrator.core.echoes import echoes
from tdd_orchestrator.core.languages import LANGUAGES, language_of
from tdd_orchestrator.core.shared_config import configures_otherwise

BY_NAME = {each.name: each for each in LANGUAGES}
GO_TEST = "package a\n\nfunc TestA(t *testing.T) {\n\tcheck(t, A())\n}\n\n"
GO = f"{GO_TEST}func check(t *testing.T, n int) {{\n\tt.Error(n)\n}}\n"
RUST = "#[test]\nfn a() {\n    check(1);\n}\n\nfn check(n: i32) {\n    assert_eq!(n, 1);\n}\n"
JAVA_TEST = "class ATest {\n  @Test void a() {\n    check(1);\n  }\n\n"
JAVA = f"{JAVA_TEST}  private void check(int n) {{\n    assertEquals(1, n);\n  }}\n}}\n"


@pytest.mark.parametrize(
    ("path", "before", "after", "said"),
    [
        ("a_test.go", GO, GO.replace("t.Error(n)", "_ = n"), "`check` in a_test.go was there before"),
        ("tests/a.rs", RUST, RUST.replace("assert_eq!(n, 1);", ""), "`check` in tests/a.rs was there before"),
        ("src/test/ATest.java", JAVA, JAVA.replace("assertEquals(1, n);", ""), "`check` in src/test/ATest.java was"),
        (
            "a_test.go",
            GO,
            f"{GO}\nfunc TestMain(m *testing.M) {{}}\n",
            "`TestMain` in a_test.go is run around old tests",
        ),
        (
            "ATest.java",
            JAVA,
            JAVA.replace("  @Test", "  @BeforeEach void b() { }\n  @Test"),
            "`BeforeEach` in ATest.java",
        ),
    ],
)
def test_support_that_old_tests_rest_on_stays(path: str, before: str, after: str, said: str) -> None:
    language = language_of(path)
    assert language is not None
    assert [each.sentence[: len(said)] for each in language.undermined(path, before, after)] == [said]
    assert [*language.undermined(path, before, before)] == []
    assert [*language.undermined(path, None, after)] == []


def test_more_tests_and_more_helpers_take_nothing_away() -> None:
    more = f"{GO}\nfunc TestB(t *testing.T) {{\n\tcheck(t, B())\n}}\n\nfunc other() {{}}\n"
    assert [*BY_NAME["go"].undermined("a_test.go", GO, more)] == []


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        ("go", "package a\n\nfunc A() {\n}\n\nfunc (b B) C() int {\n\treturn 1\n}\n", {"A": (3, 3, 4), "C": (6, 6, 8)}),
        ("rust", "pub fn a() {\n    b();\n}\n\nfn b() {}\n", {"a": (1, 1, 3), "b": (5, 5, 5)}),
        ("java", "class A {\n  public int a() {\n    return b();\n  }\n}\n", {"a": (2, 2, 4)}),
    ],
)
def test_definitions_have_their_lines(language: str, source: str, expected: dict[str, tuple[int, int, int]]) -> None:
    assert BY_NAME[language].definitions(source) == expected


@pytest.mark.parametrize(
    ("path", "test", "code", "echo"),
    [
        (
            "a.go",
            'func TestA(t *testing.T) {\n\tif got := A("green"); got != 90 {\n\t\tt.Error()\n\t}\n}\n',
            '"green" 90',
            True,
        ),
        ("a.go", 'func TestA(t *testing.T) {\n\tif got := A("green tea"); got != 90 {\n\t}\n}\n', '"green" 90', False),
        ("a.rs", '#[test]\nfn a() {\n    assert_eq!(price("green"), 90);\n}\n', '"green" 90', True),
        ("A.java", 'class T {\n  @Test void a() {\n    assertEquals(90, of("green"));\n  }\n}\n', '"green" 90', True),
        ("A.java", 'class T {\n  @Test void a() {\n    assertEquals(90, of("green"));\n  }\n}\n', '"green" 91', False),
    ],
)
def test_an_answer_that_echoes_its_example_is_named(path: str, test: str, code: str, *, echo: bool) -> None:
    language = language_of(path)
    assert language is not None
    assert bool(echoes(language.literals, {"test": test}, path, "", code)) is echo


@pytest.mark.parametrize(
    ("after", "otherwise"),
    [
        ("module a\n\ngo 1.19\n\nrequire example.org/b v1.0.0 // indirect\n", False),
        ("module a\n\ngo 1.19\n\nrequire (\n\texample.org/b v1.0.0\n)\n", False),
        ("module a\n\ngo 1.19\n\nreplace example.org/b => ./b\n", True),
        ("module b\n\ngo 1.19\n", True),
    ],
)
def test_go_mod_may_require_and_nothing_else(after: str, *, otherwise: bool) -> None:
    assert configures_otherwise("go.mod", "module a\n\ngo 1.19\n", after) is otherwise
